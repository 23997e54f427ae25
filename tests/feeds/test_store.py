from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from outage_feed.errors import StoreBroken, StoreFull, StoreLocked
from outage_feed.feeds import FeedState
from outage_feed.formats import Parsed, Rejected
from outage_feed.model import Outage, Settlement, Status, Street
from outage_feed.store import Changes, GridStore
from outage_feed.telling import Emergency, FeedStale, NoneKnown, PastItsTime, Restored, telling
from tests.feeds.places import HOUR, NOW, TOWN, VILLAGE, outage, point

HERE = point(
    VILLAGE, "ул. Ленина", "5", account="3601000001", phones=("+74732000000", "+79000000001"), network=("ТП-1", "Ф-2")
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "var" / "ivr.db") as store:
        yield store


def test_the_register_tells_its_addresses_and_its_changes(store: GridStore) -> None:
    before = store.register_version()
    assert store.register_version() == before
    store.save_points([HERE, replace(HERE, id="p2", address=replace(HERE.address, flat="7"))])
    saved = store.register_version()
    assert saved > before
    assert tuple(store.addresses()) == (HERE.address,)
    store.remove_points(["p1", "p2"])
    assert store.register_version() > saved
    assert tuple(store.addresses()) == ()


def test_points_are_found_by_phone_account_and_place(store: GridStore) -> None:
    second = replace(HERE, id="p2", account="3601000002")
    elsewhere = point(TOWN, "ул. Мира", "1", id="p3")
    assert store.save_points([HERE, second, elsewhere]) == 3
    assert store.points_by_phone("+79000000001") == (HERE, second)
    assert [found.id for found in store.points_by_phone("8 (900) 000-00-01")] == ["p1", "p2"]
    assert [found.id for found in store.points_by_phone("84732000000")] == ["p1", "p2"]
    assert store.points_by_phone("") == store.points_by_phone("unknown") == ()
    assert [found.id for found in store.points_by_account("36-01 000002")] == ["p2"]
    assert store.points_by_account("") == ()
    assert [found.id for found in store.points_at(replace(VILLAGE, name="БАБЯКОВО"))] == ["p1", "p2"]
    assert [found.id for found in store.points_at(VILLAGE, Street("В. И. Ленина"))] == ["p1", "p2"]
    assert store.points_at(VILLAGE, Street("Мира")) == ()
    assert [found.id for found in store.points_fed_by(["Ф-2"])] == ["p1", "p2"]
    assert store.count_points() == (("36", 2, 2), ("48", 1, 0))


def test_saving_a_point_again_replaces_it(store: GridStore) -> None:
    store.save_points([HERE])
    store.save_points([replace(HERE, phones=("+79000000009",))])
    assert store.points_by_phone("+79000000001") == ()
    assert store.points_by_phone("+79000000009")[0].account == "3601000001"
    store.remove_points(["p1"])
    assert store.points_by_phone("+79000000009") == store.points_by_account("3601000001") == ()


def test_find_answers_the_errand(store: GridStore) -> None:
    assert telling(store.find(HERE, NOW)) == NoneKnown()
    store.save(outage("ул. Ленина 5"), NOW - HOUR)
    found = store.find(HERE, NOW)
    assert (found.point, found.now, found.as_of, found.stale) == (HERE, NOW, None, False)
    told = telling(found)
    assert isinstance(told, Emergency)
    assert told.set_at == NOW - HOUR


@pytest.mark.parametrize(
    ("where", "more"),
    [
        ("ул. Ленина 5", {}),
        ("ул. В. И. Ленина 5", {}),
        ("полностью", {}),
        ("ВЛ-10 кВ № 4", {}),
        ("ул. Мира 1; ул. Ленина кроме 3", {}),
        ("ул. Мира 3, 5 Ленина 7", {}),
        ("", {}),
        ("ул. Мира 1", {"network": ("Ф-2",)}),
    ],
)
def test_whatever_may_concern_the_point_is_loaded_for_it(store: GridStore, where: str, more: dict[str, object]) -> None:
    store.save(outage(where, **more), NOW)
    assert store.outages_near(HERE, NOW)


def test_other_places_and_old_news_are_not_loaded(store: GridStore) -> None:
    store.save(outage("ул. Мира 5"), NOW)
    store.save(outage("ул. Ленина 5", TOWN, id="test:2"), NOW)
    store.save(outage("ул. Ленина 5", replace(VILLAGE, region="48"), id="test:3"), NOW)
    store.save(outage("ул. Ленина 5", id="test:4", start=NOW - 90 * HOUR, planned_end=NOW - 80 * HOUR), NOW)
    assert store.outages_near(HERE, NOW) == ()


