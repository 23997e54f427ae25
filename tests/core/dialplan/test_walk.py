"""Walking: from node to node with a few answers, and how the call is counted at the end."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ivr.call.errands import Announcement, CurrentAnnouncement, NoAnnouncement, Now, Unavailable
from ivr.call.memory import BelongsTo, Recall, Remember
from ivr.call.model import (
    Abandoned,
    Call,
    Connected,
    Digits,
    Ended,
    LeftQueue,
    NeedsPerson,
    NoInput,
    NoMatch,
    Outcome,
    OutcomeClass,
    TalkedToPerson,
    Told,
    Unanswered,
    Utterance,
)
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Ask, Say, Transfer
from ivr.dialplan.model import Plan
from ivr.dialplan.walk import MOST_NODES, WalkedTooLong, walk
from ivr.runner import where_is
from tests.core.dialplan.small_world import TOPICS, look_at
from tests.core.rehearse import HANG_UP, Rehearsal, rehearse

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CALL = Call("c1", "+79001234567", "88002200220", NOW)
SILENT, GARBAGE = NoInput(), NoMatch()


def plan_of(nodes: str, **files: str) -> Plan:
    text = "start: start\nafter_transfer: start\nnodes:\n" + nodes
    examined = look_at({"hotline": text, **files})
    assert [str(problem) for problem in examined.problems] == []
    assert examined.plan is not None
    return examined.plan


def run(plan: Plan, *answers: Any, call: Call = CALL, topics: Any = TOPICS, **world: Any) -> Rehearsal:
    errands = {Now: lambda _: world.get("now", NOW), CurrentAnnouncement: lambda _: world.get("news", NoAnnouncement())}
    return rehearse(walk(plan, call, topics, world.get("entry")), answers, errands)


MENU = """
  start:
    kind: menu
    prompt: hello
    choices: {1: {to: one, label: Первый пункт}, star: repeat, hash: two, 0: people}
    tries: {no_input: 2, no_match: 3}
    no_input: silence
    no_match: wrong
    silent: quiet
    not_understood: people
  one: {kind: say, prompt: bye}
  two: {kind: hangup}
  quiet: {kind: hangup, prompt: bye}
  people: {kind: transfer, queue: operators, priority: 10, announce: hello, patience: 30, no_answer: nobody, next: two}
  nobody: {kind: hangup, prompt: wrong}
"""


def test_a_key_leads_on_and_the_end_of_the_way_ends_the_call() -> None:
    done = run(plan_of(MENU), Digits("1"))
    assert done.names == ["hello", "bye"]
    assert done.nodes == ["hotline:start", "hotline:one"]
    assert done.outcome == Ended("hotline:one")


def test_silence_and_wrong_keys_are_counted_apart_and_worded_apart() -> None:
    done = run(plan_of(MENU), Digits("7"), SILENT, GARBAGE, SILENT)
    assert done.names == ["hello", "wrong", "silence", "wrong", "bye"]
    assert done.nodes[-1] == "hotline:quiet"


def test_the_last_prompt_of_a_ladder_serves_for_all_further_tries() -> None:
    done = run(plan_of(MENU), Digits("7"), Digits("8"), Digits("9"), Connected(2.0))
    assert done.names == ["hello", "wrong", "wrong", "hello"]
    assert done.outcome == TalkedToPerson("operators", 2.0)


def test_star_says_the_menu_again_but_not_for_ever() -> None:
    done = run(plan_of(MENU), Digits("*"), Digits("*"), Digits("#"))
    assert done.names == ["hello", "hello", "hello"]
    assert done.nodes[-1] == "hotline:two"
    tired = run(plan_of(MENU), *[Digits("*")] * 5, Unanswered())
    assert tired.nodes[-2:] == ["hotline:people", "hotline:nobody"]


@pytest.mark.parametrize("words", ["1", "первый пункт", "ПЕРВЫЙ  пункт"])
def test_in_the_terminal_a_key_or_a_label_may_be_typed(words: str) -> None:
    assert run(plan_of(MENU), Utterance(words)).nodes[-1] == "hotline:one"


def test_words_that_are_no_choice_are_a_wrong_answer() -> None:
    assert run(plan_of(MENU), Utterance("дорого"), Digits("1")).names == ["hello", "wrong", "bye"]


def test_the_record_says_why_it_went_on_as_it_did() -> None:
    assert run(plan_of(MENU), Digits("1")).notes == ["key 1: Первый пункт"]


def test_a_transfer_carries_priority_patience_and_context() -> None:
    call = replace(CALL, branch="46", res="Курский РЭС")
    done = run(plan_of(MENU), Digits("0"), Connected(5.0), call=call)
    (transfer,) = done.of(Transfer)
    context = (("node", "hotline:people"), ("branch", "46"), ("res", "Курский РЭС"))
    assert transfer == Transfer("operators", 10, 30.0, context)
    assert done.nodes[-1] == "hotline:two"
    assert done.outcome == TalkedToPerson("operators", 5.0)


def test_nobody_answers_and_the_call_goes_on() -> None:
    done = run(plan_of(MENU), Digits("0"), Unanswered())
    assert done.names == ["hello", "hello", "wrong"]
    assert done.outcome == Ended("hotline:nobody")


def test_hang_ups_are_counted_by_where_they_happen() -> None:
    assert run(plan_of(MENU), HANG_UP).outcome == Abandoned("hotline:start")
    assert run(plan_of(MENU), Digits("0"), CallerHungUp("operators")).outcome == LeftQueue("operators")


# ── topics ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Nothing(Outcome):
    kind = OutcomeClass.MISSED


async def told(call: Call) -> Outcome:
    return Told("outage")


async def nothing(call: Call) -> Outcome:
    return Nothing()


async def needs(call: Call) -> Outcome:
    return NeedsPerson("address not understood")


async def told_although_hung_up(call: Call) -> Outcome:
    try:
        await Ask(run_prompt)
    except CallerHungUp:
        return Told("outage")
    return Nothing()


run_prompt = next(iter(run(plan_of(MENU), HANG_UP).said))


async def remembers(call: Call) -> Outcome:
    known = await Recall(str)
    await Remember("seen")
    return Told(known or "first time")


TOPIC = """
  start: {kind: topic, topic: plain, helped: helped, to_person: people, next: nothing}
  helped: {kind: say, prompt: hello, next: end}
  nothing: {kind: say, prompt: silence}
  people: {kind: transfer, queue: operators, no_answer: end}
  end: {kind: hangup, prompt: bye}
