"""One side of the comparison, in a process of its own: ``python -m bench.addresses.sides SIDE DATABASE QUERIES``.

Prints one JSON object: seconds to open, bytes of memory of its own, scores by set. The sides: ``ivr`` (the engine's own
way), ``rapidfuzz`` (``process.extract`` over the list of all addresses), ``fts5`` (SQLite's trigram index of them).
"""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bench.addresses.asked import Score, read_queries
from bench.addresses.callers import Query
from bench.cpu import memory_of
from outage_feed.model import Address
from outage_feed.names import fold
from outage_feed.store import GridStore
from robot.doing.understand_address import PlacesInUse
from robot.understanding.address import SURE, Ambiguous, Matched, understand_address
from robot.understanding.address_candidates import candidates
from robot.understanding.address_words import address_tokens

_SURE_RATIO = 95.0
"""rapidfuzz has no confidence; from this ratio on its best address counts as sure."""
_SURE_GAP = 3.0
"""And the next one must be so much worse."""
_LIMIT = 3

Answer = Callable[[Query, Score], None]


def main(side: str, database: Path, queries: Path) -> dict[str, Any]:
    """Ask everything of the file; gives what is printed."""
    asked = read_queries(queries)
    began = time.monotonic()
    with GridStore.open(database) as grid:
        answer = _SIDES[side](grid)
        opened = time.monotonic() - began
        after_opening = memory_of(os.getpid())
        scores: dict[str, Score] = {}
        for query in asked:
            answer(query, scores.setdefault(query.set, Score()))
    return {
        "side": side,
        "open_seconds": opened,
        "opened_bytes": after_opening,
        "bytes": memory_of(os.getpid()),
        "sets": {name: score.to_json() for name, score in scores.items()},
    }


def _ours(grid: GridStore) -> Answer:
    places = PlacesInUse(grid).current()
    understand_address(("адрес улица ленина дом пять",), places)  # the words' tables are read by the first one

    def answer(query: Query, score: Score) -> None:
        began, cpu = time.perf_counter(), time.thread_time()
        understood = understand_address(query.heard, places)
        score.ms.append((time.perf_counter() - began) * 1000)
        score.cpu_ms.append((time.thread_time() - cpu) * 1000)
        first = [understood.address] if isinstance(understood, Matched) else []
        if isinstance(understood, Ambiguous):
            first = list(understood.candidates)
        found = list(dict.fromkeys((*first, *(each.address for each in candidates(query.heard, places, limit=_LIMIT)))))
        sure = isinstance(understood, Matched) and understood.confidence >= SURE
        score.count(query, found, sure=sure, offered=bool(first))

    return answer


def _rapidfuzz(grid: GridStore) -> Answer:
    addresses = list(grid.addresses())
    texts = [_plain(address) for address in addresses]

    def answer(query: Query, score: Score) -> None:
        began, cpu = time.perf_counter(), time.thread_time()
        found = process.extract(_heard(query), texts, limit=_LIMIT)
        score.ms.append((time.perf_counter() - began) * 1000)
        score.cpu_ms.append((time.thread_time() - cpu) * 1000)
        sure = bool(found) and found[0][1] >= _SURE_RATIO and found[0][1] - found[1][1] >= _SURE_GAP
        score.count(query, [addresses[at] for _, _, at in found], sure=sure)

    return answer


def _fts5(grid: GridStore) -> Answer:
    addresses = list(grid.addresses())
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE places USING fts5(text, tokenize='trigram')")
    rows = ((at, _plain(address)) for at, address in enumerate(addresses))
    db.executemany("INSERT INTO places (rowid, text) VALUES (?, ?)", rows)
    ask = "SELECT rowid, text FROM places WHERE places MATCH ? ORDER BY rank LIMIT ?"

    def answer(query: Query, score: Score) -> None:
        began, cpu = time.perf_counter(), time.thread_time()
        text = _heard(query)
        grams = dict.fromkeys(text[at : at + 3] for at in range(len(text) - 2))
        # Its rank knows no order of words; of the best twenty those most like the query come first.
        found = db.execute(ask, (" OR ".join(f'"{gram}"' for gram in grams), 20)).fetchall()
        found.sort(key=lambda row: -fuzz.WRatio(text, row[1]))
        ratios = [fuzz.WRatio(text, row[1]) for row in found[:2]]
        score.ms.append((time.perf_counter() - began) * 1000)
        score.cpu_ms.append((time.thread_time() - cpu) * 1000)
        sure = len(ratios) == 2 and ratios[0] >= _SURE_RATIO and ratios[0] - ratios[1] >= _SURE_GAP
        score.count(query, [addresses[at] for at, _ in found[:_LIMIT]], sure=sure)

    return answer


def _plain(address: Address) -> str:
    """The address as one folded text, as such searches have it."""
    parts = [fold(address.settlement.name), fold(address.settlement.district.replace("р-н", "район"))]
    if address.street is not None:
        parts.append(fold(str(address.street)))
    return " ".join(each for each in (*parts, address.house.casefold()) if each)


def _heard(query: Query) -> str:
    """The best text, its numbers as digits: the other sides are not to fail for words of numbers."""
    return " ".join(token.text for token in address_tokens(query.heard[0])).replace(" дробь ", "/")


_SIDES: dict[str, Callable[[GridStore], Answer]] = {"ivr": _ours, "rapidfuzz": _rapidfuzz, "fts5": _fts5}

if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])), ensure_ascii=False))
