"""Taking in a register of any size beside running calls: nothing of it is seen before all of it is there.

The rows are written in small transactions into tables of their own, beside those in use, and how far it has come is
written with them: calls are recorded in between, and an import that was killed goes on where it was when it is started
again with the same files. In the end the tables change places, in one short transaction.
"""

from __future__ import annotations

import fcntl
import json
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from sqlite_utils import Database

from outage_feed import rows as table_rows
from outage_feed.errors import RegisterError
from outage_feed.model import Address, ServicePoint
from outage_feed.names import clean, settlement_key
from outage_feed.register import RowProblem, read_point, twice
from outage_feed.register_files import FileRow, read_rows
from outage_feed.store import GridStore

BATCH = 1000
"""Rows written at a time; some fifty milliseconds, for which calls wait to be recorded."""
MOST_SHOWN = 1000
"""Problems that are kept in memory; all of them are in the file of errors."""
_TABLES = ("grid_points", "grid_phones", "grid_help")
_CACHE = "PRAGMA cache_size = -131072"

Progress = Callable[[str, float], None]
"""Told now and then which file is read, and how much of it was, 0 … 1."""
Before = Callable[[Iterator[Address], str], object]
"""Given every house of the register to come, and the mark that it will have."""


@dataclass(slots=True)
class Taken:
    """What an import did. ``resumed``: so many rows were there from an earlier one that was ended."""

    points: int = 0
    problem_count: int = 0
    resumed: int = 0
    problems: list[RowProblem] = field(default_factory=list)
    """The first of them, of this run."""


def take_in(
    store: GridStore,
    files: Sequence[Path],
    errors: Path,
    progress: Progress = lambda *_: None,
    *,
    whole: bool = False,
    before: Before = lambda *_: None,
) -> Taken:
    """Take the points of the files into the register; a known id is replaced. ``whole``: what they lack is forgotten.

    ``before`` is called when all is there and nobody sees it yet, for what is made of the register beforehand.

    Problems of rows go into the file ``errors`` as CSV, which is not there without any. Raises RegisterError where a
    file as a whole cannot be read (then nothing is taken in), StoreError, OSError where ``errors`` cannot be written.
    """
    with _alone(store.path):
        with store.writing() as db:
            db.execute(_CACHE)
            state = _begin(db, _of_files(files, whole=whole))
        if not whole:
            _copy(store, state)
        taken = _read(store, files, errors, state, progress)
        mark = secrets.token_hex(8)
        before(table_rows.addresses(store.each(table_rows.ADDRESSES.replace("grid_points", "grid_points_next"))), mark)
        _change_places(store, state["version"], mark)
        return taken


def look_through(files: Sequence[Path], progress: Progress = lambda *_: None) -> Taken:
    """The same without storing anything. Raises RegisterError."""
    taken, seen = Taken(), set[int]()
    for row in _rows(files, progress):
        _, problems = _point(row, seen)
        taken.points += not any(problem.message.startswith("row left out") for problem in problems)
        _keep(taken, problems)
    return taken


def _of_files(files: Sequence[Path], *, whole: bool) -> str:
    """What tells these files, as they are now, from others."""
    about = []
    for file in files:
        try:
            stat = file.stat()
        except OSError as error:
            raise RegisterError(f"{file}: {error.strerror}") from error
        about.append([str(file.resolve()), stat.st_size, stat.st_mtime_ns])
    return json.dumps([whole, about])


@contextmanager
def _alone(database: Path) -> Iterator[None]:
    """One import at a time."""
    with database.with_name(f"{database.name}.import").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RegisterError("another import of the register is running") from None
        yield


def _begin(db: Database, files: str) -> dict[str, Any]:
    """How far an import of these files has come; where there is none, its tables are made."""
    (version,) = db.execute("SELECT version FROM grid_register").fetchone()
    cursor = db.execute("SELECT * FROM grid_import")
    names = [column[0] for column in cursor.description]
    for found in cursor.fetchall():
        state: dict[str, Any] = dict(zip(names, found, strict=True))
        if state["files"] == files and state["version"] == version:
            return state
    db.execute("DELETE FROM grid_import")
    for table in _TABLES:
        for old in ("next", "old"):
            db.execute(f"DROP TABLE IF EXISTS {table}_{old}")
        found = db.execute(
            "SELECT sql, name, type FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type DESC",
            [table],
        ).fetchall()
        for sql, name, kind in found:
            if kind == "table":
                columns = sql[sql.index("(") :]
                db.execute(f"CREATE TABLE {table}_next {columns}")
            else:
                columns = sql[sql.rindex("(") :]
                stem = name.partition("__")[0]
                db.execute(f"CREATE INDEX [{stem}__{version + 1}] ON {table}_next {columns}")
    state = {
        "files": files, "version": version, "copied": 0, "rows": 0, "points": 0, "problems": 0, "error_bytes": 0,
    }  # fmt: skip
    db.table("grid_import").insert(state)
    return state


