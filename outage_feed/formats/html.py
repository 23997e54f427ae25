"""The ``html`` format: a table on a page of another grid company; columns by their headings or ``[feed.columns]``.

Written for the tables of nine columns of «Юг» and of two heading rows with a reason of «Донэнерго» (DOMAIN §2): doubles
across rows are one outage, «ё» and «е» are one letter, times are «09=00» and «9-00», days «03.12.25г.», a row
«На 03.12.25 заявок нет» is no record, cells over several rows or columns count in each of them. The table with the most
recognised headings is read.
"""

from __future__ import annotations

import re

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, decode, shorten
from outage_feed.formats._html import read_tables, squared
from outage_feed.formats._table import Line, read_table

_NOTHING = re.compile(
    r"(?i)(?:отключени[а-я]*|заявок)[^.<]{0,40}(?:нет|не\s+(?:найден|планир|запланир)|отсутств)|нет\s+[^.<]{0,20}отключени"
)


def parse(data: bytes, context: Context) -> Parsed:
    """Read the tables; raises Nonsense for a page without one, with other headings, or cut off inside of a row."""
    text = decode(data, context.charset)
    if not text.strip():
        return Parsed()
    tables = read_tables(text)
    rows = squared(tables.rows)
    if max(map(len, rows), default=0) < 3:
        everything = tables.text + " ".join(cell for row in rows for cell in row)
        if _NOTHING.search(everything):
            return Parsed()
        raise Nonsense(f"no table; it begins with «{shorten(text, 80)}»")
    if tables.cut:
        raise Nonsense("the answer is cut off in the middle of a row")
    lines: list[Line] = [(f"row {at}", cells) for at, cells in enumerate(rows, 1)]
    return read_table(lines, context)
