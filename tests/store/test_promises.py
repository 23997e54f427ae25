"""Promises: once per call and kind, due in time, closed once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils
from records import MOSCOW, NOON

from ivr.call.errands import Promise
from ivr.doing.promise import promise
from ivr.store import Store, announcements, audit, calls, tickets

PHONE = "+79001231234"
WANTED = Promise("callback", PHONE, "c1", "nobody answered", ticket=100_001)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def test_a_callback_is_due_within_four_hours(store: Store) -> None:
    made = store.promises.make(WANTED, now=NOON)
    assert (made.kind, made.due_at) == ("callback", NOON + timedelta(hours=4))
    kept = store.promises.get(made.id)
    assert kept is not None
    assert (kept.phone, kept.why, kept.ticket, kept.call, kept.made_at, kept.state) == (
        PHONE,
        "nobody answered",
        100_001,
        "c1",
        NOON,
        "open",
    )


def test_the_setting_moves_the_time_and_a_given_one_goes_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "ivr.db", tz=MOSCOW, callback_within=timedelta(hours=2))
    assert store.promises.make(WANTED, now=NOON).due_at == NOON + timedelta(hours=2)
    morning = NOON + timedelta(hours=20)
    assert store.promises.make(replace(WANTED, call_id="c2", due=morning), now=NOON).due_at == morning
    store.close()


def test_word_of_the_light_is_due_when_it_is_back(store: Store) -> None:
    wanted = Promise("restored_notice", PHONE, "c1", "outage", point_id="p1", outage="o-7")
    made = store.promises.make(wanted, now=NOON)
    assert made.due_at is None
    kept = store.promises.get(made.id)
    assert kept is not None
    assert (kept.point, kept.outage) == ("p1", "o-7")
    assert not kept.overdue(NOON + timedelta(days=30))


def test_trying_again_within_a_call_is_the_same_promise(store: Store) -> None:
    first = store.promises.make(WANTED, now=NOON)
    assert store.promises.make(replace(WANTED, why="in other words"), now=LATER) == first
    store.promises.close(first.id, "done", now=LATER, who="me")
    assert store.promises.make(WANTED, now=LATER).id == first.id
    assert store.promises.make(replace(WANTED, kind="outage_notices"), now=NOON).id != first.id
    assert store.promises.make(replace(WANTED, call_id="c2"), now=NOON).id != first.id


def test_those_due_first_come_first_and_those_without_a_time_last(store: Store) -> None:
    times = {"c1": 3, "c2": None, "c3": 1, "c4": 2}
    ids = {
        name: store.promises.make(
            Promise("outage_notices", PHONE, name, "", due=None if hours is None else NOON + timedelta(hours=hours)),
            now=NOON,
        ).id
        for name, hours in times.items()
    }
    assert [kept.call for kept in store.promises.all()] == ["c3", "c4", "c1", "c2"]
    assert [kept.call for kept in store.promises.all(due_before=NOON + timedelta(hours=2))] == ["c3", "c4"]
    store.promises.close(ids["c3"], "dropped", now=LATER, who="me")
    assert [kept.call for kept in store.promises.all(limit=1)] == ["c4"]
    assert [kept.call for kept in store.promises.all(states=("dropped",))] == ["c3"]
    assert store.promises.all(kinds=("callback",)) == ()


def test_who_kept_it_first_has_kept_it(store: Store) -> None:
    made = store.promises.make(WANTED, now=NOON)
    assert not store.promises.all()[0].overdue(NOON + timedelta(hours=3, minutes=59))
    assert store.promises.all()[0].overdue(NOON + timedelta(hours=4))
    done = store.promises.close(made.id, "done", now=LATER, who="anna")
    assert done is not None
    assert (done.state, done.closed_at, done.who) == ("done", LATER, "anna")
    assert not done.overdue(NOON + timedelta(days=1))
    assert store.promises.close(made.id, "dropped", now=NOON, who="boris") == done
    assert store.promises.close(made.id + 1, "done", now=NOON, who="boris") is None


def test_another_kind_is_not_closed_by_its_number(store: Store) -> None:
    made = store.promises.make(replace(WANTED, kind="outage_notices"), now=NOON)
    assert store.promises.close(made.id, "done", now=LATER, who="me", kind="callback") is None
    assert [kept.state for kept in store.promises.all()] == ["open"]


async def test_the_errand(store: Store) -> None:
    made = await promise(store, lambda: NOON)(WANTED)
    assert [kept.id for kept in store.promises.all()] == [made.id]


def test_a_database_from_before_gets_the_new_tables(tmp_path: Path) -> None:
    path = tmp_path / "ivr.db"
    old = sqlite_utils.Database(path)
    for family in (calls, announcements, audit):
        family.migrations.apply(old)
    tickets.migrations.apply(old, stop_before="m002_category_and_cause")
    old.execute(
        "INSERT INTO tickets(number, topic, state, phone, address, text, opened, call)"
        " VALUES (100123, 'no_power', 'open', '+79001231234', '', '', 1764061200000, 'c0')"
    )
    old.conn.commit()
    old.close()
    store = Store.open(path, tz=MOSCOW)
    assert [ticket.number for ticket in store.tickets.all()] == [100123]
    store.promises.make(WANTED, now=NOON)
    assert (len(store.promises.all()), store.consents.all(PHONE), store.sms.of_call("c1")) == (1, (), ())
    store.close()
