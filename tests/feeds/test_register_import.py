"""A register taken in beside running calls: resumed where it was ended, seen by nobody before it is whole."""

from __future__ import annotations

import csv
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from outage_feed import register_import
from outage_feed.errors import RegisterError
from outage_feed.generate import write_register
from outage_feed.model import Address, Settlement
from outage_feed.register import COLUMNS, load_points
from outage_feed.register_import import look_through, take_in
from outage_feed.store import GridStore

PHONE = "+79001234567"
HEADER = "id,account,phones,region,district,settlement,street,house,help_point\n"
OLD = "p1,36-1,8 900 123 45 67,36,Новоусманский р-н,с. Бабяково,ул. Мира,4,\n"
NEW = "p2,36-2,8 900 123 45 68,36,Новоусманский р-н,с. Бабяково,ул. Мира,5,ул. Мира 1 школа\n"


class Killed(Exception):
    pass


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "grid.db") as opened:
        yield opened


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    return tmp_path / "errors.csv"


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def ids(store: GridStore) -> list[str]:
    return [str(row["id"]) for row in store.rows("SELECT id FROM grid_points ORDER BY id")]


def test_known_points_stay_are_replaced_or_are_forgotten(store: GridStore, tmp_path: Path, errors: Path) -> None:
    take_in(store, [written(tmp_path / "a.csv", HEADER + OLD)], errors)
    version = store.register_version()
    take_in(store, [written(tmp_path / "b.csv", HEADER + NEW)], errors)
    assert ids(store) == ["p1", "p2"]
    assert store.register_version() == version + 1
    take_in(store, [written(tmp_path / "c.csv", HEADER + OLD.replace("123 45 67", "765 43 21"))], errors)
    assert store.points_by_phone(PHONE) == ()
    assert [point.id for point in store.points_by_phone("+79007654321")] == ["p1"]
    assert [point.id for point in store.points_by_account("36-2")] == ["p2"]
    take_in(store, [written(tmp_path / "d.csv", HEADER + NEW)], errors, whole=True)
    assert ids(store) == ["p2"]
    assert store.points_by_phone("+79007654321") == ()
    assert [point.id for point in store.points_by_phone("+79001234568")] == ["p2"]
    left = [
        row["name"]
        for row in store.rows("SELECT name FROM sqlite_master WHERE name LIKE '%_old' OR name LIKE '%_next'")
    ]
    assert left == []


def test_help_points_of_a_settlement(store: GridStore, tmp_path: Path, errors: Path) -> None:
    take_in(store, [written(tmp_path / "a.csv", HEADER + OLD + NEW)], errors)
    assert store.help_points(Settlement("Бабяково", "с", "Новоусманский р-н", "36")) == ("ул. Мира 1 школа",)
    assert store.help_points(Settlement("Бабяково", "с", "Другой р-н", "36")) == ()


def test_bad_rows_are_all_in_the_file_of_errors(store: GridStore, tmp_path: Path, errors: Path) -> None:
    file = written(tmp_path / "a.csv", HEADER + OLD + "p3,,,Москва,,г. Москва,,1,\n" + OLD)
    taken = take_in(store, [file], errors)
    assert (taken.points, taken.problem_count) == (1, 2)
    with errors.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.reader(opened))
    assert [row[:2] for row in rows] == [[str(file), "3"], [str(file), "4"]]
    assert "stands twice" in rows[1][2]
    take_in(store, [written(tmp_path / "b.csv", HEADER + OLD)], errors)
    assert not errors.exists()


