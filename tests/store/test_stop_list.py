"""The stop list: once per telephone and kind, its history kept."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON

from ivr.campaigns.model import Kind
from ivr.store import Store

PHONE = "+79001231234"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def test_for_one_kind_or_for_all(store: Store) -> None:
    assert store.stop_list.add(PHONE, Kind.SURVEY, reason="asked", source="ivanov", now=NOON)
    assert not store.stop_list.add(PHONE, Kind.SURVEY, reason="again", source="petrov", now=NOON)
    assert store.stop_list.stops(PHONE, Kind.SURVEY)
    assert not store.stop_list.stops(PHONE, Kind.WEATHER)
    assert store.stop_list.add(PHONE, None, reason="letter 12", source="ivanov", now=NOON)
    assert all(store.stop_list.stops(PHONE, kind) for kind in Kind)
    assert not store.stop_list.stops("+79990000000", Kind.SURVEY)


def test_taken_off_it_stays_as_history(store: Store) -> None:
    store.stop_list.add(PHONE, None, reason="asked", source="ivanov", now=NOON)
    assert not store.stop_list.remove(PHONE, Kind.SURVEY, who="petrov", now=NOON)
    assert store.stop_list.remove(PHONE, None, who="petrov", now=NOON + timedelta(hours=1))
    assert not store.stop_list.remove(PHONE, None, who="petrov", now=NOON)
    assert not store.stop_list.stops(PHONE, Kind.SURVEY)
    assert store.stop_list.latest(9) == ()
    assert store.stop_list.add(PHONE, None, reason="asked again", source="ivanov", now=NOON)
    newest, older = store.stop_list.latest(9, phone=PHONE, removed=True)
    assert (newest.reason, newest.removed_at) == ("asked again", None)
    assert (older.removed_by, older.removed_at) == ("petrov", NOON + timedelta(hours=1))
    assert store.stop_list.latest(9, phone="+79990000000", removed=True) == ()
