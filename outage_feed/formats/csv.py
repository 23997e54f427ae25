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
from dataclasses import replace

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, Rejected, decode, shorten
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
    text = decode(data, _MARKS.get(data[:2], context.charset))
    if data and not text.strip("\0"):
        raise Nonsense("nothing but zero bytes")
    text = text.replace("\0", " ")
    if re.match(r"\s*<(?:!doctype|html|\?xml)", text, re.IGNORECASE):
        raise Nonsense(f"a page and no CSV; it begins with «{shorten(text, 80)}»")
    if found := _SEP_LINE.match(text):
        return _read(text[found.end() :], found[1], 2, context)
    counted = sorted(_SEPARATORS, key=text[:20_000].count, reverse=True)
    best, score, complaint = "", 0, None
    for separator in counted:
        try:
            # The headings stand at the beginning: the whole is taken apart only with the right separator.
            head = [cells for _, cells in _lines(text[:20_000], separator, 1)]
            columns = find_header(head, context.layout.columns).columns
        except Nonsense as error:
            complaint = complaint or error
            continue
        if len(columns) > score:
            best, score = separator, len(columns)
    if not text.strip(" \r\n\t;,|"):
        return Parsed()
    if not best:
        raise complaint or Nonsense("no headings")
    return _read(text, best, 1, context)


def _read(text: str, separator: str, first: int, context: Context) -> Parsed:
    lines = _lines(text, separator, first)
    parsed = read_table(lines, context)
    if len(lines) > 1 and not text.endswith(("\n", "\r")) and len(lines[-1][1]) < len(lines[-2][1]):
        # CSV has no end mark. A line without its end says that others may be missing, too: nothing is withdrawn then.
        where, cells = lines[-1]
        cut = Rejected(shorten(" | ".join(cells)), f"{where}: the file ends in the middle of a line")
        return replace(parsed, rejected=(*parsed.rejected, cut))
    return parsed


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
