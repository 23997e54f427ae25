"""Nobody has answered: what is promised, and what is not registered a second time."""

from collections.abc import Sequence
from typing import Any

import pytest

from ivr.call.errands import OpenTicket, Promise, Ticket, Unavailable
from ivr.call.memory import About, Registered, Remember
from ivr.call.model import Call, Digits, NeedsPerson, NoInput, Outcome, OutcomeClass, Utterance
from robot.outcomes import CallbackLeft
from robot.topics.callback import callback
from tests.core.rehearse import Rehearsal, rehearse
from tests.core.robot.world import CALL, HIDDEN, NOW, errands, point

SILENT = NoInput()


def leave(*known: Any, call: Call = CALL, world: Any = None, answers: Sequence[Any] = ()) -> Rehearsal:
    async def script() -> Outcome:
        for fact in known:
            await Remember(fact)
        return await callback(call)

    return rehearse(script, [*answers, SILENT], world or errands([point()]))


def test_a_call_without_a_ticket_gets_one_and_a_promise_that_names_it() -> None:
    done = leave()
    assert done.names == ["callback_opened", "number_offer"]
    (opened,), (promise,) = done.of(OpenTicket), done.of(Promise)
    assert (opened.topic, opened.category, opened.urgent) == ("callback", "application", False)
    assert (promise.kind, promise.phone, promise.ticket) == ("callback", CALL.caller, 100237)
    assert done.outcome == CallbackLeft(100237, "callback")
    assert done.outcome.kind is OutcomeClass.MISSED, "a promised call is no answered one"


def test_a_call_with_a_ticket_gets_no_second_one() -> None:
    done = leave(Registered(100300, "no_power"))
    assert done.names == ["callback_for_ticket", "number_offer"]
    assert done.of(OpenTicket) == []
    (promise,) = done.of(Promise)
    assert promise.ticket == 100300
    assert done.outcome == CallbackLeft(100300, "no_power")


def test_who_has_asked_to_be_called_back_before_is_promised_it_again() -> None:
    done = leave(world=errands([point()], ticket=Ticket(100200, NOW, "callback", "open", joined=True)))
    assert done.names == ["callback_for_ticket", "number_offer"]
    (promise,) = done.of(Promise)
    assert promise.ticket == 100200


def test_danger_of_which_there_is_no_ticket_yet_is_registered_as_such() -> None:
    (opened,) = leave(About("danger")).of(OpenTicket)
    assert (opened.topic, opened.urgent) == ("danger", True)


@pytest.mark.parametrize(
    ("known", "names"),
    [
        ([Registered(100300, "danger")], ["ticket_opened", "number_offer"]),
        ([About("danger")], ["ticket_opened", "number_offer"]),
        ([], []),
    ],
)
def test_a_hidden_number_is_promised_nothing(known: list[Any], names: list[str]) -> None:
    done = leave(*known, call=HIDDEN, answers=[SILENT])
    assert done.names == ["callback_ask_phone", "callback_no_number", *names]
    assert done.of(Promise) == []
    assert isinstance(done.outcome, CallbackLeft if known else NeedsPerson)


@pytest.mark.parametrize(
    "said",
    [Digits("9001112233"), Digits("89001112233"), Utterance("девятьсот сто одиннадцать двадцать два тридцать три")],
)
def test_who_hides_their_number_may_give_one(said: Any) -> None:
    done = leave(call=HIDDEN, answers=[said, Digits("1")])
    assert done.names[-2:] == ["callback_opened", "number_offer"]
    (promise,) = done.of(Promise)
    (opened,) = done.of(OpenTicket)
    assert promise.phone == opened.phone == "+79001112233"


@pytest.mark.parametrize("answers", [[Digits("9001112233"), Digits("2")], [Digits("*")], [Digits("0001112233")]])
def test_a_number_that_is_not_confirmed_or_none_is_not_called(answers: list[Any]) -> None:
    done = leave(call=HIDDEN, answers=answers)
    assert done.names[-1] == "callback_no_number"
    assert done.of(Promise) == []


@pytest.mark.parametrize("known", [[], [Registered(100300, "theft")]])
def test_a_promise_that_cannot_be_written_down_is_not_spoken(known: list[Any]) -> None:
    done = leave(*known, world=errands([point()]) | {Promise: lambda _: Unavailable("busy")})
    assert done.names == ["ticket_opened", "number_offer"]
