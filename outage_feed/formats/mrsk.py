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

import hashlib
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html.parser import HTMLParser

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, Rejected, decode, shorten
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Area, Kind, Outage, Settlement
from outage_feed.names import clean, fold, fold_district, parse_settlement
from outage_feed.regions import find_region

_COLUMNS = (
    "region", "district", "location", "object", "disconn-start-date", "disconn-start-time",
    "disconn-end-date", "disconn-end-time", "branch", "res_title",
)  # fmt: skip
_DATE = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\s*(?:г\.?)?")
_TIME = re.compile(r"(\d{1,2})\s*[:.=-]\s*(\d{2})")
_NIGHT = timedelta(hours=12)
_NOTHING = re.compile(
    r"(?i)отключени[а-я]*[^.<]{0,40}(?:нет|не\s+(?:найден|планир|запланир)|отсутств)|нет\s+[^.<]{0,20}отключени"
)

_Row = dict[str, str]


class _Rows(HTMLParser):
    """Collects the cells of each row. The standard parser, because HTML5 ones drop ``tr`` outside of a ``table``."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[_Row] = []
        self.widest = 0
        self.open = False
        self._column: str | None = None
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append({})
            self.open, self._column, self._cells = True, None, 0
        elif tag == "td" and self.rows:
            self._cells += 1
            self.widest = max(self.widest, self._cells)
            classes = (dict(attrs).get("class") or "").split()
            self._column = next((name for name in classes if name in _COLUMNS), None)
            if self._column:
                self.rows[-1].setdefault(self._column, "")
        elif tag == "br":
            self.handle_data(", ")

    def handle_endtag(self, tag: str) -> None:
        if tag == "tr":
            self.open = False
        if tag in ("td", "tr"):
            self._column = None

    def handle_data(self, data: str) -> None:
        if self._column and self.open:
            self.rows[-1][self._column] += data


def parse(data: bytes, context: Context) -> Parsed:
    """Read the fragment; raises Nonsense for an error page, other columns, or a fragment cut off in a row."""
    text = decode(data, context.charset)
    if not text.strip():
        return Parsed()
    reader = _Rows()
    reader.feed(text)
    reader.close()
    rows = [{column: clean(value) for column, value in row.items()} for row in reader.rows if "location" in row]
    if not rows:
        if reader.widest >= 3:
            raise Nonsense("the table has no cells of the class «location»: its columns have changed")
        if not reader.rows and not _NOTHING.search(text):
            raise Nonsense(f"no table rows; it begins with «{shorten(text, 80)}»")
        return Parsed()
    if reader.open:
        raise Nonsense("the answer is cut off in the middle of a row")
    return _collect(rows, context)


def _collect(rows: list[_Row], context: Context) -> Parsed:
    outages: dict[str, Outage] = {}
    rejected: list[Rejected] = []
    for at, row in enumerate(rows, start=1):
        try:
            found = _outages(row, context)
        except _BadRow as bad:
            record = shorten(" | ".join(row.values()))
            rejected.append(Rejected(record, f"row {at}: {bad.reason}"))
            continue
        for outage, remark in found:
            if remark:
                rejected.append(Rejected(shorten(outage.text), f"row {at}: {remark}", outage.id))
            earlier = outages.setdefault(outage.id, outage)
            if earlier.planned_end != outage.planned_end:
                # The same place and start with two ends: nobody can tell which is right, so neither is quoted.
                outages[outage.id] = replace(earlier, planned_end=None)
                rejected.append(Rejected(shorten(outage.text), f"row {at}: another end for the same outage", outage.id))
    return Parsed(tuple(outages.values()), tuple(rejected))


class _BadRow(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _outages(row: _Row, context: Context) -> list[tuple[Outage, str]]:
    """The outages of a row, each with what is wrong with its end, "" where nothing is."""
    region = find_region(row.get("region", ""))
    if region is None:
        raise _BadRow(f"region «{row.get('region', '')}» is not one of the served regions")
    if not row["location"]:
        raise _BadRow("the location is empty")
    day = _date(row.get("disconn-start-date", ""))
    starts = _times(row.get("disconn-start-time", ""))
    if day is None or not starts:
        raise _BadRow(f"no start in «{row.get('disconn-start-date', '')} {row.get('disconn-start-time', '')}»")
    last_day = _date(row.get("disconn-end-date", ""))
    ends = _times(row.get("disconn-end-time", ""))
    if len(starts) > 1 and len(ends) != len(starts):
        raise _BadRow(f"{len(starts)} starts but {len(ends)} ends in one row")
    objects = row.get("object", "")
    areas = _areas(row["location"], row.get("district", ""), region.code, objects)
    found = []
    for at, start_time in enumerate(starts):
        start = _moment(day, start_time)
        end = _moment(last_day, ends[at]) if last_day and at < len(ends) else None
        outage_id = f"{context.source}:{_key(areas, objects, start)}"
        remark = ""
        if end is not None and end <= start:
            morning = end + timedelta(days=1)
            if last_day == day and morning - start <= _NIGHT:
                end = morning
            else:
                remark = f"the end {end:%d.%m.%Y %H:%M} is not after the start {start:%d.%m.%Y %H:%M}: not known"
                end = None
        found.append(
            (
                Outage(
                    id=outage_id,
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
                ),
                remark,
            )
        )
    return found


def _areas(location: str, district: str, region: str, objects: str) -> tuple[Area, ...]:
    """One area, or several where the cell names several places, each with its type («с. Бабяково, д. Отрадное»)."""
    parts = [parse_settlement(part, district=district, region=region) for part in re.split("[,;]", location)]
    parts = [part for part in parts if part.name]
    if len(parts) > 1 and all(part.type for part in parts):
        # Which streets lie in which of them, the text does not tell.
        return tuple(Area(part, unclear=(objects,) if objects else ()) for part in parts)
    whole: Settlement = parse_settlement(location, district=district, region=region)
    return (parse_area(whole, objects),)


def _key(areas: tuple[Area, ...], objects: str, start: datetime) -> str:
    """Identity of a record that has none: place, text and start. Spellings of one place give the same key."""
    places = "|".join(
        f"{area.settlement.region}|{fold_district(area.settlement.district)}|{fold(area.settlement.name)}"
        for area in areas
    )
    return hashlib.sha256(f"{places}|{fold(objects)}|{start.isoformat()}".encode()).hexdigest()[:16]


def _date(text: str) -> date | None:
    found = _DATE.search(text)
    if found is None:
        return None
    year = int(found[3]) + (2000 if len(found[3]) == 2 else 0)
    try:
        day = date(year, int(found[2]), int(found[1]))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _times(text: str) -> list[timedelta]:
    """Every time of day in the cell, as the distance from midnight: «08:58», «9-00», «09=00», «24:00»."""
    times = []
    for hours, minutes in _TIME.findall(text):
        value = timedelta(hours=int(hours), minutes=int(minutes))
        if int(minutes) < 60 and value <= timedelta(hours=24):
            times.append(value)
    return times


def _moment(day: date, since_midnight: timedelta) -> datetime:
    return datetime.combine(day, time(0), MOSCOW) + since_midnight
