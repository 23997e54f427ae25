"""The ``mrsk`` format: the company's own list of planned outages, an HTML fragment of table rows.

Shape (three independent public readers, 2020–2023): ``<tr class="d<GUID>">`` rows with cells of the classes ``region,
district, location, object, disconn-start-date, disconn-start-time, disconn-end-date, disconn-end-time, branch,
res_title``. It has no reason, no status, no record id. Its oddities, and what is made of them:

- newlines and ``<br>`` inside values are spaces and commas; «г Сычевка» without a dot and «Бабяково» without a type
  are read by :mod:`outage_feed.names`;
- a row without ``td.location`` is a header; an empty answer means that nothing is planned;
- ``object`` is free text, read as far as it is sure (:mod:`outage_feed.freetext`);
- two windows on one day, or the same place on several days, are several outages: the start is part of the identity;
- one row over several days is kept as it stands, from its start to its end;
- an end on the day of the start but not after it, as in 22:00–06:00, is of the next day where the outage then lasts no
  longer than a night; any other end before its start, and one that cannot be read, is an end not known;
- a start that cannot be read sets the record aside.
"""

from __future__ import annotations

import re

from outage_feed.addresses import parse_place
from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, decode, shorten
from outage_feed.formats._gather import BadRecord, Gather, key_of
from outage_feed.formats._html import BREAK, read_tables
from outage_feed.formats._moments import end_of, find_day, find_times, moment_of
from outage_feed.freetext import LONGEST_NAME
from outage_feed.model import Kind, Outage
from outage_feed.names import clean
from outage_feed.regions import find_region

_COLUMNS = (
    "region", "district", "location", "object", "disconn-start-date", "disconn-start-time",
    "disconn-end-date", "disconn-end-time", "branch", "res_title",
)  # fmt: skip
_NOTHING = re.compile(
    r"(?i)отключени[а-я]*[^.<]{0,40}(?:нет|не\s+(?:найден|планир|запланир)|отсутств)|нет\s+[^.<]{0,20}отключени"
)

_Row = dict[str, str]


def parse(data: bytes, context: Context) -> Parsed:
    """Read the fragment; raises Nonsense for an error page, other columns, or a fragment cut off in a row."""
    text = decode(data, context.charset)
    if not text.strip():
        return Parsed()
    tables = read_tables(text)
    rows: list[_Row] = []
    for row in tables.rows:
        named = {name: cell.text for cell in row.cells if (name := _column(cell.classes)) and not cell.heading}
        if "location" in named:
            rows.append({name: clean(value.replace(BREAK, ", ")).strip(" ,") for name, value in named.items()})
    if not rows:
        if max((sum(not cell.heading for cell in row.cells) for row in tables.rows), default=0) >= 3:
            raise Nonsense("the table has no cells of the class «location»: its columns have changed")
        if not tables.rows and not _NOTHING.search(tables.text):
            raise Nonsense(f"no table rows; it begins with «{shorten(text, 80)}»")
        return Parsed()
    if tables.cut:
        raise Nonsense("the answer is cut off in the middle of a row")
    gather = Gather()
    for at, columns in enumerate(rows, start=1):
        try:
            for outage, remark in _outages(columns, context):
                gather.add(outage, f"row {at}", remark)
        except BadRecord as bad:
            gather.reject(f"row {at}", bad.reason, " | ".join(columns.values()))
    return gather.parsed()


def _column(classes: tuple[str, ...]) -> str:
    return next((name for name in classes if name in _COLUMNS), "")


def _outages(row: _Row, context: Context) -> list[tuple[Outage, str]]:
    """The outages of a row, each with what is wrong with its end, "" where nothing is."""
    region = find_region(row.get("region", ""))
    if region is None:
        raise BadRecord(f"region «{row.get('region', '')}» is not one of the served regions")
    if max(len(row["location"]), len(row.get("district", ""))) > LONGEST_NAME:
        raise BadRecord("the location is longer than a name can be")
    day = find_day(row.get("disconn-start-date", ""))
    starts = find_times(row.get("disconn-start-time", ""))
    if day is None or not starts:
        raise BadRecord(f"no start in «{row.get('disconn-start-date', '')} {row.get('disconn-start-time', '')}»")
    last_day = find_day(row.get("disconn-end-date", ""))
    ends = find_times(row.get("disconn-end-time", ""))
    if len(starts) > 1 and len(ends) != len(starts):
        raise BadRecord(f"{len(starts)} starts but {len(ends)} ends in one row")
    objects = row.get("object", "")
    areas = parse_place(row["location"], objects, region=region.code, district=row.get("district", ""))
    if not areas:
        raise BadRecord("the location is empty")
    found = []
    for at, start_time in enumerate(starts):
        start = moment_of(day, start_time)
        written = moment_of(last_day, ends[at]) if last_day and at < len(ends) else None
        end, remark = end_of(start, written, same_day=last_day == day)
        outage = Outage(
            id=f"{context.source}:{key_of(areas, objects, start)}",
            source=context.source,
            start=start,
            areas=areas,
            text=clean(f"{row['location']}, {objects}").strip(" ,"),
            region=region.code,
            kind=Kind.PLANNED,  # this feed lists planned outages only
            planned_end=end,
            branch=row.get("branch", "") or region.branch,
            res=row.get("res_title", ""),
            received_at=context.received_at,
        )
        found.append((outage, remark))
    return found