def _copy(store: GridStore, state: dict[str, Any]) -> None:
    """The points in use into the new tables, a batch at a time; ``copied`` is the last row of them, -1: all."""
    while state["copied"] >= 0:
        with store.writing() as db:
            last = db.execute(
                "SELECT max(rowid) FROM (SELECT rowid FROM grid_points WHERE rowid > ? ORDER BY rowid LIMIT ?)",
                [state["copied"], BATCH],
            ).fetchone()[0]
            if last is None:
                db.execute("INSERT INTO grid_help_next SELECT * FROM grid_help")
                last = -1
            else:
                between = [state["copied"], last]
                db.execute(
                    "INSERT INTO grid_points_next SELECT * FROM grid_points WHERE rowid > ? AND rowid <= ?", between
                )
                db.execute(
                    "INSERT INTO grid_phones_next SELECT f.* FROM grid_phones f JOIN grid_points p ON p.id = f.point_id"
                    " WHERE p.rowid > ? AND p.rowid <= ?",
                    between,
                )
            state["copied"] = last
            _note(db, state)


def _note(db: Database, state: dict[str, Any]) -> None:
    db.execute(
        "UPDATE grid_import SET copied = :copied, rows = :rows, points = :points, problems = :problems,"
        " error_bytes = :error_bytes",
        state,
    )


def _read(store: GridStore, files: Sequence[Path], errors: Path, state: dict[str, Any], progress: Progress) -> Taken:
    taken = Taken(state["points"], state["problems"], state["rows"])
    seen: set[int] = set()
    with errors.open("a+b") as file:
        file.truncate(state["error_bytes"])
        batch: list[tuple[ServicePoint, str]] = []
        count = 0
        for row in _rows(files, progress):
            count += 1
            if count <= taken.resumed:
                seen.add(hash(clean(row.values.get("id") or "")))
                continue
            point, problems = _point(row, seen)
            _write(file, problems)
            _keep(taken, problems)
            if point is not None:
                batch.append((point, clean(row.values.get("help_point") or "")))
            if count % BATCH == 0:
                _store(store, batch, state, taken, count, file)
        _store(store, batch, state, taken, count, file)
    if not taken.problem_count:
        errors.unlink(missing_ok=True)
    return taken


def _rows(files: Sequence[Path], progress: Progress) -> Iterator[FileRow]:
    for file in files:
        yield from read_rows(file, lambda part, name=str(file): progress(name, part))  # type: ignore[misc]


def _point(row: FileRow, seen: set[int]) -> tuple[ServicePoint | None, list[RowProblem]]:
    """The point of a row, if it is usable, and what is wrong with it; ``seen``: sums of the ids there were."""
    try:
        point, remarks = read_point(row.values)
    except ValueError as error:
        return None, [RowProblem(row.file, row.line, f"row left out: {error}")]
    key = hash(point.id)
    if key in seen:
        return None, [RowProblem(row.file, row.line, twice(point.id))]
    seen.add(key)
    return point, [RowProblem(row.file, row.line, remark) for remark in remarks]


def _keep(taken: Taken, problems: list[RowProblem]) -> None:
    taken.problem_count += len(problems)
    taken.problems += problems[: MOST_SHOWN - len(taken.problems)]


def _write(file: IO[bytes], problems: list[RowProblem]) -> None:
    for problem in problems:
        cells = (problem.file, str(problem.line), problem.message)
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
        file.write((",".join(quoted) + "\r\n").encode())


def _store(
    store: GridStore,
    batch: list[tuple[ServicePoint, str]],
    state: dict[str, Any],
    taken: Taken,
    count: int,
    errors: IO[bytes],
) -> None:
    """Write a batch, and with it how far the import has come."""
    errors.flush()
    taken.points += len(batch)
    state |= {"rows": count, "points": taken.points, "problems": taken.problem_count, "error_bytes": errors.tell()}
    found = [table_rows.point_row(point) for point, _ in batch]
    with store.writing() as db:
        if found:
            marks = ", ".join(f":{name}" for name in found[0])
            db.conn.executemany(
                f"INSERT OR REPLACE INTO grid_points_next ({', '.join(found[0])}) VALUES ({marks})", found
            )
        db.conn.executemany("DELETE FROM grid_phones_next WHERE point_id = ?", [(point.id,) for point, _ in batch])
        phones = [(phone, point.id) for point, _ in batch for phone in point.phones]
        db.conn.executemany("INSERT INTO grid_phones_next (phone, point_id) VALUES (?, ?)", phones)
        places = [(point.address.settlement, text) for point, text in batch if text]
        db.conn.executemany(
            "INSERT OR IGNORE INTO grid_help_next (place_key, settlement_type, district, text) VALUES (?, ?, ?, ?)",
            [(settlement_key(place), place.type, place.district, text) for place, text in places],
        )
        _note(db, state)
    batch.clear()


def _change_places(store: GridStore, version: int, mark: str) -> None:
    """The new tables become those in use. The old ones are emptied bit by bit: at once would hold up calls."""
    with store.writing() as db:
        if db.execute("SELECT version FROM grid_register").fetchone()[0] != version:
            db.execute("DELETE FROM grid_import")
            raise RegisterError("the register was changed meanwhile; take the files in again")
        for table in _TABLES:
            db.execute(f"ALTER TABLE {table} RENAME TO {table}_old")
            db.execute(f"ALTER TABLE {table}_next RENAME TO {table}")
        db.execute("DELETE FROM grid_import")
        db.execute("UPDATE grid_register SET version = version + 1, mark = ?", [mark])
    for table in _TABLES:
        left = True
        while left:
            with store.writing() as db:
                sql = f"DELETE FROM {table}_old WHERE rowid IN (SELECT rowid FROM {table}_old LIMIT {BATCH})"
                left = db.execute(sql).rowcount > 0
        with store.writing() as db:
            db.execute(f"DROP TABLE {table}_old")
