"""Every change of an outage or a probable one, in order, and how far each webhook has been told of them.

Blocking; raises StoreError. The events are written by triggers (``outage_feed/schema.py``), whoever made the change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from outage_feed.show import outage_json, probable_json
from outage_feed.store import GridStore
from outage_feed.troubles import Troubles

KEPT = timedelta(days=7)
"""How long events are kept for webhooks that do not answer."""


_AFTER = """
    SELECT * FROM grid_events e
    WHERE seq > ? AND NOT (what = 'probable' AND EXISTS (
        SELECT 1 FROM grid_events later WHERE later.what = e.what AND later.id = e.id AND later.seq > e.seq))
    ORDER BY seq LIMIT ?"""


@dataclass(frozen=True, slots=True)
class Event:
    """One change. ``seq`` grows; ``what`` is ``outage`` or ``probable``, and ``id`` names which."""

    seq: int
    at: float
    what: str
    id: str
    version: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """How far a webhook has been told."""

    url: str
    position: int
    failures: int = 0
    last_success: float | None = None
    last_error: str = ""


def told(grid: GridStore, url: str) -> Told:
    """The state of a webhook; a new one begins with what happens from now on."""
    with grid.writing() as db:
        newest = "(SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'grid_events')"
        db.execute(f"INSERT OR IGNORE INTO grid_webhooks (url, position, failures) VALUES (?, {newest}, 0)", [url])
    row = grid.rows("SELECT * FROM grid_webhooks WHERE url = ?", (url,))[0]
    return Told(url, row["position"], row["failures"], row["last_success"], row["last_error"] or "")


def keep_told(grid: GridStore, state: Told) -> None:
    """Store how far a webhook has been told."""
    row = {"url": state.url, "position": state.position, "failures": state.failures,
           "last_success": state.last_success, "last_error": state.last_error}  # fmt: skip
    with grid.writing() as db:
        db.table("grid_webhooks").upsert(row, pk="url")


def webhooks(grid: GridStore) -> tuple[Told, ...]:
    """The state of every webhook there ever was."""
    found = grid.rows("SELECT * FROM grid_webhooks ORDER BY url")
    return tuple(
        Told(row["url"], row["position"], row["failures"], row["last_success"], row["last_error"] or "")
        for row in found
    )


def after(grid: GridStore, position: int, most: int) -> tuple[Event, ...]:
    """The next events after a position; of a probable outage, which every caller changes, only the newest."""
    found = grid.rows(_AFTER, (position, most))
    return tuple(Event(row["seq"], row["at"], row["what"], row["id"], row["version"]) for row in found)


def payload(grid: GridStore, troubles: Troubles, event: Event, now: datetime) -> dict[str, Any] | None:
    """What a webhook is sent of an event: the outage in the version of then, the probable one as it is now.

    ``None`` where it is gone from the database (an example that was taken out).
    """
    head = {"seq": event.seq, "event": event.what}
    if event.what == "probable":
        known = troubles.get(int(event.id), now)
        return {**head, "probable": probable_json(known, troubles.houses(known.id))} if known else None
    versions = [version for version in grid.history(event.id) if version.version == event.version]
    return {**head, "outage": outage_json(versions[0], now)} if versions else None


def forget(grid: GridStore, now: datetime) -> None:
    """Drop events that are too old for anybody."""
    with grid.writing() as db:
        db.execute("DELETE FROM grid_events WHERE at < ?", [(now - KEPT).timestamp()])
