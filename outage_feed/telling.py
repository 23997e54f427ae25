"""Which of the sentences a caller with no power is owed (DOMAIN §4), as values that a topic matches on.

Rules kept here: planned, emergency and restored are told apart; a time already past is never repeated, and the end of a
planned time is not taken for restoration; a stale source quotes no time at all; a missing time or reason stays missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from outage_feed.affecting import Explanation, Phase
from outage_feed.clusters import Probable, Reach
from outage_feed.model import Kind, ServicePoint


@dataclass(frozen=True, slots=True)
class Found:
    """What is known about a point's darkness: the answer to the errand «find outages».

    ``as_of`` is when the feeds that cover the point's region were last read with success (the oldest of them), None
    where there is no feed or it never answered. ``stale_sources`` names those whose news is too old to be relied on.
    """

    point: ServicePoint
    explanations: tuple[Explanation, ...]
    now: datetime
    as_of: datetime | None = None
    stale_sources: tuple[str, ...] = ()
    probable: Probable | None = None
    """What other callers there have reported, where that is enough to be told."""

    @property
    def stale(self) -> bool:
        """Whether any source of the region is stale."""
        return bool(self.stale_sources)


@dataclass(frozen=True, slots=True)
class Planned:
    """A planned outage is on (or about to begin); both ends are known, ``until`` is still to come."""

    explanation: Explanation
    begins: datetime
    until: datetime
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Emergency:
    """An emergency outage is on, restoration is expected by ``until``."""

    explanation: Explanation
    until: datetime
    set_at: datetime


@dataclass(frozen=True, slots=True)
class OfUnknownKind:
    """An outage is on; the source does not say whether it was planned. Expected end ``until``."""

    explanation: Explanation
    until: datetime
    set_at: datetime


@dataclass(frozen=True, slots=True)
class Restored:
    """Supply was restored at ``at``, which is not long ago."""

    explanation: Explanation
    at: datetime


@dataclass(frozen=True, slots=True)
class PastItsTime:
    """The stated end has passed and nobody says that supply is back. No time may be quoted, nor «restored» claimed."""

    explanation: Explanation


@dataclass(frozen=True, slots=True)
class NoTimeKnown:
    """An outage is on, and no end was stated. ``set_at`` is when we heard of it."""

    explanation: Explanation
    set_at: datetime


@dataclass(frozen=True, slots=True)
class FeedStale:
    """The news is too old to quote. ``explanation`` is what it said; None: nothing, which proves nothing either."""

    explanation: Explanation | None
    as_of: datetime | None


@dataclass(frozen=True, slots=True)
class NoneKnown:
    """No known outage explains darkness now. ``upcoming`` is a planned one of the coming days, if there is."""

    upcoming: Explanation | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """No list explains it, but several callers there have said the same: neither a cause nor a time is known.

    ``same_street``: the reports came from the caller's own street; else from houses fed by the same ТП, or from the
    caller's place where it has no streets.
    """

    probable: Probable
    same_street: bool


Told = Planned | Emergency | OfUnknownKind | Restored | PastItsTime | NoTimeKnown | FeedStale | NoneKnown | Reported


def telling(found: Found) -> Told:
    """The one sentence the caller is owed.

    What is on now (or past its time) goes before what was restored, and that before what is to come; within each,
    what a fresh source says goes before what a stale one said, and then the order of ``found.explanations`` holds.
    What callers have reported is told where no list tells of an outage that is on, and only if all of it came after
    the restoration that a list tells of.
    """
    best = next(
        (
            explanation
            for phases in ((Phase.NOW, Phase.OVERDUE), (Phase.RESTORED,))
            for stale in (False, True)
            for explanation in found.explanations
            if explanation.phase in phases and (explanation.outage.source in found.stale_sources) is stale
        ),
        None,
    )
    if (reported := _reported(found, best)) is not None:
        return reported
    if best is None:
        if found.stale:
            return FeedStale(None, found.as_of)
        later = (explanation for explanation in found.explanations if explanation.phase is Phase.LATER)
        return NoneKnown(next(later, None))
    if best.outage.source in found.stale_sources:
        return FeedStale(best, found.as_of)
    return _tell(best, found.now)


def _reported(found: Found, best: Explanation | None) -> Reported | None:
    """What callers have reported, unless a list knows better."""
    if found.probable is None:
        return None
    if best is not None:
        restored = best.outage.restored_at if best.phase is Phase.RESTORED else None
        if restored is None or found.probable.first_at <= restored:
            return None
    on_street = found.probable.reach is Reach.STREET and found.point.address.street is not None
    return Reported(found.probable, on_street)


def _tell(best: Explanation, now: datetime) -> Told:
    outage = best.outage
    if best.phase is Phase.RESTORED:
        assert outage.restored_at is not None
        return Restored(best, outage.restored_at)
    if best.phase is Phase.OVERDUE:
        return PastItsTime(best)
    set_at = outage.set_at or outage.received_at or now
    if outage.planned_end is None:
        return NoTimeKnown(best, set_at)
    if outage.kind is Kind.PLANNED:
        return Planned(best, outage.start, outage.planned_end, set_at)
    if outage.kind is Kind.EMERGENCY:
        return Emergency(best, outage.planned_end, set_at)
    return OfUnknownKind(best, outage.planned_end, set_at)
