"""What callers in the dark report, kept, and what becomes of it: probable outages from their beginning to their end.

Blocking, like the store it works in; raises StoreError. What is enough, and what belongs together, is decided in
:mod:`outage_feed.clusters`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlite_utils import Database

from outage_feed.clusters import (
    USUAL_RULE,
    Probable,
    Reach,
    Report,
    Rule,
    State,
    clusters,
    house_key,
    joins,
)
from outage_feed.houses import parse_houses
from outage_feed.model import Area, HouseSet, Kind, Outage, ServicePoint, StreetPart
from outage_feed.record import write_area
from outage_feed.regions import REGIONS
from outage_feed.store import GridStore
from outage_feed.trouble_rows import PROBABLE_AT, folded_house, moment, probable, probable_at, report_row

DISPATCHER = "dispatcher"
"""The source of the dispatchers' own list."""
KEPT = timedelta(days=30)
"""How long reports are kept: they have telephone numbers in them (152-FZ: no longer than they are of use)."""


MOST_COMPARED = 40
"""Houses that are compared with an outage of the list: enough to see that it is the same."""


class NotOpen(ValueError):
    """A probable outage is not there, or has been decided already; the message says which."""


class Troubles:
    """The reports and probable outages of one grid."""

    def __init__(self, grid: GridStore, rule: Rule = USUAL_RULE) -> None:
        self._grid = grid
        self._rule = rule

    def report(self, report: Report) -> Probable | None:
        """Keep a report; gives the probable outage that it belongs to then, if there is one.

        The same caller about the same house, again within the window: it is the same report, with a later time.
        """
        with self._grid.writing() as db:
            known = self._grid.rows(_SAME, (*_who(report), (report.at - self._rule.window).timestamp()))
            if known:
                report_id = int(known[0]["id"])
                alone = report.alone and bool(known[0]["alone"])
                db.execute(_AGAIN, [report.at.timestamp(), report.call_id, int(alone), report_id])
                report = replace(report, alone=alone)
            else:
                report_id = int(db.table("grid_reports").insert(report_row(report)).last_pk or 0)
            if report.alone:
                return None
            found = self._grid.rows(PROBABLE_AT_STREET_OR_NET, probable_at(report.point, report.at)[:3])
            if found:
                db.execute("UPDATE grid_reports SET probable = ? WHERE id = ?", [found[0]["id"], report_id])
                self._renew(db, int(found[0]["id"]))
            else:
                self._gather(db, report)
        at_it = self._grid.rows(PROBABLE_AT, probable_at(report.point, report.at))
        return probable(at_it[0]) if at_it else None

    def _gather(self, db: Database, report: Report) -> None:
        """Make probable outages of the reports around this one, where they are enough."""
        of = report_row(report)
        since = (report.at - self._rule.window).timestamp()
        near = self._grid.rows(_NEAR, (of["street_key"], of["net_key"], since))
        reports = {row["id"]: kept for row in near if (kept := self._report(row)) is not None}
        for cluster in clusters(reports.values(), self._rule, report.at):
            ids = [report_id for report_id, each in reports.items() if each in cluster.reports]
            first = cluster.reports[0].point
            fresh = {
                "key": cluster.key, "reach": cluster.reach, "region": first.region, "calls": 0, "house": "",
                "place": _place(first, cluster.reach), "last_at": 0.0, "expires_at": 0.0,
                "first_at": min(each.at for each in cluster.reports).timestamp(),
                "state": State.OPEN, "outage": None, "decided_at": None, "decided_by": None, "note": None,
            }  # fmt: skip
            made = int(db.table("grid_probable").insert(fresh).last_pk or 0)
            marks = ", ".join("?" * len(ids))
            db.execute(f"UPDATE grid_reports SET probable = ? WHERE id IN ({marks})", [made, *ids])
            self._renew(db, made)

    def _renew(self, db: Database, probable_id: int) -> None:
        """Count a probable outage's reports again. When the first came stays: who calls again makes it no younger.

        Counted by the database: in a storm hundreds of reports belong to one.
        """
        counted = self._grid.rows(_COUNTED, (probable_id,))[0]
        house = ""
        if counted["houses"] == 1 and (points := self._grid.points_by_id(counted["point_id"])):
            house = folded_house(points[0])
        expires_at = counted["last_at"] + self._rule.lasts.total_seconds()
        db.table("grid_probable").update(
            probable_id,
            {"calls": counted["calls"], "house": house, "last_at": counted["last_at"], "expires_at": expires_at},
        )

    def _reports(self, probable_id: int) -> tuple[Report, ...]:
        found = self._grid.rows("SELECT * FROM grid_reports WHERE probable = ? ORDER BY at, id", (probable_id,))
        return tuple(made for row in found if (made := self._report(row)) is not None)

    def _report(self, row: dict[str, Any]) -> Report | None:
        points = self._grid.points_by_id(row["point_id"])
        if not points:
            return None
        return Report(moment(row["at"]), points[0], row["call_id"], row["phone"], bool(row["alone"]))

    # What becomes of them

    def all(self, now: datetime, *, everything: bool = False) -> tuple[Probable, ...]:
        """Those that are open, the newest first, or ``everything`` there ever was."""
        found = self._grid.rows("SELECT * FROM grid_probable ORDER BY id DESC")
        known = [_aged(probable(row), now) for row in found]
        return tuple(each for each in known if everything or each.state is State.OPEN)

    def get(self, probable_id: int, now: datetime) -> Probable | None:
        """One of them."""
        found = self._grid.rows("SELECT * FROM grid_probable WHERE id = ?", (probable_id,))
        return _aged(probable(found[0]), now) if found else None

    def houses(self, probable_id: int) -> tuple[str, ...]:
        """The houses that were reported, each once, as the register writes them."""
        return tuple(dict.fromkeys(point.address.short() for point in self._houses(probable_id)))

    def calls(self, probable_id: int) -> tuple[str, ...]:
        """The ids of the calls that reported it (of each report the last)."""
        found = self._grid.rows("SELECT call_id FROM grid_reports WHERE probable = ? ORDER BY at, id", (probable_id,))
        return tuple(row["call_id"] for row in found)

    def _houses(self, probable_id: int) -> list[ServicePoint]:
        """A point of each house that was reported, the first one first."""
        return list({house_key(each.point): each.point for each in self._reports(probable_id)}.values())

    def confirm(
        self,
        probable_id: int,
        now: datetime,
        *,
        who: str,
        whole: bool = False,
        until: datetime | None = None,
        reason: str = "",
    ) -> Outage:
        """Make it an emergency outage of the dispatchers' own list; callers hear of that from now on.

        The reported houses are covered surely, the rest of the street possibly (``whole``: surely), and surely whatever
        the ТП feeds. One that has expired can still be confirmed. Raises NotOpen.
        """
        with self._grid.writing() as db:
            self._decide(db, probable_id, State.CONFIRMED, now, who, reason)
            found = self.get(probable_id, now)
            reports = self._reports(probable_id)
            if found is None or not reports:
                raise NotOpen(f"probable outage {probable_id}: its houses are not in the register any more")
            outage = self._grid.add_within(db, _confirmed(found, reports, whole, until, reason), now)
            db.execute("UPDATE grid_probable SET outage = ? WHERE id = ?", [outage.id, probable_id])
        return outage

    def reject(self, probable_id: int, now: datetime, *, who: str, reason: str = "") -> Probable:
        """There is no such outage: callers are not told of it any more, and its reports do not count again.

        Raises NotOpen.
        """
        with self._grid.writing() as db:
            self._decide(db, probable_id, State.REJECTED, now, who, reason)
        found = self.get(probable_id, now)
        assert found is not None
        return found

    def _decide(self, db: Database, probable_id: int, state: State, now: datetime, who: str, note: str) -> None:
        found = self._grid.rows("SELECT state, outage FROM grid_probable WHERE id = ?", (probable_id,))
        if not found:
            raise NotOpen(f"no probable outage {probable_id}")
        if found[0]["state"] != State.OPEN:
            of = f" ({found[0]['outage']})" if found[0]["outage"] else ""
            raise NotOpen(f"probable outage {probable_id} is {found[0]['state']} already{of}")
        db.table("grid_probable").update(
            probable_id, {"state": state, "decided_at": now.timestamp(), "decided_by": who, "note": note}
        )

    def settle(self, now: datetime) -> tuple[Probable, ...]:
        """Join the open ones to the outages of the list that are the same thing; gives the joined ones.

        Done at every look at the list of them, and every ten minutes. Callers hear of the list's outage before that.
        """
        joined = []
        for each in self.all(now):
            points = self._houses(each.id)[:MOST_COMPARED]
            # Neighbours have the same outages near them: each street is looked at once.
            streets = {(point.address.settlement, point.address.street, point.network): point for point in points}
            near = {outage.id: outage for one in streets.values() for outage in self._grid.outages_near(one, now)}
            outage = next((near[key] for key in sorted(near) if joins(near[key], points, now)), None)
            if outage is not None:
                with self._grid.writing() as db:
                    db.execute(_JOIN, [outage.id, now.timestamp(), each.id])
                joined.append(replace(each, state=State.JOINED, outage=outage.id))
        return tuple(joined)

    def forget(self, now: datetime) -> None:
        """Drop old reports; the probable outages that they made stay."""
        with self._grid.writing() as db:
            db.execute("DELETE FROM grid_reports WHERE at < ?", [(now - KEPT).timestamp()])


