"""The place that each telephone last asked about. Personal data: one row a telephone, overwritten by its next call."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.store.database import Connection, to_ms

GOOD_FOR = timedelta(days=365)
"""After so long people may have moved: they are asked again."""

migrations = Migrations("ivr.last_places")


@migrations()
def m001_last_places(db: sqlite_utils.Database) -> None:
    """The table of last places. ``point`` is an id of the register."""
    db.execute(
        "CREATE TABLE last_places"
        " (phone TEXT PRIMARY KEY, point TEXT NOT NULL, call TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID"
    )


class LastPlaces:
    """All telephones' last places."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def keep(self, phone: str, point: str, call: str, *, now: datetime) -> None:
        """Write it down instead of an earlier one. Raises ``StoreBusy``."""
        with self._db.transaction() as conn:
            conn.execute(
                "INSERT OR REPLACE INTO last_places(phone, point, call, at) VALUES (?, ?, ?, ?)",
                (phone, point, call, to_ms(now)),
            )
            conn.execute("DELETE FROM last_places WHERE at < ?", (to_ms(now - GOOD_FOR),))

    def of(self, phone: str, *, now: datetime) -> str:
        """The id of the telephone's last service point, empty if there is none. Raises ``StoreBusy``."""
        row = self._db.row("SELECT point FROM last_places WHERE phone = ? AND at >= ?", [phone, to_ms(now - GOOD_FOR)])
        return "" if row is None else str(row["point"])
