"""Tables of outages whose columns are found by their headings: what ``csv``, ``xlsx``, ``html`` and ``ural`` share.

A heading is one that the administrator named in ``[feed.columns]``, or one of the usual ones (:data:`HEADINGS`). Titles
above the headings are skipped, headings over two rows are joined («Время», «начала»), headings that are repeated
further down are no records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed
from outage_feed.formats._fields import FIELDS, read_fields
from outage_feed.formats._gather import BadRecord, Gather
from outage_feed.freetext import LONGEST_NAME
from outage_feed.names import clean, fold, parse_settlement

HEADINGS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "№ заявки", "номер заявки", "№ отключения", "номер отключения", "код"),
    "region": ("region", "регион", "область", "субъект"),
    "district": ("district", "район", "муниципальный район", "муниципальное образование"),
    "place": ("place", "населенный пункт", "населенный пункт (место)", "нас пункт", "нп", "н п", "пункт", "город"),
    "where": ("where", "objects", "улицы", "улицы дома", "улица дома", "объект", "объекты", "отключаемые объекты",
              "адреса", "перечень адресов", "отключаемые потребители", "потребители", "место работ"),
    "street": ("street", "улица"),
    "houses": ("houses", "дома", "дом", "номера домов", "№ дома", "№№ домов"),
    "address": ("address", "адрес", "полный адрес", "адрес отключения"),
    "date": ("date", "дата", "дата отключения", "дата работ", "день"),
    "time": ("time", "время", "время отключения", "время работ", "часы", "период"),
    "start": ("start", "начало", "начало отключения", "начало работ", "дата и время начала", "отключено"),
    "start_date": ("start_date", "дата начала", "дата начала отключения", "дата отключения начало", "начало дата"),
    "start_time": ("start_time", "время начала", "время начала отключения", "время отключения начало", "начало время",
                   "время отключения с", "время с", "с"),
    "end": ("end", "конец", "окончание", "окончание отключения", "окончание работ", "дата и время окончания",
            "планируемое включение", "план включения", "плановое время включения", "восстановление"),
    "end_date": ("end_date", "дата окончания", "дата восстановления", "окончание дата", "дата включения"),
    "end_time": ("end_time", "время окончания", "время восстановления", "время включения", "окончание время",
                 "время отключения до", "время до", "до", "по"),
    "kind": ("kind", "вид", "вид отключения", "тип", "тип отключения", "характер отключения"),
    "reason": ("reason", "причина", "причина отключения", "комментарий", "вид работ", "примечание"),
    "branch": ("branch", "филиал"),
    "res": ("res", "рэс"),
    "fias": ("fias", "фиас", "код фиас", "guid фиас"),
    "network": ("network", "тп", "фидер", "подстанция", "питающий центр", "тп фидер", "вл", "оборудование"),
    "restored": ("restored", "включено", "фактическое включение", "факт включения", "восстановлено"),
}  # fmt: skip
"""The usual headings of each field, folded when compared; the first is the field's own name."""

_KNOWN = {fold(heading): field for field, headings in HEADINGS.items() for heading in headings}
_LOOKED_AT = 25
"""Rows among which the headings are looked for."""

Line = tuple[str, Sequence[str]]
"""Where a row stands («line 7»), and its cells."""


@dataclass(frozen=True, slots=True)
class Header:
    """Where each field stands; ``first``: the index of the first row behind the headings."""

    columns: Mapping[str, int]
    first: int
    headings: frozenset[tuple[str, ...]] = frozenset()


def read_table(lines: Sequence[Line], context: Context) -> Parsed:
    """The outages of a table; a bad row is set aside with its place. Raises Nonsense where no headings are found."""
    if not any(any(cell.strip() for cell in cells) for _, cells in lines):
        return Parsed()
    header = find_header([cells for _, cells in lines[: _LOOKED_AT + 1]], context.layout.columns)
    gather = Gather()
    for where, cells in lines[header.first :]:
        folded = tuple(fold(cell) for cell in cells if cell.strip())
        if not folded or folded in header.headings:
            continue
        fields = {field: cells[at] for field, at in header.columns.items() if at < len(cells)}
        if not any(value.strip() for value in fields.values()) or _is_note(fields, folded, len(cells)):
            continue
        read_one(fields, where, " | ".join(cell for cell in map(clean, cells) if cell), context, gather)
    return gather.parsed()


