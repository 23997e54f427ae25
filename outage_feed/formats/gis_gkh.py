"""The ``gis_gkh`` format: ``outage-report`` of ГИС ЖКХ (XML, an export's answer or an import's request).

Read: ``OutageReportGUID``, ``OutageKind`` (its name: «Плановый» …), ``OutageType``, ``ServiceCode`` (4 is electricity:
reports of water and heat are no records), ``StartDate``, ``EndDate`` (optional: then no end is known),
``OutageReasonText``, ``AdditionalInfo``, ``Status``, and the houses by their FIAS codes. What is made of it:

- houses are known by code only: service points of the register that have that code are affected surely;
- ``AdditionalInfo`` is read as addresses, where it names any, and is kept as text;
- LIMITATION is no darkness, and reports of single flats are nobody else's business: neither is a record;
- a cancelled report was taken off the list at its ``CancelledDate``.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from outage_feed.addresses import parse_places
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed
from outage_feed.formats._fields import kind_of
from outage_feed.formats._gather import BadRecord, Gather
from outage_feed.formats._moments import end_of, find_moment
from outage_feed.formats._xml import read_xml, text_at, texts_in
from outage_feed.model import Outage
from outage_feed.names import clean
from outage_feed.regions import find_region

_ELECTRICITY = "4"


def parse(data: bytes, context: Context) -> Parsed:
    """Read the document; raises Nonsense where it is not XML, is cut off, has no reports, or tells of an error."""
    if not data.strip():
        return Parsed()
    root = read_xml(data)
    reports = list(root.iter("OutageReport"))
    if not reports:
        problem = next(texts_in(root, "Description"), "") or next(texts_in(root, "ErrorCode"), "")
        if problem and "INT002012" not in "".join(root.itertext()):  # «nothing found» is written as an error
            raise Nonsense(f"the service answers with an error: {problem[:200]}")
        if not problem and "utage" not in root.tag and root.find(".//exportOutageReportResult") is None:
            raise Nonsense(f"no outage-report but «{root.tag[:80]}»")
        return Parsed()
    gather = Gather()
    for at, report in enumerate(reports, 1):
        data_of = next(report.iter("OutageReportData"), report)
        name = next((text for tag in ("OutageReportGUID", "TransportGUID") for text in texts_in(report, tag)), "")[:200]
        where = f"OutageReport {at}" + (f" GUID {name}" if name else "")
        try:
            found = _outage(report, data_of, name, context)
        except BadRecord as bad:
            gather.reject(
                where, bad.reason, clean(" ".join(report.itertext())), f"{context.source}:{name}" if name else ""
            )
            continue
        if found is not None:
            gather.add(found[0], where, found[1])
    return gather.parsed()


def _outage(report: Element, given: Element, name: str, context: Context) -> tuple[Outage, str] | None:
    """The outage of a report, and what is wrong with its end; None: it is none of electricity in houses."""
    services = set(texts_in(given, "ServiceCode"))
    if services and _ELECTRICITY not in services:
        return None
    if text_at(given, "OutageType") == "LIMITATION":
        return None
    fias = tuple(
        dict.fromkeys(code.lower() for houses in report.iter("Houses") for code in texts_in(houses, "FiasHouseGUID"))
    )
    if not fias and next(report.iter("Premises"), None) is not None:
        return None
    if not services:
        raise BadRecord("ServiceCode is missing")
    if not name:
        raise BadRecord("OutageReportGUID is missing")
    info = text_at(given, "AdditionalInfo")
    region = find_region(info) if "обл" in info.casefold() else None
    region = region or find_region(context.layout.region)
    if region is None:
        raise BadRecord("it names no region, and the source is not of one region (set «regions»)")
    areas, _ = parse_places(info, region=region.code)
    if not fias and not areas:
        raise BadRecord("it names no house by its FIAS code")
    start = find_moment(text_at(given, "StartDate"))
    if start is None:
        raise BadRecord(f"no start in «{text_at(given, 'StartDate')[:60]}»")
    end, remark = end_of(start, find_moment(text_at(given, "EndDate")), same_day=False)
    cancelled = text_at(given, "Status") == "CANCELLED" or bool(text_at(given, "CancelledDate"))
    return (
        Outage(
            id=f"{context.source}:{name}",
            source=context.source,
            start=start,
            areas=areas,
            text=info or f"домов по кодам ФИАС: {len(fias)}",
            region=region.code,
            kind=kind_of(text_at(given, "OutageKind", "Name"), context.layout.kind),
            planned_end=end,
            reason=text_at(given, "OutageReasonText") or text_at(given, "OutageReason", "Name"),
            set_at=find_moment(text_at(given, "PublishedDate")),
            closed_at=(find_moment(text_at(given, "CancelledDate")) or context.received_at) if cancelled else None,
            source_id=name,
            branch=region.branch,
            fias=fias,
            received_at=context.received_at,
        ),
        remark,
    )
