"""Attempts to call somebody: claimed in the database before anything is dialled, so that nobody is called twice.

An attempt's id is the ``ChannelId`` it is dialled with, so Asterisk can be asked of it. Steps go forwards only: claimed
→ dialling (written *before* Originate is sent) → answered → closed; each is one transaction that is on the disk when
its method returns. Two unique indexes keep what no crash and no second engine may break: a telephone has one open
attempt for an event, and each number of attempt once.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

import sqlite_utils
from sqlite_utils.migrations import Migrations

from ivr.campaigns.model import TOLD, Kind, Outcome, Rules
from ivr.campaigns.plan import Later, Never, Now, next_attempt
from ivr.campaigns.recovery import Over, Seen, Step, settled
from ivr.store import standings
from ivr.store.campaigns import CampaignState, ContactState, rules_of
from ivr.store.database import Connection, from_ms, to_ms
from ivr.store.stop_list import put_on

LOOKED_AT = 500
"""Contacts decided on in one claim at most: other writers wait meanwhile."""

migrations = Migrations("ivr.attempts")


@migrations()
def m001_attempts(db: sqlite_utils.Database) -> None:
    """The table of attempts. ``owner``: the engine that has claimed it; ``number`` counts over all campaigns."""
    db.execute(
        """CREATE TABLE attempts (
            id TEXT PRIMARY KEY, contact INTEGER NOT NULL, campaign INTEGER NOT NULL, event TEXT NOT NULL,
            phone TEXT NOT NULL, number INTEGER NOT NULL, step TEXT NOT NULL, owner TEXT NOT NULL,
            claimed_at INTEGER NOT NULL, dialled_at INTEGER, answered_at INTEGER, closed_at INTEGER,
            outcome TEXT, cause INTEGER, heard_ms INTEGER, reply TEXT) WITHOUT ROWID"""
    )
    db.execute("CREATE UNIQUE INDEX attempts_number ON attempts(event, phone, number)")
    db.execute("CREATE UNIQUE INDEX attempts_one_open ON attempts(event, phone) WHERE step != 'closed'")
    db.execute("CREATE INDEX attempts_open ON attempts(owner) WHERE step != 'closed'")
    db.execute("CREATE INDEX attempts_campaign ON attempts(campaign, outcome)")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt (personal data: ``phone``)."""

    id: str
    contact: int
    campaign: int
    event: str
    phone: str
    number: int
    """The how manieth of this telephone for this event, from 1."""
    step: Step
    owner: str
    claimed_at: datetime
    dialled_at: datetime | None
    answered_at: datetime | None
    closed_at: datetime | None
    outcome: Outcome | None
    cause: int | None
    heard: timedelta | None
    """How long the message was heard."""
    reply: str | None


