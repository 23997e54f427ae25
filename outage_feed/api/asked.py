"""What a request asks for, read and checked: query parameters and small JSON bodies. Errors name the field."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from outage_feed.api.answers import ApiError
from outage_feed.model import MOSCOW, Address, ServicePoint, Settlement, Street
from outage_feed.names import clean, parse_settlement, parse_street
from outage_feed.regions import find_region

LONGEST_VALUE = 300


def only(query: Mapping[str, str], allowed: Collection[str]) -> None:
    """Raises ApiError where a parameter is not one of those: a misspelt filter would answer with everything."""
    for name, value in query.items():
        if name not in allowed:
            raise ApiError(400, "unknown_parameter", f"there is no such parameter; known: {', '.join(allowed)}", name)
        if len(value) > LONGEST_VALUE:
            raise ApiError(400, "bad_parameter", f"is longer than {LONGEST_VALUE} characters", name)


def number(query: Mapping[str, str], name: str, usual: int, least: int, most: int) -> int:
    """A whole number within limits."""
    text = query.get(name, str(usual))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise ApiError(400, "bad_parameter", f"must be a whole number from {least} to {most}", name)
    return int(text)


def one_of(query: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """One of the choices; the first where nothing is said."""
    value = query.get(name, choices[0])
    if value not in choices:
        raise ApiError(400, "bad_parameter", f"must be one of: {', '.join(choices)}", name)
    return value


def region(query: Mapping[str, str], *, required: bool = False) -> str:
    """The code of a region by code or name; empty where none is asked for."""
    text = query.get("region", "")
    if not text and not required:
        return ""
    found = find_region(text) if text else None
    if found is None:
        why = f"«{text}» is not one of the served regions" if text else "is missing"
        raise ApiError(400, "bad_parameter", why, "region")
    return found.code


def settlement(query: Mapping[str, str], code: str) -> Settlement | None:
    """«с. Бабяково»; its type may be missing."""
    text = clean(query.get("settlement", ""))
    if not text:
        return None
    return parse_settlement(text, district=clean(query.get("district", "")), region=code)


def street(query: Mapping[str, str]) -> Street | None:
    """«ул. Ленина»."""
    text = clean(query.get("street", ""))
    return parse_street(text) if text else None


def point(query: Mapping[str, str]) -> ServicePoint:
    """The place that is asked about, as a service point of nobody's."""
    place = settlement(query, region(query, required=True))
    if place is None:
        raise ApiError(400, "bad_parameter", "is missing", "settlement")
    return ServicePoint("", Address(place, street(query), clean(query.get("house", ""))))


def body(data: bytes, fields: Mapping[str, Callable[[Any], Any]]) -> dict[str, Any]:
    """A JSON object of these fields, each read by its function (which raises ValueError); all of them may be absent."""
    if not data.strip():
        return {}
    try:
        given = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "not_json", f"the body is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise ApiError(400, "not_json", "the body must be a JSON object")
    read = {}
    for name, value in given.items():
        if name not in fields:
            raise ApiError(400, "bad_field", f"there is no such field; known: {', '.join(fields)}", str(name))
        try:
            read[name] = fields[name](value)
        except ValueError as error:
            raise ApiError(400, "bad_field", str(error), name) from None
    return read


def a_time(value: Any) -> datetime | None:
    """A moment in ISO 8601; without an offset it is UTC+3."""
    if value is None:
        return None
    try:
        if not isinstance(value, str) or len(value) < 16:
            raise ValueError
        read = datetime.fromisoformat(value)
        return (read if read.tzinfo else read.replace(tzinfo=MOSCOW)).astimezone(MOSCOW)
    except (ValueError, OverflowError):
        raise ValueError("a time is written like 2026-11-25T16:30:00+03:00") from None


def a_text(value: Any) -> str:
    """A text of at most a few hundred characters."""
    if not isinstance(value, str) or len(value) > LONGEST_VALUE:
        raise ValueError(f"must be a text of at most {LONGEST_VALUE} characters")
    return clean(value)


def a_flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value
