"""How often a generated register of 20,000 service points is understood, and how often wrongly but surely.

``pytest -s tests/understanding/test_accuracy.py`` prints the rates.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from outage_feed.generate import generate
from outage_feed.model import Address
from outage_feed.names import same_street
from outage_feed.places import Places, read_house
from outage_feed.register import read_point
from robot.understanding.address import SURE, Ambiguous, Matched, Understood, understand_address
from robot.understanding.spoken_places import places_of
from tests.understanding.queries import Callers, Query

POINTS = 20_000
SEED = 3
QUERIES = {
    "clean": 300, "misheard": 300, "number_misheard": 150, "short": 150, "no_such_house": 150, "no_such_street": 150,
    "two_houses_heard": 100,
}  # fmt: skip
MOST_FALSE_SURE = 0.005
LEAST_CLEAN = 0.95
MOST_SECONDS_TO_BUILD = 2.0


@dataclass(slots=True)
class Rates:
    asked: int = 0
    best_right: int = 0
    not_sure: int = 0
    false_sure: int = 0

    def count(self, query: Query, answer: Understood) -> None:
        best = answer.address if isinstance(answer, Matched) else None
        sure = isinstance(answer, Matched) and answer.confidence >= SURE
        if isinstance(answer, Ambiguous):
            best = answer.candidates[0]
        right = best is not None and query.meant is not None and same(best, query.meant)
        self.asked += 1
        self.best_right += right
        self.not_sure += not sure
        self.false_sure += sure and not right

    def __str__(self) -> str:
        shares = (100 * part / self.asked for part in (self.best_right, self.not_sure, self.false_sure))
        return "top-1 {:5.1f} %   not sure {:5.1f} %   false-sure {:4.2f} %".format(*shares)


def same(one: Address, other: Address) -> bool:
    """Whether two addresses are one: registers write a street or a house in two ways now and then."""
    if one.settlement != other.settlement or read_house(one.house) != read_house(other.house):
        return False
    if one.street is None or other.street is None:
        return one.street is other.street
    return one.street == other.street or (
        one.street.type == other.street.type and same_street(one.street, other.street) is not None
    )


@pytest.fixture(scope="module")
def addresses() -> list[Address]:
    points = (read_point(row)[0] for row in generate(POINTS, SEED))
    return list(dict.fromkeys(replace(point.address, flat="") for point in points))


@pytest.fixture(scope="module")
def places(addresses: list[Address]) -> Places:
    began = time.process_time()
    made = places_of(addresses)
    assert time.process_time() - began < MOST_SECONDS_TO_BUILD
    assert made.houses > POINTS / 3
    return made


def test_wrong_houses_are_hardly_ever_sure(addresses: list[Address], places: Places) -> None:
    callers = Callers(addresses, SEED)
    rates = {kind: Rates() for kind in QUERIES}
    spent = 0.0
    for kind, number in QUERIES.items():
        ask: Callable[[], Query] = getattr(callers, kind)
        for _ in range(number):
            query = ask()
            began = time.process_time()
            rates[kind].count(query, understand_address(query.heard, places))
            spent += time.process_time() - began
    print()
    for kind, rate in rates.items():
        print(f"{kind:18}{rate}")
    total = sum(QUERIES.values())
    print(f"{total} queries, {1000 * spent / total:.1f} ms of CPU each, {places.houses} houses")
    assert rates["clean"].best_right >= LEAST_CLEAN * rates["clean"].asked
    for kind, rate in rates.items():
        assert rate.false_sure <= MOST_FALSE_SURE * rate.asked, kind
