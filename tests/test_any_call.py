"""Whatever callers press in whatever world, some things hold for every call through the real dialplan."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from ivr.call.errands import CurrentAnnouncement, FindTicket, NoAnnouncement, NoTicket, Now, OpenTicket, Ticket
from ivr.call.model import Connected, Digits, NeedsPerson, NoInput, OutcomeClass, Unanswered
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Ask, Transfer
from ivr.dialplan.walk import WalkedTooLong, walk
from outage_feed.model import Kind, Outage
from robot.topics import topics
from tests.core.rehearse import Rehearsal, rehearse
from tests.core.robot.world import CALL, NOW, errands, outage, point
from tests.test_conversations import the_plan

CALLS = 1000
POINTS = [point(), point("p2", "ул. Мира", "3"), point("p3", "ул. Дачная", "1", account="4600000003")]
LIKELY = {
    "menu_main": "1",
    "menu_main_again": "1",
    "account_ask": "4600123456",
    "account_ask_again": "4600000003",
    "account_read_back": "1",
    "which_of_two": "2",
    "which_of_three": "3",
    "outage_offer_ticket": "1",
    "request_ask": "100237",
    "menu_other": "4",
}
"""What callers mostly press, so that they get somewhere."""


class SomeCall:
    """A caller, a world and its answers, all by chance from one seed."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.caller = self.chance.choice([CALL.caller, CALL.caller, None, "+79990000000", "+74951234567"])
        self.points = self.chance.sample(POINTS, self.chance.randint(0, 3))
        self.outages = [self.outage(n) for n in range(self.chance.choice([0, 0, 1, 1, 2]))]
        self.stale = self.chance.random() < 0.2

    def outage(self, number: int) -> Outage:
        start = NOW + timedelta(hours=self.chance.randint(-20, 4), minutes=1)

        def later() -> Any:
            return start + timedelta(hours=self.chance.randint(1, 30)) if self.chance.random() < 0.6 else None

        return outage(
            self.chance.choice(["ул. Ленина, 3, 5", "ул. Ленина", "ул. Мира, 3"]),
            f"o{number}",
            kind=self.chance.choice(list(Kind)),
            start=start,
            planned_end=later(),
            restored_at=later(),
        )

    def answer(self, verb: Any) -> Any:
        match verb:
            case Ask(prompt=prompt):
                if self.chance.random() < 0.02:
                    return CallerHungUp()
                if self.chance.random() < 0.75 and prompt.name in LIKELY:
                    return Digits(LIKELY[prompt.name])
                keys = self.chance.choice([*"0123456789*#", "46001"])
                return Digits(keys[: verb.most]) if self.chance.random() < 0.6 else NoInput()
            case Transfer(queue=queue):
                return self.chance.choice([Unanswered(), Connected(5, 60), CallerHungUp(queue)])
        return (Digits("1"),) if self.chance.random() < 0.1 else ()

    def hold(self) -> Rehearsal | None:
        """The call; None when the caller went round and round until that was ended."""
        ticket = Ticket(100237, NOW, "no_power", "open")
        world = errands(self.points, self.outages, stale=self.stale) | {
            CurrentAnnouncement: lambda _: NoAnnouncement(),
            Now: lambda _: NOW,
            FindTicket: lambda errand: ticket if errand.number == 100237 else NoTicket(),
        }
        placed = the_plan().place(replace(CALL, caller=self.caller))
        try:
            return rehearse(walk(the_plan(), placed.call, topics(), placed.entry), self.answer, world)
        except WalkedTooLong:
            return None


@pytest.fixture(scope="module")
def calls() -> list[tuple[SomeCall, Rehearsal]]:
    held = [(call, call.hold()) for call in map(SomeCall, range(CALLS))]
    return [(call, done) for call, done in held if done is not None]


def test_no_time_is_quoted_that_is_past_or_stale(calls: list[tuple[SomeCall, Rehearsal]]) -> None:
    for call, done in calls:
        for prompt in done.said:
            if "until" in prompt.values:
                assert prompt.values["until"] > NOW
                assert not call.stale


def test_nothing_is_said_of_outages_at_an_address_that_was_not_found(
    calls: list[tuple[SomeCall, Rehearsal]],
) -> None:
    for call, done in calls:
        if not call.points:
            assert not any(name.startswith("outage_") for name in done.names)


def test_a_number_is_spoken_only_of_a_ticket_that_was_opened(calls: list[tuple[SomeCall, Rehearsal]]) -> None:
    for _, done in calls:
        if {"ticket_opened", "ticket_joined"} & set(done.names):
            assert done.of(OpenTicket)


def test_whoever_needs_a_person_gets_to_a_queue(calls: list[tuple[SomeCall, Rehearsal]]) -> None:
    for _, done in calls:
        assert not isinstance(done.outcome, NeedsPerson)
        if done.outcome is not None and done.outcome.kind is OutcomeClass.OPERATOR:
            assert done.of(Transfer)


def test_everything_that_is_said_has_words_and_every_call_ends(calls: list[tuple[SomeCall, Rehearsal]]) -> None:
    assert len(calls) > CALLS * 0.95
    for prompt in {prompt for _, done in calls for prompt in done.said}:
        assert the_plan().book.speak(prompt, NOW).text


def test_these_calls_come_to_most_of_what_there_is(calls: list[tuple[SomeCall, Rehearsal]]) -> None:
    heard = Counter(name for _, done in calls for name in set(done.names))
    expected = ["outage_planned", "outage_emergency", "outage_restored", "outage_past_its_time", "outage_list_stale"]
    expected += ["outage_none_known", "ticket_opened", "account_no_luck", "outage_again", "request_open", "goodbye"]
    assert not [name for name in expected if heard[name] < 3], heard
