"""Messages to callers: what was sent to whom, by which consent, and what became of it.

A message is written down as ``queued`` before the gateway is asked, so that a dead engine leaves a trace. Its id is a
hash of what it is (call, consent, words): trying again finds the same row and gives the gateway the same id.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Literal, get_args

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.errands import Consent
from ivr.store.database import Connection, from_ms, to_ms

SmsState = Literal["queued", "sent", "failed"]
STATES: tuple[SmsState, ...] = get_args(SmsState)
ID_LETTERS = 32

migrations = Migrations("ivr.sms")


@migrations()
def m001_sms(db: sqlite_utils.Database) -> None:
    """The table of messages. ``at`` is when the state was set last, ``error`` why it failed."""
    db.execute(
        """CREATE TABLE sms (
            id TEXT PRIMARY KEY, phone TEXT NOT NULL, text TEXT NOT NULL, consent INTEGER NOT NULL, call TEXT NOT NULL,
            state TEXT NOT NULL, at INTEGER NOT NULL, error TEXT NOT NULL DEFAULT '') WITHOUT ROWID"""
    )
    db.execute("CREATE INDEX sms_phone ON sms(phone, at)")
    db.execute("CREATE INDEX sms_call ON sms(call)")


@dataclass(frozen=True, slots=True)
class StoredSms:
    """A row of the table (personal data: ``phone``; ``text`` may name an address)."""

    id: str
    phone: str
    text: str
    consent: int
    call: str
    state: SmsState
    at: datetime
    error: str


def message_id(call: str, consent: Consent, text: str) -> str:
    """The id of a message: the same words by the same consent in the same call are one message."""
    return hashlib.sha256(f"{call}\0{consent.id}\0{consent.phone}\0{text}".encode()).hexdigest()[:ID_LETTERS]


class Messages:
    """All messages."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def queue(self, consent: Consent, text: str, *, call: str, now: datetime) -> tuple[StoredSms, bool]:
        """Write a message down before it is sent. Raises ``StoreBusy``.

        The flag tells whether it is to be sent now: true for a new one and for one that failed before; false for one
        that was sent, or is being sent this moment by somebody else.
        """
        id = message_id(call, consent, text)
        with self._db.transaction() as conn:
            done = conn.execute(
                "INSERT INTO sms(id, phone, text, consent, call, state, at) VALUES (?, ?, ?, ?, ?, 'queued', ?)"
                " ON CONFLICT(id) DO UPDATE SET state = 'queued', at = excluded.at, error = ''"
                " WHERE sms.state = 'failed'",
                (id, consent.phone, text, consent.id, call, to_ms(now)),
            )
            row = conn.execute("SELECT * FROM sms WHERE id = ?", (id,)).fetchone()
        return self._stored(row), done.rowcount > 0

    def sent(self, id: str, *, now: datetime) -> None:
        """The gateway has taken it. Raises ``StoreBusy``."""
        self._set(id, "sent", "", now)

    def failed(self, id: str, error: str, *, now: datetime) -> None:
        """The gateway has not taken it. Raises ``StoreBusy``."""
        self._set(id, "failed", error, now)

    def get(self, id: str) -> StoredSms | None:
        """The message of that id. Raises ``StoreBusy``."""
        row = self._db.row("SELECT * FROM sms WHERE id = ?", [id])
        return None if row is None else self._stored(row)

    def of_call(self, call: str) -> tuple[StoredSms, ...]:
        """The messages of a call, in order of time. Raises ``StoreBusy``."""
        return tuple(map(self._stored, self._db.rows("SELECT * FROM sms WHERE call = ? ORDER BY at, id", [call])))

    def _set(self, id: str, state: SmsState, error: str, now: datetime) -> None:
        with self._db.transaction() as conn:
            conn.execute("UPDATE sms SET state = ?, error = ?, at = ? WHERE id = ?", (state, error, to_ms(now), id))

    def _stored(self, row: sqlite3.Row) -> StoredSms:
        return StoredSms(
            row["id"],
            row["phone"],
            row["text"],
            row["consent"],
            row["call"],
            row["state"],
            from_ms(row["at"], self._tz),
            row["error"],
        )
