"""The runner's rules (DESIGN section 4), each held against a small script and an honest fake line."""

import asyncio
import time
import types
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest

from ivr.call.errands import Errand, Unavailable
from ivr.call.model import (
    Abandoned,
    Answer,
    Call,
    CallRecord,
    Connected,
    Digits,
    Failed,
    HandedOver,
    HungUp,
    LeftQueue,
    NoInput,
    Outcome,
    Prompt,
    Told,
    TransferResult,
    Unanswered,
    Utterance,
)
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.errors import StoreBusy, VoiceFailed
from ivr.ports import Asked, LineDropped, Said
from ivr.runner import Runner

CALL = Call("c1", "+79001234567", "88002200220", datetime(2026, 11, 25, tzinfo=UTC))


@dataclass
class Line:
    """A line that plays back what it is told to answer; an exception in ``answers`` is raised."""

    answers: list[Any] = field(default_factory=list)
    did: list[str] = field(default_factory=list)

    def _next(self) -> Any:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def say(self, say: Say) -> Said:
        self.did.append(f"say {say.prompt.name}")
        if say.prompt.name != "one_moment":
            self._next()
        return Said(time.monotonic(), say.prompt.name)

    async def ask(self, ask: Ask) -> Asked:
        self.did.append(f"ask {ask.prompt.name}")
        answer: Answer = self._next() or NoInput()
        return Asked(time.monotonic(), ask.prompt.name, answer, time.monotonic())

    async def transfer(self, transfer: Transfer) -> TransferResult:
        self.did.append(f"transfer {transfer.queue}")
        return self._next() or Connected()

    async def hang_up(self) -> None:
        self.did.append("hang up")


@dataclass
class Book:
    begun: list[CallRecord] = field(default_factory=list)
    ended: list[CallRecord] = field(default_factory=list)

    async def begin(self, record: CallRecord) -> None:
        self.begun.append(record)

    async def end(self, record: CallRecord) -> None:
        self.ended.append(record)


@dataclass(frozen=True, slots=True)
class Look(Errand[str | Unavailable]):
    patience: ClassVar[float] = 0.02
    limit: ClassVar[float] = 0.08


@dataclass(frozen=True, slots=True)
class Write(Errand[str | Unavailable]):
    patience: ClassVar[float] = 0.02
    limit: ClassVar[float] = 0.08
    writes: ClassVar[bool] = True


async def run(script: Script, line: Line, handlers: dict[Any, Callable[[Any], Awaitable[Any]]] | None = None) -> Any:
    book = Book()
    runner = Runner(handlers or {}, book, lambda: datetime.now(UTC))
    outcome = await runner.run_call(CALL, script, line, plan="v1")
    assert runner.live == {}
    (record,) = book.ended
    assert len(book.begun) == 1
    assert record.outcome == outcome
    return outcome, record


async def test_a_call_is_held_and_recorded() -> None:
    async def script() -> Outcome:
        await Enter("start")
        await Say(Prompt("greeting"))
        answer = await Ask(Prompt("menu"))
        await Note(f"chose {answer}")
        return Told("all")

    line = Line([None, Digits("1")])
    outcome, record = await run(script, line)
    assert outcome == Told("all")
    assert line.did == ["say greeting", "ask menu", "hang up"]
    assert [type(entry.verb).__name__ for entry in record.entries] == ["Enter", "Say", "Ask", "Note"]
    assert record.entries[2].value == Digits("1")
    assert record.entries[1].owed_silence is not None


async def test_hang_up_reaches_the_script_at_its_voice_verb_and_errands_still_run() -> None:
    written = []

    async def write(errand: Write) -> str:
        written.append(errand)
        return "written"

    async def script() -> Outcome:
        await Enter("menu")
        try:
            await Ask(Prompt("menu"))
        except CallerHungUp:
            await Write()
            return Told("late")
        return Told("never")

    outcome, _ = await run(script, Line([LineDropped()]), {Write: write})
    assert outcome == Told("late")
    assert len(written) == 1


async def test_a_voice_verb_after_hang_up_closes_the_script() -> None:
    async def script() -> Outcome:
        await Enter("menu")
        try:
            await Say(Prompt("a"))
        except CallerHungUp:
            await Say(Prompt("b"))
        return Told("never")

    line = Line([LineDropped()])
    outcome, _ = await run(script, line)
    assert outcome == Abandoned("menu")
    assert line.did == ["say a", "hang up"]


async def test_no_except_exception_swallows_a_hang_up() -> None:
    async def script() -> Outcome:
        try:
            await Say(Prompt("a"))
        except Exception:
            return Told("swallowed")
        return Told("never")

    assert (await run(script, Line([LineDropped()])))[0] == Abandoned("")


async def test_leaving_the_queue_is_told_apart() -> None:
    async def script() -> Outcome:
        await Transfer("operators")
        return Told("never")

    outcome, record = await run(script, Line([LineDropped("operators")]))
    assert outcome == LeftQueue("operators")
    assert [(entry.verb, entry.value) for entry in record.entries] == [(Transfer("operators"), HungUp())]


async def test_a_slow_errand_is_covered_and_ends_at_its_limit() -> None:
    cancelled = asyncio.Event()

    async def look(errand: Look) -> str:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.set()
            raise
        return "too late"

    async def script() -> Outcome:
        return Told(str(await Look()))

    line = Line()
    outcome, _ = await run(script, line, {Look: look})
    assert "no answer within" in outcome.what
    assert line.did == ["say one_moment", "hang up"]
    await asyncio.wait_for(cancelled.wait(), 1)