_SAME = """
    SELECT r.id, r.alone FROM grid_reports r LEFT JOIN grid_probable p ON p.id = r.probable
    WHERE r.caller = ? AND r.house = ? AND r.at >= ? AND (p.id IS NULL OR p.state = 'open')
    ORDER BY r.at DESC LIMIT 1"""
_AGAIN = "UPDATE grid_reports SET at = ?, call_id = ?, alone = ? WHERE id = ?"
_NEAR = """
    SELECT * FROM grid_reports
    WHERE (street_key = ? OR net_key = ?) AND at >= ? AND alone = 0 AND probable IS NULL ORDER BY at, id"""
_COUNTED = """
    SELECT count(DISTINCT caller) AS calls, count(DISTINCT house) AS houses, max(at) AS last_at,
           max(point_id) AS point_id
    FROM grid_reports WHERE probable = ?"""
_JOIN = "UPDATE grid_probable SET state = 'joined', outage = ?, decided_at = ? WHERE id = ? AND state = 'open'"
PROBABLE_AT_STREET_OR_NET = PROBABLE_AT.replace(" AND (house = '' OR house = ?)", "")
"""As :data:`PROBABLE_AT`, of whatever house: a report from the second house makes it one of the street."""


def _who(report: Report) -> tuple[str, str]:
    row = report_row(report)
    return row["caller"], row["house"]


