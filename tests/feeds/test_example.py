from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from outage_feed import example
from outage_feed.model import MOSCOW, Sureness
from outage_feed.regions import REGIONS
from outage_feed.register import load_points
from outage_feed.store import GridStore
from outage_feed.telling import (
    Emergency,
    FeedStale,
    Found,
    NoneKnown,
    NoTimeKnown,
    OfUnknownKind,
    PastItsTime,
    Planned,
    Restored,
    telling,
)

SENTENCES = {
    "planned": Planned,
    "emergency": Emergency,
    "restored": Restored,
    "past_its_time": PastItsTime,
    "no_time_known": NoTimeKnown,
    "feed_stale": FeedStale,
    "none_known": NoneKnown,
    "possible": Emergency,
    "upcoming": NoneKnown,
    "unknown_kind": OfUnknownKind,
    "by_substation": Planned,
    "two_addresses": NoneKnown,
    "other_side": NoneKnown,
}


def found_for(store: GridStore, phone: str, now: datetime) -> Found:
    return store.find(store.points_by_phone(phone)[0], now)


@pytest.mark.parametrize("hour", [0, 3, 8, 12, 20, 23])
def test_each_caller_hears_the_sentence_at_any_hour(tmp_path: Path, hour: int) -> None:
    """Also three quarters of an hour later, and when the example is moved on after a day."""
    now = datetime(2026, 12, 31, hour, 47, 13, tzinfo=MOSCOW)
    with GridStore.open(tmp_path / "ivr.db") as store:
        for day in (0, 1):
            callers = example.load_example(store, now + timedelta(days=day))
            assert {caller.shows for caller in callers} == set(SENTENCES)
            for later in (0, 44):
                at = now + timedelta(days=day, minutes=later)
                for caller in callers:
                    found = found_for(store, caller.phone, at)
                    told = telling(found)
                    assert type(told) is SENTENCES[caller.shows], (caller, at)
                    if isinstance(told, NoneKnown):
                        assert (told.upcoming is not None) == (caller.shows == "upcoming")
                    elif not isinstance(told, FeedStale):
                        wanted = Sureness.POSSIBLE if caller.shows == "possible" else Sureness.SURE
                        assert told.explanation.sureness is wanted


def test_loading_again_changes_nothing_while_it_is_alive(tmp_path: Path) -> None:
    now = datetime(2026, 11, 25, 12, 5, tzinfo=MOSCOW)
    with GridStore.open(tmp_path / "ivr.db") as store:
        example.load_example(store, now)
        points, outages = store.count_points(), store.outages(everything=True)
        example.load_example(store, now + timedelta(minutes=10))
        assert (store.count_points(), store.outages(everything=True)) == (points, outages)
        assert example.remove_example(store)
        assert not example.remove_example(store)
        assert store.count_points() == ()
        assert store.outages(everything=True) == store.feeds() == ()


def test_a_running_example_is_moved_on_but_what_was_closed_by_hand_stays(tmp_path: Path) -> None:
    now = datetime(2026, 11, 25, 12, 5, tzinfo=MOSCOW)
    with GridStore.open(tmp_path / "ivr.db") as store:
        example.move_example_on(store, now)
        assert store.outages() == ()  # nobody asked for an example
        example.load_example(store, now)
        planned = store.outage("example:planned")
        assert planned is not None
        store.save(replace(planned, restored_at=now), now)
        for minutes in range(0, 24 * 60, 10):
            at = now + timedelta(minutes=minutes)
            example.move_example_on(store, at)
            assert isinstance(telling(found_for(store, "+79000000002", at)), Emergency)
        assert not isinstance(telling(found_for(store, "+79000000001", at)), Planned)
        example.load_example(store, at)
        assert isinstance(telling(found_for(store, "+79000000001", at)), Planned)


def test_the_register_of_the_example_is_clean() -> None:
    loaded = load_points(Path(example.__file__).parent / "points.csv")
    assert loaded.problems == ()
    assert len(loaded.points) >= 40
    regions = Counter(point.region for point in loaded.points)
    assert set(regions) == set(REGIONS)
    accounts = [point.account for point in loaded.points]
    assert len(set(accounts)) == len(accounts)
    assert all(len(account) == 10 and account.isdecimal() for account in accounts)
