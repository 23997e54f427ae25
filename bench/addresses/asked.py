"""Queries in a file, answers judged, and what comes out of many of them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from bench.addresses.callers import Query
from outage_feed.model import Address, Settlement, Street
from outage_feed.names import same_street
from outage_feed.places import read_house

CONFIDENCE = 0.95
MISSES = 12
"""Of each set, so many queries that went wrong are kept."""


@dataclass(slots=True)
class Score:
    """The answers to one set of queries."""

    asked: int = 0
    there: int = 0
    """Queries whose address the register has."""
    top1: int = 0
    top3: int = 0
    sure: int = 0
    false_sure: int = 0
    """Answers that were sure and another address than the one that was meant."""
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def count(self, query: Query, found: Sequence[Address], *, sure: bool, offered: bool = True) -> None:
        """``found``: the likeliest addresses first; ``offered``: the first of them would be told or asked back."""
        right = [query.meant is not None and same(each, query.meant) for each in found[:3]]
        first = offered and any(right[:1])
        self.asked += 1
        self.there += query.meant is not None
        self.top1 += first
        self.top3 += any(right)
        self.sure += sure
        wrong = sure and not first
        self.false_sure += wrong
        if (wrong or (query.meant is not None and not first)) and (wrong or len(self.wrong) < MISSES):
            answer = f"{found[0].settlement.district}: {found[0]}" if found else "nothing"
            meant = f"{query.meant.settlement.district}: {query.meant}" if query.meant else "none there"
            self.wrong.append(f"{'SURE ' if wrong else ''}{' | '.join(query.heard)} → {answer}; meant: {meant}")

    def to_json(self) -> dict[str, Any]:
        """As a program sees it; the times as percentiles."""
        rest = {name: value for name, value in asdict(self).items() if name not in ("ms", "cpu_ms")}
        return rest | {
            "top1_rate": share(self.top1, self.there),
            "top3_rate": share(self.top3, self.there),
            "false_sure_rate": share(self.false_sure, self.asked),
            "false_sure_at_most": at_most(self.false_sure, self.asked),
            "ms": percentiles(self.ms),
            "cpu_ms": percentiles(self.cpu_ms),
        }


def share(part: int, whole: int) -> float:
    """0 … 1; nothing of nothing is nothing."""
    return part / whole if whole else 0.0


def percentiles(values: Iterable[float]) -> dict[str, float]:
    """p50, p95, p99 and the greatest."""
    ordered = sorted(values)
    if not ordered:
        return {}
    return {
        name: ordered[min(int(len(ordered) * part), len(ordered) - 1)]
        for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
    }


def at_most(events: int, trials: int) -> float:
    """The rate not exceeded with 95 % confidence (Clopper and Pearson, one-sided); 1.0 where nothing was tried."""
    if events >= trials:
        return 1.0
    low, high = events / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _no_more_than(events, trials, middle) > 1 - CONFIDENCE else (low, middle)
    return high


def _no_more_than(events: int, trials: int, rate: float) -> float:
    """How likely so many events or fewer are at that rate (binomial)."""
    return sum(
        math.exp(
            math.lgamma(trials + 1) - math.lgamma(k + 1) - math.lgamma(trials - k + 1)
            + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        )
        for k in range(events + 1)
    )  # fmt: skip


def same(one: Address, other: Address) -> bool:
    """Whether two addresses are one: registers write a street or a house in two ways now and then."""
    if one.settlement != other.settlement or read_house(one.house) != read_house(other.house):
        return False
    if one.street is None or other.street is None:
        return one.street is other.street
    return one.street == other.street or (
        one.street.type == other.street.type and same_street(one.street, other.street) is not None
    )


def write_queries(path: Path, queries: Iterable[Query]) -> None:
    """A line of JSON for each."""
    with path.open("w", encoding="utf-8") as file:
        for query in queries:
            file.write(json.dumps([query.set, query.heard, query.meant and asdict(query.meant)], ensure_ascii=False))
            file.write("\n")


def read_queries(path: Path) -> list[Query]:
    """The queries of such a file."""
    return [_query(*json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines()]


def _query(kind: str, heard: list[str], meant: dict[str, Any] | None) -> Query:
    if meant is None:
        return Query(kind, tuple(heard), None)
    street = Street(**meant["street"]) if meant["street"] else None
    return Query(kind, tuple(heard), Address(Settlement(**meant["settlement"]), street, meant["house"]))
