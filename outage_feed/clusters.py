"""Calls about darkness that no list explains, gathered into *probable* outages.

An outage is a fact of the network, and one call proves little; several from one street, or from houses fed by one ТП,
make an outage probable (DOMAIN section 2). What is decided here: which reports belong together, when they are enough,
whom the probable outage concerns, how long it is believed, and when it is the same thing as an outage of the real list.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outage_feed.affecting import Phase, covers, phase_of
from outage_feed.model import Outage, ServicePoint, Sureness
from outage_feed.names import fold, fold_district, settlement_key, street_words


class Reach(StrEnum):
    """What the reports of a probable outage have in common."""

    NETWORK = "network"
    """The ТП (or whatever feeds the houses first)."""
    STREET = "street"
    """The street; in a place without streets, the place."""


class State(StrEnum):
    """What has become of a probable outage."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """A dispatcher has put it on the list."""
    REJECTED = "rejected"
    JOINED = "joined"
    """The list has brought it."""
    EXPIRED = "expired"
    """Nobody has called any more, and nobody has confirmed it."""


@dataclass(frozen=True, slots=True)
class Rule:
    """When reports make a probable outage. Settings of ours (``[trouble]`` in ivr.toml), not rules of the land."""

    calls: int = 3
    """So many callers; the same telephone, and for hidden numbers the same house, counts once."""
    window: timedelta = timedelta(minutes=60)
    """Within so long."""
    lasts: timedelta = timedelta(hours=3)
    """So long after the last report it is still told to callers."""


USUAL_RULE = Rule()


@dataclass(frozen=True, slots=True)
class Report:
    """One caller who is in the dark. ``phone`` is empty where the number is hidden.

    ``alone``: only this household is dark. That is kept, and speaks for no outage of the street.
    """

    at: datetime
    point: ServicePoint
    call_id: str
    phone: str = ""
    alone: bool = False

    @property
    def caller(self) -> str:
        """What tells callers apart."""
        return self.phone or house_key(self.point)


@dataclass(frozen=True, slots=True)
class Cluster:
    """Reports that together are enough. ``key`` is one of :func:`keys_of`; ``house`` is set where all are of one."""

    key: str
    reach: Reach
    reports: tuple[Report, ...]
    house: str = ""


@dataclass(frozen=True, slots=True)
class Probable:
    """An outage that callers made probable. ``place`` is for people; ``calls`` is how many callers reported it.

    ``outage`` is the id of the outage of the list that it became or joined.
    """

    id: int
    reach: Reach
    region: str
    place: str
    calls: int
    first_at: datetime
    last_at: datetime
    expires_at: datetime
    state: State = State.OPEN
    house: str = ""
    outage: str = ""

    @property
    def name(self) -> str:
        """How it is called in records: «probable:3»."""
        return f"probable:{self.id}"

    def at(self, now: datetime) -> Probable | None:
        """This one where it is still to be told of at ``now``."""
        return self if self.state is State.OPEN and now < self.expires_at else None


def keys_of(point: ServicePoint) -> tuple[tuple[str, Reach], ...]:
    """What the point shares with its neighbours: what feeds it first, if that is known, and its street.

    Only the nearest part of the network counts: three houses of one ТП do not make an outage of the whole feeder.
    """
    settlement, street = point.address.settlement, point.address.street
    parts = [settlement_key(settlement), settlement.type, fold_district(settlement.district)]
    if street is not None:
        parts += [street.type, " ".join(street_words(street.name))]
    keys = [("street:" + "|".join(parts), Reach.STREET)]
    if point.network:
        keys.insert(0, (f"net:{point.region}|{fold(point.network[0])}", Reach.NETWORK))
    return tuple(keys)


def house_key(point: ServicePoint) -> str:
    """The house of a point: street and number in one text. Its flats are one house."""
    street = dict((reach, key) for key, reach in keys_of(point))[Reach.STREET]
    return f"{street}|{fold(point.address.house)}"


def clusters(reports: Iterable[Report], rule: Rule, now: datetime) -> tuple[Cluster, ...]:
    """The groups of reports that are enough at ``now``, the largest first; no report is in two of them.

    Between a ТП and a street of equally many callers the ТП is the likelier cause.
    """
    left = [each for each in reports if not each.alone and timedelta() <= now - each.at <= rule.window]
    found: list[Cluster] = []
    while (best := _largest(left)) and len(_callers(best.reports)) >= max(1, rule.calls):
        found.append(best)
        left = [each for each in left if each not in best.reports]
    return tuple(found)


def _one_house(reports: Sequence[Report]) -> str:
    """The house (as the register writes it) where all reports are of one, else an empty text."""
    houses = {house_key(each.point) for each in reports}
    return reports[0].point.address.house if len(houses) == 1 else ""


def _callers(reports: Iterable[Report]) -> set[str]:
    return {each.caller for each in reports}


def _largest(reports: Sequence[Report]) -> Cluster | None:
    groups: dict[tuple[str, Reach], list[Report]] = {}
    for each in reports:
        for shared in keys_of(each.point):
            groups.setdefault(shared, []).append(each)
    if not groups:
        return None
    (key, reach), group = max(
        groups.items(), key=lambda item: (len(_callers(item[1])), item[0][1] is Reach.NETWORK, item[0][0])
    )
    return Cluster(key, reach, tuple(group), _one_house(group))


def joins(outage: Outage, points: Sequence[ServicePoint], now: datetime) -> bool:
    """Whether an outage of the list is what these points have reported: it is on, and surely covers most of them."""
    if phase_of(outage, now) not in (Phase.NOW, Phase.OVERDUE):
        return False
    sure = sum(covers(outage, point) is Sureness.SURE for point in points)
    return 2 * sure > len(points)
