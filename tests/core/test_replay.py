"""Recorded calls held again by other scripts: what differs, and how far it goes on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ivr.call.errands import FindTicket, NoTicket, Now, Unavailable
from ivr.call.journal import Unknown
from ivr.call.model import (
    Abandoned,
    Call,
    CallRecord,
    Connected,
    Digits,
    Ended,
    Entry,
    Failed,
    HandedOver,
    HungUp,
    LeftQueue,
    Outcome,
    Prompt,
    TalkedToPerson,
    Told,
    Utterance,
)
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.replay import Change, Replayed, came_back, replay
from ivr.runner import APOLOGY, FILLER

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CALL = Call("c1", "+79001231234", "88002200220", NOW)
MENU, OTHER, BYE = Prompt("menu"), Prompt("other"), Prompt("bye")


def recorded(*did: tuple[Any, Any], outcome: Outcome) -> CallRecord:
    entries = tuple(
        Entry(n, float(n), 0.5, verb, value, said=f"<{verb.prompt.name}>" if isinstance(verb, Say | Ask) else "")
        for n, (verb, value) in enumerate(did)
    )
    return CallRecord(CALL, "v1", outcome, NOW + timedelta(seconds=len(did)), entries)


def worded(prompt: Prompt, _: float) -> tuple[str, ...]:
    return (f"<{prompt.name}>", f"<{prompt.name} by keys>")


def changes(done: Replayed) -> list[tuple[str, Any]]:
    return [(row.change.value, row.entry.verb) for row in done.rows if row.change is not Change.SAME]


async def the_script() -> Outcome:
    await Enter("a:menu")
    await Note("never compared")
    answer = await Ask(MENU)
    if answer == Digits("1"):
        await Enter("a:told")
        found = await FindTicket(7)
        assert isinstance(found, NoTicket)
        await Say(BYE)
        return Told("nothing")
    await Enter("a:people")
    result = await Transfer("operators")
    return TalkedToPerson("operators", result.waited) if isinstance(result, Connected) else Ended("a:people")


SERVED = recorded(
    (Enter("a:menu"), None),
    (Note("another remark then"), None),
    (Ask(MENU), Digits("1")),
    (Enter("a:told"), None),
    (Say(FILLER), None),
    (FindTicket(7), NoTicket()),
    (Say(BYE), None),
    outcome=Told("nothing"),
)


def held(record: CallRecord, script: Any, **more: Any) -> Replayed:
    return replay(record, script, worded, **more)


def test_the_same_script_holds_the_same_call() -> None:
    done = held(SERVED, the_script)
    assert done.same
    assert done.first is None
    assert [type(row.entry.verb).__name__ for row in done.rows] == ["Enter", "Ask", "Enter", "FindTicket", "Say"]


def test_a_sentence_more_is_one_difference_and_the_call_goes_on() -> None:
    async def script() -> Outcome:
        await Enter("a:menu")
        await Say(OTHER)
        return await the_rest()

    async def the_rest() -> Outcome:
        assert await Ask(MENU) == Digits("1")
        await Enter("a:told")
        await FindTicket(7)
        await Say(BYE)
        return Told("nothing")

    done = held(SERVED, script)
    assert not done.same
    assert changes(done) == [("new", Say(OTHER))]
    assert done.outcome_same
    assert done.node == "a:menu"
    assert done.first is not None
    assert done.first.entry.said == "<other>"


def test_another_question_gets_the_answer_of_the_one_in_its_place() -> None:
    async def script() -> Outcome:
        await Enter("a:menu")
        assert await Ask(OTHER) == Digits("1")
        await Enter("a:told")
        await Say(BYE)
        return Told("nothing")

    done = held(SERVED, script)
    assert changes(done) == [("gone", Ask(MENU)), ("new", Ask(OTHER)), ("gone", FindTicket(7))]
    assert done.outcome_same


def test_an_answer_that_leads_elsewhere_ends_where_nobody_knows_more() -> None:
    async def script() -> Outcome:
        await Enter("a:menu")
        await Ask(MENU)
        await Enter("a:people")
        await Transfer("operators")
        raise AssertionError("nobody knows who answered")

    done = held(SERVED, script)
    assert changes(done)[-2:] == [("new", Enter("a:people")), ("new", Transfer("operators"))]
    assert "queue “operators”" in done.stopped
    assert done.after is None
    assert done.node == "a:menu", "that is where it goes another way"


def test_hanging_up_is_replayed_where_it_was() -> None:
    for verb, outcome in ((Ask(MENU), Abandoned("a:menu")), (Say(BYE), Abandoned("a:menu"))):
        record = recorded((Enter("a:menu"), None), (verb, HungUp()), outcome=outcome)

        async def script(verb: Any = verb) -> Outcome:
            await Enter("a:menu")
            await verb
            await Say(OTHER)
            return Ended()

        assert held(record, script).same
    record = recorded((Enter("a:people"), None), (Transfer("q"), HungUp()), outcome=LeftQueue("q"))

    async def queueing() -> Outcome:
        await Enter("a:people")
        await Transfer("q")
        return Ended()

    assert held(record, queueing).same


def test_only_another_outcome_is_a_difference_too() -> None:
    record = recorded((Enter("a:menu"), None), outcome=Told("planned"))

    async def script() -> Outcome:
        await Enter("a:menu")
        return Told("emergency")

    done = held(record, script)
    assert done.first is None
    assert not done.same


def test_words_count_only_when_asked_for() -> None:
    record = recorded((Say(BYE), None), (Say(OTHER), None), outcome=Ended("x"))

    async def script() -> Outcome:
        await Say(BYE)
        await Say(OTHER)
        return Ended("x")

    def reworded(prompt: Prompt, _: float) -> tuple[str, ...]:
        return ("Up to bye",) if prompt == BYE else (f"<{prompt.name}>",)

    assert replay(record, script, reworded).same
    done = replay(record, script, reworded, words=True)
    assert [(row.change.value, row.entry.said) for row in done.rows] == [
        ("gone", "<bye>"),
        ("new", "Up to bye"),
        ("same", "<other>"),
    ]


def test_a_script_that_fails_today_as_it_failed_then_is_the_same() -> None:
    async def script() -> Outcome:
        await Enter("a:menu")
        raise ValueError("broken")

    record = recorded(
        (Enter("a:menu"), None), (Say(APOLOGY), None), (Transfer("operators"), Connected()),
        outcome=Failed("ValueError: broken"),
    )  # fmt: skip
    assert held(record, script).same
    assert not held(recorded((Enter("a:menu"), None), outcome=Ended("a:menu")), script).same


@pytest.mark.parametrize("outcome", [HandedOver("operators"), Failed("the engine was stopped")])
def test_a_call_that_we_cut_short_is_compared_as_far_as_it_went(outcome: Outcome) -> None:
    did = ((Enter("a:menu"), None), (Ask(MENU), Digits("0")), (Enter("a:people"), None))
    for length in range(1, 4):
        assert held(recorded(*did[:length], outcome=outcome), the_script).same
    assert not held(
        recorded(did[0], (Ask(MENU), Digits("0")), (Enter("a:gone"), None), outcome=outcome), the_script
    ).same


def test_what_was_renamed_since_is_compared_by_its_fields() -> None:
    record = recorded((Enter("a:x"), None), (Unknown("FindTicket", (("number", 8),)), NoTicket()), outcome=Ended("x"))

    async def script() -> Outcome:
        await Enter("a:x")
        await FindTicket(8)
        return Ended("x")

    assert held(record, script).same


def test_the_time_is_that_of_the_call_where_it_was_not_asked_then() -> None:
    record = recorded((Enter("a:x"), None), (Ask(MENU), Utterance("да")), outcome=Ended("x"))
    times = []

    async def script() -> Outcome:
        await Enter("a:x")
        await Ask(MENU)
        times.append(await Now())
        return Ended("x")

    done = held(record, script)
    assert changes(done) == [("new", Now())]
    assert times == [NOW + timedelta(seconds=1)]


def test_an_errand_with_other_facts_gets_the_answer_and_is_a_difference() -> None:
    seen = []

    async def script() -> Outcome:
        await Enter("a:menu")
        await Ask(MENU)
        await Enter("a:told")
        seen.append(await FindTicket(9))
        await Say(BYE)
        return Told("nothing")

    done = held(SERVED, script)
    assert seen == [NoTicket()]
    assert changes(done) == [("gone", FindTicket(7)), ("new", FindTicket(9))]


def test_a_script_without_end_is_ended() -> None:
    async def script() -> Outcome:
        while True:
            await Say(BYE)

    assert "steps" in held(SERVED, script).stopped


def test_who_came_back_from_a_queue_begins_at_the_first_node() -> None:
    record = recorded(
        (Note("back from a queue (TIMEOUT); before the restart this was call c0"), None),
        (Say(APOLOGY), None), (Transfer("danger", 10), Unavailable("")), (Enter("a:menu"), None),
        (Ask(MENU), HungUp()), outcome=Abandoned("a:menu"),
    )  # fmt: skip
    assert came_back(record)
    assert not came_back(SERVED)
    assert held(record, the_script).same
