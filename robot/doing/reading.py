"""Short reads of the grid's database: on the event loop while they are quick, in threads when they are not.

A look-up by key takes some 30 µs; handing it to a thread and fetching the answer costs twenty times that, in a process
that otherwise sleeps between two keys (measured by ``make bench``). A disk that has become slow, or a database that is
locked, must not hold up everybody's call, however: after one slow look the next ones go to threads for a while.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from typing import TypeVar

from outage_feed.errors import StoreError, StoreLocked
from outage_feed.store import GridStore

T = TypeVar("T")
F = TypeVar("F")

QUICK_S = 0.05
"""A look on the event loop that took longer was not quick. (A busy machine that lets us stand in the middle of one for
some milliseconds is not the disk's fault, and threads would only make it busier.)"""
WARY_S = 10.0
"""How long reads go to threads after a slow one."""


class Reads:
    """Reads ``grid`` in ``threads``; where ``quick`` is given (the same database, opened with a very short limit for
    waiting), on the event loop as long as that goes well."""

    def __init__(
        self,
        grid: GridStore,
        threads: Executor,
        quick: GridStore | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._grid, self._threads, self._quick, self._clock = grid, threads, quick, clock
        self._wary_until = float("-inf")

    def __call__(self, read: Callable[[GridStore], T], failed: Callable[[StoreError], F]) -> T | F | Awaitable[T | F]:
        """What ``read`` finds in the store, or what ``failed`` makes of an error: at once, or to be awaited."""
        began = self._clock()
        if self._quick is None or began < self._wary_until:
            return self._in_thread(read, failed)
        try:
            found = read(self._quick)
        except StoreLocked:
            self._wary_until = began + WARY_S
            return self._in_thread(read, failed)
        except StoreError as error:
            return failed(error)
        if self._clock() - began > QUICK_S:
            self._wary_until = began + WARY_S
        return found

    async def _in_thread(self, read: Callable[[GridStore], T], failed: Callable[[StoreError], F]) -> T | F:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, read, self._grid)
        except StoreError as error:
            return failed(error)
