"""Who read whose phone or address, and when: every such read is written down *before* anything is shown (152-ФЗ)."""

from __future__ import annotations

import os
import pwd
from dataclasses import dataclass
from datetime import datetime, tzinfo

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.store.database import Connection, from_ms, to_ms

migrations = Migrations("ivr.audit")


@migrations()
def m001_audit(db: sqlite_utils.Database) -> None:
    """The table of reads."""
    db.create_table(
        "audit",
        {"id": int, "at": int, "who": str, "command": str, "subject": str, "fields": str},
        pk="id",
        not_null={"at", "who", "command", "subject", "fields"},
    )
    db.table("audit").create_index(["at"], index_name="audit_at")


@dataclass(frozen=True, slots=True)
class Read:
    """One read of personal data: ``subject`` is a call's id, a ticket's number or a filter."""

    at: datetime
    who: str
    command: str
    subject: str
    fields: str


def operating_user() -> str:
    """The person at the terminal as the system knows them (not as the environment claims), and who became them."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        name = f"uid {os.getuid()}"
    became = os.environ.get("SUDO_USER")
    return f"{name} (sudo by {became})" if became else name


class Audit:
    """The reads of personal data."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def write(self, command: str, subject: str, fields: str, *, now: datetime, who: str | None = None) -> None:
        """Write one read down. Raises ``StoreBusy``: what cannot be written down is not shown."""
        row = (to_ms(now), who or operating_user(), command, subject, fields)
        with self._db.transaction() as conn:
            conn.execute("INSERT INTO audit(at, who, command, subject, fields) VALUES (?, ?, ?, ?, ?)", row)

    def latest(self, limit: int = 100) -> tuple[Read, ...]:
        """The newest reads first."""
        rows = self._db.rows("SELECT at, who, command, subject, fields FROM audit ORDER BY id DESC LIMIT ?", [limit])
        return tuple(Read(from_ms(row["at"], self._tz), *tuple(row)[1:]) for row in rows)
