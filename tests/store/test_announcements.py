"""Announcements, the audit, and the database itself."""

import multiprocessing
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON

from ivr.call.errands import Announcement, CurrentAnnouncement, NoAnnouncement
from ivr.doing.current_announcement import current_announcement
from ivr.errors import StoreBusy
from ivr.store import Store
from ivr.store.database import from_ms, to_ms

HOUR = timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def announce(store: Store, branch: str | None, text: str, *, hours: int = 1) -> None:
    store.announcements.set(branch, text, until=NOON + hours * HOUR, now=NOON, who="me")


def test_a_branch_hears_its_own_before_the_general_one(store: Store) -> None:
    assert store.announcements.current("46", NOON) == NoAnnouncement()
    announce(store, None, "Всем.")
    announce(store, "46", "Курску.")
    assert store.announcements.current("46", NOON) == Announcement("Курску.", NOON)
    assert store.announcements.current("36", NOON) == Announcement("Всем.", NOON)
    assert store.announcements.current(None, NOON) == Announcement("Всем.", NOON)


def test_it_ends_by_itself_or_when_it_is_told_to(store: Store) -> None:
    announce(store, "46", "Курску.")
    announce(store, None, "Всем.", hours=3)
    assert store.announcements.current("46", NOON + HOUR) == Announcement("Всем.", NOON)
    assert store.announcements.off(None, now=NOON) == 1
    assert store.announcements.off(None, now=NOON) == 0
    assert store.announcements.current("36", NOON) == NoAnnouncement()
    assert store.announcements.current("46", NOON) == Announcement("Курску.", NOON)


def test_a_new_one_takes_the_place_of_the_old_one(store: Store) -> None:
    announce(store, "46", "Первое.")
    announce(store, "46", "Второе.")
    assert [one.text for one in store.announcements.all(now=NOON)] == ["Второе."]
    assert [one.text for one in store.announcements.all()] == ["Второе.", "Первое."]
    assert store.announcements.off("46", now=NOON) == 1
    assert store.announcements.current("46", NOON) == NoAnnouncement()


async def test_the_errand(store: Store) -> None:
    announce(store, "46", "Курску.")
    do = current_announcement(store, lambda: NOON)
    assert await do(CurrentAnnouncement("46")) == Announcement("Курску.", NOON)
    assert await do(CurrentAnnouncement("36")) == NoAnnouncement()


async def test_a_writer_does_not_hold_up_the_errand(store: Store, tmp_path: Path) -> None:
    announce(store, "46", "Курску.")
    with sqlite3.connect(tmp_path / "ivr.db") as other:
        other.execute("BEGIN IMMEDIATE")
        found = await current_announcement(store, lambda: NOON)(CurrentAnnouncement("46"))
        other.rollback()
    assert found == Announcement("Курску.", NOON)


def test_reads_are_written_down(store: Store) -> None:
    store.audit.write("calls show", "c1", "phone", now=NOON, who="anna")
    store.audit.write("calls show", "c2", "phone", now=NOON)
    second, first = store.audit.latest()
    assert (first.who, first.subject, first.at) == ("anna", "c1", NOON)
    assert second.who


def test_times_are_kept_to_the_millisecond() -> None:
    moment = NOON + timedelta(milliseconds=123)
    assert from_ms(to_ms(moment), MOSCOW) == moment


def test_errors_say_which_file_and_whether_to_try_again(tmp_path: Path) -> None:
    broken = tmp_path / "broken.db"
    broken.write_bytes(b"nonsense " * 1000)
    with pytest.raises(StoreBusy, match=r"broken\.db: file is not a database") as error:
        Store.open(broken)
    assert not error.value.retryable
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreBusy, match="file"):
        Store.open(tmp_path / "file" / "ivr.db")
    locked = tmp_path / "locked.db"
    with sqlite3.connect(locked) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreBusy, match="locked") as error:
            Store.open(locked, busy_seconds=0.05)
        other.rollback()
    assert error.value.retryable


def _open_and_close(path: str) -> None:
    Store.open(Path(path)).close()


def test_several_processes_may_start_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("fork")
    path = str(tmp_path / "ivr.db")
    children = [spawn.Process(target=_open_and_close, args=(path,)) for _ in range(6)]
    for child in children:
        child.start()
    for child in children:
        child.join(20)
    assert [child.exitcode for child in children] == [0] * 6


def test_a_look_on_the_event_loop_hardly_waits_for_a_lock(store: Store) -> None:
    """All calls would wait with it; whoever reads in a thread or at the command line may wait."""
    for connection, limit in ((store._looking, 20), (store._reading, 5000)):
        row = connection.row("PRAGMA busy_timeout")
        assert row is not None
        assert row[0] == limit
    assert store.announcements._reading is store._looking
