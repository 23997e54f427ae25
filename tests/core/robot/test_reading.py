"""Reads go to the event loop while they are quick, and to threads when they are not."""

import inspect
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from outage_feed.errors import StoreBroken, StoreLocked
from outage_feed.store import GridStore
from robot.doing.reading import WARY_S, Reads

LOOP = threading.current_thread()


class Watch:
    """A clock that reads move on."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "grid.db") as store:
        yield store


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def reads(grid: GridStore, watch: Watch) -> Iterator[Reads]:
    with ThreadPoolExecutor(1) as threads, GridStore.open(grid.path, busy_timeout=0.01) as quick:
        yield Reads(grid, threads, quick, clock=watch)


async def look(reads: Reads, read):
    found = reads(read, lambda error: f"failed: {error}")
    return await found if inspect.isawaitable(found) else found


async def on_loop(reads: Reads) -> bool:
    return await look(reads, lambda grid: threading.current_thread() is LOOP)


async def test_a_quick_read_stays_on_the_loop_and_answers_at_once(reads: Reads) -> None:
    assert reads(lambda grid: grid.points_by_phone("+79001234567"), str) == ()  # not something to be awaited
    assert await on_loop(reads)
    assert await on_loop(reads)


async def test_after_a_slow_one_they_go_to_threads_for_a_while(reads: Reads, watch: Watch) -> None:
    def slow(_: GridStore) -> str:
        watch.now += 0.1
        return "found"

    assert await look(reads, slow) == "found"
    assert not await on_loop(reads)
    watch.now += WARY_S + 0.2
    assert await on_loop(reads)


async def test_a_locked_database_is_waited_for_in_a_thread(reads: Reads) -> None:
    def locked_on_the_loop(_: GridStore) -> str:
        if threading.current_thread() is LOOP:
            raise StoreLocked("grid.db: another process holds the database")
        return "found"

    assert await look(reads, locked_on_the_loop) == "found"
    assert not await on_loop(reads)


async def test_what_is_broken_is_broken(reads: Reads) -> None:
    def broken(_: GridStore) -> str:
        raise StoreBroken("grid.db: no such table")

    assert await look(reads, broken) == "failed: grid.db: no such table"
    assert await on_loop(reads)


async def test_without_a_quick_store_all_reads_are_in_threads(grid: GridStore) -> None:
    with ThreadPoolExecutor(1) as threads:
        assert not await on_loop(Reads(grid, threads))
