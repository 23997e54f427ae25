"""«День клиента»: region and day, and nothing that the robot does not know."""

from dataclasses import replace
from typing import Any

import pytest

from ivr.call.errands import OpenTicket
from ivr.call.model import Call, Digits, NeedsPerson, NoInput, Utterance
from robot.outcomes import Ticketed
from robot.topics.client_day import client_day
from tests.core.rehearse import Rehearsal, rehearse
from tests.core.robot.world import CALL, errands

SILENT = NoInput()
NOWHERE = replace(CALL, branch=None)
DAY = Digits("0112")


def wish(*answers: Any, call: Call = NOWHERE) -> Rehearsal:
    return rehearse(lambda: client_day(call), [*answers, SILENT], errands())


def ticket(done: Rehearsal) -> OpenTicket:
    (opened,) = done.of(OpenTicket)
    assert isinstance(opened, OpenTicket)
    return opened


@pytest.mark.parametrize("region", [Digits("46"), Utterance("курская"), Utterance("в курской области")])
def test_region_and_day_are_registered(region: Any) -> None:
    done = wish(region, DAY)
    assert done.names == ["client_day_region", "client_day_date", "client_day_noted", "ticket_opened", "ticket_offer"]
    opened = ticket(done)
    assert (opened.topic, opened.category, opened.branch) == ("client_day", "application", "46")
    assert opened.text == "client day: Курская область, 01.12.2026"
    assert done.outcome == Ticketed(100237, "client_day")


def test_a_region_that_the_call_tells_is_not_asked_for() -> None:
    assert wish(DAY, call=CALL).names[0] == "client_day_date"


@pytest.mark.parametrize("answer", [Digits("#"), SILENT, Utterance("любой день"), Utterance("всё равно")])
def test_the_day_may_not_matter(answer: Any) -> None:
    done = wish(*([answer] * (2 if answer == SILENT else 1)), call=CALL)
    assert ticket(done).text == "client day: Курская область, any day"
    assert "client_day_noted" not in done.names


def test_a_wish_that_is_no_day_is_kept_as_it_was_said() -> None:
    opened = ticket(wish(Utterance("после обеда в конце месяца"), call=CALL))
    assert (opened.text, opened.words) == ("client day: Курская область, as said", "после обеда в конце месяца")


@pytest.mark.parametrize(
    "answers",
    [
        [Digits("*")],
        [Digits("77"), Digits("50"), Digits("99")],
        [SILENT, SILENT],
        [Utterance("московская")] * 3,
        [Digits("46"), Digits("*")],
        [Digits("46"), Digits("3002"), Digits("9999")],
    ],
)
def test_a_person_takes_over(answers: list[Any]) -> None:
    done = wish(*answers)
    assert isinstance(done.outcome, NeedsPerson)
    assert done.of(OpenTicket) == []
