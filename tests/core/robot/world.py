"""A small grid for the topics' tests: points, outages, and the errands' answers made of them by the real rules."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ivr.call.errands import (
    Consent,
    FindConsent,
    KeepConsent,
    NoConsent,
    Now,
    OpenTicket,
    Promise,
    Promised,
    SendSms,
    Sent,
    Ticket,
    Unavailable,
)
from ivr.call.last_place import FindLastPlace, KeepLastPlace, LastPlace
from ivr.call.model import Call
from outage_feed.affecting import affecting
from outage_feed.clusters import Probable
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Kind, Outage, ServicePoint
from outage_feed.register import read_point
from outage_feed.telling import Found
from robot.errands import FindOutages, FindServicePoints, Points, ReportTrouble, TroubleNoted

NOW = datetime(2026, 11, 25, 10, 17, tzinfo=MOSCOW)
PHONE = "+79001234567"
CALL = Call("c1", PHONE, "88002200220", NOW, branch="46")
HIDDEN = replace(CALL, caller=None)


def point(id_: str = "p1", street: str = "ул. Ленина", house: str = "5", **columns: str) -> ServicePoint:
    row = {"id": id_, "region": "46", "settlement": "г. Курск", "street": street, "house": house, "flat": "12"}
    return read_point({"account": "4600123456", "phones": PHONE, **row, **columns})[0]


def outage(where: str = "ул. Ленина, 3, 5", id_: str = "o1", **changes: Any) -> Outage:
    usual = Outage(
        id=id_,
        source="list",
        start=NOW - timedelta(hours=2),
        areas=(parse_area(point().address.settlement, where),),
        text=where,
        region="46",
        kind=Kind.PLANNED,
        planned_end=NOW.replace(hour=16, minute=30),
        set_at=NOW.replace(hour=9, minute=0),
    )
    return replace(usual, **changes)


def errands(
    points: Sequence[ServicePoint] = (),
    outages: Sequence[Outage] = (),
    *,
    stale: bool = False,
    as_of: datetime | None = NOW - timedelta(minutes=3),
    ticket: Ticket | Unavailable | None = None,
    last_place: str = "",
    probable: Probable | None = None,
) -> dict[type, Callable[[Any], Any]]:
    """Answers to the errands, as the stores would give them."""

    def find_points(errand: FindServicePoints) -> Points:
        if errand.phone is not None:
            return Points(tuple(point for point in points if errand.phone in point.phones))
        if errand.address is not None:
            return Points(tuple(point for point in points if replace(point.address, flat="") == errand.address))
        if errand.id is not None:
            return Points(tuple(point for point in points if point.id == errand.id))
        return Points(tuple(point for point in points if point.account == errand.account))

    def find_outages(errand: FindOutages) -> Found:
        stale_sources = ("list",) if stale else ()
        return Found(errand.point, affecting(errand.point, outages, NOW), NOW, as_of, stale_sources, probable)

    opened = ticket or Ticket(100237, NOW, "no_power", "open")
    return {
        FindServicePoints: find_points,
        FindOutages: find_outages,
        OpenTicket: lambda _: opened,
        FindConsent: lambda _: NoConsent(),
        ReportTrouble: lambda _: TroubleNoted(probable.id if probable else 0),
        Now: lambda _: NOW,
        KeepConsent: lambda wanted: Consent(1, wanted.kind, wanted.phone, wanted.call_id, "v1", NOW),
        SendSms: lambda _: Sent("s1", NOW),
        FindLastPlace: lambda _: LastPlace(last_place),
        KeepLastPlace: lambda wanted: LastPlace(wanted.point),
        Promise: lambda wanted: Promised(1, wanted.kind, wanted.due),
    }
