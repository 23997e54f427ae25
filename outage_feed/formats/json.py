"""The ``json`` format: our own documented records, ``{"outages": [...]}`` or the bare array.

The document is described by ``json.schema.json`` in this folder. Ids make versions: the same id with other contents is
a new version of the same outage.
"""

from __future__ import annotations

import json

from outage_feed.errors import Nonsense
from outage_feed.formats import Context, Parsed, Rejected, decode, shorten
from outage_feed.model import Outage
from outage_feed.record import read_record


def parse(data: bytes, context: Context) -> Parsed:
    """Read a document of ours; raises Nonsense where it is not JSON or holds no list of outages."""
    text = decode(data, context.charset)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Nonsense(f"not JSON: {error}; it begins with «{shorten(text, 80)}»") from None
    records = document.get("outages") if isinstance(document, dict) else document
    if not isinstance(records, list):
        raise Nonsense("neither an array nor an object with an array «outages»")
    outages: dict[str, Outage] = {}
    rejected: list[Rejected] = []
    for at, raw in enumerate(records):
        try:
            outage = read_record(raw, source=context.source, received_at=context.received_at)
        except (ValueError, OverflowError) as error:
            name = raw.get("id") if isinstance(raw, dict) else None
            outage_id = f"{context.source}:{name}" if isinstance(name, str) and name else ""
            rejected.append(
                Rejected(shorten(json.dumps(raw, ensure_ascii=False)), f"outages[{at}]: {error}", outage_id)
            )
            continue
        if outage.id in outages:
            if outages[outage.id] != outage:
                reason = f"outages[{at}]: the id «{outage.source_id}» stands twice; the first is used"
                rejected.append(Rejected(shorten(outage.text), reason, outage.id))
            continue
        outages[outage.id] = outage
    return Parsed(tuple(outages.values()), tuple(rejected))
