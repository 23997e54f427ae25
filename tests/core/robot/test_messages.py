"""Messages: dictated or left by a key, with what is registered of them."""

from typing import Any, get_args

import pytest

from ivr.call.categories import category_of
from ivr.call.errands import OpenTicket, Unavailable
from ivr.call.model import Digits, NeedsPerson, NoInput, Prompt, Utterance
from robot.errands import FindServicePoints
from robot.outcomes import NothingToTell, Ticketed
from robot.taking_down import LONGEST, MOST_PARTS
from robot.topics.message import OFFERS, Subject, message
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse
from tests.core.robot.world import CALL, HIDDEN, errands, point

SILENT = NoInput()
YES, NO = Utterance("да"), Utterance("нет")
LONG = Utterance("ваша бригада три дня не приезжала менять столб")


def leave(*answers: Any, call: Any = CALL, world: Any = None, subject: Any = "complaint") -> Rehearsal:
    return rehearse(lambda: message(call, subject=subject), answers, world or errands([point()]))


def opened(done: Rehearsal) -> OpenTicket:
    (ticket,) = done.of(OpenTicket)
    assert isinstance(ticket, OpenTicket)
    return ticket


def test_by_keys_it_is_registered_without_words() -> None:
    done = leave(Digits("1"), SILENT)
    assert done.names == ["message_complaint", "ticket_opened", "self_service_site", "ticket_offer"]
    ticket = opened(done)
    assert (ticket.topic, ticket.phone, ticket.point_id, ticket.category) == (
        "complaint",
        CALL.caller,
        "p1",
        "complaint",
    )
    assert (ticket.text, ticket.words) == ("left by keys: complaint", "")
    assert done.outcome == Ticketed(100237, "complaint")


def test_what_is_answered_to_the_offer_is_the_message() -> None:
    done = leave(LONG, Utterance("и трубку никто не берёт"), NO, SILENT)
    assert done.names == [
        "message_complaint",
        "message_more",
        "message_more",
        "ticket_opened",
        "self_service_site",
        "ticket_offer",
    ]
    assert opened(done).words == f"{LONG.text}. и трубку никто не берёт"


@pytest.mark.parametrize("begins", [YES, Utterance("хочу пожаловаться")])
def test_who_only_says_that_there_is_a_message_is_asked_for_it(begins: Utterance) -> None:
    done = leave(begins, LONG, SILENT, SILENT)
    assert done.names[:3] == ["message_complaint", "message_dictate", "message_more"]
    assert opened(done).words == LONG.text


def test_a_yes_to_adding_something_is_not_the_message() -> None:
    done = leave(LONG, YES, Utterance("столб стоит криво"), NO, SILENT)
    assert done.names[1:4] == ["message_more", "message_dictate", "message_more"]
    assert opened(done).words == f"{LONG.text}. столб стоит криво"


@pytest.mark.parametrize(
    "end", [SILENT, NO, Digits("1"), Utterance("всё"), Utterance("спасибо всё"), Utterance("нет это всём")]
)
def test_what_ends_dictating(end: Any) -> None:
    assert opened(leave(LONG, end, SILENT)).words == LONG.text


def test_dictating_has_an_end() -> None:
    done = leave(LONG, *[Utterance("а " * 1500 + "вот ещё что было")] * MOST_PARTS, SILENT)
    assert len(opened(done).words) == LONGEST
    assert done.names.count("message_more") == MOST_PARTS


def test_nothing_dictated_is_registered_all_the_same() -> None:
    assert opened(leave(YES, SILENT, SILENT)).words == ""


@pytest.mark.parametrize(
    "answers", [[Digits("0")], [YES, Digits("0")], [LONG, Digits("0")], [Digits("7"), Digits("8")]]
)
def test_a_person_takes_over(answers: list[Any]) -> None:
    done = leave(*answers)
    assert isinstance(done.outcome, NeedsPerson)
    assert done.of(OpenTicket) == []


def test_a_hidden_number_is_a_persons() -> None:
    done = leave(call=HIDDEN)
    assert isinstance(done.outcome, NeedsPerson)
    assert done.said == []


@pytest.mark.parametrize("answers", [[SILENT, SILENT], [NO], [Digits("2")]])
def test_who_wants_nothing_registered_gets_nothing_registered(answers: list[Any]) -> None:
    done = leave(*answers)
    assert (done.outcome, done.of(OpenTicket)) == (NothingToTell(), [])


@pytest.mark.parametrize(
    "world",
    [errands(), errands([point(), point("p2")]), errands() | {FindServicePoints: lambda _: Unavailable("broken")}],
)
def test_without_one_certain_point_the_message_names_no_address(world: Any) -> None:
    ticket = opened(leave(Digits("1"), SILENT, world=world))
    assert (ticket.point_id, ticket.address, ticket.branch) == (None, "", "46")


def test_hanging_up_while_dictating_registers_nothing() -> None:
    assert leave(LONG, HANG_UP).of(OpenTicket) == []


def test_every_subject_has_its_offer() -> None:
    assert set(OFFERS) == set(get_args(Subject))
    assert all(prompt == Prompt(f"message_{subject}") for subject, prompt in OFFERS.items())


@pytest.mark.parametrize(
    ("subject", "category"),
    [("complaint", "complaint"), ("feedback", "review"), ("suggestion", "suggestion"), ("connection", "consultation"),
     ("maintenance", "notice")],
)  # fmt: skip
def test_every_message_is_classed(subject: Any, category: str) -> None:
    assert opened(leave(Digits("1"), SILENT, subject=subject)).category == category == category_of(subject)
