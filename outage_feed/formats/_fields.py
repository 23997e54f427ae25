"""The fields of a record of a table, still as text, into outages: one for each window that it names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from outage_feed.addresses import parse_place, parse_places
from outage_feed.formats import Context
from outage_feed.formats._gather import BadRecord, key_of
from outage_feed.formats._moments import end_of, find_day, find_moment, find_times, find_windows, moment_of
from outage_feed.freetext import LONGEST_NAME
from outage_feed.model import MOSCOW, Area, Kind, Outage
from outage_feed.names import clean, fold
from outage_feed.regions import Region, find_region

FIELDS = (
    "id", "region", "district", "place", "where", "street", "houses", "address", "date", "time", "start", "start_date",
    "start_time", "end", "end_date", "end_time", "kind", "reason", "branch", "res", "fias", "network", "restored",
)  # fmt: skip
"""What a column may be named for in ``[feed.columns]``."""

_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PLANNED = re.compile(r"(?i)(?<!не)(?<!вне)план|ремонт|planned|scheduled")
_EMERGENCY = re.compile(r"(?i)авари|внеплан|не\s?план|технологическ|unplanned|emergency|forced")


def read_fields(fields: Mapping[str, str], context: Context) -> list[tuple[Outage, str]]:
    """The outages of a record, each with what is wrong with its end ("": nothing).

    Raises BadRecord with the reason where the region, the place or the start cannot be read.
    """
    given = {name: clean(value) for name, value in fields.items() if name not in ("address", "where")}
    given |= {name: value.strip() for name, value in fields.items() if name in ("address", "where")}
    region = _region(given, context)
    near = context.received_at.astimezone(MOSCOW).date()
    areas, text = _areas(given, region)
    windows = _windows(given, near)
    source_id = given.get("id", "")[:200]
    found = []
    for start, written, same_day in windows:
        end, remark = end_of(start, written, same_day=same_day)
        own = f"{source_id}/{start:%d.%m-%H:%M}" if source_id and len(windows) > 1 else source_id
        restored = find_moment(given.get("restored", ""), near)
        outage = Outage(
            id=f"{context.source}:{own or key_of(areas, text, start)}",
            source=context.source,
            start=start,
            areas=areas,
            text=text,
            region=region.code,
            kind=kind_of(given.get("kind", ""), context.layout.kind),
            planned_end=end,
            reason=given.get("reason", ""),
            restored_at=restored if restored and restored > start else None,
            source_id=own,
            branch=given.get("branch", "") or region.branch,
            res=given.get("res", ""),
            fias=tuple(dict.fromkeys(found.lower() for found in _GUID.findall(given.get("fias", "")))),
            network=tuple(
                dict.fromkeys(part for part in map(clean, re.split("[,;]", given.get("network", ""))) if part)
            ),
            received_at=context.received_at,
        )
        found.append((outage, remark))
    return found


def kind_of(text: str, otherwise: Kind = Kind.UNKNOWN) -> Kind:
    """Planned or emergency, as a feed words it («Внеплановое», «плановый ремонт»); ``otherwise`` where it does not."""
    if _EMERGENCY.search(text):
        return Kind.EMERGENCY
    return Kind.PLANNED if _PLANNED.search(text) else otherwise


def _region(given: Mapping[str, str], context: Context) -> Region:
    for text in (given.get("region", ""), _first_piece(given.get("address", "")), context.layout.region):
        if text and (region := find_region(text)) is not None:
            return region
        if text and text == given.get("region", ""):
            raise BadRecord(f"region «{text}» is not one of the served regions")
    raise BadRecord("it names no region, and the source is not of one region (set «regions»)")


def _first_piece(address: str) -> str:
    """The region where an address begins with one."""
    piece = re.split(r"[,;\n\u2028]", address, maxsplit=1)[0]
    return piece if "обл" in fold(piece) else ""


def _areas(given: Mapping[str, str], region: Region) -> tuple[tuple[Area, ...], str]:
    """The places of a record and their text in its own words; raises BadRecord where there is no place."""
    district = given.get("district", "")
    if max(map(len, (given.get("place", ""), district, given.get("region", "")))) > LONGEST_NAME:
        raise BadRecord("the place is longer than a name can be")
    objects = given.get("where", "")
    street, houses = given.get("street", ""), given.get("houses", "")
    if street:
        objects = "; ".join(filter(None, (f"{street}, {houses}".strip(", "), objects)))
    elif houses:
        # Houses belong to a street that stands alone; behind several they are anybody's, so they are read for none.
        objects = (", " if objects and not re.search("[,;\n\u2028]", objects) else "; ").join(
            filter(None, (objects, houses))
        )
    place = given.get("place", "")
    address = given.get("address", "")
    text = clean(re.sub(r"\s*\u2028\s*", "; ", ", ".join(filter(None, (place, address, objects))))).strip(" ,;")
    if address and not place:
        areas, unclear = parse_places(
            "; ".join(filter(None, (address, objects))), region=region.code, district=district
        )
        if not areas:
            raise BadRecord("no settlement in " + (f"«{clean(address)}»" if address.strip() else "it"))
        if unclear:
            # Text before the first settlement may speak of any of them.
            areas = tuple(Area(one.settlement, one.streets, one.whole, (*one.unclear, *unclear)) for one in areas)
        return areas, text
    if not place and objects:
        areas, unclear = parse_places(objects, region=region.code, district=district)
        if areas and not unclear:
            return areas, text
        raise BadRecord("the place is empty" if not areas else f"no settlement for «{unclear[0]}»")
    areas = parse_place(place, "; ".join(filter(None, (address, objects))), region=region.code, district=district)
    if not areas:
        raise BadRecord("the place is empty")
    return areas, text


def _windows(given: Mapping[str, str], near: date) -> list[tuple[datetime, datetime | None, bool]]:
    """Start, end as written, and whether both are said of one day, for each window of a record; or BadRecord."""
    words = " ".join(given[name] for name in ("start_date", "date", "start", "start_time", "time") if given.get(name))
    day = next(
        (found for name in ("start_date", "date", "start") if (found := find_day(given.get(name, ""), near))), None
    )
    if day is None:
        raise BadRecord(f"no start in «{words}»")
    last_day = next((found for name in ("end_date", "end") if (found := find_day(given.get(name, ""), near))), None)
    if windows := find_windows(given.get("time", "")):
        return [
            (moment_of(day, start), None if end is None else moment_of(last_day or day, end), last_day in (None, day))
            for start, end in windows
        ]
    if (exact := find_moment(given.get("start", ""), near)) and not given.get("start_time"):
        starts = [exact]
        day = exact.date()
    else:
        starts = [moment_of(day, since) for since in find_times(given.get("start_time") or given.get("start", ""))]
    if not starts:
        raise BadRecord(f"no start in «{words}»")
    ends = _ends(given, near, last_day or day)
    if len(starts) > 1 and len(ends) != len(starts):
        raise BadRecord(f"{len(starts)} starts but {len(ends)} ends in one record")
    return [
        (start, ends[at] if at < len(ends) else None, last_day is None or last_day == start.date())
        for at, start in enumerate(starts)
    ]


def _ends(given: Mapping[str, str], near: date, day: date) -> list[datetime]:
    exact = find_moment(given.get("end", ""), near)
    if exact and not given.get("end_time"):
        return [exact]
    times: list[timedelta] = find_times(given.get("end_time") or given.get("end", ""))
    return [moment_of(day, since) for since in times]