async def test_the_silence_of_a_slow_errand_is_filled_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.runner.FILL_EVERY_S", 0.015)

    async def look(errand: Look) -> str:
        await asyncio.sleep(60)
        return "too late"

    async def script() -> Outcome:
        return Told(str(await Look()))

    line = Line()
    await run(script, line, {Look: look})
    assert line.did.count("say one_moment") >= 3


async def test_what_is_said_into_a_filler_reaches_the_script_with_the_answer() -> None:
    class Talked(Line):
        async def say(self, say: Say) -> Said:
            said = await super().say(say)
            return replace(said, overheard=(Utterance("провод упал"), Digits("5")))

    async def look(errand: Look) -> str:
        await asyncio.sleep(0.04)
        return "found"

    replies = []

    @types.coroutine
    def looking() -> Any:
        replies.append((yield Look()))

    async def script() -> Outcome:
        await looking()
        return Told("all")

    _, record = await run(script, Talked(), {Look: look})
    (reply,) = replies
    assert reply.value == "found"
    assert set(reply.overheard) == {Utterance("провод упал")}, "keys are kept by the channel"
    assert record.entries[-1].overheard == reply.overheard, "a replay goes the same way"


async def test_a_writing_errand_is_finished_after_its_limit() -> None:
    written = asyncio.Event()

    async def write(errand: Write) -> str:
        await asyncio.sleep(0.15)
        written.set()
        return "done"

    async def script() -> Outcome:
        return Told(str(await Write()))

    outcome, _ = await run(script, Line(), {Write: write})
    assert "no answer within" in outcome.what
    await asyncio.wait_for(written.wait(), 1)


@pytest.mark.parametrize("error", [StoreBusy("locked"), ValueError("a bug")])
async def test_a_failing_errand_is_an_answer(error: Exception) -> None:
    async def look(errand: Look) -> str:
        raise error

    async def script() -> Outcome:
        answer = await Look()
        return Told(type(answer).__name__)

    assert (await run(script, Line(), {Look: look}))[0] == Told("Unavailable")


async def test_a_broken_script_costs_an_apology_and_brings_a_person() -> None:
    async def script() -> Outcome:
        await Say(Prompt("a"))
        raise KeyError("bug")

    line = Line()
    outcome, record = await run(script, line)
    assert isinstance(outcome, Failed)
    assert line.did == ["say a", "say technical_problem", "transfer operators", "hang up"]
    assert record.entries[-1].value == Connected()


async def test_asyncio_in_a_script_is_refused_by_file_and_line() -> None:
    async def script() -> Outcome:
        await asyncio.sleep(0.01)
        return Told("never")

    line = Line()
    outcome, _ = await run(script, line)
    assert isinstance(outcome, Failed)
    assert "NotAVerb" in outcome.why
    assert "test_runner.py:" in outcome.why
    assert "transfer operators" in line.did


async def test_no_voice_at_all_still_brings_a_person() -> None:
    async def script() -> Outcome:
        await Say(Prompt("a"))
        return Told("never")

    line = Line([VoiceFailed("no voice"), VoiceFailed("no voice")])
    outcome, _ = await run(script, line)
    assert isinstance(outcome, Failed)
    assert line.did == ["say a", "say technical_problem"], "left without a stage: Asterisk apologises and queues"


async def test_nobody_answers_after_an_apology_and_the_caller_is_not_hung_up_on() -> None:
    async def script() -> Outcome:
        raise KeyError("bug")

    line = Line([None, Unanswered()])
    outcome, _ = await run(script, line)
    assert isinstance(outcome, Failed)
    assert line.did == ["say technical_problem", "transfer operators"]


async def test_a_broken_script_goes_back_to_the_queue_and_priority_it_had() -> None:
    async def script() -> Outcome:
        await Transfer("dispatchers", priority=10)
        raise KeyError("bug")

    _, record = await run(script, Line([Unanswered(), None, Connected()]))
    assert record.entries[-1].verb == Transfer("dispatchers", priority=10)


async def test_a_cancelled_call_is_still_recorded() -> None:
    waiting = asyncio.Event()

    class Slow(Line):
        async def ask(self, ask: Ask) -> Asked:
            waiting.set()
            await asyncio.sleep(60)
            raise AssertionError

    async def script() -> Outcome:
        await Ask(Prompt("menu"))
        return Told("never")

    book = Book()
    runner = Runner({}, book, lambda: datetime.now(UTC))
    call = asyncio.create_task(runner.run_call(CALL, script, Slow()))
    await waiting.wait()
    assert runner.live["c1"].doing == "Ask"
    assert "test_runner.py:" in runner.live["c1"].where
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert book.ended[0].outcome == Failed("the engine was stopped")


async def test_an_engine_stopped_while_the_caller_is_in_a_queue_has_handed_over() -> None:
    waiting = asyncio.Event()

    class Slow(Line):
        async def transfer(self, transfer: Transfer) -> TransferResult:
            waiting.set()
            await asyncio.sleep(60)
            raise AssertionError

    async def script() -> Outcome:
        await Transfer("operators")
        return Told("never")

    book = Book()
    runner = Runner({}, book, lambda: datetime.now(UTC))
    call = asyncio.create_task(runner.run_call(CALL, script, Slow()))
    await waiting.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    assert book.ended[0].outcome == HandedOver("operators")
