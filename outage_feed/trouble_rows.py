"""Rows of ``grid_probable`` and ``grid_reports`` out of our values, and back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from outage_feed.clusters import Probable, Reach, Report, State, house_key, keys_of
from outage_feed.model import MOSCOW, ServicePoint
from outage_feed.names import fold

PROBABLE_AT = """
    SELECT * FROM grid_probable
    WHERE state = 'open' AND key IN (?, ?) AND expires_at > ? AND (house = '' OR house = ?)
    ORDER BY reach, id DESC LIMIT 1"""
"""The probable outage at a point, by :func:`probable_at`; what the ТП shares goes before what the street does."""


def probable_at(point: ServicePoint, now: datetime) -> tuple[Any, ...]:
    """The values of :data:`PROBABLE_AT`."""
    keys = [key for key, _ in keys_of(point)]
    return (keys[0], keys[-1], now.timestamp(), folded_house(point))


def folded_house(point: ServicePoint) -> str:
    """The house as ``grid_probable`` has it, where all reports came from one."""
    return fold(point.address.house)


def probable(row: dict[str, Any]) -> Probable:
    """A probable outage out of its row."""
    return Probable(
        row["id"],
        Reach(row["reach"]),
        row["region"],
        row["place"],
        row["calls"],
        moment(row["first_at"]),
        moment(row["last_at"]),
        moment(row["expires_at"]),
        State(row["state"]),
        row["house"],
        row["outage"] or "",
    )


def report_row(report: Report) -> dict[str, Any]:
    """A row of ``grid_reports``, not yet part of anything."""
    keys = {reach: key for key, reach in keys_of(report.point)}
    return {
        "at": report.at.timestamp(), "caller": report.caller, "phone": report.phone, "call_id": report.call_id,
        "point_id": report.point.id, "house": house_key(report.point), "street_key": keys[Reach.STREET],
        "net_key": keys.get(Reach.NETWORK), "alone": int(report.alone), "probable": None,
    }  # fmt: skip


def moment(seconds: float) -> datetime:
    """A stored moment in our time zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(MOSCOW)