def _is_note(fields: Mapping[str, str], words: Sequence[str], cells: int) -> bool:
    """«На 03.12.25 заявок нет», a district's name over its rows: words in one cell are no record.

    «с. Бабяково» alone is one, without its start.
    """
    if len(set(words)) != 1 or cells == 1 or not re.search("[а-яёa-z]{3}", words[0]):
        return False
    place = clean(fields.get("place", "") or fields.get("address", ""))
    return not parse_settlement(place).type if len(place) <= LONGEST_NAME else True


def read_one(fields: Mapping[str, str], where: str, record: str, context: Context, gather: Gather) -> None:
    """Read a record's fields into ``gather``; ``record`` is its text, for the message if it is bad."""
    try:
        for outage, remark in read_fields(fields, context):
            gather.add(outage, where, remark)
    except BadRecord as bad:
        # Of a record that may stand for several windows the id does not tell which outages are missing now.
        name = clean(fields.get("id", ""))[:200] if not fields.get("time") else ""
        gather.reject(where, bad.reason, record, f"{context.source}:{name}" if name else "")


def find_header(rows: Iterable[Sequence[str]], wanted: Mapping[str, str]) -> Header:
    """Where the fields stand, by the best of the first rows; raises Nonsense, which names what is missing."""
    rows = list(rows)
    numbered = {field: int(name) - 1 for field, name in wanted.items() if name.isascii() and name.isdecimal()}
    if numbered and len(numbered) == len(wanted):
        return Header({field: at for field, at in numbered.items() if at >= 0}, 0)
    best, score = Header({}, 0), 0
    for at, row in enumerate(rows[:_LOOKED_AT]):
        single = _columns(row, wanted)
        joined = _columns(_joined(row, rows[at + 1]), wanted) if at + 1 < len(rows) else {}
        for columns, deep in ((single, 1), (joined, 2)):
            if len(columns) > score:
                seen = frozenset(tuple(fold(cell) for cell in one if cell.strip()) for one in rows[at : at + deep])
                best, score = Header(columns, at + deep, seen), len(columns)
    missing = [name for field, name in wanted.items() if field not in best.columns]
    if missing or not _enough(best.columns):
        there = ", ".join(f"«{clean(cell)}»" for cell in (rows[max(best.first - 1, 0)] if rows else ()) if cell.strip())
        lacking = ", ".join(f"«{name}»" for name in missing) or "for the place and the start"
        raise Nonsense(f"the columns have changed: no heading {lacking}; there are: {there[:300] or 'none'}")
    return best


def _enough(columns: Mapping[str, int]) -> bool:
    place = {"place", "address", "where"} & columns.keys()
    return bool(place) and bool({"start", "start_date", "date"} & columns.keys())


def _columns(cells: Sequence[str], wanted: Mapping[str, str]) -> dict[str, int]:
    """The fields that the cells are headings of; what the administrator named goes before the usual headings."""
    folded = [fold(cell) for cell in cells]
    columns: dict[str, int] = {}
    for field, name in wanted.items():
        if field in FIELDS and fold(name) in folded:
            columns[field] = folded.index(fold(name))
    for at, heading in enumerate(folded):
        usual = _KNOWN.get(heading)
        if usual and usual not in columns and usual not in wanted and at not in columns.values():
            columns[usual] = at
    return columns


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Headings over two rows as one: an upper one that is empty goes on with the one before it."""
    joined: list[str] = []
    group = ""
    for at in range(max(len(upper), len(lower))):
        above = upper[at] if at < len(upper) else ""
        below = lower[at] if at < len(lower) else ""
        group = above if above.strip() else (group if below.strip() else "")
        joined.append(above if fold(above) == fold(below) else clean(f"{group} {below}"))
    return joined
