"""The journal's writer: group commit, a locked or full database, what earlier processes left."""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from records import MOSCOW, begun, call, ended

from ivr.call.model import Failed, OutcomeClass
from ivr.errors import StoreBusy
from ivr.ports import Journal
from ivr.store import Store
from ivr.store.calls import Wanted
from ivr.store.database import Connection
from ivr.store.journal import CallJournal

HERE = Path(__file__).parent


class Place:
    """A database and its spool in a folder."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "ivr.db"
        self.spool = folder / "spool"

    @contextmanager
    def journal(self, **options: Any) -> Iterator[CallJournal]:
        options = {"flush_seconds": 0.02, "busy_seconds": 0.05, "retry_seconds": 0.1, "reserve_bytes": 65536, **options}
        journal = CallJournal.open(self.database, self.spool, **options)
        try:
            yield journal
        finally:
            journal.close()

    def calls(self) -> dict[str, str]:
        store = Store.open(self.database, tz=MOSCOW)
        found = {row.id: row.outcome for row in store.calls.all(Wanted(limit=100_000))}
        store.close()
        return found

    def open_calls(self) -> list[str]:
        with sqlite3.connect(self.database) as conn:
            return [row[0] for row in conn.execute("SELECT id FROM open_calls")]

    @contextmanager
    def locked(self) -> Iterator[None]:
        with sqlite3.connect(self.database) as conn:
            conn.execute("BEGIN EXCLUSIVE")
            yield
            conn.rollback()

    def waiting(self) -> list[str]:
        return [line for file in self.spool.glob("calls-*") for line in file.read_text().split("\0")[0].splitlines()]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def until(condition: Callable[[], bool], limit: float = 5.0) -> None:
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, "not within the limit"
        time.sleep(0.01)


def hand_over(journal: Journal, *ids: str, begin: bool = True, end: bool = True) -> None:
    async def all_of_them() -> None:
        for id in ids:
            if begin:
                await journal.begin(begun(call(id)))
            if end:
                await journal.end(ended(call(id)))

    asyncio.run(all_of_them())


def test_records_are_stored_within_a_moment_without_asking(place: Place) -> None:
    with place.journal(flush_seconds=0.15) as journal:
        started = time.monotonic()
        hand_over(journal, "c1", "c2")
        until(lambda: len(place.calls()) == 2)
        assert time.monotonic() - started < 1.0
        assert place.open_calls() == []


def test_closing_writes_what_is_left_and_leaves_no_spool(place: Place) -> None:
    with place.journal(flush_seconds=30) as journal:
        hand_over(journal, *(f"c{n}" for n in range(100)))
    assert len(place.calls()) == 100
    assert list(place.spool.iterdir()) == []


def test_a_call_that_runs_is_open_until_it_ends(place: Place) -> None:
    with place.journal() as journal:
        hand_over(journal, "c1", end=False)
        journal.flush()
        assert place.open_calls() == ["c1"]
        hand_over(journal, "c1", begin=False)
        journal.flush()
        assert place.open_calls() == []
        assert place.calls() == {"c1": "Told"}


def test_a_locked_database_delays_nobody_and_loses_nothing(place: Place) -> None:
    with place.journal() as journal:
        with place.locked():
            started = time.monotonic()
            hand_over(journal, "c1", "c2")
            assert time.monotonic() - started < 0.05
            assert journal.flush()
            assert sum(line.startswith("end ") for line in place.waiting()) == 2
        until(lambda: len(place.calls()) == 2)  # by itself, once the lock is gone
        until(lambda: place.waiting() == [])
        assert journal.lost == 0


def test_what_was_spooled_is_stored_at_the_next_start(place: Place) -> None:
    with place.journal(retry_seconds=60) as journal:
        hand_over(journal, "before")
        journal.flush()
        with place.locked():
            hand_over(journal, "c1", "c2")
            journal.flush()
            journal.close(0.5)
    assert sorted(place.calls()) == ["before"]
    with place.journal() as journal:
        assert journal.recovered.spooled == 2
    assert sorted(place.calls()) == ["before", "c1", "c2"]
    assert list(place.spool.iterdir()) == []


def test_lines_that_cannot_be_read_are_set_aside(place: Place) -> None:
    place.spool.mkdir()
    (place.spool / "calls-1-dead.jsonl").write_text('nonsense\nend {"columns": {}}\n')
    with place.journal() as journal:
        assert journal.recovered.spooled == 0
        hand_over(journal, "c1")
    assert list(place.calls()) == ["c1"]
    assert (place.spool / "unreadable.jsonl").read_text().splitlines() == ["nonsense", 'end {"columns": {}}']


def test_one_record_that_the_database_refuses_does_not_take_others_with_it(place: Place) -> None:
    with place.journal(flush_seconds=0.2) as journal:

        async def all_of_them() -> None:
            await journal.end(ended(call("good")))
            await journal.end(replace(ended(call("bad")), plan=None))  # type: ignore[arg-type]
            await journal.end(ended(call("good too")))

        asyncio.run(all_of_them())
        journal.flush()
        assert sorted(place.calls()) == ["good", "good too"]
        assert '"id": "bad"' in (place.spool / "unreadable.jsonl").read_text()


def test_a_point_that_cannot_be_found_out_costs_no_record(place: Place) -> None:
    def broken(_: object) -> str:
        raise RuntimeError("no")

    with place.journal(point_of=broken) as journal:
        hand_over(journal, "c1")
    assert list(place.calls()) == ["c1"]


def test_neither_database_nor_spool_nor_end_of_memory(place: Place) -> None:
    with place.journal(bound=3, retry_seconds=0.05) as journal:
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(
            resource.RLIMIT_FSIZE, (65536, before[1])
        )  # what the spool has set aside can still be written
        try:
            with place.locked():
                for n in range(60):
                    hand_over(journal, f"c{n}", begin=False)
                    journal.flush()
                kept_in_spool = len(place.waiting())
                assert 10 < kept_in_spool < 57
                assert journal.lost == 60 - kept_in_spool - 3
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        until(lambda: len(place.calls()) == kept_in_spool + 3)


def test_a_full_disk_loses_nothing(place: Place) -> None:
    with place.journal() as journal:
        hand_over(journal, "before")
        journal.flush()
        room = max(file.stat().st_size for file in place.database.parent.glob("ivr.db*"))
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(room, 65536), before[1]))
        try:
            for n in range(50):
                hand_over(journal, f"c{n}")
                journal.flush()
            assert journal.lost == 0
            assert place.waiting() != []
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        until(lambda: len(place.calls()) == 51)


def test_a_spool_folder_that_cannot_be_made_stops_nobody(place: Place) -> None:
    place.spool.write_text("a file, not a folder")
    with place.journal() as journal:
        hand_over(journal, "c1")
        journal.flush()
        with place.locked():
            hand_over(journal, "c2")
            journal.flush()
        until(lambda: sorted(place.calls()) == ["c1", "c2"])


def test_no_database_no_journal(tmp_path: Path) -> None:
    (tmp_path / "ivr.db").write_bytes(b"this is no database, " * 100)
    with pytest.raises(StoreBusy, match="not a database"):
        CallJournal.open(tmp_path / "ivr.db", tmp_path / "spool")


ENGINE = """
import asyncio, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from records import begun, call, ended
from ivr.store.journal import CallJournal

