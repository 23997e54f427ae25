"""What topics say exists in the book of prompts, with the values that they give."""

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ivr.call.model import Prompt
from ivr.prompts import PromptBook
from outage_feed.affecting import Explanation, Phase
from outage_feed.clusters import Probable, Reach
from outage_feed.model import Kind, Sureness
from outage_feed.telling import (
    Emergency,
    FeedStale,
    NoneKnown,
    NoTimeKnown,
    OfUnknownKind,
    PastItsTime,
    Planned,
    Reported,
    Restored,
    Told,
)
from robot.wording import Ongoing, tell, tell_again
from tests.core.robot.world import NOW, outage, point

ROOT = Path(__file__).parents[3]
BOOK = PromptBook.parse({path.name: path.read_text("utf-8") for path in (ROOT / "prompts/ru").glob("*.yaml")})
SENTENCE_SECONDS = 12.0
"""An outage is told in so many seconds; the rough length is nearer to 14 than to anna's 17 letters a second."""


def every_told() -> Iterator[Told]:
    until, at = NOW.replace(hour=16, minute=30), NOW - timedelta(minutes=20)
    for sureness in Sureness:
        known = {kind: Explanation(outage(kind=kind), sureness, Phase.NOW) for kind in Kind}
        explanation = known[Kind.PLANNED]
        yield Planned(explanation, NOW, until, at)
        yield Emergency(known[Kind.EMERGENCY], until, at)
        yield OfUnknownKind(known[Kind.UNKNOWN], until, at)
        yield Restored(explanation, at)
        yield PastItsTime(explanation)
        yield from (NoTimeKnown(each, at) for each in known.values())
        yield FeedStale(explanation, at)
    yield FeedStale(None, None)
    reported = Probable(1, Reach.STREET, "46", "", 3, at, at, until)
    yield from (Reported(reported, same_street) for same_street in (True, False))
    yield NoneKnown()
    for kind in (Kind.PLANNED, Kind.UNKNOWN):
        yield NoneKnown(Explanation(outage(start=NOW + timedelta(days=1), kind=kind), Sureness.SURE, Phase.LATER))


def test_every_situation_can_be_said_in_time_and_no_two_sound_the_same() -> None:
    told = list(every_told())
    spoken = {BOOK.speak(tell(each, point().address), NOW) for each in told}
    assert len({each.text for each in spoken}) == len(told) - 1, "only the stale list sounds the same, sure or not"
    for each in spoken:
        assert each.seconds * 14 / 17 <= SENTENCE_SECONDS, each.text
        assert "Ленина" not in BOOK.speak(tell(told[0], point().address), NOW, names=False).text


@pytest.mark.parametrize("kind", list(Kind))
def test_what_is_to_come_is_called_planned_only_where_the_list_calls_it_so(kind: Kind) -> None:
    told = NoneKnown(Explanation(outage(start=NOW + timedelta(days=1), kind=kind), Sureness.SURE, Phase.LATER))
    text = BOOK.speak(tell(told, point().address), NOW).text
    assert ("ланов" in text) == (kind is Kind.PLANNED), text


def test_possible_is_said_of_all_that_is_only_possible() -> None:
    for told in every_told():
        if isinstance(told, FeedStale | NoneKnown | Reported):
            continue
        text = BOOK.speak(tell(told, point().address), NOW).text
        assert ("озможно" in text) == (told.explanation.sureness is Sureness.POSSIBLE), text


def test_every_ongoing_outage_can_be_told_again() -> None:
    for told in every_told():
        if isinstance(told, Ongoing):
            assert BOOK.speak(tell_again(told), NOW).seconds < 10


def prompts_in_code() -> Iterator[tuple[str, set[str] | None]]:
    """Every ``Prompt("name", value=…)`` under robot/; values None where they are given by ``**``."""
    for path in sorted((ROOT / "robot").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Prompt":
                names = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                given = {each.arg for each in node.keywords}
                for name in names:
                    if isinstance(name, str) and name.isidentifier():
                        yield name, None if None in given else {each for each in given if each}


def test_every_prompt_in_the_code_exists_with_its_values() -> None:
    found = list(prompts_in_code())
    assert len(found) > 30
    for name, values in found:
        assert name in BOOK, name
        if values is not None:
            assert values == set(BOOK.values_of(name)), name


def test_the_number_of_a_ticket_is_said_twice() -> None:
    text = BOOK.speak(Prompt("ticket_opened", number=100237), NOW).text
    assert text.count("два три семь") == 2


def test_midnight_is_said_with_its_night() -> None:
    midnight = datetime.combine(NOW.date() + timedelta(days=1), datetime.min.time(), NOW.tzinfo)
    explanation = Explanation(outage(), Sureness.SURE, Phase.NOW)
    text = BOOK.speak(tell(Planned(explanation, NOW, midnight, NOW), point().address), NOW).text
    assert "в ночь на двадцать шестое ноября" in text