"""


def test_a_topic_leads_on_by_what_came_of_it() -> None:
    plan = plan_of(TOPIC)
    helped = run(plan, topics={"plain": told})
    assert (helped.names, helped.outcome) == (["hello", "bye"], Told("outage"))
    missed = run(plan, topics={"plain": nothing})
    assert (missed.names, missed.outcome) == (["silence"], Ended("hotline:nothing"))
    person = run(plan, Unanswered(), topics={"plain": needs})
    assert ("why", "address not understood") in person.of(Transfer)[0].context
    assert person.outcome == Ended("hotline:end")


def test_without_the_finer_ways_everything_goes_on_at_next() -> None:
    plan = plan_of("  start: {kind: topic, topic: plain, next: end}\n  end: {kind: hangup, prompt: bye}\n")
    for topic in (told, nothing, needs):
        assert run(plan, topics={"plain": topic}).names == ["bye"]


def test_what_was_told_stands_when_the_caller_hangs_up_later() -> None:
    def hang_up_at_say(verb: Any) -> Any:
        return CallerHungUp() if isinstance(verb, Say) else None

    done = rehearse(walk(plan_of(TOPIC), CALL, {"plain": told}), hang_up_at_say)
    assert done.outcome == Told("outage")


def test_a_topic_may_count_a_hang_up_itself_and_no_voice_verb_follows() -> None:
    done = run(plan_of(TOPIC), HANG_UP, topics={"plain": told_although_hung_up})
    assert done.outcome == Told("outage")
    assert done.nodes == ["hotline:start"]


def test_settings_reach_the_topic() -> None:
    seen: list[str] = []

    async def outage(call: Call, *, subject: str) -> Outcome:
        seen.append(subject)
        return Outcome()

    plan = plan_of("  start: {kind: topic, topic: outage, with: {subject: theft}}\n")
    run(plan, topics={"outage": outage})
    assert seen == ["theft"]


def test_a_call_remembers_from_topic_to_topic() -> None:
    plan = plan_of("  start: {kind: topic, topic: plain, next: b}\n  b: {kind: topic, topic: plain}\n")
    assert run(plan, topics={"plain": remembers}).outcome == Told("seen")


def test_a_live_call_can_show_the_line_of_the_topic_it_is_in() -> None:
    steps = walk(plan_of(TOPIC), CALL, {"plain": told_although_hung_up})()
    verb = steps.send(None)
    while not isinstance(verb, Ask):
        from ivr.call.verbs import Reply

        verb = steps.send(Reply(None))
    assert where_is(steps).startswith(__file__)
    steps.close()


# ── hours, regions, announcements ──────────────────────────────────────────────────────────────────────────────

HOURS = """
  start: {kind: hours, schedule: office, open: open, closed: closed, holiday: free}
  open: {kind: say, prompt: hello}
  closed: {kind: say, prompt: wrong}
  free: {kind: say, prompt: bye}