def test_every_version_is_kept_and_the_moment_of_the_time_with_it(store: GridStore) -> None:
    first = store.save(outage("ул. Ленина 5", reason="провод"), NOW)
    assert (first.version, first.set_at) == (1, NOW)
    again = store.save(outage("ул. Ленина 5", reason="провод"), NOW + HOUR)
    assert (again.version, again.received_at) == (1, NOW)
    second = store.save(outage("ул. Ленина 5", reason="опора"), NOW + HOUR)
    assert (second.version, second.set_at, second.received_at) == (2, NOW, NOW + HOUR)
    moved = store.save(outage("ул. Ленина 5", planned_end=NOW + 9 * HOUR), NOW + 2 * HOUR)
    assert (moved.version, moved.set_at) == (3, NOW + 2 * HOUR)
    versions = store.history("test:1")
    assert [(one.version, one.reason, one.planned_end) for one in versions] == [
        (1, "провод", NOW + 2 * HOUR),
        (2, "опора", NOW + 2 * HOUR),
        (3, "", NOW + 9 * HOUR),
    ]
    assert store.outage("test:1") == versions[-1]


def test_a_place_that_moved_is_not_found_at_the_old_one(store: GridStore) -> None:
    store.save(outage("ул. Ленина 5"), NOW)
    store.save(outage("ул. Мира 5"), NOW)
    assert store.outages_near(HERE, NOW) == ()


def test_numbers_of_dispatchers_outages(store: GridStore) -> None:
    ids = [store.add(outage(f"ул. Ленина {house}", id="", source="dispatcher"), NOW).id for house in (1, 2, 3)]
    assert ids == ["dispatcher:1", "dispatcher:2", "dispatcher:3"]
    assert [one.source_id for one in store.outages(source="dispatcher")] == ["1", "2", "3"]


def take(store: GridStore, *outages: Outage, hours: int = 0, rejected: tuple[Rejected, ...] = ()) -> Changes:
    return store.take_in("test", Parsed(outages, rejected), NOW + hours * HOUR, snapshot=True)


ONE = outage("ул. Ленина 5", id="test:1", source_id="1", planned_end=NOW + 9 * HOUR)
TWO = outage("ул. Мира 5", id="test:2", source_id="2", planned_end=NOW + 9 * HOUR)


def test_what_vanishes_from_a_snapshot_was_withdrawn_not_restored(store: GridStore) -> None:
    assert take(store, ONE, TWO) == Changes(new=2)
    assert take(store, ONE, TWO, hours=1) == Changes(unchanged=2)
    assert take(store, TWO, hours=2) == Changes(unchanged=1, withdrawn=1)
    gone = store.outage("test:1")
    assert gone is not None
    assert (gone.status(NOW + 2 * HOUR), gone.closed_at, gone.restored_at) == (Status.WITHDRAWN, NOW + 2 * HOUR, None)
    assert isinstance(telling(store.find(HERE, NOW + 2 * HOUR)), NoneKnown)
    assert [one.id for one in store.outages()] == ["test:2"]
    assert len(store.outages(everything=True)) == 2
    # It is back: the same outage again, open, its history whole.
    assert take(store, ONE, TWO, hours=3) == Changes(changed=1, unchanged=1)
    assert isinstance(telling(store.find(HERE, NOW + 3 * HOUR)), Emergency)
    assert [one.version for one in store.history("test:1")] == [1, 2, 3]


def test_what_vanishes_after_its_time_is_past_its_time(store: GridStore) -> None:
    take(store, ONE, TWO)
    assert take(store, TWO, hours=9) == Changes(unchanged=1)
    assert isinstance(telling(store.find(HERE, NOW + 9 * HOUR)), PastItsTime)


def test_a_bad_record_may_be_the_missing_one(store: GridStore) -> None:
    take(store, ONE, TWO)
    assert take(store, TWO, hours=1, rejected=(Rejected("?", "no start"),)).withdrawn == 0
    assert take(store, TWO, hours=1, rejected=(Rejected("?", "bad end", "test:1"),)).withdrawn == 0
    assert [bad.reason for bad in store.rejected("test")] == ["bad end"]
    assert take(store, TWO, hours=1, rejected=(Rejected("?", "bad end", "test:3"),)).withdrawn == 1
    take(store, TWO, hours=2)
    assert store.rejected("test") == ()


def test_other_sources_are_left_alone(store: GridStore) -> None:
    store.save(outage("ул. Ленина 5", id="dispatcher:1", source="dispatcher"), NOW)
    assert take(store, TWO).withdrawn == 0
    assert len(store.outages()) == 2


def test_a_dispatchers_word_stands_until_the_feed_says_something_new(store: GridStore) -> None:
    take(store, ONE)
    stored = store.outage("test:1")
    assert stored is not None
    store.save(replace(stored, restored_at=NOW + HOUR), NOW + HOUR)
    assert take(store, ONE, hours=2) == Changes(unchanged=1)
    assert isinstance(telling(store.find(HERE, NOW + 2 * HOUR)), Restored)
    assert take(store, replace(ONE, planned_end=NOW + 12 * HOUR), hours=3) == Changes(changed=1)
    assert isinstance(telling(store.find(HERE, NOW + 3 * HOUR)), Emergency)


