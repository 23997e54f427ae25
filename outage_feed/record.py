"""One outage as a JSON record of ours, in and out; the shape is what the ``json`` format, the store and the CLI share.

Houses are written as people write them (``["1", "3а", "с 5 по 15", "вся улица"]``) and read by
:mod:`outage_feed.houses`; a place may instead carry its streets as one free text in ``objects``. The JSON Schema in
``formats/json.schema.json`` is made from these models (``python -m outage_feed.record`` prints it).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from outage_feed.freetext import parse_area
from outage_feed.houses import parse_houses, write_item
from outage_feed.model import MOSCOW, Area, HouseSet, Kind, Outage, Settlement, Street, StreetPart
from outage_feed.names import SETTLEMENT_TYPES, STREET_TYPES, clean, fold, parse_settlement, parse_street
from outage_feed.regions import find_region

_Text = Annotated[str, BeforeValidator(lambda value: clean(value) if isinstance(value, str) else value)]
_Name = Annotated[_Text, StringConstraints(min_length=1, max_length=300)]


def _time(value: object) -> object:
    """A time must carry a date; numbers (seconds since 1970) are refused, they hide the time zone."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) < 16:
        raise ValueError("a time is written like 2026-11-25T16:30:00+03:00")
    return value


_Time = Annotated[datetime, BeforeValidator(_time)]


_Code = Annotated[_Text, AfterValidator(str.lower)]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SettlementRecord(_Record):
    """A town or village; ``type`` may also be part of ``name`` («с. Бабяково»)."""

    name: _Name
    type: _Text = ""
    district: _Text = ""


class StreetRecord(_Record):
    """A street and its houses. No houses and not ``whole``: some of its houses, not said which."""

    name: _Name
    type: _Text = ""
    houses: tuple[_Text, ...] = Field(default=(), description="«5», «7а», «25/1», «с 5 по 15», «нечётные с 1 по 25» …")
    whole: bool = False


class PlaceRecord(_Record):
    """A settlement and what of it. ``objects`` is free text, read instead of ``streets``."""

    settlement: SettlementRecord
    streets: tuple[StreetRecord, ...] = ()
    objects: _Text = ""
    whole: bool = Field(default=False, description="the whole settlement")
    unclear: tuple[_Text, ...] = Field(default=(), description="text about the place that could not be read")


class OutageRecord(_Record):
    """An outage. Required: region, start, and places (or the codes of its houses, or what of the network is off).

    Times without an offset are UTC+3.
    """

    id: _Text = Field(
        default="", max_length=200, description="the source's own id; made from place and start if absent"
    )
    kind: Kind = Kind.UNKNOWN
    region: _Name = Field(description="code («36») or name of the region")
    start: _Time
    planned_end: _Time | None = Field(default=None, description="expected restoration; absent: not known")
    set_at: _Time | None = Field(default=None, description="when planned_end was stated or last changed")
    restored_at: _Time | None = None
    closed_at: _Time | None = Field(default=None, description="taken off the list without restoration")
    reason: _Text = ""
    branch: _Text = ""
    res: _Text = Field(default="", description="РЭС")
    text: _Text = Field(default="", description="the place in the source's own words")
    places: tuple[PlaceRecord, ...] = ()
    fias: tuple[_Code, ...] = Field(default=(), description="codes of houses in the state register of addresses")
    network: tuple[_Text, ...] = Field(default=(), description="ТП, feeders; an outage of them covers what they feed")

    @model_validator(mode="after")
    def _somewhere(self) -> OutageRecord:
        if not (self.places or self.fias or self.network):
            raise ValueError("places: is empty")
        return self

    @model_validator(mode="after")
    def _times_in_order(self) -> OutageRecord:
        start = _aware(self.start)
        for name in ("planned_end", "restored_at"):
            value = getattr(self, name)
            if value is not None and _aware(value) <= start:
                raise ValueError(f"{name} {value.isoformat()} is not after start {start.isoformat()}")
        return self


def _aware(value: datetime) -> datetime:
    return (value if value.tzinfo else value.replace(tzinfo=MOSCOW)).astimezone(MOSCOW)


def _maybe(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value)


def read_record(raw: object, *, source: str, received_at: datetime | None = None, version: int = 1) -> Outage:
    """The outage in a JSON object of ours; raises ValueError with a one-line reason that names the field."""
    try:
        record = OutageRecord.model_validate(raw)
    except ValidationError as error:
        raise ValueError(explain(error)) from None
    region = find_region(record.region)
    if region is None:
        raise ValueError(f"region: «{record.region}» is not one of the served regions")
    areas = tuple(_area(place, region.code) for place in record.places)
    text = record.text or "; ".join(write_area(area) for area in areas)
    start = _aware(record.start)
    return Outage(
        id=f"{source}:{record.id or make_key(region.code, areas, start, (*record.fias, *record.network))}",
        source=source,
        start=start,
        areas=areas,
        text=text,
        region=region.code,
        kind=record.kind,
        planned_end=_maybe(record.planned_end),
        reason=record.reason,
        set_at=_maybe(record.set_at),
        restored_at=_maybe(record.restored_at),
        closed_at=_maybe(record.closed_at),
        source_id=record.id,
        branch=record.branch or region.branch,
        res=record.res,
        fias=record.fias,
        network=record.network,
        received_at=received_at,
        version=version,
    )


