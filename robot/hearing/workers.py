"""Threads that decode for all calls, so many at once as there are cores; one that is stuck can be given up.

A recogniser is foreign code: what it does cannot be interrupted. A thread that does not come back is left to itself
and another takes its place, so that one call's trouble is not that of all. Threads are daemons: a stuck one does not
keep the engine from ending (the pool of ``concurrent.futures`` would wait for it).
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Generic, TypeVar

T = TypeVar("T")
OF_LATE_S = 5.0
"""What happened longer ago says nothing of how busy the threads are now."""
_WEIGHT = 0.05
"""Of the newest in the running mean."""


@dataclass(slots=True, eq=False)
class Job(Generic[T]):
    """A piece of work: ``answer`` is done on the event loop that gave it."""

    work: Callable[[], T]
    answer: asyncio.Future[T]
    given_at: float
    begun: bool = False
    given_up: bool = False

    def run(self) -> None:
        """Do it, in a worker thread."""
        try:
            result = self.work()
        except BaseException as error:
            # A future takes no StopIteration; what ends a thread must not end the event loop.
            failure = error if isinstance(error, Exception) else RuntimeError(repr(error))
            self._tell(lambda: self.answer.set_exception(failure))
        else:
            self._tell(lambda: self.answer.set_result(result))

    def _tell(self, how: Callable[[], None]) -> None:
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self.answer.get_loop().call_soon_threadsafe(how)


class Workers:
    """So many threads; everything but the work itself is called on the event loop."""

    def __init__(self, count: int) -> None:
        self._jobs: SimpleQueue[Job[object] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._count = count
        self._waited, self._waited_at = 0.0, 0.0
        for _ in range(count):
            self._hire()

    def do(self, work: Callable[[], T]) -> Job[T]:
        """Have ``work`` done as soon as a thread is free."""
        job = Job(work, asyncio.get_running_loop().create_future(), time.monotonic())
        self._jobs.put(job)
        return job

    @property
    def wait_s(self) -> float:
        """How long work has waited for a thread of late, in seconds: a running mean."""
        return self._waited if time.monotonic() - self._waited_at < OF_LATE_S else 0.0

    def give_up(self, job: Job[T]) -> bool:
        """Nobody waits for ``job`` any more. True if a thread was at it: it is left to itself, and replaced."""
        with self._lock:
            if job.given_up or job.answer.done():
                return False
            job.given_up = True
            if job.begun:
                self._hire()
            return job.begun

    def close(self) -> None:
        """Let the threads end after what they are doing."""
        for _ in range(self._count):
            self._jobs.put(None)

    def _hire(self) -> None:
        threading.Thread(target=self._work, name="hearing", daemon=True).start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            with self._lock:
                if job.given_up:
                    continue
                job.begun = True
                now, before = time.monotonic(), self.wait_s
                self._waited, self._waited_at = before + _WEIGHT * (now - job.given_at - before), now
            job.run()
            with self._lock:
                if job.given_up:
                    return
                job.begun = False
