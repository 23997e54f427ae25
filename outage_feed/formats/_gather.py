"""The outages of an answer as they are read, each once: doubles are joined, and contradictions named."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from outage_feed.formats import Parsed, Rejected, shorten
from outage_feed.freetext import LONGEST_NAME
from outage_feed.model import Area, Outage
from outage_feed.names import fold, fold_district


class BadRecord(Exception):
    """A record that is set aside; ``reason`` says why."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Gather:
    """Collects what the records of an answer say."""

    def __init__(self) -> None:
        self._outages: dict[str, Outage] = {}
        self._rejected: list[Rejected] = []

    def add(self, outage: Outage, where: str, remark: str = "") -> None:
        """Take in an outage; ``where`` is its place in the answer («row 7»), ``remark`` what is wrong with its end.

        The same id again: its places are added if it has the same times. Where its end differs, nobody can tell which
        is right, so none is quoted; where its start differs, the first one is used.
        """
        if not all(0 < len(name) <= LONGEST_NAME for name in _names(outage)):
            self.reject(where, "the name of a place or street is empty or too long", outage.text, outage.id)
            return
        if remark:
            self.reject(where, remark, outage.text, outage.id)
        earlier = self._outages.setdefault(outage.id, outage)
        if earlier is outage:
            return
        if earlier.start != outage.start:
            self.reject(where, f"the id «{outage.source_id}» stands twice; the first is used", outage.text, outage.id)
            return
        joined = earlier
        if outage.source_id and not set(outage.areas) <= set(earlier.areas):
            joined = replace(
                earlier,
                areas=tuple(dict.fromkeys((*earlier.areas, *outage.areas))),
                text=f"{earlier.text}; {outage.text}",
                fias=tuple(dict.fromkeys((*earlier.fias, *outage.fias))),
                network=tuple(dict.fromkeys((*earlier.network, *outage.network))),
            )
        if earlier.planned_end != outage.planned_end:
            joined = replace(joined, planned_end=None)
            self.reject(where, "another end for the same outage", outage.text, outage.id)
        self._outages[outage.id] = joined

    def reject(self, where: str, reason: str, record: str, outage_id: str = "") -> None:
        """Set a record aside, or note what is wrong with one that is used."""
        self._rejected.append(Rejected(shorten(record), f"{where}: {reason}", outage_id))

    def parsed(self) -> Parsed:
        """All of it."""
        return Parsed(tuple(self._outages.values()), tuple(self._rejected))


def _names(outage: Outage) -> Iterator[str]:
    """What has to be a name: the store keeps no others."""
    for area in outage.areas:
        yield area.settlement.name
        yield from (part.street.name for part in area.streets)


def key_of(areas: Iterable[Area], words: str, start: datetime) -> str:
    """Identity of a record that has none: place, text and start. Spellings of one place give the same key."""
    places = "|".join(
        f"{area.settlement.region}|{fold_district(area.settlement.district)}|{fold(area.settlement.name)}"
        for area in areas
    )
    return hashlib.sha256(f"{places}|{fold(words)}|{start.isoformat()}".encode()).hexdigest()[:16]
