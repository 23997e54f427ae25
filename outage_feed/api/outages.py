"""Outages through the API: read, pushed and closed. Blocking functions, called in worker threads; raise StoreError."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from outage_feed.api import asked
from outage_feed.api.answers import ApiError, bad_record
from outage_feed.errors import Nonsense
from outage_feed.feeds import FeedState
from outage_feed.formats import Context, load_format
from outage_feed.model import Address, Outage, ServicePoint, Settlement, Status, Street
from outage_feed.names import fold, same_settlement, same_street
from outage_feed.show import outage_json, probable_json
from outage_feed.store import GridStore
from outage_feed.telling import telling
from outage_feed.troubles import Troubles

FORMAT = "json"
"""What is pushed is a document of this format, read by the same reader as a feed's answer."""
PLACE = ("region", "settlement", "district", "street")


def listed(grid: GridStore, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """``GET /v1/outages``: those that are open (or all), by region, place, street, source."""
    asked.only(query, (*PLACE, "source", "status", "limit", "offset"))
    everything = asked.one_of(query, "status", ("open", "all")) == "all"
    limit = asked.number(query, "limit", 100, 1, 1000)
    offset = asked.number(query, "offset", 0, 0, 10_000_000)
    code = asked.region(query)
    place, street = asked.settlement(query, code), asked.street(query)
    if street is not None and place is None:
        raise ApiError(400, "bad_parameter", "is missing: a street needs its settlement", "settlement")
    found = grid.outages(source=query.get("source", ""), region=code, everything=everything)
    fitting = [outage for outage in found if place is None or _is_in(outage, place, street)]
    page = fitting[offset : offset + limit]
    return {"total": len(fitting), "outages": [outage_json(outage, now) for outage in page]}


def _is_in(outage: Outage, place: Settlement, street: Street | None) -> bool:
    """Whether the outage speaks of the place and, if one is given, of the street (or of all the place)."""
    for area in outage.areas:
        if same_settlement(area.settlement, place) is None:
            continue
        if street is None or not area.streets or any(same_street(part.street, street) for part in area.streets):
            return True
    return False


def one(grid: GridStore, outage_id: str, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """``GET /v1/outages/{id}``, with ``?history=true`` every version."""
    asked.only(query, ("history",))
    outage = _known(grid, outage_id)
    found: dict[str, Any] = {"outage": outage_json(outage, now)}
    if asked.one_of(query, "history", ("false", "true")) == "true":
        found["history"] = [outage_json(version, now) for version in grid.history(outage_id)]
    return found


def affecting(grid: GridStore, troubles: Troubles, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """``GET /v1/affecting``: what explains that it is dark at an address, and what a caller there is told."""
    asked.only(query, (*PLACE, "house"))
    point = _registered(grid, asked.point(query))
    found = grid.find(point, now)
    told = telling(found)
    probable = None if found.probable is None else probable_json(found.probable, troubles.houses(found.probable.id))
    return {
        "address": str(point.address),
        "registered": bool(point.id),
        "told": type(told).__name__,
        "as_of": found.as_of,
        "stale_sources": list(found.stale_sources),
        "explanations": [
            {"sureness": each.sureness, "phase": each.phase, "outage": outage_json(each.outage, now)}
            for each in found.explanations
        ],
        "probable": probable,
    }


def _registered(grid: GridStore, point: ServicePoint) -> ServicePoint:
    """The register's point at the address, which knows its district and what feeds it; else the one asked about."""
    near = grid.points_at(point.address.settlement, point.address.street)
    same = [each for each in near if _same_house(each.address, point.address)]
    houses = {replace(each.address, flat="") for each in same}
    return replace(same[0], address=houses.pop(), phones=(), account="") if len(houses) == 1 else point


def _same_house(one: Address, other: Address) -> bool:
    streets = (one.street, other.street)
    same = streets == (None, None) or (streets[0] and streets[1] and same_street(streets[0], streets[1]))
    return bool(same and same_settlement(one.settlement, other.settlement) and fold(one.house) == fold(other.house))


def pushed(
    grid: GridStore, source: str, data: bytes, charset: str, query: Mapping[str, str], now: datetime
) -> tuple[int, dict[str, Any]]:
    """``POST /v1/outages``: new outages and new versions of known ones; the status and the answer.

    A bad record is named and left out, the others are taken in. ``snapshot=true``: the list is everything that this
    source has, and what it lacks was withdrawn.
    """
    asked.only(query, ("snapshot",))
    snapshot = asked.one_of(query, "snapshot", ("false", "true")) == "true"
    try:
        parsed = load_format(FORMAT).parse(data, Context(source, now, charset))
    except Nonsense as error:
        raise ApiError(400, "not_outages", str(error)) from None
    rejected = [bad_record(one) for one in parsed.rejected]
    if rejected and not parsed.outages:
        none = {"code": "bad_records", "message": f"none of the {len(rejected)} records can be used"}
        return 422, {"error": none, "source": source, "rejected": rejected}
    changes = grid.take_in(source, parsed, now, snapshot=snapshot)
    grid.save_feed(FeedState(source, format=FORMAT, last_attempt=now, last_success=now, records=len(parsed.outages)))
    taken = [outage.id for outage in parsed.outages]
    counts = {name: getattr(changes, name) for name in ("new", "changed", "unchanged", "withdrawn")}
    return 200, {"source": source, "changes": counts, "outages": taken, "rejected": rejected}


def closed(grid: GridStore, outage_id: str, data: bytes, now: datetime) -> dict[str, Any]:
    """``POST /v1/outages/{id}/close``: supply is back (``restored``), or there was no such outage (``withdrawn``)."""
    given = asked.body(data, {"how": asked.a_text, "at": asked.a_time})
    how, at = given.get("how"), given.get("at")
    if how not in ("restored", "withdrawn"):
        raise ApiError(400, "bad_field", "must be «restored» or «withdrawn»", "how")
    if how == "withdrawn" and at is not None:
        raise ApiError(400, "bad_field", "is when supply came back: it goes with «restored» only", "at")
    outage = _known(grid, outage_id)
    if outage.status(now) in (Status.RESTORED, Status.WITHDRAWN):
        raise ApiError(409, "closed_already", f"{outage_id} is {outage.status(now).value} already")
    if how == "withdrawn":
        return {"outage": outage_json(grid.save(replace(outage, closed_at=now), now), now)}
    restored = at or now
    if restored > now:
        raise ApiError(400, "bad_field", "is still to come: close it when supply is back", "at")
    if restored <= outage.start:
        raise ApiError(400, "bad_field", f"is not after the start {outage.start.isoformat()}", "at")
    return {"outage": outage_json(grid.save(replace(outage, restored_at=restored), now), now)}


def _known(grid: GridStore, outage_id: str) -> Outage:
    outage = grid.outage(outage_id)
    if outage is None:
        raise ApiError(404, "no_such_outage", f"no outage «{outage_id}»", "id")
    return outage
