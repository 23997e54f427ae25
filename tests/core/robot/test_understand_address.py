"""The errand that understands an address: from the register of now, never on the event loop."""

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ivr.call.errands import Unavailable
from outage_feed.errors import StoreLocked
from outage_feed.places import Places
from outage_feed.places_file import places_file
from outage_feed.store import GridStore
from robot.desk import handlers
from robot.doing import kept_places
from robot.doing import understand_address as module
from robot.doing.understand_address import PlacesInUse
from robot.errands import FindServicePoints, Points, UnderstandAddress
from robot.understanding.address import understand_address
from robot.understanding.understood import HouseUnknown, Matched, SoFar
from tests.core.robot.world import NOW, point

LOOP = threading.current_thread()


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "grid.db") as store:
        store.save_points([point(), point("p2", "ул. Мира", "3", phones="", flat="1")])
        yield store


async def test_what_is_said_becomes_an_address_and_its_points(grid: GridStore) -> None:
    desk = handlers(grid, lambda: NOW)
    matched = await desk[UnderstandAddress](UnderstandAddress(("курск мира три",)))
    assert isinstance(matched, Matched)
    assert matched.confidence == 1.0
    found = await desk[FindServicePoints](FindServicePoints(address=matched.address))
    assert isinstance(found, Points)
    assert [each.id for each in found.points] == ["p2"]


async def test_what_is_known_so_far_counts(grid: GridStore) -> None:
    address = point().address
    errand = UnderstandAddress(("дом пять",), SoFar(address.settlement, address.street))
    matched = await handlers(grid, lambda: NOW)[UnderstandAddress](errand)
    assert isinstance(matched, Matched)
    assert matched.address.house == "5"


async def test_a_changed_register_is_seen_at_once(grid: GridStore) -> None:
    understand = handlers(grid, lambda: NOW)[UnderstandAddress]
    errand = UnderstandAddress(("курск мира четыре",))
    assert isinstance(await understand(errand), HouseUnknown)
    grid.save_points([point("p3", "ул. Мира", "4", phones="")])
    assert isinstance(await understand(errand), Matched)
    grid.remove_points(["p3"])
    assert isinstance(await understand(errand), HouseUnknown)


async def test_it_is_not_done_on_the_event_loop(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    threads: list[threading.Thread] = []
    read = grid.register_version

    def make(store: GridStore) -> Places:
        threads.append(threading.current_thread())
        return kept_places.make_places(store)

    def version() -> int:
        threads.append(threading.current_thread())
        return read()

    monkeypatch.setattr(module, "make_places", make)
    monkeypatch.setattr(grid, "register_version", version)
    await handlers(grid, lambda: NOW)[UnderstandAddress](UnderstandAddress(("курск",)))
    assert len(threads) == 2
    assert LOOP not in threads


async def test_a_store_that_fails_is_unavailable(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked() -> int:
        raise StoreLocked("grid.db: another process holds the database")

    monkeypatch.setattr(grid, "register_version", locked)
    answer = await handlers(grid, lambda: NOW)[UnderstandAddress](UnderstandAddress(("курск",)))
    assert isinstance(answer, Unavailable)
    assert "another process holds the database" in answer.why


def test_nobody_waits_while_the_places_are_made_anew(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    in_use = PlacesInUse(grid)
    old = in_use.current()
    assert in_use.current() is old
    begun, go_on = threading.Event(), threading.Event()
    make = kept_places.make_places

    def slow(store: GridStore) -> Places:
        begun.set()
        assert go_on.wait(10)
        return make(store)

    monkeypatch.setattr(module, "make_places", slow)
    grid.save_points([point("p3", "ул. Мира", "4", phones="")])
    with ThreadPoolExecutor(1) as threads:
        new = threads.submit(in_use.current)
        assert begun.wait(10)
        assert in_use.current() is old
        go_on.set()
        assert new.result(10) is not old
    assert in_use.current() is new.result()


def test_the_first_ones_wait_for_one_making(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Places] = []

    def make(store: GridStore) -> Places:
        made.append(kept_places.make_places(store))
        return made[-1]

    monkeypatch.setattr(module, "make_places", make)
    in_use = PlacesInUse(grid)
    with ThreadPoolExecutor(4) as threads:
        found = [each.result(10) for each in [threads.submit(in_use.current) for _ in range(4)]]
    assert len(made) == 1
    assert all(each is made[0] for each in found)


def test_places_are_made_ahead_and_looked_at_without_waiting(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    places = PlacesInUse(grid)
    assert places.made is None
    places.warm()
    assert places.made is places.current()

    def locked() -> int:
        raise StoreLocked("somebody writes")

    monkeypatch.setattr(grid, "register_version", locked)
    places.warm()  # said in the log, and tried again when somebody asks
    assert places.made is not None


def test_the_places_are_kept_for_the_next_start(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    made = PlacesInUse(grid).current()
    monkeypatch.setattr(module, "make_places", lambda store: pytest.fail("made again"))
    kept = PlacesInUse(grid).current()
    assert kept is not made
    assert understand_address(("курск мира три",), kept) == understand_address(("курск мира три",), made)
    monkeypatch.undo()
    grid.save_points([point("p3", "ул. Мира", "4", phones="")])
    assert PlacesInUse(grid).current().houses == made.houses + 1


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"", lambda data: data.replace(b"5", b"6")])
def test_a_damaged_file_of_places_is_made_again(grid: GridStore, damage: Callable[[bytes], bytes]) -> None:
    made = PlacesInUse(grid).current()
    file = places_file(grid.path)
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert PlacesInUse(grid).current().houses == made.houses
    assert file.read_bytes() == whole


def test_those_of_a_big_register_are_made_by_another_process(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BIG", 1)
    monkeypatch.setattr(module, "make_places", lambda store: pytest.fail("made here"))
    assert PlacesInUse(grid).current().houses == 2


def test_where_no_other_process_can_be_had_they_are_made_here(grid: GridStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BIG", 1)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert PlacesInUse(grid).current().houses == 2
