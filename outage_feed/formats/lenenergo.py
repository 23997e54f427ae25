"""The ``lenenergo`` format: an HTML table of planned works with eleven columns in a fixed order (DOMAIN §2).

Columns: region, area, address (one span per house, several settlements divided by ``<br>``), start date, start time,
end date, end time, branch, РЭС, comment, FIAS. Its oddities, and what is made of them:

- rows have DD-MM-YYYY although the query wants dd.mm.yyyy; the end may be of the next day;
- «п Пески» is neither «п Пескино» nor «п Рощино, ул Пески» nor «СНТ Пески», nor the same name in another district: a
  settlement, a street and a garden partnership are told apart by their types, and the district is kept;
- an area that is a town («г Пикалево») is the place of addresses that name only streets;
- branch and РЭС are often empty; ``data-record-id`` is the record's id where it is there;
- the comment is the reason; FIAS codes are kept.
"""

from __future__ import annotations

from dataclasses import replace

from outage_feed.addresses import parse_places
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, decode, shorten
from outage_feed.formats._gather import Gather
from outage_feed.formats._html import BREAK, Row, read_tables
from outage_feed.formats._moments import find_day
from outage_feed.formats._table import read_one
from outage_feed.model import Kind
from outage_feed.names import clean, fold, parse_settlement

_COLUMNS = (
    "region", "district", "address", "start_date", "start_time",
    "end_date", "end_time", "branch", "res", "reason", "fias",
)  # fmt: skip
_FEWEST = 10
"""Columns that a record has at least: the last one, FIAS, came later than the others."""


def parse(data: bytes, context: Context) -> Parsed:
    """Read the page; raises Nonsense for an error page, other columns, or a page cut off in a row."""
    text = decode(data, context.charset)
    tables = read_tables(text)
    rows = [row for row in tables.rows if row.cells and not any(cell.heading for cell in row.cells)]
    if not rows:
        if tables.rows or not text.strip() or "не найден" in fold(tables.text):
            return Parsed()
        raise Nonsense(f"no table rows; it begins with «{shorten(text, 80)}»")
    if tables.cut:
        raise Nonsense("the answer is cut off in the middle of a row")
    if not any(_whole(row) and find_day(row.cells[3].text) for row in rows):
        if all(len(row.cells) == 1 for row in rows):
            return Parsed()  # «По вашему запросу ничего не найдено»
        raise Nonsense("no row has a date in its fourth column: the columns have changed")
    context = replace(context, layout=replace(context.layout, kind=Kind.PLANNED))
    gather = Gather()
    for at, row in enumerate(rows, 1):
        if len(row.cells) == 1 or not (_whole(row) or find_day(" ".join(cell.text for cell in row.cells))):
            continue  # headings without th, a note
        _read(row, f"row {at}", context, gather)
    return gather.parsed()


def _whole(row: Row) -> bool:
    return _FEWEST <= len(row.cells) <= len(_COLUMNS)


def _read(row: Row, where: str, context: Context, gather: Gather) -> None:
    record = " | ".join(clean(cell.text) for cell in row.cells)
    name = clean(row.attributes.get("data-record-id", ""))[:200]
    where = f"{where} id {name}" if name else where
    if not _whole(row):
        gather.reject(where, f"it has {len(row.cells)} cells", record, f"{context.source}:{name}" if name else "")
        return
    fields = {name: cell.text for name, cell in zip(_COLUMNS, row.cells, strict=False)}
    fields["address"] = fields["address"].replace("\n", " ")
    fields["id"] = name
    area = clean(fields["district"])
    if parse_settlement(area).type == "г":
        # A town of regional rank stands where districts stand: its streets follow without it.
        fields["district"] = ""
        fields["address"] = BREAK.join(
            line if parse_places(line, region="")[0] else f"{area}, {line}"
            for line in fields["address"].split(BREAK)
            if line.strip()
        )
    read_one(fields, where, record, context, gather)