def test_stale_feeds_speak_for_their_regions_only(store: GridStore) -> None:
    half = timedelta(minutes=30)
    store.save_feed(FeedState("test", regions=("36",), stale_after=half, last_success=NOW - HOUR))
    store.save_feed(FeedState("other", regions=("48",), stale_after=half, last_success=NOW))
    store.save_feed(FeedState("dispatcher", last_success=NOW - 900 * HOUR))
    store.save(ONE, NOW)
    found = store.find(HERE, NOW)
    assert (found.stale_sources, found.as_of) == (("test",), NOW - HOUR)
    assert isinstance(telling(found), FeedStale)
    there = store.find(point(TOWN, "ул. Мира", "1"), NOW)
    assert (there.stale_sources, there.as_of) == ((), NOW)
    store.save_feed(FeedState("test", regions=("36",), stale_after=half, last_success=NOW - half))
    assert isinstance(telling(store.find(HERE, NOW)), Emergency)
    store.save_feed(FeedState("test", regions=("36",), stale_after=half))
    found = store.find(HERE, NOW)
    assert (found.stale_sources, found.as_of) == (("test",), None)
    store.forget_feeds(["test"], NOW)
    assert not store.find(HERE, NOW).stale
    forgotten = store.outage(ONE.id)
    assert forgotten is not None
    assert forgotten.status(NOW) is Status.WITHDRAWN
    assert not isinstance(telling(store.find(HERE, NOW)), Emergency)


def test_a_feeds_state_comes_back_as_it_was(store: GridStore) -> None:
    state = FeedState(
        "test", "mrsk", "http://127.0.0.1/", ("36", "48"), timedelta(minutes=30), NOW, NOW - HOUR, "late", 3,
        '"e"', "Wed", "d", 7, 1,
    )  # fmt: skip
    store.save_feed(state)
    assert store.feed("test") == state
    assert store.feed("none") is None


def test_two_stores_on_one_file_and_several_threads(tmp_path: Path) -> None:
    path = tmp_path / "ivr.db"
    stores: list[GridStore] = []
    failures: list[BaseException] = []

    def work(number: int) -> None:
        try:
            store = GridStore.open(path)
            stores.append(store)
            for house in range(5):
                store.save(outage(f"ул. Ленина {house + 1}", id=f"test:{number}-{house}"), NOW)
                assert store.find(HERE, NOW)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not failures
    assert len(stores[0].outages()) == 20
    for store in stores:
        store.close()
    with pytest.raises(StoreBroken, match="closed"):
        stores[0].outages()


def test_a_locked_database_is_a_retryable_error(store: GridStore, tmp_path: Path) -> None:
    store.save_points([HERE])
    other = sqlite3.connect(store.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    impatient = GridStore.open(store.path, busy_timeout=0.05)
    with pytest.raises(StoreLocked) as raised:
        impatient.save(ONE, NOW)
    assert raised.value.retryable
    assert impatient.points_by_phone("+79000000001")  # readers go on
    other.execute("ROLLBACK")
    other.close()
    assert impatient.save(ONE, NOW).version == 1
    impatient.close()


def test_a_full_disk_changes_nothing(store: GridStore) -> None:
    take(store, ONE)
    pages = store._db.execute("PRAGMA page_count").fetchone()[0]
    store._db.execute(f"PRAGMA max_page_count = {pages}").fetchone()
    many = tuple(replace(TWO, id=f"test:x{at}", reason="долго " * 300) for at in range(200))
    with pytest.raises(StoreFull):
        take(store, *many, hours=1)
    assert [one.id for one in store.outages()] == ["test:1"]


def test_what_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ivr.db"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreBroken, match=r"ivr\.db"):
        GridStore.open(path)
    with pytest.raises(StoreBroken):
        GridStore.open(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreBroken):
        GridStore.open(tmp_path / "file" / "ivr.db")


def test_the_data_survive_reopening(tmp_path: Path) -> None:
    path = tmp_path / "ivr.db"
    with GridStore.open(path) as store:
        store.save_points([HERE])
        store.save(ONE, NOW)
    with GridStore.open(path) as store:
        assert store.find(store.points_by_account("3601000001")[0], NOW).explanations
        assert store._db.journal_mode == "wal"


def test_removing_a_source_leaves_the_others(store: GridStore) -> None:
    take(store, ONE)
    store.save(outage("ул. Ленина 5", id="dispatcher:1", source="dispatcher"), NOW)
    store.remove_source("test")
    assert [one.id for one in store.outages_near(HERE, NOW)] == ["dispatcher:1"]
    assert store.history("test:1") == ()


def test_settlements_without_a_type_share_their_index_entry(store: GridStore) -> None:
    store.save(outage("ул. Ленина 5", Settlement("бабяково", "", "Новоусманский район", "36")), NOW)
    assert isinstance(telling(store.find(HERE, NOW)), Emergency)
