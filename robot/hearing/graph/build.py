"""All files of ``graph/`` from a lexicon and sentences."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from robot.hearing.graph.bigram import bigram
from robot.hearing.graph.fst import write_grammar, write_lookahead
from robot.hearing.graph.lexicon import UNKNOWN_COST, word_graph
from robot.hearing.phones import PHONE_ID, SILENCE, Pronunciation

_PLACES = {"B": "begin", "E": "end", "I": "internal", "S": "singleton"}


@dataclass(frozen=True, slots=True)
class GraphSummary:
    """What was built: words, states and arcs of the sounds, arcs of the grammar, seconds it took."""

    words: int
    states: int
    arcs: int
    pairs: int
    seconds: float


def build_graph(
    folder: Path, lexicon: Mapping[str, Sequence[Pronunciation]], sentences: Iterable[Sequence[str]], *,
    unknown: float = UNKNOWN_COST,
) -> GraphSummary:  # fmt: skip
    """Write ``folder/graph``. ValueError for a lexicon that cannot be built; OSError if the disk refuses."""
    began = time.perf_counter()
    graph = folder / "graph"
    (graph / "phones").mkdir(parents=True, exist_ok=True)
    words = word_graph(lexicon, unknown=unknown)
    grammar = bigram(sentences, words.labels)
    write_lookahead(graph / "HCLr.fst", words.fst, words.ahead)
    write_grammar(graph / "Gr.fst", grammar)
    _table(graph / "words.txt", {word: label for word, label in words.labels.items()})
    _table(graph / "phones.txt", {"<eps>": 0, **PHONE_ID})
    # Nothing of ours needs disambiguation symbols, but Vosk wants the file.
    (graph / "disambig_tid.int").write_text("", encoding="ascii")
    (graph / "phones" / "word_boundary.int").write_text(
        "".join(
            f"{number} {'nonword' if name == SILENCE else _PLACES[name[-1]]}\n" for name, number in PHONE_ID.items()
        ),
        encoding="ascii",
    )
    return GraphSummary(
        len(words.labels) - 2, len(words.fst.arcs), words.fst.size, grammar.size, time.perf_counter() - began
    )


def _table(file: Path, numbers: Mapping[str, int]) -> None:
    """Symbols and their numbers, one pair a line."""
    file.write_text("".join(f"{symbol} {number}\n" for symbol, number in numbers.items()), encoding="utf-8")