def test_a_killed_import_goes_on_and_nothing_of_it_is_seen_before(
    store: GridStore, tmp_path: Path, errors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in(store, [written(tmp_path / "a.csv", HEADER + OLD)], errors)
    before = (store.register_version(), store.register_mark())
    file = tmp_path / "many.csv"
    write_register(file, 600, seed=4)
    with file.open("a", encoding="utf-8") as opened:
        opened.write("bad\n")
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    lines.insert(2, "also bad\n")
    file.write_text("".join(lines), encoding="utf-8")
    monkeypatch.setattr(register_import, "BATCH", 100)
    real = register_import._store
    calls: list[object] = []

    def killed(*arguments: object) -> None:
        if len(calls) == 3:
            raise Killed
        calls.append(arguments)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(register_import, "_store", killed)
    with pytest.raises(Killed):
        take_in(store, [file], errors)
    assert ids(store) == ["p1"]
    assert (store.register_version(), store.register_mark()) == before
    monkeypatch.setattr(register_import, "_store", real)
    taken = take_in(store, [file], errors)
    assert taken.resumed == 300
    assert taken.points == 600
    assert taken.problem_count == 2
    assert len(errors.read_text(encoding="utf-8").splitlines()) == 2
    expected = sorted([point.id for point in load_points(file).points] + ["p1"])
    assert ids(store) == expected


def test_other_files_or_a_changed_register_start_over(
    store: GridStore, tmp_path: Path, errors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    first = written(tmp_path / "a.csv", HEADER + OLD)
    with monkeypatch.context() as patch:
        patch.setattr(register_import, "_change_places", killed)
        with pytest.raises(Killed):
            take_in(store, [first], errors)
    taken = take_in(store, [written(tmp_path / "b.csv", HEADER + NEW)], errors)
    assert (taken.resumed, ids(store)) == (0, ["p2"])
    real = register_import._change_places

    def changed_meanwhile(grid: GridStore, version: int, mark: str) -> None:
        grid.remove_points(["p2"])
        real(grid, version, mark)

    monkeypatch.setattr(register_import, "_change_places", changed_meanwhile)
    with pytest.raises(RegisterError, match="changed meanwhile"):
        take_in(store, [first], errors)
    monkeypatch.undo()
    take_in(store, [first], errors)
    assert ids(store) == ["p1"]


def test_a_file_that_breaks_off_changes_nothing(store: GridStore, tmp_path: Path, errors: Path) -> None:
    file = written(tmp_path / "a.json", '[{"id": "p1", "region": "36", "settlement": "с. Бабяково"}, {"id": ')
    with pytest.raises(RegisterError, match="not JSON"):
        take_in(store, [file], errors)
    assert ids(store) == []


def test_one_import_at_a_time(store: GridStore, tmp_path: Path, errors: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path / "a.csv", HEADER + OLD)
    begun, go_on = threading.Event(), threading.Event()
    real = register_import._change_places

    def waits(grid: GridStore, version: int, mark: str) -> None:
        begun.set()
        assert go_on.wait(10)
        real(grid, version, mark)

    monkeypatch.setattr(register_import, "_change_places", waits)
    first = threading.Thread(target=take_in, args=(store, [file], errors))
    first.start()
    try:
        assert begun.wait(10)
        with pytest.raises(RegisterError, match="another import"):
            take_in(store, [file], errors)
    finally:
        go_on.set()
        first.join(10)
    assert ids(store) == ["p1"]


def test_others_write_in_between(
    store: GridStore, tmp_path: Path, errors: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A call is recorded while the import runs: nobody holds the right to write between its batches."""
    file = tmp_path / "many.csv"
    write_register(file, 300, seed=4)
    monkeypatch.setattr(register_import, "BATCH", 50)
    wrote = []
    with GridStore.open(store.path, busy_timeout=0.0) as other:

        def look(_: str, __: float) -> None:
            with other.writing():
                wrote.append(1)

        take_in(store, [file], errors, look)
    assert wrote


def test_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["ID", "Region", "District", "Settlement", "Street", "House", "Phones"])
    sheet.append([1, 36, "Новоусманский р-н", "с. Бабяково", "ул. Мира", 4.0, 89001234567])
    sheet.append([None] * 7)
    sheet.append([2, "Москва", None, "г. Москва", None, "1", None])
    sheet.append([3, 36, None, "с. Бабяково", "ул. Мира", date(2026, 3, 12), None])
    file = tmp_path / "points.xlsx"
    book.save(file)
    loaded = load_points(file)
    assert [(point.id, point.address.house, point.phones) for point in loaded.points] == [
        ("1", "4", (PHONE,)),
        ("3", "дата 12.03.2026", ()),
    ]
    assert [(problem.line, problem.message) for problem in loaded.problems] == [
        (4, "row left out: region «Москва» is not one of the served regions")
    ]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no workbook"])
def test_no_workbook(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "points.xlsx"
    file.write_bytes(data)
    with pytest.raises(RegisterError):
        load_points(file)


def test_looking_through_stores_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "a.csv", HEADER + OLD + "p2,,12,36,,с. Бабяково,,1,\n,,,36,,,,,\n")
    taken = look_through([file])
    assert (taken.points, taken.problem_count) == (2, 2)
    assert list(tmp_path.iterdir()) == [file]


def test_all_columns_are_told() -> None:
    assert set(HEADER.strip().split(",")) <= set(COLUMNS)


def test_what_is_made_of_the_register_beforehand_sees_the_new_one(
    store: GridStore, tmp_path: Path, errors: Path
) -> None:
    seen: list[tuple[list[str], str, list[str]]] = []

    def before(addresses: Iterator[Address], mark: str) -> None:
        seen.append(([each.house for each in addresses], mark, ids(store)))

    take_in(store, [written(tmp_path / "a.csv", HEADER + OLD + NEW)], errors, before=before)
    assert seen == [(["4", "5"], store.register_mark(), [])]
