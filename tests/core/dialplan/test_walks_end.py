"""Whatever an administrator draws: if it is accepted, every call comes to an end."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from ivr.call.errands import Announcement, CurrentAnnouncement, NoAnnouncement, Now, Unavailable
from ivr.call.model import Call, Connected, Digits, NeedsPerson, NoInput, NoMatch, Outcome, Unanswered, Utterance
from ivr.call.verbs import Ask, Transfer, Verb
from ivr.dialplan.walk import WalkedTooLong, walk
from tests.core.dialplan.small_world import look_at
from tests.core.rehearse import HANG_UP, rehearse

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
NAMES = [f"n{index}" for index in range(8)]
KEYS = [*"0123456789", "star", "hash"]
ANSWERS = [NoInput(), NoMatch(), Utterance("да"), *(Digits(key) for key in "0123456789*#")]


async def plain(call: Call) -> Outcome:
    return NeedsPerson("x") if call.caller is None else Outcome()


Nodes = dict[str, dict[str, Any]]


@st.composite
def onward(draw: st.DrawFn, index: int) -> str:
    """Where somebody who does nothing goes on: nearly always further down, so that many plans are accepted."""
    anywhere = draw(st.integers(0, 39)) == 0
    return draw(st.sampled_from(NAMES if anywhere else [*NAMES[index + 1 :], "end"]))


def menu(index: int) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "kind": st.just("menu"),
            "prompt": st.just("hello"),
            "choices": st.dictionaries(st.sampled_from(KEYS), st.sampled_from(NAMES), min_size=1, max_size=6),
            "tries": st.just("{no_input: 2, no_match: 3}"),
            "no_input": st.just("silence"),
            "no_match": st.just("wrong"),
            "silent": onward(index),
            "not_understood": onward(index),
        }
    )


def node(index: int) -> st.SearchStrategy[dict[str, Any]]:
    def of(kind: str, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({"kind": st.just(kind), **fields})

    way = onward(index)
    return st.one_of(
        of("say", prompt=st.just("hello"), next=way),
        of("say", prompt=st.just("hello")),
        of("hangup"),
        of("goto", to=way),
        of("announcement", next=way),
        of("hours", schedule=st.just("office"), open=way, closed=way),
        of("region", served=way, outside=way, unknown=way),
        of("topic", topic=st.just("plain"), to_person=way, next=way),
        of("transfer", queue=st.just("operators"), no_answer=way, next=way),
        menu(index),
        menu(index),
    )


def written(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {written(item)}" for key, item in value.items()) + "}"
    return str(value)


@st.composite
def plans(draw: st.DrawFn) -> str:
    """A menu of everything, so that every node is reached, and then the nodes, each leading anywhere."""
    nodes: Nodes = {"start": {**draw(menu(0)), "choices": {**dict(zip("12345", NAMES, strict=False)), "6": "more"}}}
    nodes["more"] = {**draw(menu(0)), "choices": {**dict(zip("12345", NAMES[5:], strict=False)), "star": "repeat"}}
    nodes |= {name: draw(node(index)) for index, name in enumerate(NAMES)}
    nodes["end"] = {"kind": "hangup", "prompt": "bye"}
    nodes["start"]["silent"] = "end"
    lines = [f"  {name}: {written(fields)}" for name, fields in nodes.items()]
    return "start: start\nafter_transfer: start\nnodes:\n" + "\n".join(lines) + "\n"


def hold(text: str, draw_answer: Any, caller: str | None, entries: Sequence[str] = ("start",)) -> None:
    plan = look_at({"hotline": text}).plan
    if plan is None:
        return
    errands = {
        Now: lambda _: NOW,
        CurrentAnnouncement: lambda _: draw_answer([NoAnnouncement(), Unavailable("x"), Announcement("hello", NOW)]),
    }

    def answer(verb: Verb[Any]) -> Any:
        match verb:
            case Ask():
                return draw_answer(ANSWERS)
            case Transfer():
                return draw_answer([Unanswered(), Connected()])
            case _:
                return None

    call = Call("c", caller, "88002200220", NOW)
    for entry in entries:
        done = rehearse(walk(plan, call, {"plain": plain}, f"hotline:{entry}"), answer, errands)
        assert done.outcome is not None


@settings(max_examples=40, deadline=None)
@given(plans(), st.randoms(use_true_random=False), st.sampled_from([None, "+79001234567", "+74951234567"]))
def test_random_answers_always_come_to_an_end(text: str, random: Any, caller: str | None) -> None:
    # Only a caller who keeps pressing keys can walk too long, and the runner finds them a person.
    with contextlib.suppress(WalkedTooLong):
        hold(text, random.choice, caller)


@settings(max_examples=40, deadline=None)
@given(plans(), st.sampled_from([NoInput(), NoMatch()]), st.sampled_from([None, "+79001234567", "+74951234567"]))
def test_a_caller_who_chooses_nothing_comes_to_an_end_without_the_guard(
    text: str, always: Any, caller: str | None
) -> None:
    def idle(options: list[Any]) -> Any:
        return always if always in options else options[0]

    hold(text, idle, caller, entries=NAMES)  # wherever the keys pressed before have led


def test_the_strategy_makes_plans_that_are_accepted_and_plans_that_are_not() -> None:
    """Else the two tests above would say nothing."""
    found = {True: 0, False: 0}

    @settings(max_examples=40, deadline=None, database=None)
    @given(plans())
    def look(text: str) -> None:
        found[look_at({"hotline": text}).plan is not None] += 1

    look()
    assert min(found.values()) >= 3, found


def test_hanging_up_at_any_question_ends_the_call() -> None:
    text = (
        "start: start\nafter_transfer: start\nnodes:\n"
        "  start: {kind: menu, prompt: hello, choices: {1: start}, tries: 1, silent: end, not_understood: end}\n"
        "  end: {kind: hangup}\n"
    )
    plan = look_at({"hotline": text}).plan
    assert plan is not None
    for after in range(3):
        done = rehearse(walk(plan, Call("c", None, "1", NOW), {}), [*[Digits("1")] * after, HANG_UP])
        assert type(done.outcome).__name__ == "Abandoned"
