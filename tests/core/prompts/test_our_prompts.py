"""The wordings that we ship: all can be read, none is too long, and the clips that they need are few enough."""

from __future__ import annotations

from pathlib import Path

import pytest

from ivr.prompts import PromptBook

FOLDER = Path(__file__).parents[3] / "prompts" / "ru"
MOST_SECONDS = 20
MOST_CLIPS = 1700


@pytest.fixture(scope="module")
def book() -> PromptBook:
    return PromptBook.parse({str(path): path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yaml"))})


def test_none_is_too_long(book: PromptBook) -> None:
    assert {name: book.longest(name) for name in book.names() if book.longest(name) > MOST_SECONDS} == {}


def test_the_beginning_is_short(book: PromptBook) -> None:
    """A caller whose outage is known must hear of it within twelve seconds after the answer (issue 2)."""
    assert book.longest("greeting") + book.longest("recording_notice") < 6.5


def test_the_closed_set_can_be_recorded(book: PromptBook) -> None:
    assert 100 < len(list(book.closed_fragments())) < MOST_CLIPS


def test_main_menu_names_danger_first(book: PromptBook) -> None:
    first, *_ = book.fragments_of("menu_main")
    assert "оборван провод" in first.text
    assert first.text.endswith("нажмите два.")
