"""What every caller is told first (of a branch), as in a storm: one at a time per branch, each with an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.errands import Announcement, NoAnnouncement
from ivr.store.database import Connection, from_ms, to_ms

migrations = Migrations("ivr.announcements")


@migrations()
def m001_announcements(db: sqlite_utils.Database) -> None:
    """The table of announcements: ``branch`` is '' for all branches, ``off_at`` is when somebody ended it early."""
    db.create_table(
        "announcements",
        {"id": int, "branch": str, "text": str, "set_at": int, "until": int, "off_at": int, "set_by": str},
        pk="id",
        not_null={"branch", "text", "set_at", "until", "set_by"},
    )
    db.execute("CREATE INDEX announcements_on ON announcements(branch, until) WHERE off_at IS NULL")


@dataclass(frozen=True, slots=True)
class Announced:
    """A row of the table. ``branch`` is ``None`` for all branches."""

    id: int
    branch: str | None
    text: str
    set_at: datetime
    until: datetime
    off_at: datetime | None
    set_by: str


class Announcements:
    """The announcements of all branches."""

    def __init__(self, writing: Connection, reading: Connection, tz: tzinfo) -> None:
        self._db = writing
        self._reading = reading
        self._tz = tz

    def set(self, branch: str | None, text: str, *, until: datetime, now: datetime, who: str) -> int:
        """Announce ``text`` from now on and return its id; the branch's earlier one ends. Raises ``StoreBusy``."""
        with self._db.transaction() as conn:
            conn.execute(
                "UPDATE announcements SET off_at = ? WHERE branch = ? AND off_at IS NULL AND until > ?",
                (to_ms(now), branch or "", to_ms(now)),
            )
            made = conn.execute(
                "INSERT INTO announcements(branch, text, set_at, until, set_by) VALUES (?, ?, ?, ?, ?)",
                (branch or "", text, to_ms(now), to_ms(until), who),
            )
            return int(made.lastrowid or 0)

    def off(self, branch: str | None, *, now: datetime) -> int:
        """End what is announced to ``branch`` (``None``: what is announced to all). Returns how many that were."""
        with self._db.transaction() as conn:
            done = conn.execute(
                "UPDATE announcements SET off_at = ? WHERE branch = ? AND off_at IS NULL AND until > ?",
                (to_ms(now), branch or "", to_ms(now)),
            )
            return done.rowcount

    def current(self, branch: str | None, now: datetime) -> Announcement | NoAnnouncement:
        """What a caller of ``branch`` hears now: the branch's own announcement before the general one.

        A look into a tiny index (some 10 µs). Raises ``StoreBusy``.
        """
        row = self._reading.row(
            "SELECT text, set_at FROM announcements WHERE branch IN ('', ?) AND off_at IS NULL AND until > ?"
            " AND set_at <= ? ORDER BY branch DESC, id DESC LIMIT 1",
            (branch or "", to_ms(now), to_ms(now)),
        )
        return NoAnnouncement() if row is None else Announcement(row["text"], from_ms(row["set_at"], self._tz))

    def all(self, *, now: datetime | None = None, limit: int = 100) -> tuple[Announced, ...]:
        """The newest first; with ``now`` only those that callers hear now."""
        where, values = ("WHERE off_at IS NULL AND until > ?", [to_ms(now)]) if now else ("", [])
        rows = self._reading.rows(f"SELECT * FROM announcements {where} ORDER BY id DESC LIMIT ?", [*values, limit])
        return tuple(
            Announced(
                row["id"],
                row["branch"] or None,
                row["text"],
                from_ms(row["set_at"], self._tz),
                from_ms(row["until"], self._tz),
                None if row["off_at"] is None else from_ms(row["off_at"], self._tz),
                row["set_by"],
            )
            for row in rows
        )
