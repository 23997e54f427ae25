"""The database: there, whole, and not held by somebody else."""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

from ivr.bringup.checks import Finding, Patient, error, ok, skipped

BUSY_SECONDS = 2.0
"""How long the right to write is waited for; a running hotline holds it for milliseconds."""
LOOK_SECONDS = 20.0
"""How long a very large file is read through at most."""
_STEPS = 10_000
"""SQLite's own steps between two looks at the clock."""


def look(patient: Patient) -> Iterator[Finding]:
    """What calls, tickets and outages are kept in. The file is read through; nothing in it is changed."""
    path = patient.settings.database
    if not path.exists():
        yield skipped("database", "none yet: the first start makes it")
        return
    try:
        with contextlib.closing(_opened(path)) as conn:
            yield _whole(conn, path)
            yield _free(conn, path)
    except sqlite3.Error as failure:
        yield _refused("database", failure, path)


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=BUSY_SECONDS, isolation_level=None)


def _whole(conn: sqlite3.Connection, path: Path) -> Finding:
    until = time.monotonic() + LOOK_SECONDS
    conn.set_progress_handler(lambda: time.monotonic() > until, _STEPS)
    try:
        (answer,) = conn.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as failure:
        if time.monotonic() > until:
            return skipped("database", f"too large to be read through in {LOOK_SECONDS:g} s")
        return _refused("database", failure, path)
    finally:
        conn.set_progress_handler(None, 0)
    if answer != "ok":
        return error("database", f"{path} is damaged: {answer}", _replace(path))
    return ok("database", f"whole, {path.stat().st_size / 1_000_000:.1f} MB")


def _free(conn: sqlite3.Connection, path: Path) -> Finding:
    try:
        conn.execute("BEGIN IMMEDIATE")
        conn.execute("ROLLBACK")
    except sqlite3.OperationalError as failure:
        return _refused("database can be written", failure, path)
    return ok("database can be written")


def _refused(what: str, failure: sqlite3.Error, path: Path) -> Finding:
    code = getattr(failure, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        seen = f"{path} is held by another program for more than {BUSY_SECONDS:g} s"
        return error(what, seen, f"find it and let it end: fuser -v {path}")
    if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return error(what, f"{path} is damaged: {failure}", _replace(path))
    return error(what, f"{path}: {failure}", "look at its rights and owner, and at the disk")


def _replace(path: Path) -> str:
    return (
        f"stop the hotline and move the file away (mv {path} {path.name}.damaged, {path.name}-wal and -shm too); put "
        "your backup in its place, or start without: a new one is made, feeds bring their outages again"
    )
