"""What callers say to the offer behind an outage's sentence."""

import pytest

from ivr.call.errands import OpenTicket
from ivr.call.manner import USUAL
from ivr.call.model import NeedsPerson, Utterance
from robot.outcomes import Informed
from robot.topics.no_power import no_power
from robot.what_next import ANOTHER, DONE, correction, meant, phrases_of
from tests.core.robot.test_no_power import STAR, run
from tests.core.robot.world import errands, outage, point

PHRASES = phrases_of(USUAL)
NOTHING: tuple[str, ...] = ()


@pytest.mark.parametrize("offered", [NOTHING, ("1",), ("3",)])
@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("другой адрес", ANOTHER),
        ("нет другой дом", ANOTHER),
        ("это не мой адрес", ANOTHER),
        ("адрес не тот", ANOTHER),
        ("нет", DONE),
        ("нет спасибо", DONE),
        ("это всё", DONE),
        ("понятно", DONE),
        ("больше вопросов нет", DONE),
        ("нет свет уже есть", DONE),
        ("свет дали", DONE),
        ("у меня ещё вопрос", "0"),
        ("нет у меня вопрос", "0"),
        ("а почему так долго", None),
    ],
)
def test_the_same_is_meant_whatever_is_offered(offered: tuple[str, ...], words: str, key: str | None) -> None:
    assert meant(words, offered=offered, phrases=PHRASES) == key


@pytest.mark.parametrize(
    ("words", "of_nothing"), [("да", ANOTHER), ("да давайте", ANOTHER), ("хорошо", DONE), ("хорошо спасибо", DONE)]
)
def test_a_yes_takes_what_is_offered(words: str, of_nothing: str) -> None:
    assert meant(words, offered=("3",), phrases=PHRASES) == "3"
    assert meant(words, offered=NOTHING, phrases=PHRASES) == of_nothing


def test_another_address_does_not_end_the_call() -> None:
    done = run(no_power, Utterance("другой адрес"), STAR, world=errands([point()], [outage()]))
    assert done.names == ["outage_planned", "outage_offer_sms", "account_ask"]


def test_light_that_is_back_is_not_registered_as_dark() -> None:
    possible = outage("ул. Ленина")
    done = run(no_power, Utterance("нет свет уже есть"), world=errands([point()], [possible]))
    assert "outage_offer_ticket" in done.names
    assert not done.of(OpenTicket)
    assert isinstance(done.outcome, Informed)


def test_a_question_of_another_kind_is_for_a_person() -> None:
    done = run(no_power, Utterance("у меня ещё вопрос"), world=errands([point()], [outage()]))
    assert done.outcome == NeedsPerson("asked for a person after the outage was told")


@pytest.mark.parametrize(("words", "is_one"), [("нет ленина семь", True), ("нет у меня света нет", False)])
def test_only_a_place_is_taken_for_another_address(words: str, is_one: bool) -> None:
    assert (correction(point(), words) is not None) is is_one
