"""Consents: who agreed to what, when, in which call and to which words (126-ФЗ ст. 44.1: the sender has to prove it).

A row is written before anything is sent, and never changed but for its withdrawal, which is possible at any time.
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import get_args

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.errands import Consent, ConsentKind, KeepConsent
from ivr.store.database import Connection, from_ms, to_ms

KINDS: tuple[ConsentKind, ...] = get_args(ConsentKind)
VERSION_LETTERS = 12

migrations = Migrations("ivr.consents")


@migrations()
def m001_consents(db: sqlite_utils.Database) -> None:
    """The table of consents. ``text`` are the words as they were heard, ``how`` is what the caller answered."""
    db.execute(
        """CREATE TABLE consents (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, phone TEXT NOT NULL, prompt TEXT NOT NULL,
            text_version TEXT NOT NULL, text TEXT NOT NULL, how TEXT NOT NULL, call TEXT NOT NULL, at INTEGER NOT NULL,
            withdrawn_at INTEGER, withdrawn_by TEXT)"""
    )
    db.execute("CREATE INDEX consents_of ON consents(phone, kind)")
    db.execute("CREATE UNIQUE INDEX consents_once ON consents(call, kind, phone) WHERE withdrawn_at IS NULL")


@dataclass(frozen=True, slots=True)
class StoredConsent:
    """A row of the table: the proof (personal data: ``phone``; ``text`` may name an address)."""

    id: int
    kind: ConsentKind
    phone: str
    prompt: str
    text_version: str
    text: str
    how: str
    call: str
    given_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None


def text_version(text: str) -> str:
    """A short hash of words: equal for equal words, whatever their prompt was called."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:VERSION_LETTERS]


class Consents:
    """All consents."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def give(self, wanted: KeepConsent, *, now: datetime) -> Consent:
        """Write a consent down; it is on the disk when this returns. Raises ``StoreBusy``.

        The same call gives the same kind once. Raises ``ValueError`` for words that are not known: what was agreed to
        could not be proved.
        """
        if not wanted.text.strip():
            raise ValueError("a consent needs the words that were agreed to")
        with self._db.transaction() as conn:
            row = conn.execute(
                "SELECT * FROM consents WHERE call = ? AND kind = ? AND phone = ? AND withdrawn_at IS NULL",
                (wanted.call_id, wanted.kind, wanted.phone),
            ).fetchone()
            if row is None:
                row = self._insert(conn, wanted, now)
            return self._consent(row)

    def of(self, phone: str, kind: ConsentKind) -> Consent | None:
        """The newest consent of this kind that still holds. Raises ``StoreBusy``."""
        row = self._db.row(
            "SELECT * FROM consents WHERE phone = ? AND kind = ? AND withdrawn_at IS NULL ORDER BY id DESC LIMIT 1",
            [phone, kind],
        )
        return None if row is None else self._consent(row)

    def holds(self, consent: Consent) -> bool:
        """Whether it was really given, for this very phone and kind, and not withdrawn. Raises ``StoreBusy``."""
        row = self._db.row(
            "SELECT 1 FROM consents WHERE id = ? AND phone = ? AND kind = ? AND withdrawn_at IS NULL",
            [consent.id, consent.phone, consent.kind],
        )
        return row is not None

    def withdraw(self, phone: str, kind: ConsentKind, *, now: datetime, who: str) -> int:
        """End every consent of this kind and phone; returns how many that were. Raises ``StoreBusy``."""
        with self._db.transaction() as conn:
            done = conn.execute(
                "UPDATE consents SET withdrawn_at = ?, withdrawn_by = ?"
                " WHERE phone = ? AND kind = ? AND withdrawn_at IS NULL",
                (to_ms(now), who, phone, kind),
            )
            return done.rowcount

    def all(self, phone: str) -> tuple[StoredConsent, ...]:
        """Every consent of a phone, withdrawn ones too, the newest first. Raises ``StoreBusy``."""
        rows = self._db.rows("SELECT * FROM consents WHERE phone = ? ORDER BY id DESC", [phone])
        return tuple(self._stored(row) for row in rows)

    def latest(self, limit: int) -> tuple[StoredConsent, ...]:
        """The newest ``limit`` consents of all phones, withdrawn ones too. Raises ``StoreBusy``."""
        rows = self._db.rows("SELECT * FROM consents ORDER BY id DESC LIMIT ?", [limit])
        return tuple(self._stored(row) for row in rows)

    def _insert(self, conn: sqlite3.Connection, wanted: KeepConsent, now: datetime) -> sqlite3.Row:
        made = conn.execute(
            "INSERT INTO consents(kind, phone, prompt, text_version, text, how, call, at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                wanted.kind,
                wanted.phone,
                wanted.prompt,
                text_version(wanted.text),
                wanted.text,
                wanted.how,
                wanted.call_id,
                to_ms(now),
            ),
        )
        row: sqlite3.Row = conn.execute("SELECT * FROM consents WHERE id = ?", (made.lastrowid,)).fetchone()
        return row

    def _consent(self, row: sqlite3.Row) -> Consent:
        return Consent(
            row["id"], row["kind"], row["phone"], row["call"], row["text_version"], from_ms(row["at"], self._tz)
        )

    def _stored(self, row: sqlite3.Row) -> StoredConsent:
        return StoredConsent(
            row["id"],
            row["kind"],
            row["phone"],
            row["prompt"],
            row["text_version"],
            row["text"],
            row["how"],
            row["call"],
            from_ms(row["at"], self._tz),
            None if row["withdrawn_at"] is None else from_ms(row["withdrawn_at"], self._tz),
            row["withdrawn_by"],
        )
