"""The ``xlsx`` format: a workbook of a dispatcher's; columns by their headings or ``[feed.columns]``, first ``sheet``.

Dates and times may be real dates of the workbook or text, numbers may be numbers or text. Formulas count with the value
they had when the workbook was saved. Houses that the program turned into a date («12-3» became 12 March) are kept as
text and lead to «возможно». Of merged cells only the first has a value, so rows of such a block without a place or a
start are set aside: undo the merging.

A workbook is a ZIP archive of XML: it is refused where it would unpack to more than 100 MB, and entities are not
followed (openpyxl uses defusedxml, which is installed with us).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import closing
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any

import openpyxl

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, shorten
from outage_feed.formats._table import Line, read_table

_LARGEST = 100_000_000
_ROWS = 100_000
_COLUMNS = 200


def parse(data: bytes, context: Context) -> Parsed:
    """Read the sheet; raises Nonsense where it is no workbook, has no such sheet, or other headings."""
    if not data:
        return Parsed()
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
            if size > _LARGEST:
                raise Nonsense(f"the workbook unpacks to {size} bytes")
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Nonsense(f"no workbook: {error}") from None
    try:
        with closing(openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)) as book:
            lines = list(_lines(book, context.layout.sheet))
    except Nonsense:
        raise
    except Exception as error:  # openpyxl raises whatever its parts raise: KeyError, ParseError, zlib.error …
        raise Nonsense(f"a workbook that cannot be read: {shorten(repr(error), 120)}") from error
    return read_table(lines, context)


def _lines(book: Any, name: str) -> Iterator[Line]:
    sheets = {sheet.title: sheet for sheet in book.worksheets}
    if not sheets:
        raise Nonsense("the workbook has no sheets")
    if name and name not in sheets:
        raise Nonsense(f"no sheet «{name}»; there are: {', '.join(sheets)}")
    sheet = sheets[name] if name else next(iter(sheets.values()))
    for number, row in enumerate(sheet.iter_rows(max_col=_COLUMNS, values_only=True), 1):
        if number > _ROWS:
            raise Nonsense(f"the sheet has more than {_ROWS} rows")
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        yield f"row {number}", cells


def _text(value: object) -> str:
    """A cell's value as people would write it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%d.%m.%Y}" if value.time() == time(0) else f"{value:%d.%m.%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d.%m.%Y}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02}:{minutes % 60:02}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
