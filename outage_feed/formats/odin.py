"""The ``odin`` format: CIM ``PubOutages`` (IEC 61968-3, the public format of ODIN), XML.

Read of an ``Outage``: ``mRID``, ``communityDescriptor`` and what the areas say of the place, ``cause``, ``outageKind``,
``statusKind``, ``reportedStartTime``, ``actualPeriod``, ``estimatedPeriod``, ``PlannedOutage.reason``. Its oddities:

- the estimated time comes malformed or as «Unknown»: then it is not known, and a malformed one is noted;
- the start is the first that is there of the actual, the reported and the area's earliest reported time;
- an actual end is a restoration; an outage that is restored or cancelled without a time was only taken off the list;
- a descriptor that is a code (a FIPS number) names no place: the record is set aside;
- the region is the source's own where the descriptor does not name one.
"""

from __future__ import annotations

import re
from datetime import datetime
from xml.etree.ElementTree import Element

from outage_feed.addresses import parse_places
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed
from outage_feed.formats._fields import kind_of
from outage_feed.formats._gather import BadRecord, Gather, key_of
from outage_feed.formats._moments import end_of, find_moment
from outage_feed.formats._xml import read_xml, text_at, texts_in
from outage_feed.model import Area, Kind, Outage
from outage_feed.names import parse_settlement
from outage_feed.regions import find_region

_OVER = re.compile(r"(?i)restored|closed|completed|cancel")
_UNKNOWN = re.compile(r"(?i)\W*(?:unknown|n/?a|null|none|tbd|не\s?известно)?\W*")
_STARTS = (
    ("actualPeriod", "start"),
    ("reportedStartTime",),
    ("OutageArea", "earliestReportedTime"),
    ("estimatedPeriod", "start"),
)
_NO_PLACE = ("outageAreaKind", "earliestReportedTime", "metersServed", "metersAffected", "mRID")


def parse(data: bytes, context: Context) -> Parsed:
    """Read the document; raises Nonsense where it is not XML, is cut off, or is none of ``PubOutages``."""
    if not data.strip():
        return Parsed()
    root = read_xml(data)
    holder = root if root.tag == "PubOutages" else root.find(".//PubOutages")
    if holder is None:
        raise Nonsense(f"no PubOutages but «{root.tag[:80]}»")
    gather = Gather()
    for at, element in enumerate(holder.findall("Outage"), 1):
        if len(element) == 0:
            continue  # how an empty list is written by some
        name = text_at(element, "mRID")[:200]
        where = f"Outage {at}" + (f" mRID {name}" if name else "")
        try:
            outage, remark = _outage(element, name, context)
        except BadRecord as bad:
            words = " | ".join(texts_in(element, "communityDescriptor")) or name
            gather.reject(where, bad.reason, words, f"{context.source}:{name}" if name else "")
        else:
            gather.add(outage, where, remark)
    return gather.parsed()


def _outage(element: Element, name: str, context: Context) -> tuple[Outage, str]:
    descriptor = text_at(element, "communityDescriptor")
    region = find_region(descriptor) if "обл" in descriptor.casefold() else None
    region = region or find_region(context.layout.region)
    if region is None:
        raise BadRecord("it names no region, and the source is not of one region (set «regions»)")
    words = [text for area in element.findall("OutageArea") for text in _area_words(area)]
    areas, text = _areas(descriptor, words, region.code)
    start, bad_start = _time(element, *_STARTS)
    if start is None:
        raise BadRecord(f"no start in «{bad_start}»")
    estimated, bad_end = _time(element, ("estimatedPeriod", "end"), ("estimatedRestorationTime",))
    end, remark = end_of(start, estimated, same_day=False)
    if bad_end:
        remark = f"the estimated time «{bad_end[:60]}» cannot be read: not known"
    restored, _ = _time(element, ("actualPeriod", "end"))
    if restored is not None and not start < restored <= context.received_at:
        restored = None
    over = _OVER.search(text_at(element, "statusKind"))
    planned = element.find("PlannedOutage")
    kind = kind_of(text_at(element, "outageKind"), Kind.PLANNED if planned is not None else context.layout.kind)
    reason = (
        text_at(element, "cause")
        or ("" if planned is None else text_at(planned, "reason"))
        or text_at(element, "reason")
    )
    return (
        Outage(
            id=f"{context.source}:{name or key_of(areas, text, start)}",
            source=context.source,
            start=start,
            areas=areas,
            text=text,
            region=region.code,
            kind=kind,
            planned_end=end,
            reason=reason,
            restored_at=restored,
            closed_at=context.received_at if over and restored is None else None,
            source_id=name,
            branch=region.branch,
            received_at=context.received_at,
        ),
        remark,
    )


def _area_words(area: Element) -> list[str]:
    """What an area says of the place: its name, description, the names below it."""
    return [text for child in area.iter() if child.tag not in _NO_PLACE and (text := (child.text or "").strip())]


def _areas(descriptor: str, words: list[str], region: str) -> tuple[tuple[Area, ...], str]:
    text = "; ".join(dict.fromkeys(filter(None, (descriptor, *words))))
    areas, unclear = parse_places(text, region=region)
    if not areas and re.search("[а-яё]{2}", descriptor.casefold()):
        # A name without its type: the place alone, everything else is kept as text.
        place = parse_settlement(descriptor, region=region)
        others = tuple(piece for piece in unclear if piece != descriptor)
        areas, unclear = ((Area(place, unclear=others),), ()) if place.name else ((), ())
    if not areas:
        raise BadRecord(f"the place «{text[:80]}» is a code or none" if text else "the place is empty")
    return tuple(Area(one.settlement, one.streets, one.whole, (*one.unclear, *unclear)) for one in areas), text


def _time(element: Element, *paths: tuple[str, ...]) -> tuple[datetime | None, str]:
    """The first time that can be read, else None and the words that cannot («Unknown» and nothing are no words)."""
    bad = ""
    for path in paths:
        words = text_at(element, *path)
        if (moment := find_moment(words)) is not None:
            return moment, ""
        bad = bad or ("" if _UNKNOWN.fullmatch(words) else words)
    return None, bad
