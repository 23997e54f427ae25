"""The topics beside «no power»: my request, messages, and what all topics have in common."""

import inspect
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

import robot.topics
from ivr.call.errands import FindTicket, NoTicket, OpenTicket, Ticket, Unavailable
from ivr.call.model import Digits, NeedsPerson, NoInput, OutcomeClass, Prompt, Told
from robot.errands import FindServicePoints
from robot.outcomes import CallbackLeft, NothingToTell, Ticketed
from robot.topics.message import AT_ONCE, OFFERS, Subject, message
from robot.topics.my_request import my_request
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse
from tests.core.robot.world import CALL, HIDDEN, NOW, errands, point

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


# ── messages ───────────────────────────────────────────────────────────────────────────────────────────────────


def leave(*answers: Any, call: Any = CALL, world: dict[type, Any] | None = None) -> Rehearsal:
    return rehearse(lambda: message(call, subject="quality"), answers, world or errands([point()]))


def test_one_registers_the_message_from_the_callers_number() -> None:
    done = leave(Digits("1"), SILENT)
    assert done.names == ["message_quality", "ticket_opened", "ticket_offer"]
    (opened,) = done.of(OpenTicket)
    assert (opened.topic, opened.phone, opened.point_id) == ("quality", CALL.caller, "p1")
    assert done.outcome == Ticketed(100237, "quality")


@pytest.mark.parametrize(
    "world",
    [errands(), errands([point(), point("p2")]), errands() | {FindServicePoints: lambda _: Unavailable("broken")}],
)
def test_without_one_certain_point_the_message_names_no_address(world: dict[type, Any]) -> None:
    (opened,) = leave(Digits("1"), SILENT, world=world).of(OpenTicket)
    assert (opened.point_id, opened.address, opened.branch) == (None, "", "46")


def test_zero_is_a_person_and_so_is_a_hidden_number() -> None:
    assert isinstance(leave(Digits("0")).outcome, NeedsPerson)
    done = leave(call=HIDDEN)
    assert isinstance(done.outcome, NeedsPerson)
    assert done.said == []


def test_silence_registers_nothing() -> None:
    done = leave(SILENT, SILENT)
    assert done.names == ["message_quality"] * 2
    assert done.outcome == NothingToTell()


def test_keys_that_mean_nothing_lead_to_a_person() -> None:
    assert isinstance(leave(Digits("7"), Digits("8")).outcome, NeedsPerson)


@pytest.mark.parametrize("subject", sorted(AT_ONCE))
def test_who_has_chosen_to_leave_a_message_is_not_asked_again(subject: Any) -> None:
    done = rehearse(lambda: message(CALL, subject=subject), [SILENT], errands([point()]))
    assert done.names == ["callback_opened", "number_offer"]
    assert done.outcome == CallbackLeft(100237, subject)
    assert done.outcome.kind is OutcomeClass.MISSED, "a registered call is no answered one"
    (opened,) = done.of(OpenTicket)
    assert (opened.topic, opened.point_id) == (subject, "p1")


def test_danger_from_a_hidden_number_is_registered_but_nobody_promises_to_call_back() -> None:
    done = rehearse(lambda: message(HIDDEN, subject="danger"), [SILENT], errands([point()]))
    assert done.names == ["ticket_opened", "number_offer"]
    (opened,) = done.of(OpenTicket)
    assert (opened.phone, opened.point_id) == (None, None)


def test_who_hides_their_number_hears_why_nobody_can_call_back() -> None:
    done = rehearse(lambda: message(HIDDEN, subject="callback"), [], errands([point()]))
    assert done.names == ["callback_no_number"]
    assert isinstance(done.outcome, NeedsPerson)


def test_every_subject_has_its_offer() -> None:
    assert set(OFFERS) == set(get_args(Subject)) - AT_ONCE
    assert all(prompt == Prompt(f"message_{subject}") for subject, prompt in OFFERS.items())


# ── all topics ─────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_file_of_the_folder_is_a_topic() -> None:
    files = {path.stem for path in Path(robot.topics.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(robot.topics.topics()) == files
    for name, topic in robot.topics.topics().items():
        assert inspect.iscoroutinefunction(topic), name
        assert topic.__doc__, name
        assert "call" in get_type_hints(topic), name
