"""Campaigns and their contacts. A campaign is made in short transactions (calls are recorded meanwhile) and can be
used only when it is whole."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from typing import Any

import sqlite_utils
from pydantic import TypeAdapter
from sqlite_utils.migrations import Migrations

from ivr.campaigns.lists import Contact
from ivr.campaigns.model import Kind, Outcome, Rules, check_exemptions
from ivr.campaigns.plan import Standing
from ivr.store import standings
from ivr.store.database import Connection, from_ms, to_ms

PAGE = 5_000
"""Contacts read at a time."""
_RULES = TypeAdapter(Rules)

migrations = Migrations("ivr.campaigns")


@migrations()
def m001_campaigns(db: sqlite_utils.Database) -> None:
    """Campaigns and contacts: a telephone is in a campaign once. ``about``: further columns of the list, as JSON."""
    db.execute(
        """CREATE TABLE campaigns (
            id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, kind TEXT NOT NULL, event TEXT NOT NULL,
            outage TEXT NOT NULL, state TEXT NOT NULL, rules TEXT NOT NULL, made_at INTEGER NOT NULL,
            made_by TEXT NOT NULL)"""
    )
    db.execute("CREATE INDEX campaigns_event ON campaigns(event)")
    db.execute(
        """CREATE TABLE contacts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, campaign INTEGER NOT NULL, phone TEXT NOT NULL, zones TEXT NOT NULL,
            point TEXT NOT NULL, address TEXT NOT NULL, about TEXT NOT NULL, state TEXT NOT NULL, why TEXT NOT NULL,
            next_at INTEGER NOT NULL, outcome TEXT, closed_at INTEGER)"""
    )
    db.execute("CREATE UNIQUE INDEX contacts_once ON contacts(campaign, phone)")
    db.execute("CREATE INDEX contacts_due ON contacts(campaign, next_at) WHERE state = 'waiting'")


class CampaignState(StrEnum):
    """Where a campaign is. Contacts of a running one only are called."""

    MAKING = "making"
    """Not whole: its making goes on, or was cut off."""
    DRAFT = "draft"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"


_AFTER: Mapping[CampaignState, frozenset[CampaignState]] = {
    CampaignState.MAKING: frozenset({CampaignState.DRAFT}),
    CampaignState.DRAFT: frozenset({CampaignState.RUNNING, CampaignState.STOPPED}),
    CampaignState.RUNNING: frozenset({CampaignState.PAUSED, CampaignState.STOPPED, CampaignState.DONE}),
    CampaignState.PAUSED: frozenset({CampaignState.RUNNING, CampaignState.STOPPED}),
    CampaignState.STOPPED: frozenset(),
    CampaignState.DONE: frozenset(),
}


class ContactState(StrEnum):
    """Where a contact is."""

    WAITING = "waiting"
    CALLING = "calling"
    TOLD = "told"
    CLOSED = "closed"
    """Not told, and not called any more; ``why`` says why."""


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact with what came of it (personal data)."""

    id: int
    contact: Contact
    state: ContactState
    why: str
    next_at: datetime
    outcome: Outcome | None
    """Of the last attempt."""
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign. Nobody is called twice for one ``event``, whatever the campaign; ``outage`` may be empty."""

    id: int
    name: str
    kind: Kind
    event: str
    outage: str
    state: CampaignState
    rules: Rules
    made_at: datetime
    made_by: str


class Campaigns:
    """All campaigns."""

    def __init__(self, connection: Connection, tz: tzinfo) -> None:
        self._db = connection
        self._tz = tz

    def make(
        self, name: str, kind: Kind, rules: Rules, *, now: datetime, who: str, event: str = "", outage: str = ""
    ) -> Campaign:
        """Begin a campaign, in the state ``making``. Without an ``event`` it is one of its own.

        Raises ``ValueError`` for exemptions that nobody may allow for this kind, ``StoreBusy``.
        """
        check_exemptions(kind, rules)
        with self._db.transaction() as conn:
            made = conn.execute(
                "INSERT INTO campaigns(name, kind, event, outage, state, rules, made_at, made_by)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (name, kind, event, outage, CampaignState.MAKING, _RULES.dump_json(rules).decode(), to_ms(now), who),
            )
            if not event:
                conn.execute("UPDATE campaigns SET event = 'campaign:' || id WHERE id = ?", (made.lastrowid,))
            row = conn.execute("SELECT * FROM campaigns WHERE id = ?", (made.lastrowid,)).fetchone()
        return self._campaign(row)

    def add(self, campaign: Campaign, contacts: Sequence[Contact]) -> int:
        """Add contacts to a campaign that is being made, in one transaction; gives how many were not in it yet.

        Raises ``ValueError`` for a campaign that is made already, ``StoreBusy``.
        """
        due = to_ms(campaign.rules.not_before or campaign.made_at)
        with self._db.transaction() as conn:
            state = conn.execute("SELECT state FROM campaigns WHERE id = ?", (campaign.id,)).fetchone()
            if state is None or state["state"] != CampaignState.MAKING:
                raise ValueError(f"campaign {campaign.id} is not being made")
            done = conn.executemany(
                "INSERT OR IGNORE INTO contacts(campaign, phone, zones, point, address, about, state, why, next_at)"
                " VALUES (?, ?, ?, ?, ?, ?, 'waiting', '', ?)",
                [
                    (campaign.id, each.phone, " ".join(each.zones), each.point, each.address,
                     json.dumps(dict(each.about), ensure_ascii=False) if each.about else "", due)
                    for each in contacts
                ],
            )  # fmt: skip
            return done.rowcount

    def move(self, id: int, to: CampaignState) -> bool:
        """Put a campaign into another state; false where its state does not lead there. Raises ``StoreBusy``."""
        before = [state for state, after in _AFTER.items() if to in after]
        with self._db.transaction() as conn:
            done = conn.execute(
                f"UPDATE campaigns SET state = ? WHERE id = ? AND state IN ({', '.join('?' * len(before))})",
                (to, id, *before),
            )
            return bool(done.rowcount)

    def forget(self, id: int) -> bool:
        """Forget a campaign that was never begun, with its contacts; false: there is none, or it has begun.

        Page by page, calls are recorded meanwhile; cut off, it is as one whose making was, and can be forgotten again.
        Raises ``StoreBusy``.
        """
        with self._db.transaction() as conn:
            unbegun = conn.execute(
                "UPDATE campaigns SET state = ? WHERE id = ? AND state IN (?, ?)",
                (CampaignState.MAKING, id, CampaignState.MAKING, CampaignState.DRAFT),
            )
            if not unbegun.rowcount:
                return False
        page = "DELETE FROM contacts WHERE id IN (SELECT id FROM contacts WHERE campaign = ? LIMIT ?)"
        while True:
            with self._db.transaction() as conn:
                if conn.execute(page, (id, PAGE)).rowcount == PAGE:
                    continue
                conn.execute("DELETE FROM campaigns WHERE id = ? AND state = ?", (id, CampaignState.MAKING))
                return True

    def get(self, id: int) -> Campaign | None:
        """The campaign of that id. Raises ``StoreBusy``."""
        row = self._db.row("SELECT * FROM campaigns WHERE id = ?", [id])
        return None if row is None else self._campaign(row)

    def latest(self, limit: int) -> tuple[Campaign, ...]:
        """The newest campaigns. Raises ``StoreBusy``."""
        return tuple(map(self._campaign, self._db.rows("SELECT * FROM campaigns ORDER BY id DESC LIMIT ?", [limit])))

    def counts(self, id: int) -> dict[tuple[ContactState, str], int]:
        """How many contacts are in each state, by why they are. Raises ``StoreBusy``."""
        rows = self._db.rows(
            "SELECT state, why, count(*) AS n FROM contacts WHERE campaign = ? GROUP BY state, why", [id]
        )
        return {(ContactState(row["state"]), row["why"]): row["n"] for row in rows}

    def contacts(self, id: int) -> Iterator[StoredContact]:
        """All contacts, in the order of the list, page by page. Raises ``StoreBusy``."""
        return map(self._contact, self._pages("SELECT c.* FROM contacts c", {"campaign": id}))

    def standings(self, campaign: Campaign) -> Iterator[tuple[StoredContact, Standing]]:
        """The contacts that wait, with how they stand for the event. Raises ``StoreBusy``."""
        values = standings.values(campaign.kind, campaign.event, campaign.outage)
        for row in self._pages(standings.SQL, {**values, "campaign": campaign.id}):
            if row["state"] == ContactState.WAITING:
                yield self._contact(row), standings.standing(row)

    def also_in(self, campaign: Campaign) -> dict[int, int]:
        """Other campaigns of the same event that are not over: how many of these contacts each has, too."""
        rows = self._db.rows(
            """SELECT o.campaign, count(*) AS n FROM campaigns k JOIN contacts o ON o.campaign = k.id
               JOIN contacts c ON c.campaign = ? AND c.phone = o.phone
               WHERE k.event = ? AND k.id != ? AND k.state NOT IN ('stopped', 'done') GROUP BY o.campaign""",
            [campaign.id, campaign.event, campaign.id],
        )
        return {row["campaign"]: row["n"] for row in rows}

    def _pages(self, sql: str, values: dict[str, Any]) -> Iterator[Any]:
        after = 0
        while True:
            page = self._db.rows(
                f"{sql} WHERE c.campaign = :campaign AND c.id > :after ORDER BY c.id LIMIT {PAGE}",
                {**values, "after": after},
            )
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]["id"]

    def _campaign(self, row: Any) -> Campaign:
        return Campaign(
            row["id"],
            row["name"],
            Kind(row["kind"]),
            row["event"],
            row["outage"],
            CampaignState(row["state"]),
            rules_of(row["rules"]),
            from_ms(row["made_at"], self._tz),
            row["made_by"],
        )

    def _contact(self, row: Any) -> StoredContact:
        contact = Contact(
            row["phone"],
            tuple(row["zones"].split()),
            row["point"],
            row["address"],
            json.loads(row["about"]) if row["about"] else {},
        )
        return StoredContact(
            row["id"],
            contact,
            ContactState(row["state"]),
            row["why"],
            from_ms(row["next_at"], self._tz),
            Outcome(row["outcome"]) if row["outcome"] else None,
            None if row["closed_at"] is None else from_ms(row["closed_at"], self._tz),
        )


def rules_of(text: str) -> Rules:
    """Rules as they are stored."""
    return _RULES.validate_json(text)
