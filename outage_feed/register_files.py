"""Files of a register, row by row: CSV, JSON, a workbook (XLSX), a delivery of the state register of addresses (ГАР).

CSV: comma or semicolon, UTF-8 or windows-1251, a header line with the names of the columns in any order. XLSX: the same
on the first sheet. JSON: an array of objects with the same names; the only one that is read as a whole. ГАР: a ZIP
archive or a folder of XML files, see :mod:`outage_feed.gar`.
"""

from __future__ import annotations

import codecs
import csv
import json
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import openpyxl

from outage_feed import gar
from outage_feed.errors import RegisterError
from outage_feed.formats import decode, shorten
from outage_feed.names import clean
from outage_feed.register import COLUMNS, REQUIRED

Progress = Callable[[float], None]
"""Told now and then how much of a file was read, 0 … 1."""
_OFTEN = 1000
"""Rows between two words of progress."""
_LARGEST_WORKBOOK = 4_000_000_000
_MOST_COLUMNS = 200


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row of a file; ``line`` counts from 1, in a workbook it is the row's number."""

    file: str
    line: int
    values: dict[str, str]


def _silent(_: float) -> None:
    """Nobody watches."""


def read_rows(path: Path, progress: Progress = _silent) -> Iterator[FileRow]:
    """The rows of a file (or of a folder with a ГАР delivery), one at a time.

    Raises RegisterError where it as a whole cannot be read, perhaps only after some rows.
    """
    try:
        kind = path.suffix.lower()
        if path.is_dir() or kind == ".zip":
            for file, line, values in gar.rows(path, progress):
                yield FileRow(file, line, values)
            return
        rows = {".json": _json_rows, ".xlsx": _workbook_rows, ".xlsm": _workbook_rows}.get(kind, _csv_rows)
        for line, values in rows(path, progress):
            yield FileRow(str(path), line, values)
    except OSError as error:
        raise RegisterError(f"{path}: {error.strerror or error}") from error


def _csv_rows(path: Path, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    size = max(path.stat().st_size, 1)
    with path.open("rb") as raw, TextIOWrapper(raw, _encoding(path), errors="replace", newline="") as text:
        first = text.readline()
        text.seek(0)
        reader = csv.reader(text, delimiter=";" if first.count(";") > first.count(",") else ",")
        try:
            names = _columns(next(reader, []), path)
            for count, cells in enumerate(reader):
                if not count % _OFTEN:
                    progress(min(raw.tell() / size, 1.0))
                if cells:
                    yield reader.line_num, dict(zip(names, cells, strict=False))
        except csv.Error as error:
            raise RegisterError(f"{path}:{reader.line_num}: {error}") from error
    progress(1.0)


def _encoding(path: Path) -> str:
    """UTF-8 where all of it fits, else windows-1251."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        try:
            while part := file.read(1 << 20):
                decoder.decode(part)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1251"
    return "utf-8-sig"


def _columns(heading: Iterable[object], path: Path) -> list[str]:
    names = [clean(str(name or "").removeprefix("\ufeff")).casefold() for name in heading]
    if missing := [name for name in REQUIRED if name not in names]:
        raise RegisterError(f"{path}:1: no column {', '.join(missing)}; the columns are {', '.join(COLUMNS)}")
    return names


def _workbook_rows(path: Path, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(item.file_size for item in archive.infolist())
        if size > _LARGEST_WORKBOOK:
            raise RegisterError(f"{path}: the workbook unpacks to {size} bytes")
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            sheets = book.worksheets
            if not sheets:
                raise RegisterError(f"{path}: the workbook has no sheets")
            yield from _sheet_rows(sheets[0], path, progress)
    except (RegisterError, OSError):
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ParseError, zlib.error …
        raise RegisterError(f"{path}: a workbook that cannot be read: {shorten(repr(error), 120)}") from error


def _sheet_rows(sheet: Any, path: Path, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    names: Sequence[str] | None = None
    most = max(sheet.max_row or 1, 1)
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True), 1):
        if names is None:
            names = _columns(cells, path)
            continue
        if not number % _OFTEN:
            progress(min(number / most, 1.0))
        values = {name: _of_workbook(cell) for name, cell in zip(names, cells, strict=False) if cell is not None}
        if any(values.values()):
            yield number, values
    if names is None:
        _columns((), path)
    progress(1.0)


def _of_workbook(cell: object) -> str:
    """The cell as text. A house that the program has turned into a date («12-3») is no house any more."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return f"дата {cell:%d.%m.%Y}" if not isinstance(cell, time) else f"время {cell:%H:%M}"
    return str(cell)


def _json_rows(path: Path, progress: Progress) -> Iterator[tuple[int, dict[str, str]]]:
    """The objects of a JSON array, each with the line it begins on."""
    text = decode(path.read_bytes())
    decoder = json.JSONDecoder()
    at = re.match(r"\s*", text).end()  # type: ignore[union-attr]  # it matches everywhere
    if text[at : at + 1] != "[":
        raise RegisterError(f"{path}:1: not a JSON array of objects")
    at, line, counted = at + 1, 1, 0
    while True:
        while text[at : at + 1] in (" ", "\t", "\r", "\n", ","):
            at += 1
        line, counted = line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]":
            progress(1.0)
            return
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise RegisterError(f"{path}:{line}: not JSON: {error}") from None
        progress(at / len(text))
        yield line, {name: _cell(value) for name, value in row.items()} if isinstance(row, dict) else {}


def _cell(value: object) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
