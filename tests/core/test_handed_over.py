"""What the operator's side is told of a call: facts, a name for the display, a whisper."""

from pathlib import Path

import pytest

from ivr.call.handover import LONGEST_NAME, LONGEST_WORDS, REASONS, Handover, reason_of
from ivr.call.model import Prompt
from ivr.prompts import PromptBook
from tests.core.robot.world import NOW

ROOT = Path(__file__).parents[2]
BOOK = PromptBook.parse({path.name: path.read_text("utf-8") for path in (ROOT / "prompts/ru").glob("*.yaml")})
WHOLE = Handover("no_power", "ул. Ленина, 5", 100237, ("у нас света нет", "оператора"))


def test_a_call_of_which_all_is_known() -> None:
    assert WHOLE.name() == "Нет света ул. Ленина 5 №100237"
    assert dict(WHOLE.facts()) == {
        "reason": "Нет света",
        "address": "ул. Ленина, 5",
        "ticket": "100237",
        "words": "у нас света нет … оператора",
        "name": "Нет света ул. Ленина 5 №100237",
    }
    assert WHOLE.whisper() == (
        Prompt("whisper_no_power"),
        Prompt("whisper_place", place="ул. Ленина, 5"),
        Prompt("whisper_ticket"),
    )


def test_a_call_of_which_nothing_is_known_has_nothing_to_tell() -> None:
    assert (Handover().facts(), Handover().whisper(), Handover().name()) == ((), (), "")


@pytest.mark.parametrize("reason", ["", *REASONS])
@pytest.mark.parametrize("ticket", [None, 7, 100237, 123456789])
@pytest.mark.parametrize(
    "address",
    [
        "",
        "ул. Ленина, 5",
        "ул. 50-летия Всесоюзного Ленинского Комсомола, 125 корпус 2",
        "с. Верхнее Гурово, 7",
        "7" * 60,
    ],
)
def test_a_name_fits_the_display_and_keeps_reason_and_ticket(reason: str, ticket: int | None, address: str) -> None:
    name = Handover(reason, address, ticket).name()
    assert len(name) <= LONGEST_NAME
    assert name == name.strip()
    assert REASONS.get(reason, "") in name
    assert ticket is None or f"№{ticket}" in name


def test_of_a_long_street_the_house_is_kept() -> None:
    assert Handover("danger", "ул. Советской Конституции, 12", 100237).name() == "Опасность ул. Советск 12 №100237"


def test_only_the_end_of_long_talk_is_told() -> None:
    told = dict(Handover(words=("а" * 300, "конец")).facts())["words"]
    assert len(told) == LONGEST_WORDS
    assert told.endswith(" … конец")


@pytest.mark.parametrize(
    ("topic", "reason"),
    [
        ("known_outage", "no_power"),
        ("quality", "voltage"),
        ("my_request", "request"),
        ("theft", "theft"),
        ("callback", ""),
    ],
)
def test_topics_that_are_about_the_same(topic: str, reason: str) -> None:
    assert reason_of(topic) == reason


def test_every_reason_can_be_whispered_in_time() -> None:
    for reason in REASONS:
        said = Handover(reason, "ул. Карла Маркса, 125 корпус 2", 100237).whisper()
        spoken = [BOOK.speak(prompt, NOW) for prompt in said]
        assert sum(each.seconds for each in spoken) * 14 / 17 <= 7.0, [each.text for each in spoken]
