"""Registered обращения: a number that is unique for ever, and their history.

A ticket is committed to the disk before its number is spoken. Several calls about one thing share a ticket: an open
one of the same service point (or, where the place is not known, of the same phone) and topic is *joined* while it is
younger than :data:`JOINED_WITHIN`. After that the same words are about something new, however long nobody closed it.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.call.categories import category_of, cause_of
from ivr.call.errands import NoTicket, OpenTicket, Ticket
from ivr.store.database import Connection, from_ms, to_ms

STATES = ("open", "in_work", "done", "rejected")
"""What may become of a ticket; the last two close it."""
OPEN_STATES = ("open", "in_work")
JOINED_WITHIN = timedelta(hours=24)
"""An open ticket is joined by other calls for so long after it was opened (DOMAIN: «again» is within 24 hours)."""

_WITH_JOINS = (
    "SELECT tickets.*, (SELECT count(*) FROM ticket_events e WHERE e.ticket = tickets.number AND e.kind = 'joined')"
    " AS joined FROM tickets"
)

migrations = Migrations("ivr.tickets")


@migrations()
def m001_tickets(db: sqlite_utils.Database) -> None:
    """Tickets and what happened to them. AUTOINCREMENT: a number is never given twice, not even after a deletion."""
    db.execute(
        """CREATE TABLE tickets (
            number INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, state TEXT NOT NULL,
            phone TEXT, point TEXT, address TEXT NOT NULL, branch TEXT, text TEXT NOT NULL,
            opened INTEGER NOT NULL, closed INTEGER, call TEXT NOT NULL)"""
    )
    db.execute(
        """CREATE TABLE ticket_events (
            id INTEGER PRIMARY KEY, ticket INTEGER NOT NULL REFERENCES tickets(number), at INTEGER NOT NULL,
            kind TEXT NOT NULL, call TEXT, topic TEXT, state TEXT, who TEXT NOT NULL, text TEXT NOT NULL)"""
    )
    open_ones = "WHERE state IN ('open', 'in_work')"
    db.execute(f"CREATE INDEX tickets_open_point ON tickets(point, topic) {open_ones} AND point IS NOT NULL")
    db.execute(f"CREATE INDEX tickets_open_phone ON tickets(phone, topic) {open_ones} AND phone IS NOT NULL")
    db.execute("CREATE INDEX tickets_state ON tickets(state, number)")
    db.execute("CREATE INDEX ticket_events_of ON ticket_events(ticket)")
    # One call makes (or joins) one ticket per topic, however often the errand is tried again.
    db.execute("CREATE UNIQUE INDEX ticket_events_once ON ticket_events(call, topic) WHERE call IS NOT NULL")


@migrations()
def m002_category_and_cause(db: sqlite_utils.Database) -> None:
    """What a contact is and what it is about; tickets from before get what their topic usually is."""
    db.execute("ALTER TABLE tickets ADD COLUMN category TEXT NOT NULL DEFAULT 'notice'")
    db.execute("ALTER TABLE tickets ADD COLUMN cause TEXT NOT NULL DEFAULT ''")
    for (topic,) in db.execute("SELECT DISTINCT topic FROM tickets").fetchall():
        db.execute(
            "UPDATE tickets SET category = ?, cause = ? WHERE topic = ?", [category_of(topic), cause_of(topic), topic]
        )


@migrations()
def m003_urgent(db: sqlite_utils.Database) -> None:
    """Danger to life goes first; so it does in what was opened before."""
    db.execute("ALTER TABLE tickets ADD COLUMN urgent INTEGER NOT NULL DEFAULT 0")
    db.execute("UPDATE tickets SET urgent = 1 WHERE topic = 'danger'")


@dataclass(frozen=True, slots=True)
class StoredTicket:
    """A ticket with all its facts (personal data: phone and address)."""

    number: int
    topic: str
    state: str
    phone: str | None
    point: str | None
    address: str
    branch: str | None
    text: str
    opened_at: datetime
    closed_at: datetime | None
    call: str
    joined: int
    """How many other calls were about the same thing."""
    category: str
    """One of :data:`ivr.call.categories.CATEGORIES`."""
    cause: str
    """One of :data:`ivr.call.categories.CAUSES`, or empty."""
    urgent: bool
    """Danger to life."""


@dataclass(frozen=True, slots=True)
class TicketEvent:
    """Something that happened to a ticket: ``opened``, ``joined`` by another call, or a new ``state``."""

    at: datetime
    kind: str
    call: str | None
    state: str | None
    who: str
    text: str


class Tickets:
    """All tickets."""

    def __init__(self, connection: Connection, tz: tzinfo, *, start: int) -> None:
        self._db = connection
        self._tz = tz
        self._start = start

    def open(self, wanted: OpenTicket, *, now: datetime) -> Ticket:
        """Register a contact, or join the open ticket of the same thing. Raises ``StoreBusy``.

        Trying again within a call (same call, same topic, not another place) gives the same ticket.
        """
        with self._db.transaction() as conn:
            mine = self._of_call(conn, wanted)
            if mine is not None:
                return mine
            other = self._open_one(conn, wanted, now - JOINED_WITHIN)
            number = self._insert(conn, wanted, now) if other is None else int(other["number"])
            kind = "opened" if other is None else "joined"
            conn.execute(
                "INSERT INTO ticket_events(ticket, at, kind, call, topic, state, who, text)"
                " VALUES (?, ?, ?, ?, ?, NULL, 'robot', ?)",
                (number, to_ms(now), kind, wanted.call_id, wanted.topic, _text(wanted)),
            )
            if other is None:
                return Ticket(number, now, wanted.topic, "open")
            return self._ticket(other, joined=True)

    def find(self, number: int) -> Ticket | NoTicket:
        """The ticket of that number as far as a caller may know it. Raises ``StoreBusy``."""
        row = None
        if 0 < number < 2**63:  # what a caller keys may be longer than any number that SQLite holds
            row = self._db.row("SELECT * FROM tickets WHERE number = ?", [number])
        return NoTicket() if row is None else self._ticket(row)

    def get(self, number: int) -> StoredTicket | None:
        """The whole ticket. Raises ``StoreBusy``."""
        row = self._db.row(f"{_WITH_JOINS} WHERE number = ?", [number])
        return None if row is None else self._stored(row)

    def of_calls(self, calls: Collection[str], topic: str) -> tuple[int, ...]:
        """The tickets on a topic that these calls opened or joined, by number. Raises ``StoreBusy``."""
        rows = self._db.rows(
            "SELECT DISTINCT ticket FROM ticket_events WHERE topic = ? AND call IN (SELECT value FROM json_each(?))"
            " ORDER BY ticket",
            [topic, json.dumps([*calls])],
        )
        return tuple(row["ticket"] for row in rows)

    def history(self, number: int) -> tuple[TicketEvent, ...]:
        """What happened to a ticket, in order. Raises ``StoreBusy``."""
        rows = self._db.rows("SELECT * FROM ticket_events WHERE ticket = ? ORDER BY id", [number])
        return tuple(
            TicketEvent(from_ms(row["at"], self._tz), row["kind"], row["call"], row["state"], row["who"], row["text"])
            for row in rows
        )

    def all(
        self,
        *,
        states: tuple[str, ...] = OPEN_STATES,
        branch: str | None = None,
        topic: str | None = None,
        category: str | None = None,
        limit: int = 50,
    ) -> tuple[StoredTicket, ...]:
        """Open tickets about danger to life, then the others, the newest first. Raises ``StoreBusy``."""
        where = [f"state IN ({', '.join('?' * len(states))})"]
        values: list[object] = [*states]
        for column, wanted in (("branch", branch), ("topic", topic), ("category", category)):
            if wanted is not None:
                where.append(f"{column} = ?")
                values.append(wanted)
        sql = f"{_WITH_JOINS} WHERE {' AND '.join(where)} ORDER BY urgent AND closed IS NULL DESC, number DESC LIMIT ?"
        return tuple(self._stored(row) for row in self._db.rows(sql, [*values, limit]))

    def set_state(self, number: int, state: str, *, now: datetime, who: str, text: str = "") -> StoredTicket | None:
        """Give a ticket another state; ``None`` when there is none of that number. Raises ``StoreBusy``.

        Raises ``ValueError`` for a state that is not one of :data:`STATES`.
        """
        if state not in STATES:
            raise ValueError(f"no such state: {state!r} (there are {', '.join(STATES)})")
        closed = None if state in OPEN_STATES else to_ms(now)
        with self._db.transaction() as conn:
            done = conn.execute("UPDATE tickets SET state = ?, closed = ? WHERE number = ?", (state, closed, number))
            if not done.rowcount:
                return None
            conn.execute(
                "INSERT INTO ticket_events(ticket, at, kind, state, who, text) VALUES (?, ?, 'state', ?, ?, ?)",
                (number, to_ms(now), state, who, text),
            )
        return self.get(number)

    def _of_call(self, conn: sqlite3.Connection, wanted: OpenTicket) -> Ticket | None:
        row = conn.execute(
            "SELECT t.*, e.kind AS how FROM ticket_events e JOIN tickets t ON t.number = e.ticket"
            " WHERE e.call = ? AND e.topic = ? AND (t.point IS NULL OR ? IS NULL OR t.point = ?)",
            (wanted.call_id, wanted.topic, wanted.point_id, wanted.point_id),
        ).fetchone()
        return None if row is None else self._ticket(row, joined=row["how"] == "joined")

    def _open_one(self, conn: sqlite3.Connection, wanted: OpenTicket, since: datetime) -> sqlite3.Row | None:
        """The newest open ticket of the same thing, opened at ``since`` or later.

        One phone may report two places: known places must be the same.
        """
        same = "SELECT * FROM tickets WHERE topic = ? AND state IN ('open', 'in_work') AND opened >= ?"
        alike = (wanted.topic, to_ms(since))
        row: sqlite3.Row | None = None
        if wanted.point_id is not None:
            row = conn.execute(
                f"{same} AND point = ? ORDER BY number DESC LIMIT 1", (*alike, wanted.point_id)
            ).fetchone()
        if row is None and wanted.phone is not None:
            place = "" if wanted.point_id is None else "AND point IS NULL"
            row = conn.execute(
                f"{same} AND phone = ? {place} ORDER BY number DESC LIMIT 1", (*alike, wanted.phone)
            ).fetchone()
        return row

    def _insert(self, conn: sqlite3.Connection, wanted: OpenTicket, now: datetime) -> int:
        made = conn.execute(
            "INSERT INTO tickets"
            "(number, topic, state, phone, point, address, branch, text, opened, call, category, cause, urgent)"
            " VALUES (max(?, 1 + coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'tickets'), 0)),"
            " ?, 'open', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self._start,
                wanted.topic,
                wanted.phone,
                wanted.point_id,
                wanted.address,
                wanted.branch,
                _text(wanted),
                to_ms(now),
                wanted.call_id,
                wanted.category,
                wanted.cause,
                int(wanted.urgent),
            ),
        )
        return int(made.lastrowid or 0)

    def _ticket(self, row: sqlite3.Row, *, joined: bool = False) -> Ticket:
        return Ticket(row["number"], from_ms(row["opened"], self._tz), row["topic"], row["state"], joined)

    def _stored(self, row: sqlite3.Row) -> StoredTicket:
        return StoredTicket(
            row["number"],
            row["topic"],
            row["state"],
            row["phone"],
            row["point"],
            row["address"],
            row["branch"],
            row["text"],
            from_ms(row["opened"], self._tz),
            None if row["closed"] is None else from_ms(row["closed"], self._tz),
            row["call"],
            row["joined"],
            row["category"],
            row["cause"],
            bool(row["urgent"]),
        )


def _text(wanted: OpenTicket) -> str:
    """What is kept as the text: our own words, and the caller's after «said:»."""
    words = " ".join(wanted.words.split())
    return f"{wanted.text}; said: {words}" if words else wanted.text