_PLAIN = {
    "missing": "is missing",
    "extra_forbidden": "there is no such field",
    "string_type": "must be a text",
    "string_too_short": "is empty",
    "too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "tuple_type": "must be a list",
    "model_type": "must be an object",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "enum": "must be {expected}",
    "datetime_from_date_parsing": "a time is written like 2026-11-25T16:30:00+03:00",
    "datetime_parsing": "a time is written like 2026-11-25T16:30:00+03:00",
}
"""pydantic's kinds of error in words for whoever sends us records."""


def explain(error: ValidationError) -> str:
    """The first few complaints of pydantic on one line, each with the path of its field.

    A list is also said to be empty where all that is in it is wrong; that much is left out.
    """
    complaints = []
    problems = error.errors(include_url=False)
    inner = {problem["loc"][:1] for problem in problems if len(problem["loc"]) > 1}
    for problem in [one for one in problems if not (one["type"] == "too_short" and one["loc"] in inner)][:3]:
        where = ".".join(str(part) for part in problem["loc"])
        plain = _PLAIN.get(problem["type"])
        message = plain.format_map(problem.get("ctx", {})) if plain else problem["msg"].removeprefix("Value error, ")
        complaints.append(f"{where}: {message}" if where else f"the record {message}" if plain else message)
    return "; ".join(complaints)


def make_key(region: str, areas: Iterable[Area], start: datetime, codes: Iterable[str] = ()) -> str:
    """An identity for records that have none: the same place and start make the same key, whatever else changes.

    Houses and network parts by their ``codes`` are a place where there is no other.
    """
    places = "|".join(sorted(fold(write_area(area)) for area in areas)) or "|".join(sorted(codes))
    return hashlib.sha256(f"{region}|{places}|{start.isoformat()}".encode()).hexdigest()[:16]


def _area(place: PlaceRecord, region: str) -> Area:
    settlement = _settlement(place.settlement, region)
    area = parse_area(settlement, place.objects)
    streets = tuple(_street_part(street) for street in place.streets)
    return Area(
        settlement,
        (*streets, *area.streets),
        whole=place.whole or area.whole,
        unclear=(*place.unclear, *area.unclear),
    )


def _settlement(record: SettlementRecord, region: str) -> Settlement:
    known = SETTLEMENT_TYPES.get(record.type.casefold().rstrip("."))
    if known:
        return Settlement(record.name, known, record.district, region)
    parsed = parse_settlement(f"{record.type} {record.name}" if record.type else record.name)
    return Settlement(parsed.name, parsed.type, record.district, region)


def _street_part(record: StreetRecord) -> StreetPart:
    known = STREET_TYPES.get(record.type.casefold().rstrip("."))
    if known:
        street = Street(record.name, known)
    else:
        street = parse_street(f"{record.type} {record.name}" if record.type else record.name)
    houses = parse_houses(record.houses)
    return StreetPart(street, HouseSet(houses.items, houses.whole or record.whole, houses.unclear))


def write_record(outage: Outage) -> dict[str, Any]:
    """The JSON object that :func:`read_record` reads back; what is absent is left out."""
    times = {
        name: value.isoformat()
        for name in ("start", "planned_end", "set_at", "restored_at", "closed_at")
        if (value := getattr(outage, name)) is not None
    }
    record = {
        "id": outage.source_id,
        "kind": outage.kind.value,
        "region": outage.region,
        **times,
        "reason": outage.reason,
        "branch": outage.branch,
        "res": outage.res,
        "text": outage.text,
        "places": [_write_place(area) for area in outage.areas],
        "fias": list(outage.fias),
        "network": list(outage.network),
    }
    return _without_empty(record)


def _write_place(area: Area) -> dict[str, Any]:
    settlement = area.settlement
    return _without_empty(
        {
            "settlement": _without_empty(
                {"type": settlement.type, "name": settlement.name, "district": settlement.district}
            ),
            "whole": area.whole,
            "streets": [
                _without_empty(
                    {
                        "type": part.street.type,
                        "name": part.street.name,
                        "houses": [*map(write_item, part.houses.items), *part.houses.unclear],
                        "whole": part.houses.whole,
                    }
                )
                for part in area.streets
            ],
            "unclear": list(area.unclear),
        }
    )


def _without_empty(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value not in ("", [], False)}


def write_area(area: Area) -> str:
    """The area in one line of text, for lists and for records whose source kept no words of its own."""
    if area.whole:
        return f"{area.settlement} (весь населённый пункт)"
    streets = [f"{part.street} {write_houses(part.houses)}".strip() for part in area.streets]
    return ", ".join([str(area.settlement), *streets, *area.unclear])


def write_houses(houses: HouseSet) -> str:
    """The houses of a street in one line; empty where none are named."""
    return "вся улица" if houses.whole else ", ".join([*map(write_item, houses.items), *houses.unclear])


def schema() -> dict[str, Any]:
    """The JSON Schema of a document in the ``json`` format."""
    record = OutageRecord.model_json_schema()
    definitions = record.pop("$defs")
    definitions["OutageRecord"] = record
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Outages of an electric grid",
        "description": "A list of outages: either this object, or the bare array of its «outages».",
        "type": "object",
        "required": ["outages"],
        "properties": {
            "format": {"const": "outages/1"},
            "outages": {"type": "array", "items": {"$ref": "#/$defs/OutageRecord"}},
        },
        "$defs": definitions,
    }


if __name__ == "__main__":
    print(json.dumps(schema(), ensure_ascii=False, indent=2))
