"""Which outages explain that a service point has no power: the point, the outages and the time in, ranked answers out.

An outage covers a point surely or only possibly (:class:`~outage_feed.model.Sureness`). To state a wrong house as sure
is the worst error we can make, so every doubt (an unreadable list, an ambiguous hyphen, initials, an unknown district)
makes it possible, and text that does not mention the point's street in a town makes it nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outage_feed.houses import includes
from outage_feed.model import Area, Kind, Outage, ServicePoint, Status, Street, Sureness
from outage_feed.names import fold, mentions, same_settlement, same_street, street_key

__all__ = ["Explanation", "Phase", "Sureness", "Within", "affecting", "covers", "phase_of"]


class Phase(StrEnum):
    """Where in its life an outage stands for a caller who asks now."""

    NOW = "now"
    OVERDUE = "overdue"
    RESTORED = "restored"
    LATER = "later"


@dataclass(frozen=True, slots=True)
class Explanation:
    """An outage that explains the darkness at a point, how surely, and in which phase it is."""

    outage: Outage
    sureness: Sureness
    phase: Phase


@dataclass(frozen=True, slots=True)
class Within:
    """How far to either side of now an outage still matters to a caller. Settings of ours, not rules of the land."""

    early: timedelta = timedelta(minutes=30)
    """Crews begin before the hour: a planned outage explains darkness this long before its start."""
    ahead: timedelta = timedelta(days=7)
    """Planned windows of the coming days that are worth mentioning."""
    restored: timedelta = timedelta(hours=6)
    """How long «restored» is news."""
    overdue: timedelta = timedelta(hours=12)
    """How long after its stated end an outage, of which nobody said that it is over, still explains darkness."""
    endless: timedelta = timedelta(hours=72)
    """How long an outage without any stated end is believed."""


_PHASE_RANK = {phase: rank for rank, phase in enumerate(Phase)}
_KIND_RANK = {Kind.EMERGENCY: 0, Kind.UNKNOWN: 1, Kind.PLANNED: 2}


def affecting(
    point: ServicePoint, outages: Iterable[Outage], now: datetime, within: Within = Within()
) -> tuple[Explanation, ...]:
    """The outages that explain darkness at the point, the best explanation first.

    Sure before possible, now before overdue, restored and later, emergency before planned; among equals the one that
    began (or will begin) nearest to now. Withdrawn outages explain nothing.
    """
    explanations = []
    for outage in outages:
        phase = phase_of(outage, now, within)
        if phase is None:
            continue
        sureness = covers(outage, point)
        if sureness is not None:
            explanations.append(Explanation(outage, sureness, phase))
    return tuple(sorted(explanations, key=lambda explanation: _rank(explanation, now)))


def _rank(explanation: Explanation, now: datetime) -> tuple[bool, int, int, timedelta, str]:
    outage = explanation.outage
    return (
        explanation.sureness is Sureness.POSSIBLE,
        _PHASE_RANK[explanation.phase],
        _KIND_RANK[outage.kind],
        abs(outage.start - now),
        outage.id,
    )


def phase_of(outage: Outage, now: datetime, within: Within = Within()) -> Phase | None:
    """The phase at ``now``, or None where the outage is no news any more, or not yet."""
    status = outage.status(now)
    if status is Status.WITHDRAWN:
        return None
    if status is Status.RESTORED:
        assert outage.restored_at is not None
        return Phase.RESTORED if now - outage.restored_at <= within.restored else None
    if status is Status.PLANNED:
        wait = outage.start - now
        if wait <= within.early:
            return Phase.NOW
        return Phase.LATER if wait <= within.ahead else None
    if outage.planned_end is None:
        return Phase.NOW if now - outage.start <= within.endless else None
    if status is Status.OVERDUE:
        return Phase.OVERDUE if now - outage.planned_end <= within.overdue else None
    return Phase.NOW


def covers(outage: Outage, point: ServicePoint) -> Sureness | None:
    """Whether the outage takes in the point, leaving aside when: surely, possibly, or not.

    The network is surer than any address: an outage of the ТП or feeder that feeds the point covers it. One of another
    ТП does not, unless its text names the point's street, or all of its settlement. The code of the point's house in
    the state register of addresses is as sure.
    """
    if point.fias and point.fias in outage.fias:
        return Sureness.SURE
    if set(outage.network) & set(point.network):
        return Sureness.SURE
    elsewhere = _fed_otherwise(outage.network, point.network)
    answers = {_area_covers(area, point) for area in outage.areas if not (elsewhere and _names_no_street(area, point))}
    if Sureness.SURE in answers:
        return Sureness.SURE
    return Sureness.POSSIBLE if Sureness.POSSIBLE in answers else None


def _fed_otherwise(outage: tuple[str, ...], point: tuple[str, ...]) -> bool:
    """Whether everything that is off is of a kind known of the point, too, and another: «ТП-214» and «ТП-9».

    «ПС Жилина» and «ТП-9» are no contradiction: the one may feed the other.
    """
    off, feeding = ({_part(name) for name in names} for names in (outage, point))
    kinds = {kind for kind, _ in feeding}
    return bool(off) and not off & feeding and all(number and kind in kinds for kind, number in off)


def _part(name: str) -> tuple[str, str]:
    """«ТП-214», «ТП № 214» → («тп», «214»)."""
    words = re.sub(r"\W", "", name.casefold())
    kind = re.match(r"\D*", words)
    assert kind is not None
    return kind[0], words[kind.end() :].lstrip("0")


def _names_no_street(area: Area, point: ServicePoint) -> bool:
    street = point.address.street
    return not area.whole and not area.streets and not (street and _mentioned(street, area))


def _area_covers(area: Area, point: ServicePoint) -> Sureness | None:
    place = same_settlement(area.settlement, point.address.settlement)
    if place is None:
        return None
    if area.whole:
        return place
    inside = _streets_cover(area, point)
    return Sureness.POSSIBLE if inside is Sureness.SURE and place is Sureness.POSSIBLE else inside


def _streets_cover(area: Area, point: ServicePoint) -> Sureness | None:
    if not area.streets and not area.unclear:
        return Sureness.POSSIBLE  # the place alone is named
    street = point.address.street
    if street is None:
        return _houses_without_streets(area)
    best = Sureness.POSSIBLE if _mentioned(street, area) else None
    for part in area.streets:
        same = same_street(part.street, street)
        inside = includes(part.houses, point.address.house) if same else None
        if same is Sureness.SURE and inside is Sureness.SURE:
            return Sureness.SURE
        if same and inside:
            best = Sureness.POSSIBLE
    if best is None and not area.streets and not _is_town(area, point):
        # Nothing in the text could be read as a street («ВЛ-10 кВ № 5»): in a village that may be anybody.
        return Sureness.POSSIBLE
    return best


def _houses_without_streets(area: Area) -> Sureness | None:
    """A point in a place without streets: lists of other people's streets do not concern it, raw text may."""
    return Sureness.POSSIBLE if area.unclear and not area.streets else None


def _mentioned(street: Street, area: Area) -> bool:
    """Whether text that could not be read names the street, as text or inside of the name of another street."""
    key = street_key(street)
    texts = [*area.unclear, *(text for part in area.streets for text in part.houses.unclear)]
    if key and any(key in fold(text).replace("/", " ").split() for text in texts):
        return True
    return any(not same_street(part.street, street) and mentions(part.street, street) for part in area.streets)


def _is_town(area: Area, point: ServicePoint) -> bool:
    return "г" in (area.settlement.type, point.address.settlement.type)
