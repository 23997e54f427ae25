"""The place that a telephone last asked about: the last one counts, for a year, and never for anybody else."""

from datetime import timedelta
from pathlib import Path

import pytest
from records import NOON

from ivr.call.last_place import FindLastPlace, KeepLastPlace, LastPlace
from ivr.doing.last_place import find_last_place, keep_last_place
from ivr.store import Store
from ivr.store.last_places import GOOD_FOR

PHONE = "+79001231234"


@pytest.fixture
def store(tmp_path: Path):
    store = Store.open(tmp_path / "ivr.sqlite")
    yield store
    store.close()


def test_the_last_one_counts(store: Store) -> None:
    store.last_places.keep(PHONE, "p1", "c1", now=NOON)
    store.last_places.keep(PHONE, "p2", "c2", now=NOON + timedelta(days=1))
    assert store.last_places.of(PHONE, now=NOON + timedelta(days=2)) == "p2"
    assert store.last_places.of("+79001231235", now=NOON) == ""


def test_after_a_year_nothing_is_kept(store: Store) -> None:
    store.last_places.keep(PHONE, "p1", "c1", now=NOON)
    assert store.last_places.of(PHONE, now=NOON + GOOD_FOR) == "p1"
    assert store.last_places.of(PHONE, now=NOON + GOOD_FOR + timedelta(seconds=1)) == ""
    store.last_places.keep("+79001231235", "p2", "c2", now=NOON + GOOD_FOR + timedelta(days=1))
    assert store.last_places.of(PHONE, now=NOON) == ""  # the row itself is gone


async def test_as_errands(store: Store) -> None:
    find, keep = find_last_place(store, lambda: NOON), keep_last_place(store, lambda: NOON)
    assert await find(FindLastPlace(PHONE)) == LastPlace()
    await keep(KeepLastPlace(PHONE, "p1", "c1"))
    assert await find(FindLastPlace(PHONE)) == LastPlace("p1")
