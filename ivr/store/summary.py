"""Counts and profiles of calls by interval. Pure.

Means hide what hurts (DOMAIN section 4): the longest and the usual are shown, hour by hour or day by day.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from ivr.call.model import OutcomeClass

By = Literal["hour", "day"]
Measure = tuple[datetime, OutcomeClass, float | None, float, bool]
"""Of one call: start, class, seconds (where known), longest owed silence, repeated within 24 h."""


@dataclass(frozen=True, slots=True)
class Profile:
    """The least, the middle (median), the 95th percentile and the greatest of some seconds."""

    least: float
    p50: float
    p95: float
    most: float


@dataclass(frozen=True, slots=True)
class Interval:
    """The calls that began within one hour or day. ``begins`` is ``None`` for the sum of all."""

    begins: datetime | None
    calls: int
    classes: Mapping[str, int]
    """Calls by class; they add up to ``calls``."""
    repeated: int
    """Calls whose number or service point called again within 24 h."""
    contained: int
    """Served by the robot, and nobody called again."""
    containment: float | None
    """``contained`` as a share of all but the short abandons; ``None`` when there are no such calls."""
    settled: bool
    """Whether 24 h have passed since, so that ``contained`` can no longer change."""
    seconds: Profile | None
    owed: Profile | None


def summarise(measures: Iterable[Measure], by: By, now: datetime) -> tuple[Interval, ...]:
    """The intervals in order, and their sum at the end (none when there are no calls)."""
    groups: dict[datetime, list[Measure]] = {}
    everything: list[Measure] = []
    for measure in measures:
        groups.setdefault(_begin(measure[0], by), []).append(measure)
        everything.append(measure)
    length = timedelta(hours=1) if by == "hour" else timedelta(days=1)
    intervals = [_interval(begins, group, now - begins > length + _DAY) for begins, group in sorted(groups.items())]
    if everything:
        intervals.append(_interval(None, everything, all(interval.settled for interval in intervals)))
    return tuple(intervals)


_DAY = timedelta(hours=24)


def _begin(moment: datetime, by: By) -> datetime:
    hour = moment.replace(minute=0, second=0, microsecond=0)
    return hour if by == "hour" else hour.replace(hour=0)


def _interval(begins: datetime | None, measures: Sequence[Measure], settled: bool) -> Interval:
    classes = Counter(kind for _, kind, _, _, _ in measures)
    contained = sum(1 for _, kind, _, _, again in measures if kind is OutcomeClass.SERVED and not again)
    counted = len(measures) - classes[OutcomeClass.SHORT_ABANDON]
    return Interval(
        begins,
        len(measures),
        {kind.value: classes[kind] for kind in OutcomeClass},
        sum(1 for measure in measures if measure[4]),
        contained,
        round(contained / counted, 4) if counted else None,
        settled,
        profile([seconds for _, _, seconds, _, _ in measures if seconds is not None]),
        profile([owed for _, _, _, owed, _ in measures]),
    )


def profile(values: Sequence[float]) -> Profile | None:
    """Percentiles by nearest rank: each is a value that really occurred."""
    if not values:
        return None
    ordered = sorted(values)

    def rank(share: float) -> float:
        return ordered[max(0, -(-len(ordered) * round(share * 100) // 100) - 1)]

    return Profile(ordered[0], rank(0.5), rank(0.95), ordered[-1])
