"""My request, and what all topics have in common."""

import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any, get_type_hints

import pytest

import robot.topics
from ivr.call.errands import FindTicket, NoTicket, Ticket, Unavailable
from ivr.call.model import Digits, NeedsPerson, NoInput, Told
from robot.topics.my_request import my_request
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse
from tests.core.robot.world import CALL, NOW

NUMBER = Digits("100237")
SILENT = NoInput()


def ask_state(*answers: Any, state: str = "open") -> Rehearsal:
    found = Ticket(100237, NOW - timedelta(days=1), "no_power", state)
    known = {FindTicket: lambda errand: found if errand.number == 100237 else NoTicket()}
    return rehearse(lambda: my_request(CALL), answers, known)


@pytest.mark.parametrize("state", ["open", "in_work", "done", "rejected"])
def test_every_state_has_its_sentence(state: str) -> None:
    done = ask_state(NUMBER, SILENT, state=state)
    assert done.names == ["request_ask", f"request_{state}", "request_offer"]
    assert done.said[1].values == {"number": 100237, "opened": NOW - timedelta(days=1)}
    assert done.outcome == Told("request")


def test_a_state_that_we_do_not_know_leads_to_a_person() -> None:
    assert isinstance(ask_state(NUMBER, state="lost").outcome, NeedsPerson)


def test_a_number_that_does_not_exist_may_be_keyed_again() -> None:
    assert ask_state(Digits("100001"), NUMBER, SILENT).names[:3] == ["request_ask", "request_not_found", "request_open"]


@pytest.mark.parametrize(
    "answers",
    [
        [Digits("100001")] * 3,
        [Digits("*")],
        [SILENT, SILENT],
        [Digits("#"), Digits("#")],
        [NUMBER, Digits("0")],
    ],
)
def test_a_person_takes_over(answers: list[Any]) -> None:
    assert isinstance(ask_state(*answers).outcome, NeedsPerson)


def test_who_has_heard_the_state_is_served() -> None:
    assert ask_state(NUMBER, HANG_UP).outcome == Told("request")


def test_tickets_that_cannot_be_read_lead_to_a_person() -> None:
    done = rehearse(lambda: my_request(CALL), [NUMBER], {FindTicket: lambda _: Unavailable("busy")})
    assert isinstance(done.outcome, NeedsPerson)


# ── all topics ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_of_the_folder_is_a_topic() -> None:
    files = {path.stem for path in Path(robot.topics.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(robot.topics.topics()) == files
    for name, topic in robot.topics.topics().items():
        assert inspect.iscoroutinefunction(topic), name
        assert topic.__doc__, name
        assert "call" in get_type_hints(topic), name
