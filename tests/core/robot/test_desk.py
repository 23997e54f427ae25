"""The errands' I/O side, against a real store."""

import inspect
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import robot.errands
from ivr.call.errands import Errand, Unavailable
from outage_feed.errors import StoreLocked
from outage_feed.store import GridStore
from outage_feed.telling import Planned, telling
from robot.desk import handlers
from robot.errands import FindOutages, FindServicePoints, Points
from tests.core.robot.world import NOW, PHONE, outage, point


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "grid.db") as store:
        store.save_points([point(), point("p2", "ул. Мира", "3", phones="", account="4600000002")])
        store.save(outage(), NOW)
        yield store


async def test_points_are_found_by_phone_and_by_account(grid: GridStore) -> None:
    find = handlers(grid, lambda: NOW)[FindServicePoints]
    assert await find(FindServicePoints(phone=PHONE)) == Points((point(),))
    (other,) = (await find(FindServicePoints(account="4600000002"))).points
    assert other.id == "p2"
    assert await find(FindServicePoints(phone="+79990000000")) == Points()


async def test_all_points_of_a_house_are_found_by_its_address(grid: GridStore) -> None:
    grid.save_points([point("p3", "ул. Мира", "3", phones="", flat="44"), point("p4", "ул. Мира", "3а", phones="")])
    find = handlers(grid, lambda: NOW)[FindServicePoints]
    (known,) = grid.points_by_account("4600000002")
    found = await find(FindServicePoints(address=replace(known.address, flat="")))
    assert [each.id for each in found.points] == ["p2", "p3"]


async def test_outages_are_found_as_they_stand_now(grid: GridStore) -> None:
    found = await handlers(grid, lambda: NOW)[FindOutages](FindOutages(point()))
    assert found.now == NOW
    assert isinstance(telling(found), Planned)


@pytest.mark.parametrize("errand", [FindServicePoints(phone=PHONE), FindOutages(point())])
async def test_a_store_that_fails_is_unavailable(
    grid: GridStore, errand: Errand[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: object) -> None:
        raise StoreLocked("grid.db: another process holds the database")

    for method in ("points_by_phone", "find"):
        monkeypatch.setattr(grid, method, locked)
    answer = await handlers(grid, lambda: NOW)[type(errand)](errand)
    assert isinstance(answer, Unavailable)
    assert "another process holds the database" in answer.why


def test_every_errand_of_the_robot_has_a_handler(grid: GridStore) -> None:
    mine = {
        kind
        for _, kind in inspect.getmembers(robot.errands, inspect.isclass)
        if issubclass(kind, Errand) and kind.__module__ == robot.errands.__name__
    }
    assert set(handlers(grid, lambda: NOW)) == mine


@pytest.mark.parametrize("given", [{}, {"phone": PHONE, "account": "1"}])
def test_points_are_asked_for_by_phone_or_by_account(given: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one of the four"):
        FindServicePoints(**given)
