"""The ``ural`` format: a JSON array (or an object with one in it) of flat records, any field of which may be missing.

Its own fields (DOMAIN §2): ``outage_id``, ``outage_vid_otkl`` (planned or emergency), ``outage_dat_p`` (the start),
``outage_dat_vp_plan`` (planned restoration). How its place fields are called is not documented: the usual names are
recognised, others are named in ``[feed.columns]``. A record without a place or a start is set aside.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, decode, shorten
from outage_feed.formats._fields import FIELDS
from outage_feed.formats._gather import Gather
from outage_feed.formats._table import HEADINGS, read_one
from outage_feed.names import fold

_OWN = {
    "outage_id": "id",
    "outage_vid_otkl": "kind",
    "outage_dat_p": "start",
    "outage_dat_vp_plan": "end",
    "outage_dat_vp_fakt": "restored",
    "outage_address": "address",
    "city": "place",
}
_KNOWN = {fold(name): field for field, names in HEADINGS.items() for name in names}


def parse(data: bytes, context: Context) -> Parsed:
    """Read the document; raises Nonsense where it is not JSON or holds no list of records."""
    text = decode(data, context.charset)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Nonsense(f"not JSON: {error}; it begins with «{shorten(text, 80)}»") from None
    records = _records(document)
    gather = Gather()
    names = _names(context.layout.columns)
    if records and not any(_field(key, names) for record in records if isinstance(record, dict) for key in record):
        raise Nonsense("the fields have changed: none of " + ", ".join(sorted(names)[:8]) + " … is there")
    for at, record in enumerate(records):
        where = f"[{at}]"
        if not isinstance(record, dict):
            gather.reject(where, "the record must be an object", shorten(json.dumps(record, ensure_ascii=False)))
            continue
        fields: dict[str, str] = {}
        for key, value in record.items():
            field = _field(key, names)
            if field and field not in fields and isinstance(value, (str, int, float)) and not isinstance(value, bool):
                fields[field] = str(value)
        name = fields.get("id", "")
        read_one(
            fields, f"{where} id {name}" if name else where, json.dumps(record, ensure_ascii=False), context, gather
        )
    return gather.parsed()


def _field(key: str, names: Mapping[str, str]) -> str:
    return names.get(key) or names.get(fold(key), "")


def _names(columns: Mapping[str, str]) -> dict[str, str]:
    """The source's name of each field; what the administrator named goes before the usual names."""
    chosen = {name: field for field, name in columns.items() if field in FIELDS}
    usual = {name: field for name, field in {**_KNOWN, **_OWN}.items() if field not in columns}
    return {**usual, **chosen}


def _records(document: object) -> list[object]:
    if isinstance(document, dict):
        if "outage_id" in document:
            return [document]
        lists = [value for value in document.values() if isinstance(value, list)]
        if len(lists) == 1:
            return lists[0]
    if isinstance(document, list):
        return document
    raise Nonsense("neither an array of records nor an object with one array in it")
