"""The grid that the tests' callers live in: one service point for each sentence, and outages around *now*.

The sentences that callers must hear are put together here from the facts, not by the robot's own rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.call.model import Prompt
from outage_feed.feeds import FeedState
from outage_feed.freetext import parse_area
from outage_feed.model import Kind, Outage, ServicePoint
from outage_feed.names import parse_settlement
from outage_feed.register import read_point
from outage_feed.store import GridStore

SOURCE = "list"
SILENT = "silent-list"
"""The source of the Kostroma region: it has not answered for hours."""
UNKNOWN = "+79112223344"
"""A caller whose number belongs to no service point."""


@dataclass(frozen=True)
class Resident:
    """A caller whose number the register knows, and what their line says of the power at their address."""

    phone: str
    account: str
    street: str
    house: str
    kind: Kind = Kind.UNKNOWN
    until_h: float | None = None
    """Hours from now (in whole hours of the clock) to the stated end; negative: it is past."""
    restored_h: float | None = None
    region: str = "46"
    settlement: str = "г. Курск"
    dark: bool = True

    @property
    def place(self) -> str:
        """The address as it is spoken."""
        return f"{self.street}, {self.house}"

    def point(self) -> ServicePoint:
        row = {"id": self.account, "account": self.account, "phones": self.phone, "street": self.street}
        row |= {"house": self.house, "region": self.region, "settlement": self.settlement}
        point, remarks = read_point(row)
        assert not remarks
        return point

    def outage(self, now: datetime) -> Outage:
        """Their outage as the list tells it."""
        hour = whole_hour(now)
        settlement = parse_settlement(self.settlement, region=self.region)
        where = f"{self.street} {self.house}"
        return Outage(
            id=f"{self.source}:{self.account}",
            source=self.source,
            start=hour - timedelta(hours=5),
            areas=(parse_area(settlement, where),),
            text=where,
            region=self.region,
            kind=self.kind,
            planned_end=_hours(hour, self.until_h),
            set_at=self.set_at(now),
            restored_at=_hours(hour, self.restored_h),
        )

    @property
    def source(self) -> str:
        return SILENT if self.region == "44" else SOURCE

    def set_at(self, now: datetime) -> datetime:
        """When the list was told."""
        return whole_hour(now) - timedelta(hours=2)


PLANNED = Resident("+79065550101", "4600000101", "ул. Полевая", "3", Kind.PLANNED, until_h=3)
EMERGENCY = Resident("+79065550102", "4600000102", "ул. Садовая", "14", Kind.EMERGENCY, until_h=2)
RESTORED = Resident("+79065550103", "4600000103", "ул. Мира", "21", Kind.EMERGENCY, restored_h=-1)
PAST = Resident("+79065550104", "4600000104", "пер. Лесной", "7", Kind.PLANNED, until_h=-1)
NO_TIME = Resident("+79065550105", "4600000105", "ул. Гагарина", "40", Kind.EMERGENCY)
STALE = Resident(
    "+79065550106", "4400000106", "ул. Советская", "5", Kind.PLANNED, 4, region="44", settlement="г. Галич"
)
LIT = Resident("+79065550107", "4600000107", "ул. Новая", "12", dark=False)
"""Their power is on, for all we know."""
HASTY = Resident("+79065550108", "4600000108", "ул. Речная", "9", Kind.PLANNED, until_h=3)
"""Hangs up in the middle of the sentence."""
CALM = Resident("+79065550109", "4600000109", "ул. Тихая", "2", Kind.EMERGENCY, until_h=4)
"""Calls while others knock at the engine's door."""
IN_TWO_LISTS = (
    Resident("+79065550110", "4600000110", "ул. Школьная", "8", Kind.EMERGENCY, until_h=3, dark=False),
    Resident("+79065550111", "4800000111", "ул. Заводская", "6", Kind.PLANNED, 3, None, "48", "г. Грязи", dark=False),
)
"""Their outages come only by a list that is read over HTTP: the first in our format, the second in the company's."""
RESIDENTS = (*IN_TWO_LISTS, CALM, HASTY, PLANNED, EMERGENCY, RESTORED, PAST, NO_TIME, STALE, LIT)


def whole_hour(now: datetime) -> datetime:
    """The hour that has begun."""
    return now.replace(minute=0, second=0, microsecond=0)


def _hours(hour: datetime, distance: float | None) -> datetime | None:
    return None if distance is None else hour + timedelta(hours=distance)


def silent_since(now: datetime) -> datetime:
    """When the silent source last answered."""
    return whole_hour(now) - timedelta(hours=6)


def lay_in(grid: GridStore, now: datetime, residents: Sequence[Resident] = RESIDENTS) -> None:
    """Put residents, their outages and the state of the sources into a store."""
    grid.save_points(resident.point() for resident in residents)
    for resident in residents:
        if resident.dark:
            grid.save(resident.outage(now), now)
    for name, regions, success in ((SOURCE, ("46",), now), (SILENT, ("44",), silent_since(now))):
        grid.save_feed(
            FeedState(
                name,
                format="json",
                regions=regions,
                stale_after=timedelta(hours=1),
                last_attempt=now,
                last_success=success,
            )
        )


def sentence(resident: Resident, now: datetime, *, named: bool = False) -> Prompt:
    """The sentence that a resident is owed, if the grid was laid in at ``now``; ``named``: who has said or keyed where
    they live hears the town, too."""
    outage = resident.outage(now)
    place = f"{resident.settlement}, {resident.place}" if named else resident.place
    until, set_at = outage.planned_end, outage.set_at
    assert set_at is not None
    if resident in (PLANNED, EMERGENCY, CALM):
        assert until is not None
        name = "outage_planned" if resident is PLANNED else "outage_emergency"
        return Prompt(name, place=place, until=until, set_at=set_at)
    if resident is RESTORED:
        assert outage.restored_at is not None
        return Prompt("outage_restored", place=place, at=outage.restored_at)
    if resident is PAST:
        return Prompt("outage_past_its_time", place=place)
    if resident is NO_TIME:
        return Prompt("outage_no_time_emergency", place=place, set_at=set_at)
    if resident is STALE:
        return Prompt("outage_list_stale", as_of=silent_since(now))
    return Prompt("outage_none_known", place=place)
