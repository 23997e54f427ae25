"""Probable outages through the API: read, confirmed, rejected. Blocking; raises StoreError."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outage_feed.api import asked
from outage_feed.api.answers import ApiError
from outage_feed.show import outage_json, probable_json
from outage_feed.troubles import NotOpen, Troubles


def listed(troubles: Troubles, query: Mapping[str, str], now: datetime) -> dict[str, Any]:
    """``GET /v1/probable``: those that are open, or all there ever were."""
    asked.only(query, ("state",))
    everything = asked.one_of(query, "state", ("open", "all")) == "all"
    troubles.settle(now)
    known = troubles.all(now, everything=everything)
    return {"probable": [probable_json(each, troubles.houses(each.id)) for each in known]}


def one(troubles: Troubles, name: str, now: datetime) -> dict[str, Any]:
    """``GET /v1/probable/{id}``."""
    known = troubles.get(number_of(name), now)
    if known is None:
        raise ApiError(404, "no_such_probable", f"no probable outage «{name}»", "id")
    return {"probable": probable_json(known, troubles.houses(known.id))}


def confirmed(troubles: Troubles, name: str, data: bytes, who: str, now: datetime) -> dict[str, Any]:
    """``POST /v1/probable/{id}/confirm``: it becomes an emergency of the dispatchers' own list."""
    given = asked.body(data, {"until": asked.a_time, "whole": asked.a_flag, "reason": asked.a_text})
    until = given.get("until")
    if until is not None and until <= now:
        raise ApiError(400, "bad_field", "is over already", "until")
    one(troubles, name, now)
    try:
        outage = troubles.confirm(number_of(name), now, who=who, **given)
    except NotOpen as error:
        raise ApiError(409, "decided_already", str(error)) from None
    return {**one(troubles, name, now), "outage": outage_json(outage, now)}


def rejected(troubles: Troubles, name: str, data: bytes, who: str, now: datetime) -> dict[str, Any]:
    """``POST /v1/probable/{id}/reject``: there is no such outage."""
    given = asked.body(data, {"reason": asked.a_text})
    one(troubles, name, now)
    try:
        troubles.reject(number_of(name), now, who=who, **given)
    except NotOpen as error:
        raise ApiError(409, "decided_already", str(error)) from None
    return one(troubles, name, now)


def number_of(name: str) -> int:
    """«probable:3» or «3»."""
    text = name.removeprefix("probable:")
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise ApiError(404, "no_such_probable", f"no probable outage «{name[:40]}»", "id")
    return int(text)