def _aged(known: Probable, now: datetime) -> Probable:
    """An open one whose time is over has expired by itself."""
    expired = known.state is State.OPEN and known.at(now) is None
    return replace(known, state=State.EXPIRED) if expired else known


def _place(point: ServicePoint, reach: Reach) -> str:
    """For people: «ТП-214 (г. Курск)», «с. Бабяково, ул. Ленина»."""
    if reach is Reach.NETWORK:
        return f"{point.network[0]} ({point.address.settlement})"
    return str(replace(point.address, house="", flat=""))


def _confirmed(known: Probable, reports: Sequence[Report], whole: bool, until: datetime | None, reason: str) -> Outage:
    areas = _areas([each.point for each in reports], known, whole)
    network = (reports[0].point.network[0],) if known.reach is Reach.NETWORK else ()
    text = "; ".join([*network, *map(write_area, areas)])
    return Outage(
        id="",
        source=DISPATCHER,
        start=known.first_at,
        areas=areas,
        text=text,
        region=known.region,
        kind=Kind.EMERGENCY,
        planned_end=until,
        reason=reason.strip(),
        branch=REGIONS[known.region].branch if known.region in REGIONS else "",
        network=network,
    )


def _areas(points: Sequence[ServicePoint], known: Probable, whole: bool) -> tuple[Area, ...]:
    """The streets of the points with their houses; of a street that reported as such, the rest is affected possibly."""
    on_street = known.reach is Reach.STREET and not known.house
    areas = []
    for settlement in dict.fromkeys(point.address.settlement for point in points):
        here = [point.address for point in points if point.address.settlement == settlement]
        streets = []
        for street in dict.fromkeys(address.street for address in here if address.street is not None):
            houses = parse_houses(tuple(dict.fromkeys(one.house for one in here if one.street == street and one.house)))
            streets.append(StreetPart(street, HouseSet(whole=True) if whole and on_street else houses))
            if on_street and not whole:
                streets.append(StreetPart(street))
        areas.append(Area(settlement, tuple(streets), whole=whole and on_street and not streets))
    return tuple(areas)
