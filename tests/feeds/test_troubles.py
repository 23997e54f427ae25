"""Reports and probable outages in the store, from the first call to the end, and what callers are told meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outage_feed.clusters import Reach, Report, Rule, State
from outage_feed.feeds import FeedState
from outage_feed.model import Kind, ServicePoint, Sureness
from outage_feed.store import GridStore
from outage_feed.telling import Emergency, FeedStale, NoneKnown, NoTimeKnown, Reported, Restored, telling
from outage_feed.troubles import KEPT, NotOpen, Troubles
from tests.feeds.places import HOUR, NOW, VILLAGE, outage, point

MINUTE = timedelta(minutes=1)
HOUSES = {house: point(VILLAGE, "ул. Ленина", house, id=f"p{house}") for house in ("1", "3", "5", "7", "9")}


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "ivr.db") as grid:
        grid.save_points(HOUSES.values())
        yield grid


@pytest.fixture
def troubles(grid: GridStore) -> Troubles:
    return Troubles(grid, Rule(calls=3, window=HOUR, lasts=2 * HOUR))


def call(house: str, at: datetime = NOW, *, phone: str | None = None, alone: bool = False) -> Report:
    return Report(at, HOUSES[house], f"c{house}", f"+7900000000{house}" if phone is None else phone, alone)


def three(troubles: Troubles, at: datetime = NOW) -> int:
    for minutes, house in ((-20, "1"), (-10, "3"), (0, "5")):
        found = troubles.report(call(house, at + minutes * MINUTE))
    assert found is not None
    return found.id


def told(grid: GridStore, house: str = "9", at: datetime = NOW) -> object:
    return telling(grid.find(HOUSES[house], at))


def test_the_third_call_makes_it_probable_and_the_next_caller_hears_of_it(grid: GridStore, troubles: Troubles) -> None:
    assert troubles.report(call("1", NOW - 20 * MINUTE)) is None
    assert troubles.report(call("3", NOW - 10 * MINUTE)) is None
    assert told(grid) == NoneKnown()
    found = troubles.report(call("5"))
    assert found is not None
    assert (found.reach, found.calls, found.place) == (Reach.STREET, 3, "с. Бабяково, ул. Ленина")
    assert (found.first_at, found.last_at, found.expires_at) == (NOW - 20 * MINUTE, NOW, NOW + 2 * HOUR)
    assert told(grid) == Reported(found, same_street=True)
    joined = troubles.report(call("7", NOW + HOUR))
    assert joined is not None
    assert (joined.id, joined.calls, joined.expires_at) == (found.id, 4, NOW + 3 * HOUR)
    assert troubles.houses(found.id) == ("ул. Ленина, 1", "ул. Ленина, 3", "ул. Ленина, 5", "ул. Ленина, 7")
    elsewhere = point(VILLAGE, "ул. Мира", "4")
    assert telling(grid.find(elsewhere, NOW)) == NoneKnown()


def test_the_same_caller_about_the_same_house_is_one_report(grid: GridStore, troubles: Troubles) -> None:
    for minutes in (-30, -20, -10, 0):
        assert troubles.report(call("1", NOW + minutes * MINUTE)) is None
        assert troubles.report(call("3", NOW + minutes * MINUTE)) is None
    assert len(grid.rows("SELECT id FROM grid_reports")) == 2
    found = troubles.report(call("5"))
    assert found is not None
    assert found.calls == 3


def test_whoever_is_alone_in_the_dark_says_nothing_of_the_street(grid: GridStore, troubles: Troubles) -> None:
    for house in ("1", "3", "5", "7"):
        assert troubles.report(call(house, alone=True)) is None
    assert told(grid) == NoneKnown()


def test_it_expires_by_itself_and_other_calls_make_a_new_one(grid: GridStore, troubles: Troubles) -> None:
    first = three(troubles)
    assert isinstance(told(grid, at=NOW + 2 * HOUR - MINUTE), Reported)
    assert told(grid, at=NOW + 2 * HOUR) == NoneKnown()
    assert troubles.all(NOW + 2 * HOUR) == ()
    (expired,) = troubles.all(NOW + 2 * HOUR, everything=True)
    assert expired.state is State.EXPIRED
    assert three(troubles, NOW + 5 * HOUR) != first


def test_one_house_stays_one_house_until_another_one_calls(grid: GridStore, troubles: Troubles) -> None:
    for number in range(3):
        found = troubles.report(call("5", phone=f"+7910000000{number}"))
    assert found is not None
    assert found.house == "5"
    assert told(grid, "7") == NoneKnown()
    assert isinstance(told(grid, "5"), Reported)
    troubles.report(call("7"))
    assert isinstance(told(grid, "9"), Reported)


def test_what_a_list_says_goes_first(grid: GridStore, troubles: Troubles) -> None:
    three(troubles)
    grid.save(outage("ул. Ленина 9"), NOW)
    assert isinstance(told(grid), Emergency)
    assert isinstance(told(grid, "7"), Reported)


def test_a_restoration_is_news_unless_all_calls_came_after_it(grid: GridStore, troubles: Troubles) -> None:
    three(troubles)
    grid.save(outage("ул. Ленина 9", restored_at=NOW - 5 * MINUTE), NOW)
    assert isinstance(told(grid), Restored)
    grid.save(outage("ул. Ленина 9", restored_at=NOW - 40 * MINUTE), NOW)
    assert isinstance(told(grid), Reported)


def test_a_stale_list_that_says_nothing_does_not_hide_the_calls(grid: GridStore, troubles: Troubles) -> None:
    grid.save_feed(FeedState("list", stale_after=HOUR, last_success=NOW - 9 * HOUR))
    assert isinstance(told(grid), FeedStale)
    three(troubles)
    assert isinstance(told(grid), Reported)


def test_a_confirmed_one_is_an_emergency_of_the_dispatchers(grid: GridStore, troubles: Troubles) -> None:
    number = three(troubles)
    made = troubles.confirm(number, NOW, who="ivanova")
    assert (made.id, made.kind, made.start) == ("dispatcher:1", Kind.EMERGENCY, NOW - 20 * MINUTE)
    assert made.planned_end is None
    called, other = told(grid, "3"), told(grid, "9")
    assert isinstance(called, NoTimeKnown)
    assert called.explanation.sureness is Sureness.SURE
    assert isinstance(other, NoTimeKnown)
    assert other.explanation.sureness is Sureness.POSSIBLE
    found = troubles.get(number, NOW)
    assert found is not None
    assert (found.state, found.outage) == (State.CONFIRMED, "dispatcher:1")
    with pytest.raises(NotOpen, match=r"confirmed already \(dispatcher:1\)"):
        troubles.confirm(number, NOW, who="petrov")
    with pytest.raises(NotOpen, match="no probable outage 99"):
        troubles.reject(99, NOW, who="petrov")
    assert len(grid.outages()) == 1


def test_the_whole_street_and_a_time(grid: GridStore, troubles: Troubles) -> None:
    troubles.confirm(three(troubles), NOW, who="ivanova", whole=True, until=NOW + HOUR, reason="провод")
    other = told(grid, "9")
    assert isinstance(other, Emergency)
    assert other.explanation.sureness is Sureness.SURE
    assert other.until == NOW + HOUR


def test_a_substation_that_is_confirmed_covers_what_it_feeds(grid: GridStore, troubles: Troubles) -> None:
    fed = [
        point(VILLAGE, f"ул. {name}", "2", id=name, network=("ТП-5", "Ф-1")) for name in ("Мира", "Зелёная", "Новая")
    ]
    later = point(VILLAGE, "ул. Садовая", "8", id="later", network=("ТП-5", "Ф-1"))
    grid.save_points([*fed, later])
    for number, each in enumerate(fed):
        found = troubles.report(Report(NOW, each, f"n{number}", f"+7910000000{number}"))
    assert found is not None
    assert (found.reach, found.place) == (Reach.NETWORK, "ТП-5 (с. Бабяково)")
    assert telling(grid.find(later, NOW)) == Reported(found, same_street=False)
    made = troubles.confirm(found.id, NOW, who="ivanova")
    assert made.network == ("ТП-5",)
    now_told = telling(grid.find(later, NOW))
    assert isinstance(now_told, NoTimeKnown)
    assert now_told.explanation.sureness is Sureness.SURE


def test_after_a_rejection_only_new_calls_count(grid: GridStore, troubles: Troubles) -> None:
    number = three(troubles)
    assert troubles.reject(number, NOW, who="ivanova").state is State.REJECTED
    assert told(grid) == NoneKnown()
    assert troubles.report(call("7", NOW + MINUTE)) is None
    assert troubles.report(call("9", NOW + 2 * MINUTE)) is None
    again = troubles.report(call("1", NOW + 3 * MINUTE))  # still dark, says one of the first
    assert again is not None
    assert (again.id != number, again.calls) == (True, 3)


def test_it_joins_the_record_of_the_same_place(grid: GridStore, troubles: Troubles) -> None:
    number = three(troubles)
    assert troubles.settle(NOW) == ()
    grid.save(outage("ул. Ленина 1, 3, 5, 7"), NOW)
    (joined,) = troubles.settle(NOW)
    assert (joined.id, joined.state, joined.outage) == (number, State.JOINED, "test:1")
    assert told(grid, "9") == NoneKnown()
    with pytest.raises(NotOpen, match="joined already"):
        troubles.reject(number, NOW, who="ivanova")


def test_reports_are_forgotten_after_a_month(grid: GridStore, troubles: Troubles) -> None:
    three(troubles)
    troubles.forget(NOW + KEPT - HOUR)
    assert len(grid.rows("SELECT id FROM grid_reports")) == 3
    troubles.forget(NOW + KEPT + HOUR)
    assert grid.rows("SELECT id FROM grid_reports") == []


def test_points_that_left_the_register_harm_nothing(grid: GridStore, troubles: Troubles) -> None:
    number = three(troubles)
    grid.remove_points([each.id for each in HOUSES.values()])
    assert troubles.settle(NOW) == ()
    assert troubles.houses(number) == ()
    with pytest.raises(NotOpen, match="not in the register"):
        troubles.confirm(number, NOW, who="ivanova")
    found = troubles.get(number, NOW)
    assert found is not None
    assert found.state is State.OPEN


def test_many_calls_at_once_make_one(grid: GridStore, troubles: Troubles) -> None:
    points: list[ServicePoint] = [replace(HOUSES["1"], id=f"q{n}", address=replace(HOUSES["1"].address, house=str(n)))
                                  for n in range(1, 41)]  # fmt: skip
    grid.save_points(points)

    def report(each: ServicePoint) -> None:
        troubles.report(Report(NOW, each, each.id, f"+79{each.address.house:0>9}"))

    threads = [threading.Thread(target=report, args=(each,)) for each in points]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (found,) = troubles.all(NOW)
    assert found.calls == 40