"""


@pytest.mark.parametrize(
    ("now", "heard"),
    [
        (datetime(2026, 11, 25, 5, 0, tzinfo=UTC), "hello"),  # Wednesday 08:00 in Moscow
        (datetime(2026, 11, 25, 4, 59, tzinfo=UTC), "wrong"),
        (datetime(2026, 11, 25, 14, 0, tzinfo=UTC), "wrong"),
        (datetime(2026, 11, 28, 9, 0, tzinfo=UTC), "bye"),  # Saturday
        (datetime(2026, 1, 1, 9, 0, tzinfo=UTC), "bye"),
    ],
)
def test_hours(now: datetime, heard: str) -> None:
    assert run(plan_of(HOURS), now=now).names == [heard]


REGION = """
  start: {kind: region, served: ours, outside: theirs, unknown: who}
  ours: {kind: say, prompt: hello}
  theirs: {kind: say, prompt: bye}
  who: {kind: say, prompt: wrong}
"""


@pytest.mark.parametrize(
    ("caller", "branch", "heard"),
    [
        ("+74712000101", None, "hello"),
        ("+74951234567", None, "bye"),
        ("+79001234567", None, "wrong"),
        ("+79001234567", "46", "hello"),
        (None, None, "wrong"),
    ],
)
def test_region(caller: str | None, branch: str | None, heard: str) -> None:
    assert run(plan_of(REGION), call=replace(CALL, caller=caller, branch=branch)).names == [heard]


@pytest.mark.parametrize(
    ("news", "heard"),
    [
        (Announcement("hello", NOW), ["hello", "bye"]),
        (NoAnnouncement(), ["bye"]),
        (Unavailable("late"), ["bye"]),
        (Announcement("Света нет во многих сёлах.", NOW), ["announcement", "bye"]),
        (Announcement("pick", NOW), ["announcement", "bye"]),  # a prompt that needs a value cannot be meant
    ],
)
def test_an_announcement_is_said_or_nothing_is_noticed(news: Any, heard: list[str]) -> None:
    plan = plan_of("  start: {kind: announcement, next: end}\n  end: {kind: hangup, prompt: bye}\n")
    assert run(plan, news=news).names == heard


KNOWN = """
  start: {kind: topic, topic: plain, next: where}
  where: {kind: region, served: news, outside: end, unknown: end}
  news: {kind: announcement, next: people}
  people: {kind: transfer, queue: operators, no_answer: end}
  end: {kind: hangup}
"""


async def finds_the_point(call: Call) -> Outcome:
    await Remember(BelongsTo("36", "Новоусманский РЭС"))
    return Nothing()


def test_the_service_point_outweighs_what_the_numbers_told() -> None:
    call = replace(CALL, caller="+74951234567", branch="46", res="Курский РЭС")
    asked: list[str | None] = []

    def news(errand: CurrentAnnouncement) -> NoAnnouncement:
        asked.append(errand.branch)
        return NoAnnouncement()

    for topic, branch, res in ((finds_the_point, "36", "Новоусманский РЭС"), (nothing, "46", "Курский РЭС")):
        done = rehearse(walk(plan_of(KNOWN), call, {"plain": topic}), [Unanswered()], {CurrentAnnouncement: news})
        assert asked.pop() == branch
        (transfer,) = done.of(Transfer)
        assert {("branch", branch), ("res", res)} <= set(transfer.context)


def test_a_landline_from_elsewhere_is_served_when_its_service_point_is_ours() -> None:
    call = replace(CALL, caller="+74951234567")
    assert "hotline:news" in run(plan_of(KNOWN), Unanswered(), call=call, topics={"plain": finds_the_point}).nodes
    assert "hotline:news" not in run(plan_of(KNOWN), call=call, topics={"plain": nothing}).nodes


# ── addresses, values, loops ───────────────────────────────────────────────────────────────────────────────────


def test_targets_in_another_file_are_meant_there() -> None:
    other = "start: a\nnodes:\n  a: {kind: goto, to: b}\n  b: {kind: say, prompt: bye, next: hotline:end}\n"
    plan = plan_of("  start: {kind: goto, to: other:a}\n  end: {kind: hangup}\n", other=other)
    assert run(plan).nodes == ["hotline:start", "other:a", "other:b", "hotline:end"]


def test_a_call_can_start_anywhere() -> None:
    assert run(plan_of(MENU), entry="hotline:nobody").names == ["wrong"]


def test_values_become_what_the_wording_takes() -> None:
    plan = plan_of("  start: {kind: say, prompt: {name: pick, values: {seconds: 5}}}\n")
    assert [prompt.values for prompt in run(plan).said] == [{"seconds": 5}]


def test_a_notice_that_must_be_heard_cannot_be_cut_short() -> None:
    plan = plan_of("  start: {kind: say, prompt: hello, interruptible: no}\n")
    assert [say.interruptible for say in run(plan).of(Say)] == [False]


def test_a_caller_who_goes_round_by_keys_is_stopped() -> None:
    plan = plan_of(
        "  start: {kind: menu, prompt: hello, choices: {1: start}, tries: 1, silent: end, not_understood: end}\n"
        "  end: {kind: hangup}\n"
    )
    with pytest.raises(WalkedTooLong, match="hotline:start"):
        run(plan, *[Digits("1")] * (MOST_NODES + 1))
