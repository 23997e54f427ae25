"""A recogniser that raises or hangs in the middle of a call: the call goes deaf, in words, and others go on."""

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from ivr.call.model import Utterance
from ivr.hearing import Answered, Deaf, Overheard
from robot.hearing import listening, workers
from robot.hearing.bench.alaw import read
from robot.hearing.listening import Listeners
from robot.hearing.recogniser import Heard, Model, RecogniserFailed, Samples, Word
from robot.hearing.workers import Workers

SPEECH = read(Path(__file__).parent.parent / "speech" / "clips" / "143.wav")
LINE = np.concatenate([np.zeros(4000, np.int16), SPEECH, np.zeros(16000, np.int16)])


class Scripted:
    """Hears «свет»; at the ``number``-th piece of sound something happens."""

    def __init__(self, number: int, happens: Callable[[], None]) -> None:
        self.left, self.happens = number, happens

    def take(self, line: Samples) -> bool:
        self.left -= 1
        if self.left == 0:
            self.happens()
        return False

    def partial(self) -> str:
        return "свет"

    def result(self) -> Heard:
        return Heard()

    def finish(self) -> Heard:
        self.take(np.zeros(0, np.int16))
        return Heard((Word("свет", 0, 1, 0.9),))


class ScriptedModel(Model):
    def __init__(self, number: int, happens: Callable[[], None]) -> None:
        self.folder, self.takes_grammars = Path("scripted"), False
        self.number, self.happens = number, happens

    def recogniser(self, grammar: Sequence[str] | None = None) -> Scripted:
        return Scripted(self.number, self.happens)

    def knows(self, word: str) -> bool:
        return True


def raises(error: BaseException) -> Callable[[], None]:
    def happens() -> None:
        raise error

    return happens


def waiting_for(release: threading.Event) -> Callable[[], None]:
    def happens() -> None:
        release.wait(20)

    return happens


async def told_of(listeners: Listeners) -> list[Overheard]:
    """What an ear tells of the line, which comes five times as fast as it is spoken."""
    told = list[Overheard]()
    ear = listeners.listen(told.append)
    assert ear is not None
    sound = LINE.tobytes()
    for at in range(0, len(sound), 320):
        ear.hear(sound[at : at + 320])
        await asyncio.sleep(0.004)
    ear.close()
    return told


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.parametrize(
    ("error", "why"),
    [
        (RecogniserFailed("Vosk has given up listening"), "Vosk has given up listening"),
        (ValueError("no such state"), "ValueError: no such state"),
        (MemoryError(), "MemoryError: "),
        (SystemExit(1), "RuntimeError: SystemExit(1)"),
    ],
)
async def test_whatever_a_recogniser_raises_the_call_goes_deaf_once(
    number: int, error: BaseException, why: str
) -> None:
    listeners = Listeners(lambda: ScriptedModel(number, raises(error)), cores=1)
    told = await told_of(listeners)
    assert [each for each in told if isinstance(each, Deaf | Answered)] == [Deaf(why)]
    assert listeners.open == 0
    listeners.close()


async def test_a_thread_that_has_met_an_error_hears_the_next_call() -> None:
    models = iter([ScriptedModel(2, raises(SystemExit(1))), ScriptedModel(0, lambda: None)])
    listeners = Listeners(lambda: next(models), cores=1)
    assert isinstance((await told_of(listeners))[-1], Deaf)
    (answer,) = [each.answer for each in await told_of(listeners) if isinstance(each, Answered)]
    assert isinstance(answer, Utterance)
    assert answer.text == "свет"
    listeners.close()


async def test_a_recogniser_that_hangs_makes_the_call_deaf_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HANGS_S", 0.2)
    release = threading.Event()
    models = iter([ScriptedModel(3, waiting_for(release)), ScriptedModel(0, lambda: None)])
    listeners = Listeners(lambda: next(models), cores=1)
    try:
        began = time.monotonic()
        told = await told_of(listeners)
        assert isinstance(told[-1], Deaf)
        assert "hangs" in told[-1].why
        assert time.monotonic() - began < 5
        # The only thread hangs still: another has taken its place.
        monkeypatch.setattr(listening, "HANGS_S", 10.0)
        assert any(isinstance(each, Answered) for each in await told_of(listeners))
    finally:
        release.set()
        listeners.close()


async def test_a_call_that_was_hung_up_while_its_recogniser_hangs_takes_no_thread_along(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "HANGS_S", 0.2)
    release, hangs = threading.Event(), threading.Event()

    def hang() -> None:
        hangs.set()
        release.wait(20)

    models = iter([ScriptedModel(1, hang), ScriptedModel(0, lambda: None)])
    listeners = Listeners(lambda: next(models), cores=1)
    told = list[Overheard]()
    ear = listeners.listen(told.append)
    assert ear is not None
    ear.hear(LINE[:9600].tobytes())
    assert await asyncio.to_thread(hangs.wait, 5)
    ear.close()
    try:
        await asyncio.sleep(0.3)
        assert told == []
        monkeypatch.setattr(listening, "HANGS_S", 10.0)
        assert any(isinstance(each, Answered) for each in await told_of(listeners))
    finally:
        release.set()
        listeners.close()


async def test_work_that_waits_for_a_thread_too_long_is_not_begun_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "HANGS_S", 0.2)
    listeners = Listeners(lambda: ScriptedModel(0, lambda: None), cores=1)
    release = threading.Event()
    listeners.threads.do(lambda: release.wait(20))
    try:
        told = await told_of(listeners)
        assert told == [Deaf(listening.BEHIND)]
    finally:
        release.set()
        listeners.close()


async def test_no_more_calls_are_heard_while_the_decoding_is_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "BUSY_S", 0.02)
    listeners = Listeners(lambda: ScriptedModel(0, lambda: None), cores=1)
    assert listeners.threads.wait_s == 0.0
    jobs = [listeners.threads.do(lambda: time.sleep(0.05)) for _ in range(10)]
    await asyncio.wait([job.answer for job in jobs])
    assert listeners.threads.wait_s > 0.02
    assert listeners.listen(lambda _: None) is None
    assert listeners.refused == 1
    monkeypatch.setattr(workers, "OF_LATE_S", 0.0)
    ear = listeners.listen(lambda _: None)
    assert ear is not None, "nobody has waited of late"
    ear.close()
    listeners.close()


async def test_work_that_was_given_up_before_it_began_is_not_done() -> None:
    threads, release, done = Workers(1), threading.Event(), list[str]()
    first = threads.do(lambda: release.wait(20))
    second = threads.do(lambda: done.append("second"))
    third = threads.do(lambda: done.append("third"))
    assert threads.give_up(second) is False
    release.set()
    await asyncio.wait_for(third.answer, 5)
    assert first.answer.done()
    assert done == ["third"]
    assert threads.give_up(third) is False
    threads.close()
