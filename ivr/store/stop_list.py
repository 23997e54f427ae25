"""Telephones that are not to be called: for one kind of campaign, or for all. Taken back, a row stays as history."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.campaigns.model import Kind
from ivr.store.database import Connection, from_ms, to_ms

migrations = Migrations("ivr.stop_list")


@migrations()
def m001_stop_list(db: sqlite_utils.Database) -> None:
    """The table. ``kind`` is empty where all calls are meant; ``source`` is a person, or the call they opted out in."""
    db.execute(
        """CREATE TABLE stop_list (
            id INTEGER PRIMARY KEY AUTOINCREMENT, phone TEXT NOT NULL, kind TEXT NOT NULL, reason TEXT NOT NULL,
            source TEXT NOT NULL, at INTEGER NOT NULL, removed_at INTEGER, removed_by TEXT)"""
    )
    db.execute("CREATE UNIQUE INDEX stop_list_once ON stop_list(phone, kind) WHERE removed_at IS NULL")


@dataclass(frozen=True, slots=True)
class Stopped:
    """A row of the list (personal data: ``phone``). ``kind`` is ``None`` where all calls are meant."""

    phone: str
    kind: Kind | None
    reason: str
    source: str
    at: datetime
    removed_at: datetime | None
    removed_by: str | None


def put_on(conn: sqlite3.Connection, phone: str, kind: Kind | None, *, reason: str, source: str, now: datetime) -> bool:
    """Put a telephone on the list inside a transaction of the caller's; false: it is there already."""
    done = conn.execute(
        "INSERT OR IGNORE INTO stop_list(phone, kind, reason, source, at) VALUES (?, ?, ?, ?, ?)",
        (phone, kind or "", reason, source, to_ms(now)),
    )
    return bool(done.rowcount)


class StopList:
    """The whole list."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def add(self, phone: str, kind: Kind | None, *, reason: str, source: str, now: datetime) -> bool:
        """Put a telephone (``+7…``) on the list; false: it is there already. Raises ``StoreBusy``."""
        with self._db.transaction() as conn:
            return put_on(conn, phone, kind, reason=reason, source=source, now=now)

    def remove(self, phone: str, kind: Kind | None, *, who: str, now: datetime) -> bool:
        """Take it off; false: it was not on the list for this very kind (or for all). Raises ``StoreBusy``."""
        with self._db.transaction() as conn:
            done = conn.execute(
                "UPDATE stop_list SET removed_at = ?, removed_by = ?"
                " WHERE phone = ? AND kind = ? AND removed_at IS NULL",
                (to_ms(now), who, phone, kind or ""),
            )
            return bool(done.rowcount)

    def stops(self, phone: str, kind: Kind) -> bool:
        """Whether the telephone is not to be called for this kind. Raises ``StoreBusy``."""
        row = self._db.row(
            "SELECT 1 FROM stop_list WHERE phone = ? AND kind IN ('', ?) AND removed_at IS NULL", [phone, kind]
        )
        return row is not None

    def latest(self, limit: int, *, phone: str = "", removed: bool = False) -> tuple[Stopped, ...]:
        """The newest rows; of one ``phone``, and with those ``removed``, if asked for. Raises ``StoreBusy``."""
        rows = self._db.rows(
            "SELECT * FROM stop_list WHERE (? = '' OR phone = ?) AND (? OR removed_at IS NULL)"
            " ORDER BY id DESC LIMIT ?",
            [phone, phone, removed, limit],
        )
        return tuple(
            Stopped(
                row["phone"],
                Kind(row["kind"]) if row["kind"] else None,
                row["reason"],
                row["source"],
                from_ms(row["at"], self._tz),
                None if row["removed_at"] is None else from_ms(row["removed_at"], self._tz),
                row["removed_by"],
            )
            for row in rows
        )
