"""The engine's own ear, fed faster than real time: decoded at once, on the line's clock, nobody else's.

:class:`robot.hearing.listening.Listener` with its workers in the same thread: what it tells, it tells after the same
frame on every machine.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from ivr.call.model import Speech
from ivr.hearing import Answered, Deaf, Overheard, Words
from robot.hearing.listening import FRAME_S, Listener, Listeners
from robot.hearing.workers import Job, Workers

T = TypeVar("T")
GREETING_S = 6.0
"""Before the first question callers hear a greeting and a notice, and the ear the noise of their line."""
ROUNDS = 4
"""Turns of the event loop until all that follows from a frame has been done."""


class AtOnce(Workers):
    """Workers that have done it before anybody waits."""

    def __init__(self) -> None:
        super().__init__(0)

    def do(self, work: Callable[[], T]) -> Job[T]:
        job = super().do(work)
        self._jobs.get_nowait()  # nobody else takes it
        job.run()
        return job


@dataclass(frozen=True, slots=True)
class Told:
    """Something that the ear told, ``at`` seconds of the line's sound."""

    at: float
    what: Overheard


class Ear:
    """One line, listened to in sound's own time."""

    def __init__(self, hearing: Listeners, told: list[Overheard], listener: Listener) -> None:
        self._told, self._listener = told, listener
        self.at = 0.0

    @classmethod
    @contextmanager
    def open(cls, hearing: Listeners, speech: Speech | None) -> Iterator[Ear]:
        """Listen for the answer to a question. Raises RuntimeError when the model cannot be had."""
        told: list[Overheard] = []
        listener = hearing.listen(told.append)
        if listener is None:
            raise RuntimeError("the recogniser cannot be had")
        try:
            listener.expect(speech)
            yield cls(hearing, told, listener)
        finally:
            listener.close()

    @property
    def speaking(self) -> bool:
        """Whether somebody is taken to be speaking now."""
        return self._listener.speaking

    async def hear(self, frame: bytes) -> list[Told]:
        """20 ms; what was told after them. Raises RuntimeError when the ear has gone deaf."""
        self.at += FRAME_S
        self._listener.hear(frame)
        for _ in range(ROUNDS):
            await asyncio.sleep(0)
        told, self._told[:] = [Told(self.at, what) for what in self._told], []
        for each in told:
            if isinstance(each.what, Deaf):
                raise RuntimeError(f"the ear has gone deaf: {each.what.why}")
        return told


async def false_barge_ins(hearing: Listeners, speech: Speech, line: Sequence[bytes]) -> int:
    """How often a question that asks for ``speech`` would be cut short by ``line``, on which nobody answers; not
    counted in its first :data:`GREETING_S`."""
    cuts, counted = 0, False
    with Ear.open(hearing, speech) as ear:
        for frame in line:
            for told in await ear.hear(frame):
                match told.what:
                    case Words() | Answered(muttered=False) if not counted and told.at >= GREETING_S:
                        cuts, counted = cuts + 1, True
            if not ear.speaking:
                counted = False
    return cuts


async def answer_time(hearing: Listeners, speech: Speech, line: Sequence[bytes]) -> float | None:
    """When (seconds of the line) the first answer was taken to be over; ``None`` if none was."""
    with Ear.open(hearing, speech) as ear:
        for frame in line:
            for told in await ear.hear(frame):
                if isinstance(told.what, Answered):
                    return told.at
    return None
