"""What SQLite and the disk say of the database, said in the errors of the outage feed."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outage_feed.errors import StoreBroken, StoreError, StoreFull, StoreLocked


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Within it, SQLite's and the file system's exceptions become ours, with the file's name in the message."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        raise _ours(error, path) from error


def _ours(error: sqlite3.Error | OSError, path: Path) -> StoreError:
    if isinstance(error, OSError):
        kind = StoreFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StoreBroken
        return kind(f"{path}: {error.strerror or error}")
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if primary in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StoreLocked(f"{path}: another process holds the database")
    if primary == sqlite3.SQLITE_FULL:
        return StoreFull(f"{path}: no room left on the disk")
    return StoreBroken(f"{path}: {error}")
