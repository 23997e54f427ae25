"""The ``csv`` format: a spreadsheet of a dispatcher's, saved as text; columns by their headings or ``[feed.columns]``.

What is met, and what is made of it:

- encodings: UTF-8 with and without its mark, UTF-16 («Unicode text» of Excel), windows-1251; ``encoding`` in ivr.toml
  where it is another one;
- separators ``;`` ``,`` tab and ``|``: the one with which the most headings are found; a line ``sep=;`` is obeyed;
- titles above the headings, headings over two rows, empty rows, notes of one cell are no records;
- a cell over several lines in quotes is one cell; a quote that is never closed costs its own row only;
- houses that a spreadsheet has turned into a date («12.мар») are kept as text, and lead to «возможно».
"""

from __future__ import annotations

import csv
import re

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, decode, shorten
from outage_feed.formats._table import Line, find_header, read_table

_SEPARATORS = ";,\t|"
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


def parse(data: bytes, context: Context) -> Parsed:
    """Read the table; raises Nonsense where its headings are not found, or it is a workbook or a page instead."""
    if data.startswith(b"PK\x03\x04"):
        raise Nonsense('a workbook (xlsx) and no CSV: set format = "xlsx"')
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise Nonsense("an old workbook (xls) and no CSV: save it as xlsx or CSV")
    text = decode(data, _MARKS.get(data[:2], context.charset)).replace("\0", "")
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        raise Nonsense(f"a page and no CSV; it begins with «{shorten(text, 80)}»")
    if found := _SEP_LINE.match(text):
        return read_table(_lines(text[found.end() :], found[1], 2), context)
    best: list[Line] | None = None
    score, complaint = -1, Nonsense("no lines")
    for separator in _SEPARATORS:
        if separator not in text and separator != ";":
            continue
        try:
            # The headings stand at the beginning: the whole is taken apart only with the right separator.
            columns = find_header(
                [cells for _, cells in _lines(text[:20_000], separator, 1)], context.layout.columns
            ).columns
        except Nonsense as error:
            complaint = error if score < 0 else complaint
            continue
        if len(columns) > score:
            best, score = _lines(text, separator, 1), len(columns)
    if best is None:
        if not text.strip(" \r\n\t;,|"):
            return Parsed()
        raise complaint
    return read_table(best, context)


def _lines(text: str, separator: str, first: int) -> list[Line]:
    """The rows with their line numbers; where quotes do not match, every line is taken for itself."""
    rows = text.splitlines(keepends=True)
    lines: list[Line] = []
    reader = csv.reader(rows, delimiter=separator, strict=True)
    try:
        at = first
        for cells in reader:
            lines.append((f"line {at}", cells))
            at = first + reader.line_num
    except csv.Error:
        lines = [(f"line {number}", _one(row, separator)) for number, row in enumerate(rows, first)]
    return lines


def _one(row: str, separator: str) -> list[str]:
    row = row.rstrip("\r\n")
    try:
        return next(csv.reader([row], delimiter=separator, strict=True), [])
    except csv.Error:
        return row.replace('"', " ").split(separator)