async def main():
    folder = Path(sys.argv[1])
    journal = CallJournal.open(folder / "ivr.db", folder / "spool", flush_seconds=0.01)
    await journal.begin(begun(call("held")))
    journal.flush()
    for n in range(1_000_000):
        await journal.begin(begun(call(f"c{n}")))
        await journal.end(ended(call(f"c{n}")))
        if n % 50 == 0:
            journal.flush()
            print(n, flush=True)

asyncio.run(main())
"""


@contextmanager
def engine(folder: Path) -> Iterator["subprocess.Popen[str]"]:
    """A process that writes records and says after which ones they are surely stored; killed at the end."""
    child = subprocess.Popen([sys.executable, "-c", ENGINE, str(folder), str(HERE)], stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.wait(10)
        assert child.stdout is not None
        child.stdout.close()


def test_an_engine_killed_in_the_middle_of_writing(place: Place) -> None:
    with engine(place.database.parent) as child:
        assert child.stdout is not None
        stored = [int(child.stdout.readline()) for _ in range(5)][-1]
    with place.journal() as journal:
        assert journal.recovered.died >= 1
    found = place.calls()
    assert {f"c{n}" for n in range(stored + 1)} <= set(found)
    assert found["held"] == "Failed"
    with sqlite3.connect(place.database) as conn:
        assert conn.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert conn.execute("SELECT count(*) FROM calls").fetchone()[0] == len(found)
    store = Store.open(place.database, tz=MOSCOW)
    died = store.calls.get("held")
    store.close()
    assert died is not None
    assert died.record.outcome == Failed("the engine stopped during the call")
    assert died.row.kind is OutcomeClass.ERROR
    assert died.row.seconds is None
    assert list(place.spool.iterdir()) == []


def test_a_living_engine_is_not_taken_for_dead(place: Place) -> None:
    with engine(place.database.parent) as child:
        assert child.stdout is not None
        child.stdout.readline()
        with place.journal(busy_seconds=5.0) as beside:
            assert beside.recovered.died == 0
        assert "held" in place.open_calls()


def test_open_calls_of_an_older_engine_do_not_stop_the_new_one(place: Place) -> None:
    with place.journal() as journal:
        hand_over(journal, "c1", "c2", end=False)
        journal.flush()
        connection = Connection.open(place.database, [])
        with connection.transaction() as conn:
            conn.execute("UPDATE open_calls SET writer = 'calls-1-dead.jsonl'")
            conn.execute("UPDATE open_calls SET line = 'nonsense' WHERE id = 'c2'")
            conn.execute("UPDATE open_calls SET line = replace(line, 'dialled', 'rung') WHERE id = 'c1'")
        connection.close()
        with place.journal() as beside:
            assert beside.recovered.died == 1  # it is a row that the table refuses: set aside, like the nonsense
        assert place.open_calls() == []
        assert len((place.spool / "unreadable.jsonl").read_text().splitlines()) == 2


def test_an_end_that_comes_after_all_replaces_the_supposed_death(place: Place) -> None:
    with place.journal() as journal:
        hand_over(journal, "c1", end=False)
        journal.flush()
        connection = Connection.open(place.database, [])
        with connection.transaction() as conn:
            conn.execute("UPDATE open_calls SET writer = 'calls-1-dead.jsonl'")
        connection.close()
        with place.journal() as beside:
            assert beside.recovered.died == 1
        assert place.calls() == {"c1": "Failed"}
        hand_over(journal, "c1", begin=False)
    assert place.calls() == {"c1": "Told"}