class Attempts:
    """All attempts."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def claim(self, campaign: int, limit: int, *, now: datetime, owner: str) -> tuple[Attempt, ...]:
        """Take up to ``limit`` contacts that may be called now; each is this owner's alone from then on.

        Those who may be called later or never are put down as such, 500 contacts at a time: there may be more to
        claim where fewer are given than were asked for. Empty where the campaign does not run. Raises ``StoreBusy``.
        """
        claimed: list[Attempt] = []
        with self._db.transaction() as conn:
            row = conn.execute("SELECT * FROM campaigns WHERE id = ?", (campaign,)).fetchone()
            if row is None or row["state"] != CampaignState.RUNNING:
                return ()
            rules, looked_at = rules_of(row["rules"]), 0
            values = {**_values(row), "campaign": campaign, "now": to_ms(now)}
            while len(claimed) < limit and looked_at < LOOKED_AT:
                due = conn.execute(
                    f"{standings.SQL} WHERE c.campaign = :campaign AND c.state = 'waiting' AND c.next_at <= :now"
                    " ORDER BY c.next_at, c.id LIMIT :room",
                    {**values, "room": min(limit - len(claimed), LOOKED_AT - looked_at)},
                ).fetchall()
                if not due:
                    break
                looked_at += len(due)
                for contact in due:
                    if self._decide(conn, contact, rules, now):
                        claimed.append(self._claim(conn, contact, row["event"], now, owner))
        return tuple(claimed)

    def dialling(self, id: str, *, now: datetime) -> bool:
        """Say that it is about to be dialled; only then may Originate be sent. False: it is another's, or over."""
        return self._step(id, Step.DIALLING, (Step.CLAIMED,), "dialled_at", now)

    def answered(self, id: str, *, now: datetime) -> bool:
        """Say that somebody (or something) has answered. False: it is over, or was never dialled."""
        return self._step(id, Step.ANSWERED, (Step.DIALLING,), "answered_at", now)

    def close(
        self,
        id: str,
        outcome: Outcome,
        *,
        now: datetime,
        cause: int | None = None,
        heard: timedelta | None = None,
        reply: str | None = None,
    ) -> bool:
        """End an attempt and decide what becomes of its contact; who opted out is on the stop list from then on.

        False: it was closed already, and stays as it was. Raises ``StoreBusy``; ``ValueError`` where a dialled attempt
        is said not to have been dialled, or the other way round.
        """
        with self._db.transaction() as conn:
            row = conn.execute("SELECT * FROM attempts WHERE id = ?", (id,)).fetchone()
            if row is None or row["step"] == Step.CLOSED:
                return False
            if (outcome is Outcome.NOT_DIALLED) != (row["step"] == Step.CLAIMED):
                raise ValueError(f"attempt {id} is {row['step']}: it cannot end as {outcome}")
            conn.execute(
                "UPDATE attempts SET step = 'closed', closed_at = ?, outcome = ?, cause = ?, heard_ms = ?, reply = ?"
                " WHERE id = ?",
                (to_ms(now), outcome, cause, None if heard is None else round(heard.total_seconds() * 1000), reply, id),
            )
            self._after(conn, row, outcome, now)
            return True

    def recover(self, owner: str, look: Callable[[Attempt], Seen], *, now: datetime) -> tuple[Attempt, ...]:
        """Settle what an engine that died has left open; ``look`` asks Asterisk. Gives those that are in doubt.

        To be called for an owner that is dead only. Raises ``StoreBusy``; then it can be called again.
        """
        doubtful = []
        for attempt in self.open_of(owner):
            verdict = settled(attempt.step, look(attempt))
            if isinstance(verdict, Over) and self.close(attempt.id, verdict.outcome, now=now):
                doubtful += [attempt] if verdict.outcome is Outcome.IN_DOUBT else []
        return tuple(doubtful)

    def get(self, id: str) -> Attempt | None:
        """The attempt of that id. Raises ``StoreBusy``."""
        row = self._db.row("SELECT * FROM attempts WHERE id = ?", [id])
        return None if row is None else self._attempt(row)

    def open_of(self, owner: str) -> tuple[Attempt, ...]:
        """The attempts of an engine that are not closed. Raises ``StoreBusy``."""
        rows = self._db.rows("SELECT * FROM attempts WHERE owner = ? AND step != 'closed' ORDER BY id", [owner])
        return tuple(map(self._attempt, rows))

    def of_campaign(self, campaign: int) -> dict[int, tuple[Attempt, ...]]:
        """All attempts of a campaign by contact, in their order. Raises ``StoreBusy``."""
        found: dict[int, tuple[Attempt, ...]] = {}
        for row in self._db.rows("SELECT * FROM attempts WHERE campaign = ? ORDER BY number", [campaign]):
            found[row["contact"]] = (*found.get(row["contact"], ()), self._attempt(row))
        return found

    def outcomes(self, campaign: int) -> dict[Outcome, int]:
        """How many attempts of a campaign ended how. Raises ``StoreBusy``."""
        rows = self._db.rows(
            "SELECT outcome, count(*) AS n FROM attempts WHERE campaign = ? AND outcome IS NOT NULL GROUP BY outcome",
            [campaign],
        )
        return {Outcome(row["outcome"]): row["n"] for row in rows}

    def _decide(self, conn: sqlite3.Connection, contact: sqlite3.Row, rules: Rules, now: datetime) -> bool:
        """Whether a contact is to be called now; if not, put down when or why not."""
        match next_attempt(standings.standing(contact), rules, now):
            case Now():
                return True
            case Later(at=at):
                due = math.ceil(at.timestamp() * 1000)  # rounded up: due early it would be looked at again and again
                conn.execute("UPDATE contacts SET next_at = ? WHERE id = ?", (due, contact["id"]))
            case Never(why=why):
                _close_contact(conn, contact["id"], ContactState.CLOSED, why, now)
        return False

    def _claim(self, conn: sqlite3.Connection, contact: sqlite3.Row, event: str, now: datetime, owner: str) -> Attempt:
        number = 1 + int(
            conn.execute(
                "SELECT count(*) AS n FROM attempts WHERE event = ? AND phone = ?", (event, contact["phone"])
            ).fetchone()["n"]
        )
        id = f"out-{contact['campaign']}-{contact['id']}-{number}"
        conn.execute(
            "INSERT INTO attempts(id, contact, campaign, event, phone, number, step, owner, claimed_at)"
            " VALUES (?, ?, ?, ?, ?, ?, 'claimed', ?, ?)",
            (id, contact["id"], contact["campaign"], event, contact["phone"], number, owner, to_ms(now)),
        )
        conn.execute("UPDATE contacts SET state = 'calling' WHERE id = ?", (contact["id"],))
        return self._attempt(conn.execute("SELECT * FROM attempts WHERE id = ?", (id,)).fetchone())

    def _after(self, conn: sqlite3.Connection, attempt: sqlite3.Row, outcome: Outcome, now: datetime) -> None:
        """What becomes of the contact whose attempt is just closed."""
        campaign = conn.execute("SELECT * FROM campaigns WHERE id = ?", (attempt["campaign"],)).fetchone()
        if outcome is Outcome.OPTED_OUT:
            put_on(conn, attempt["phone"], Kind(campaign["kind"]), reason="opted out", source=attempt["id"], now=now)
        conn.execute(
            "UPDATE contacts SET state = 'waiting', outcome = ?, next_at = ? WHERE id = ?",
            (outcome, to_ms(now), attempt["contact"]),
        )
        if outcome in TOLD:
            _close_contact(conn, attempt["contact"], ContactState.TOLD, "", now)
            return
        contact = conn.execute(
            f"{standings.SQL} WHERE c.id = :contact", {**_values(campaign), "contact": attempt["contact"]}
        ).fetchone()
        self._decide(conn, contact, rules_of(campaign["rules"]), now)

    def _step(self, id: str, to: Step, before: tuple[Step, ...], column: str, now: datetime) -> bool:
        with self._db.transaction() as conn:
            done = conn.execute(
                f"UPDATE attempts SET step = ?, {column} = ? WHERE id = ? AND step IN ({', '.join('?' * len(before))})",
                (to, to_ms(now), id, *before),
            )
            return bool(done.rowcount)

    def _attempt(self, row: sqlite3.Row) -> Attempt:
        def moment(name: str) -> datetime | None:
            return None if row[name] is None else from_ms(row[name], self._tz)

        return Attempt(
            row["id"],
            row["contact"],
            row["campaign"],
            row["event"],
            row["phone"],
            row["number"],
            Step(row["step"]),
            row["owner"],
            from_ms(row["claimed_at"], self._tz),
            moment("dialled_at"),
            moment("answered_at"),
            moment("closed_at"),
            Outcome(row["outcome"]) if row["outcome"] else None,
            row["cause"],
            None if row["heard_ms"] is None else timedelta(milliseconds=row["heard_ms"]),
            row["reply"],
        )


def _values(campaign: sqlite3.Row) -> dict[str, object]:
    return standings.values(Kind(campaign["kind"]), campaign["event"], campaign["outage"])


def _close_contact(conn: sqlite3.Connection, id: int, state: ContactState, why: str, now: datetime) -> None:
    conn.execute("UPDATE contacts SET state = ?, why = ?, closed_at = ? WHERE id = ?", (state, why, to_ms(now), id))
