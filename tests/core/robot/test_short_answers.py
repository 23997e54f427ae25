"""The short answers that a topic's question is given, and messages that have such words in them."""

from typing import Any

import pytest

from ivr.call.errands import FindTicket, OpenTicket, Ticket
from ivr.call.model import Digits, NeedsPerson, NoInput, Told, Utterance
from robot.registering import ENOUGH
from robot.topics.message import message
from robot.topics.meter import PHRASES as METER
from robot.topics.my_request import my_request
from robot.topics.no_power import no_power
from robot.topics.voltage import PHRASES as VOLTAGE
from robot.understanding.reasons import choose
from tests.core.robot.test_no_power import run
from tests.core.robot.world import NOW, errands, point

SILENT = NoInput()


@pytest.mark.parametrize(
    ("words", "phrases", "kind"),
    [
        ("заменить", METER, "to be put in or exchanged"),
        ("установить новый", METER, "to be put in or exchanged"),
        ("проверить", METER, "to be checked"),
        ("не работает", METER, "to be checked"),
        ("другое", METER, "another question"),
        ("тускло", VOLTAGE, "too low"),
        ("сто восемьдесят", VOLTAGE, "too low"),
        ("слишком большое", VOLTAGE, "too high"),
        ("прыгает", VOLTAGE, "flickers"),
    ],
)
def test_what_kind_it_is(words: str, phrases: dict[str, tuple[str, ...]], kind: str) -> None:
    assert choose(words, phrases) == kind


@pytest.mark.parametrize("words", ["спасибо бригаде приехали быстро", "всё отлично сделали за час"])
def test_thanks_are_a_message_and_no_end_of_one(words: str) -> None:
    async def feedback(call: Any) -> Any:
        return await message(call, subject="feedback")

    done = run(feedback, Utterance("да"), Utterance(words), Utterance("больше нечего"), SILENT)
    (opened,) = done.of(OpenTicket)
    assert opened.words == words


@pytest.mark.parametrize(("words", "times"), [("не успела записать", 2), ("диктуйте", 2), ("запомнила", 1)])
def test_a_number_that_was_not_written_down_is_said_again(words: str, times: int) -> None:
    done = run(no_power, SILENT, Utterance(words), SILENT, world=errands([point()]))
    assert done.names.count("ticket_opened") == times


@pytest.mark.parametrize("words", ["хорошо спасибо", "понятно", *ENOUGH])
def test_whoever_has_heard_enough_of_a_request_needs_no_person(words: str) -> None:
    world = {**errands([point()]), FindTicket: lambda _: Ticket(100237, NOW, "no_power", "open")}
    assert run(my_request, Digits("100237"), Utterance(words), world=world).outcome == Told("request")


@pytest.mark.parametrize("words", ["да", "да нужен", "хочу"])
def test_whoever_says_yes_to_a_person_gets_one(words: str) -> None:
    world = {**errands([point()]), FindTicket: lambda _: Ticket(100237, NOW, "no_power", "open")}
    outcome = run(my_request, Digits("100237"), Utterance(words), world=world).outcome
    assert outcome == NeedsPerson("asked for a person about a request")
