"""Rows of the ``grid_*`` tables out of our values, and back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from outage_feed.feeds import FeedState
from outage_feed.model import MOSCOW, Address, Outage, ServicePoint, Settlement, Street
from outage_feed.names import name_words, settlement_key, street_key
from outage_feed.record import read_record

PLACES = "SELECT DISTINCT region, district, settlement_type, settlement, street_type, street FROM grid_points"
ADDRESSES = PLACES.replace(" FROM", ", house FROM")
_FADES = timedelta(days=2)
"""How long an ended outage is still loaded for a point; more than any limit of ``affecting.Within``."""
_FADES_ENDLESS = timedelta(days=7)


def point_row(point: ServicePoint) -> dict[str, Any]:
    """A row of ``grid_points``."""
    settlement, street = point.address.settlement, point.address.street
    return {
        "id": point.id, "account": point.account, "region": settlement.region, "district": settlement.district,
        "settlement_type": settlement.type, "settlement": settlement.name,
        "street_type": street.type if street else "", "street": street.name if street else "",
        "house": point.address.house, "flat": point.address.flat, "branch": point.branch, "res": point.res,
        "network": json.dumps(point.network, ensure_ascii=False), "fias": point.fias,
        "place_key": settlement_key(settlement), "street_key": street_key(street) if street else "",
    }  # fmt: skip


def place(row: dict[str, Any]) -> Address:
    """The settlement and street of a row, without a house."""
    settlement = Settlement(row["settlement"], row["settlement_type"], row["district"], row["region"])
    return Address(settlement, Street(row["street"], row["street_type"]) if row["street"] else None)


def addresses(found: Iterable[tuple[str, ...]]) -> Iterator[Address]:
    """The addresses of the rows of ``ADDRESSES``; equal settlements and streets are one object."""
    settlements: dict[tuple[str, ...], Settlement] = {}
    streets: dict[tuple[str, ...], Street] = {}
    for region, district, kind, name, street_kind, street, house in found:
        where = (region, district, kind, name)
        settlement = settlements.get(where)
        if settlement is None:
            settlement = settlements[where] = Settlement(name, kind, district, region)
        way = None
        if street and (way := streets.get((street_kind, street))) is None:
            way = streets[street_kind, street] = Street(street, street_kind)
        yield Address(settlement, way, house)


def point(row: dict[str, Any]) -> ServicePoint:
    """A service point out of its row."""
    return ServicePoint(
        row["id"],
        replace(place(row), house=row["house"], flat=row["flat"]),
        row["account"],
        tuple(sorted((row["phones"] or "").split())),
        row["branch"],
        row["res"],
        tuple(json.loads(row["network"])),
        row["fias"] or "",
    )


def outage(row: dict[str, Any]) -> Outage:
    """An outage out of a row of ``grid_outages`` or ``grid_versions``."""
    return _read(row["id"], row["source"], row["version"], row["received_at"], row["record"])


@lru_cache(maxsize=8192)
def _read(outage_id: str, source: str, version: int, received_at: float, record: str) -> Outage:
    """A stored record as an outage; cached, because a call must not wait for the reading of a whole town's list."""
    outage = read_record(json.loads(record), source=source, received_at=_moment(received_at), version=version)
    return replace(outage, id=outage_id)


def places(outage: Outage) -> set[tuple[str, str]]:
    """The index entries of an outage: place and street, or place alone where any street may be meant."""
    places = {(f"net:{name}", "") for name in outage.network} | {(f"fias:{code}", "") for code in outage.fias}
    for area in outage.areas:
        place = settlement_key(area.settlement)
        unclear = area.unclear or any(part.houses.unclear for part in area.streets)
        if area.whole or unclear or not area.streets:
            places.add((place, ""))
        # Every word, because a street may be hidden in what was read as another's name: «Ленина котельная».
        places |= {(place, word) for part in area.streets for word in name_words(part.street.name)}
    return places


def fades_at(outage: Outage, now: datetime) -> datetime:
    """When the outage need not be loaded for a point any more."""
    if outage.closed_at is not None and outage.restored_at is None:
        return now
    end = outage.restored_at or outage.planned_end
    try:
        return end + _FADES if end is not None else outage.start + _FADES_ENDLESS
    except OverflowError:  # «until 31.12.9999» in a feed must not cost the other records
        return datetime.max.replace(tzinfo=MOSCOW)


def _moment(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).astimezone(MOSCOW)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def feed_row(state: FeedState) -> dict[str, Any]:
    """A row of ``grid_feeds``."""
    return {
        "name": state.name, "format": state.format, "url": state.url, "regions": json.dumps(state.regions),
        "stale_after": None if state.stale_after is None else state.stale_after.total_seconds(),
        "last_attempt": _seconds(state.last_attempt), "last_success": _seconds(state.last_success),
        "last_error": state.last_error, "failures": state.failures, "etag": state.etag,
        "last_modified": state.last_modified, "digest": state.digest, "records": state.records,
        "empties": state.empties, "paused_since": _seconds(state.paused_since),
    }  # fmt: skip


def feed(row: dict[str, Any]) -> FeedState:
    """The state of a feed out of its row, with the number of records set aside."""
    return FeedState(
        **{name: row[name] for name in ("name", "format", "url", "last_error", "failures", "etag", "last_modified")},
        **{name: row[name] for name in ("digest", "records", "empties", "rejected")},
        regions=tuple(json.loads(row["regions"])),
        stale_after=None if row["stale_after"] is None else timedelta(seconds=row["stale_after"]),
        last_attempt=_moment(row["last_attempt"]),
        last_success=_moment(row["last_success"]),
        paused_since=_moment(row["paused_since"]),
    )
