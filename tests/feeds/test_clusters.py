"""When calls about darkness make a probable outage, and which (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.clusters import Probable, Reach, Report, Rule, clusters, joins, keys_of
from outage_feed.model import ServicePoint
from tests.feeds.places import HOUR, NOW, VILLAGE, outage, point

RULE = Rule(calls=3, window=HOUR, lasts=3 * HOUR)
MINUTE = timedelta(minutes=1)


def report(house: str = "1", phone: str = "", minutes: int = 5, street: str = "ул. Ленина", **more: object) -> Report:
    alone = bool(more.pop("alone", False))
    at = point(str(more.pop("place", "")) or VILLAGE, street, house, id=f"{street}{house}", **more)
    return Report(NOW - minutes * MINUTE, at, f"c{phone}{house}", phone, alone)


def neighbours(count: int = 3, **more: object) -> list[Report]:
    return [report(str(2 * number + 1), f"+7900000000{number}", **more) for number in range(count)]  # type: ignore[arg-type]


def test_three_callers_of_a_street_are_enough_and_two_are_not() -> None:
    assert clusters(neighbours(2), RULE, NOW) == ()
    (found,) = clusters(neighbours(3), RULE, NOW)
    assert (found.reach, found.house, len(found.reports)) == (Reach.STREET, "", 3)
    assert (found.key, found.reach) in keys_of(point(VILLAGE, "Ленина ул.", "77"))


@pytest.mark.parametrize(
    "last",
    [
        report("5", "+79000000001"),  # the same telephone about another house
        report("5", "+79000000002", minutes=61),  # too long ago
        report("5", "+79000000002", minutes=-1),  # still to come: a clock that was put back
        report("5", "+79000000002", alone=True),  # the neighbours have light
        report("5", "+79000000002", street="пер. Ленина"),
        report("5", "+79000000002", place="с. Другое"),
    ],
)
def test_what_does_not_count(last: Report) -> None:
    assert clusters([*neighbours(2), last], RULE, NOW) == ()


def test_hidden_numbers_of_one_house_count_once() -> None:
    assert clusters([report("1"), report("1"), report("3")], RULE, NOW) == ()
    assert len(clusters([report("1"), report("3"), report("5")], RULE, NOW)) == 1


def test_callers_of_one_house_make_an_outage_of_that_house() -> None:
    (found,) = clusters([report("5", str(number)) for number in range(4)], RULE, NOW)
    assert found.house == "5"


def test_houses_of_one_substation_make_an_outage_of_it() -> None:
    fed = [report("1", str(n), street=f"ул. {name}", network=("ТП-5", "Ф-1")) for n, name in enumerate("АБВ")]
    (found,) = clusters(fed, RULE, NOW)
    assert found.reach is Reach.NETWORK
    assert (found.key, Reach.NETWORK) in keys_of(point(VILLAGE, "ул. Другая", "9", network=("ТП-5",)))
    apart = [report("1", str(n), street=f"ул. {name}", network=(f"ТП-{n}", "Ф-1")) for n, name in enumerate("АБВ")]
    assert clusters(apart, RULE, NOW) == (), "a feeder is too large to be guessed"


def test_between_a_street_and_its_substation_the_substation_is_likelier() -> None:
    (found,) = clusters(neighbours(3, network=("ТП-5",)), RULE, NOW)
    assert found.reach is Reach.NETWORK


callers = st.builds(
    report,
    st.sampled_from(["1", "3", "5", "7а"]),
    st.sampled_from(["", "+79000000001", "+79000000002", "+79000000003", "+79000000004"]),
    st.integers(-10, 120),
    st.sampled_from(["ул. Ленина", "ул. Мира", ""]),
)


@given(st.lists(callers, max_size=20))
def test_every_cluster_is_enough_and_no_report_is_in_two(reports: list[Report]) -> None:
    found = clusters(reports, RULE, NOW)
    for each in found:
        assert len({one.caller for one in each.reports}) >= RULE.calls
        assert all(timedelta() <= NOW - one.at <= RULE.window and not one.alone for one in each.reports)
        assert all(each.key in dict(keys_of(one.point)) for one in each.reports)
    keys = [each.key for each in found]
    assert len(keys) == len(set(keys))


def test_a_probable_outage_joins_the_one_that_surely_covers_most_of_it() -> None:
    points: list[ServicePoint] = [each.point for each in neighbours(3)]
    assert joins(outage("ул. Ленина 1, 3"), points, NOW)
    assert not joins(outage("ул. Ленина 1"), points, NOW)
    assert not joins(outage("ул. Ленина"), points, NOW), "only possibly"
    assert not joins(outage("ул. Ленина 1, 3, 5", start=NOW + 5 * HOUR, planned_end=NOW + 9 * HOUR), points, NOW)
    assert not joins(outage("ул. Ленина 1, 3, 5", restored_at=NOW - MINUTE), points, NOW)
    assert joins(outage("ул. Ленина 1, 3, 5", planned_end=NOW - HOUR / 2), points, NOW), "past its time, and dark"
    assert not joins(outage("ул. Ленина 1, 3"), [], NOW)


def test_it_is_told_until_it_expires() -> None:
    known = Probable(1, Reach.STREET, "36", "", 3, NOW, NOW, NOW + HOUR)
    assert known.at(NOW + HOUR - MINUTE) is known
    assert known.at(NOW + HOUR) is None
    assert replace(known, expires_at=NOW).at(NOW) is None
