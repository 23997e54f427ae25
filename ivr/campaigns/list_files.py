"""Contact lists as files: CSV (comma or semicolon, UTF-8 or windows-1251) and XLSX, row by row.

A workbook is a ZIP archive of XML: it is refused where it would unpack to more than 500 MB; entities are not followed.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from ivr.campaigns.lists import BadRow, Row, meaning
from ivr.errors import ConfigError, Problem
from ivr.store.database import make_private

LARGEST = 500_000_000
"""Bytes of a file, or of an unpacked workbook."""


@dataclass(frozen=True, slots=True)
class ListFile:
    """A list opened for reading: its headings, its rows with their lines, and about how many these are (0: unknown)."""

    headings: tuple[str, ...]
    rows: Iterator[tuple[int, Row]]
    expected: int


def open_list(path: Path, sheet: str = "") -> ListFile:
    """Open a list; ``sheet`` of a workbook (default: its first). Raises :class:`ivr.errors.ConfigError`.

    The same error may come while the rows are read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise _wrong(path, "too large for a list of contacts")
        opened = _workbook(path, sheet) if path.suffix.lower() in (".xlsx", ".xlsm") else _csv(path)
    except OSError as error:
        raise _wrong(path, error.strerror or str(error)) from error
    if not any(meaning(heading) == "phone" for heading in opened.headings):
        raise _wrong(path, "no column «phone» (or «Телефон») in the first line", line=1)
    twice = [each for each in set(map(meaning, opened.headings)) if each and _count(opened.headings, each) > 1]
    if twice or len(set(opened.headings)) < len(opened.headings):
        raise _wrong(path, "two columns have the same heading", line=1)
    return opened


def write_errors(path: Path, headings: Sequence[str], bad: Sequence[BadRow]) -> None:
    """Write the rows that were left out to a CSV file that only its owner reads, each with its line and its problem.

    Raises ``OSError``.
    """
    path.unlink(missing_ok=True)
    make_private(path)
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["line", "problem", *headings])
        writer.writerows([each.line, each.problem, *(each.row.get(name, "") for name in headings)] for each in bad)


def _count(headings: Sequence[str], meant: str) -> int:
    return sum(meaning(heading) == meant for heading in headings)


def _wrong(path: Path, message: str, line: int = 0) -> ConfigError:
    return ConfigError([Problem(str(path), line, 1 if line else 0, message)])


def _csv(path: Path) -> ListFile:
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1251", errors="replace")
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(";,\t", key=head.count))
    try:
        headings = tuple(cell.strip() for cell in next(reader, ()))
    except csv.Error as error:
        raise _wrong(path, str(error), line=1) from error

    def rows() -> Iterator[tuple[int, Row]]:
        line = reader.line_num + 1
        try:
            for cells in reader:
                if any(cells):
                    yield line, dict(zip(headings, cells, strict=False))
                line = reader.line_num + 1
        except csv.Error as error:
            raise _wrong(path, str(error), line=reader.line_num) from error

    return ListFile(headings, rows(), text.count("\n"))


def _workbook(path: Path, sheet: str) -> ListFile:
    rows = _cells(path, sheet)
    _, first = next(rows, (1, ()))
    headings = tuple(first)
    return ListFile(
        headings,
        ((line, dict(zip(headings, cells, strict=False))) for line, cells in rows if any(cells)),
        0,
    )


def _cells(path: Path, sheet: str) -> Iterator[tuple[int, Sequence[str]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(item.file_size for item in archive.infolist()) > LARGEST:
                raise _wrong(path, "the workbook unpacks to more than a list of contacts can be")
        with closing(openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)) as book:
            sheets = {each.title: each for each in book.worksheets}
            if not sheets or (sheet and sheet not in sheets):
                raise _wrong(path, f"no sheet «{sheet}»; there are: {', '.join(sheets) or 'none'}")
            chosen = sheets[sheet] if sheet else next(iter(sheets.values()))
            for line, row in enumerate(chosen.iter_rows(values_only=True), 1):
                yield line, [_text(value) for value in row]
    except (ConfigError, OSError):
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ParseError, zlib.error …
        raise _wrong(path, f"a workbook that cannot be read: {type(error).__name__}: {error}") from error


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # a telephone that the program took for a number
    return str(value).strip()
