"""How contacts stand for their campaign's event, over all campaigns: what ``ivr.campaigns.plan`` decides on."""

from __future__ import annotations

import json
import sqlite3
from functools import lru_cache

from ivr.campaigns.model import CONSENT_FOR, PROMISED_BY, Kind, Outcome
from ivr.campaigns.plan import Standing, Tried
from ivr.store.database import from_ms

SQL = """
    SELECT c.*,
        EXISTS (SELECT 1 FROM stop_list s WHERE s.phone = c.phone AND s.kind IN ('', :kind) AND s.removed_at IS NULL)
            AS stopped,
        EXISTS (SELECT 1 FROM consents g WHERE g.phone = c.phone AND g.kind = :consent AND g.withdrawn_at IS NULL)
            OR EXISTS (SELECT 1 FROM promises p WHERE p.phone = c.phone AND p.kind = :promise AND p.outage = :outage
                       AND p.state = 'open') AS allowed,
        EXISTS (SELECT 1 FROM attempts a WHERE a.event = :event AND a.phone = c.phone AND a.step != 'closed')
            AS in_flight,
        (SELECT json_group_array(json_array(a.closed_at, a.outcome)) FROM attempts a
            WHERE a.event = :event AND a.phone = c.phone AND a.step = 'closed') AS tried
    FROM contacts c"""
"""Contacts with their standing; to be followed by WHERE. Its values are those of :func:`values`."""


def values(kind: Kind, event: str, outage: str) -> dict[str, object]:
    """The named values that :data:`SQL` needs."""
    promise = PROMISED_BY.get(kind, "") if outage else ""
    return {"kind": kind, "consent": CONSENT_FOR[kind], "promise": promise, "outage": outage, "event": event}


def standing(row: sqlite3.Row) -> Standing:
    """The standing out of a row of :data:`SQL`."""
    return _standing(row["zones"], row["tried"], row["stopped"], row["allowed"], row["in_flight"])


@lru_cache(maxsize=1024)
def _standing(zones: str, tried: str, stopped: int, allowed: int, in_flight: int) -> Standing:
    """Cached, because most contacts of a campaign stand alike."""
    ended = sorted((at, outcome) for at, outcome in json.loads(tried))
    return Standing(
        tuple(zones.split()),
        tuple(Tried(from_ms(at), Outcome(outcome)) for at, outcome in ended),
        bool(stopped),
        bool(allowed),
        bool(in_flight),
    )
