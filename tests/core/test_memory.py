"""What a call remembers."""

from dataclasses import dataclass
from typing import Any

import pytest

from ivr.call.memory import Recall, Remember, SaidLately, remembering
from ivr.call.model import Digits, NoInput, Outcome, Prompt, Told, Utterance
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Ask, Reply, Say


@dataclass(frozen=True, slots=True)
class Fact:
    what: str


@dataclass(frozen=True, slots=True)
class Unheard:
    pass


def test_facts_are_kept_by_class_and_never_leave_the_script() -> None:
    async def script() -> Outcome:
        assert await Recall(Fact) is None
        await Remember(Fact("a"))
        await Say(Prompt("one"))
        await Remember(Fact("b"))
        assert await Recall(Fact) == Fact("b")
        assert await Recall(Unheard) is None
        return Told("done")

    steps = remembering(script)()
    assert steps.send(None) == Say(Prompt("one"))
    with pytest.raises(StopIteration) as end:
        steps.send(Reply(None))
    assert end.value.value == Told("done")


def test_a_hang_up_reaches_the_script_and_memory_still_works() -> None:
    async def script() -> Outcome:
        await Remember(Fact("a"))
        try:
            await Say(Prompt("one"))
        except CallerHungUp:
            fact = await Recall(Fact)
            return Told(fact.what if fact else "")
        return Outcome()

    steps = remembering(script)()
    steps.send(None)
    with pytest.raises(StopIteration) as end:
        steps.throw(CallerHungUp())
    assert end.value.value == Told("a")


def test_what_the_caller_says_last_is_kept_also_what_is_said_into_our_words() -> None:
    async def script() -> Outcome:
        assert await Recall(SaidLately) is None
        for _ in range(2):
            await Ask(Prompt("question"))
        await Say(Prompt("told"))
        return Told(str(await Recall(SaidLately)))

    def lately(*replies: Reply[Any]) -> str:
        steps = remembering(script)()
        steps.send(None)
        for reply in replies[:-1]:
            steps.send(reply)
        with pytest.raises(StopIteration) as end:
            steps.send(replies[-1])
        return str(end.value.value.what)

    one, two = Reply(Utterance("раз")), Reply(Utterance("два"))
    three = Reply(None, (Utterance("три"), Utterance(" "), Utterance("четыре")))
    assert lately(one, two, three) == str(SaidLately(("два", "три", "четыре"), "четыре"))
    assert lately(one, Reply(Digits("1")), Reply(None)) == str(SaidLately(("раз",), ""))
    assert lately(Reply(Digits("1")), Reply(NoInput()), Reply(None)) == "None"


def test_two_calls_have_two_memories() -> None:
    async def script() -> Outcome:
        known = await Recall(Fact)
        await Remember(Fact("a"))
        await Say(Prompt("again" if known else "first"))
        return Outcome()

    factory = remembering(script)
    assert factory().send(None) == factory().send(None) == Say(Prompt("first"))


def test_it_can_be_awaited_inside_another_script_and_closed() -> None:
    closed = []

    async def inner() -> Outcome:
        try:
            await Remember(Fact("a"))
            await Say(Prompt("one"))
        finally:
            closed.append(True)
        return Told("inner")

    async def outer() -> Outcome:
        return await remembering(inner)()

    steps: Any = outer()
    steps.send(None)
    with pytest.raises(StopIteration) as end:
        steps.send(Reply(None))
    assert end.value.value == Told("inner")
    steps = outer()
    steps.send(None)
    steps.close()
    assert closed == [True, True]
