"""Outages and feeds put into plain JSON and short English text, for tables and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from outage_feed.clusters import Probable
from outage_feed.feeds import LONGEST_PAUSE, FeedState
from outage_feed.model import Outage
from outage_feed.record import write_record

_INNER = ("etag", "last_modified", "digest", "empties", "stale_after")


def outage_json(outage: Outage, now: datetime) -> dict[str, Any]:
    """The record as in the json format, with what the store knows of it beside."""
    extra = {"source": outage.source, "status": outage.status(now), "version": outage.version}
    return {**write_record(outage), **extra, "id": outage.id, "received_at": outage.received_at}


def probable_json(known: Probable, houses: Sequence[str]) -> dict[str, Any]:
    """A probable outage with the houses that were reported."""
    return {**asdict(known), "id": known.name, "houses": list(houses)}


def feed_json(state: FeedState, now: datetime) -> dict[str, Any]:
    """The state of a feed, its age and whether it is stale."""
    fields = {name: value for name, value in asdict(state).items() if name not in _INNER}
    return {
        **fields,
        "stale_after_seconds": _seconds(state.stale_after),
        "age_seconds": _seconds(state.age(now)),
        "stale": state.stale(now),
    }


def pause_text(state: FeedState, now: datetime) -> str:
    """That nothing of the source is withdrawn, why, and until when; empty where that is not so."""
    if state.paused_since is None:
        return ""
    why = f"{state.name}: a record set aside has no readable id (ivr outages feeds --rejected {state.name})"
    if state.pause_over(now):
        return f"{why} since {full_time(state.paused_since)}; missing outages are withdrawn in spite of it"
    return f"{why}, so missing outages are not withdrawn until {full_time(state.paused_since + LONGEST_PAUSE)}"


def day_time(moment: datetime | None, now: datetime) -> str:
    """«25.11 16:30», in another year than ``now`` «25.11.2027 16:30»; empty where there is none."""
    if moment is None or moment.astimezone(now.tzinfo).year != now.year:
        return full_time(moment)
    return f"{moment:%d.%m %H:%M}"


def full_time(moment: datetime | None) -> str:
    """«25.11.2026 16:30»; empty where there is none."""
    return f"{moment:%d.%m.%Y %H:%M}" if moment else ""


def age_text(age: timedelta | None) -> str:
    """«12 min», «5 h»; empty where there is none."""
    if age is None:
        return ""
    minutes = int(age.total_seconds() // 60)
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h"


def cut(text: str, limit: int = 60) -> str:
    """The text, shortened to fit a column."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else round(length.total_seconds(), 1)
