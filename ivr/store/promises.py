"""Promises to callers: a callback, word when the light is back, notices of outages. Somebody has to keep them."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from typing import Literal, get_args

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.errands import Promise, Promised, PromiseKind
from ivr.store.database import Connection, from_ms, to_ms

KINDS: tuple[PromiseKind, ...] = get_args(PromiseKind)
PromiseState = Literal["open", "done", "dropped"]
STATES: tuple[PromiseState, ...] = get_args(PromiseState)
CALLBACK_WITHIN = timedelta(hours=4)
"""Order 186 of the Ministry of Energy (DOMAIN section 3); the setting is ``[line] callback_hours``."""

migrations = Migrations("ivr.promises")


@migrations()
def m001_promises(db: sqlite_utils.Database) -> None:
    """The table of promises. ``due_at`` is empty where it hangs on an outage; ``who`` closed it."""
    db.execute(
        """CREATE TABLE promises (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, phone TEXT NOT NULL, why TEXT NOT NULL,
            ticket INTEGER, point TEXT, outage TEXT, call TEXT NOT NULL, made_at INTEGER NOT NULL, due_at INTEGER,
            state TEXT NOT NULL, closed_at INTEGER, who TEXT)"""
    )
    db.execute("CREATE UNIQUE INDEX promises_once ON promises(call, kind)")
    db.execute("CREATE INDEX promises_open ON promises(kind, due_at) WHERE state = 'open'")


@migrations()
def m002_by_phone(db: sqlite_utils.Database) -> None:
    """What one telephone was promised: campaigns ask it for each of their contacts."""
    db.execute("CREATE INDEX promises_of ON promises(phone, kind)")


@dataclass(frozen=True, slots=True)
class StoredPromise:
    """A promise with all its facts (personal data: ``phone``)."""

    id: int
    kind: PromiseKind
    phone: str
    why: str
    ticket: int | None
    point: str | None
    outage: str | None
    call: str
    made_at: datetime
    due_at: datetime | None
    state: PromiseState
    closed_at: datetime | None
    who: str | None
    """Who closed it."""

    def overdue(self, now: datetime) -> bool:
        """Whether it should have been kept by now."""
        return self.state == "open" and self.due_at is not None and self.due_at <= now


class Promises:
    """All promises. ``callback_within``: by when a callback is due that has no time of its own."""

    def __init__(self, connection: Connection, tz: tzinfo, *, callback_within: timedelta = CALLBACK_WITHIN) -> None:
        self._db = connection
        self._tz = tz
        self._callback_within = callback_within

    def make(self, wanted: Promise, *, now: datetime) -> Promised:
        """Write a promise down, on the disk when this returns; once per call and kind. Raises ``StoreBusy``."""
        due = wanted.due
        if due is None and wanted.kind == "callback":
            due = now + self._callback_within
        with self._db.transaction() as conn:
            conn.execute(
                "INSERT INTO promises(kind, phone, why, ticket, point, outage, call, made_at, due_at, state)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'open') ON CONFLICT(call, kind) DO NOTHING",
                (
                    wanted.kind,
                    wanted.phone,
                    wanted.why,
                    wanted.ticket,
                    wanted.point_id,
                    wanted.outage,
                    wanted.call_id,
                    to_ms(now),
                    None if due is None else to_ms(due),
                ),
            )
            row = conn.execute(
                "SELECT * FROM promises WHERE call = ? AND kind = ?", (wanted.call_id, wanted.kind)
            ).fetchone()
        return Promised(row["id"], row["kind"], self._moment(row["due_at"]))

    def get(self, id: int) -> StoredPromise | None:
        """The promise of that id. Raises ``StoreBusy``."""
        row = self._db.row("SELECT * FROM promises WHERE id = ?", [id])
        return None if row is None else self._stored(row)

    def all(
        self,
        *,
        kinds: Sequence[PromiseKind] = KINDS,
        states: Sequence[PromiseState] = ("open",),
        due_before: datetime | None = None,
        limit: int = 50,
    ) -> tuple[StoredPromise, ...]:
        """Promises, those that are due first before the others. Raises ``StoreBusy``.

        ``due_before``: only those due at that moment or earlier.
        """
        where = [f"kind IN ({', '.join('?' * len(kinds))})", f"state IN ({', '.join('?' * len(states))})"]
        values: list[object] = [*kinds, *states]
        if due_before is not None:
            where.append("due_at <= ?")
            values.append(to_ms(due_before))
        rows = self._db.rows(
            f"SELECT * FROM promises WHERE {' AND '.join(where)} ORDER BY due_at IS NULL, due_at, id LIMIT ?",
            [*values, limit],
        )
        return tuple(self._stored(row) for row in rows)

    def close(
        self, id: int, state: Literal["done", "dropped"], *, now: datetime, who: str, kind: PromiseKind | None = None
    ) -> StoredPromise | None:
        """Close an open promise, as kept or as dropped. Raises ``StoreBusy``.

        ``None`` when there is none of that id (or ``kind``). One that is closed already stays as it was closed: who
        kept a promise first is who kept it.
        """
        with self._db.transaction() as conn:
            conn.execute(
                "UPDATE promises SET state = ?, closed_at = ?, who = ?"
                " WHERE id = ? AND state = 'open' AND (? IS NULL OR kind = ?)",
                (state, to_ms(now), who, id, kind, kind),
            )
        found = self.get(id)
        return None if found is None or (kind is not None and found.kind != kind) else found

    def _moment(self, stored: int | None) -> datetime | None:
        return None if stored is None else from_ms(stored, self._tz)

    def _stored(self, row: sqlite3.Row) -> StoredPromise:
        return StoredPromise(
            row["id"],
            row["kind"],
            row["phone"],
            row["why"],
            row["ticket"],
            row["point"],
            row["outage"],
            row["call"],
            from_ms(row["made_at"], self._tz),
            self._moment(row["due_at"]),
            row["state"],
            self._moment(row["closed_at"]),
            row["who"],
        )
