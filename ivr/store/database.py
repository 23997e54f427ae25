"""One connection to the one SQLite file: WAL, a busy limit, migrations, and errors in our own terms.

Times in our tables are whole milliseconds since 1970 in UTC: eight bytes, sortable, free of zones. (The outage feed
keeps tables of its own, by its own rules, in the same file.)
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.errors import StoreBusy

BUSY_SECONDS = 5.0
WAL_LIMIT_BYTES = 64 * 1024 * 1024
_BUSY, _LOCKED, _FULL, _IOERR = 5, 6, 13, 10


def to_ms(moment: datetime) -> int:
    """An aware moment as stored."""
    return round(moment.timestamp() * 1000)


def from_ms(stored: int, tz: tzinfo = UTC) -> datetime:
    """A stored moment in the zone ``tz``."""
    return datetime.fromtimestamp(stored / 1000, tz)


def make_private(path: Path) -> None:
    """Let only the owner read the database at ``path``, made here if there is none: phones and addresses are in it.

    An existing file is never opened for that: closing it would drop SQLite's locks of this whole process
    (sqlite.org/howtocorrupt.html, 2.2). What SQLite lays beside the file gets the same mode. Raises ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_CLOEXEC, 0o600))
        return
    for file in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        with contextlib.suppress(FileNotFoundError, PermissionError):  # another's file: its mode is theirs to choose
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


class Connection:
    """A connection and its lock: any thread may use it, one at a time.

    ``durable``: a commit is on the disk before it returns (a ticket's number is spoken only then). Otherwise a commit
    survives the death of the process, not that of the machine within the last moments.
    """

    def __init__(self, db: sqlite_utils.Database, path: Path) -> None:
        self.db = db
        self.path = path
        self._lock = threading.RLock()

    @classmethod
    def open(
        cls,
        path: Path,
        families: Sequence[Migrations],
        *,
        durable: bool = False,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Connection:
        """Open (or make) the database at ``path`` with the tables of ``families`` up to date.

        Raises :class:`StoreBusy` when it is locked, full, damaged, or may not be written.
        """
        with _translating(path):
            make_private(path)
            conn = sqlite3.connect(path, timeout=busy_seconds, check_same_thread=False)
            try:
                _set_up(conn, durable=durable, busy_seconds=busy_seconds)
                db = sqlite_utils.Database(conn, execute_plugins=False)
                _migrate(db, families)
            except BaseException:
                conn.close()
                raise
        conn.row_factory = sqlite3.Row
        return cls(db, path)

    def rows(self, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[sqlite3.Row]:
        """The rows of a query. Raises :class:`StoreBusy`."""
        with self._lock, _translating(self.path):
            return self.db.conn.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """The first row of a query, or ``None``. Raises :class:`StoreBusy`."""
        with self._lock, _translating(self.path):
            found: sqlite3.Row | None = self.db.conn.execute(sql, values).fetchone()
            return found

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing. The right to write is taken at once, so that no reader turned writer can fail halfway.

        Raises :class:`StoreBusy`; then nothing has been changed.
        """
        with self._lock, _translating(self.path):
            conn = self.db.conn
            conn.execute("BEGIN IMMEDIATE")
            try:
                yield conn
                conn.execute("COMMIT")
            except BaseException:
                if conn.in_transaction:
                    conn.execute("ROLLBACK")
                raise

    def wait_at_most(self, seconds: float) -> None:
        """From now on wait no longer than this for a lock that another process holds; then it is ``StoreBusy``."""
        with self._lock, _translating(self.path):
            self.db.conn.execute(f"PRAGMA busy_timeout={round(seconds * 1000)}")

    def close(self) -> None:
        """Close the connection; closing twice does no harm."""
        with self._lock:
            self.db.conn.close()


def _set_up(conn: sqlite3.Connection, *, durable: bool, busy_seconds: float) -> None:
    # Switching to WAL needs the file to itself for a moment, and SQLite does not wait for that on its own.
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            conn.execute("PRAGMA journal_mode=WAL")
            break
        except sqlite3.OperationalError as error:
            if _code(error) not in (_BUSY, _LOCKED) or time.monotonic() > deadline:
                raise
            time.sleep(0.02)
    conn.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
    conn.execute(f"PRAGMA journal_size_limit={WAL_LIMIT_BYTES}")


def _migrate(db: sqlite_utils.Database, families: Sequence[Migrations]) -> None:
    if not any(family.pending(db) for family in families):
        return  # the usual case takes no write lock
    db.conn.execute("BEGIN IMMEDIATE")  # two processes at their first start: the second waits, then finds nothing to do
    try:
        for family in families:
            family.apply(db)
        db.conn.execute("COMMIT")
    except BaseException:
        if db.conn.in_transaction:
            db.conn.execute("ROLLBACK")
        raise


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary result code (0 when the error is Python's own)."""
    return int(getattr(error, "sqlite_errorcode", 0) or 0) & 0xFF


@contextlib.contextmanager
def _translating(path: Path) -> Iterator[None]:
    """SQLite's and the disk's errors as :class:`StoreBusy`; a broken rule of a table stays what it is, a bug."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError | sqlite3.ProgrammingError | sqlite3.DataError):
            raise
        code = _code(error)
        if code in (_BUSY, _LOCKED):
            raise StoreBusy(f"{path}: locked by another process", retryable=True) from error
        if code in (_FULL, _IOERR):
            raise StoreBusy(
                f"{path}: cannot be written, the disk is full or failing ({error})", retryable=False
            ) from error
        raise StoreBusy(f"{path}: {error}", retryable=False) from error
    except OSError as error:
        raise StoreBusy(f"{path}: {error.strerror or error}", retryable=False) from error
