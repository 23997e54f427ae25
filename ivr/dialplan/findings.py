"""What nodes are checked against, and how they say what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from rapidfuzz import process

from ivr.dialplan.topics import Topic

LIKE_ENOUGH = 60
"""From 0 to 100: names less alike than this are no «did you mean»."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong at ``path`` of a node or section; ``at_key`` points at the key instead of its value."""

    path: tuple[str | int, ...]
    message: str
    hint: str = ""
    at_key: bool = False
    level: Literal["error", "warning"] = "error"


@dataclass(frozen=True, slots=True)
class Knowledge:
    """The world beyond one node. ``None`` = not known here, so nothing can be said about it."""

    topics: Mapping[str, Topic]
    queues: Collection[str] | None
    schedules: Collection[str] | None
    unheard: Callable[[str], tuple[str, ...]] | None = None
    """Those words of a phrase that the recogniser's model does not know."""

    def unknown(
        self, path: tuple[str | int, ...], what: str, name: str, existing: Iterable[str], otherwise: str = ""
    ) -> Finding:
        """The finding that there is no ``what`` of that ``name``, with the one that was probably meant."""
        existing = list(existing)
        return Finding(path, f"unknown {what} {name!r}", near(name, existing) or otherwise or known_names(existing))


def near(name: str, existing: Iterable[str]) -> str:
    """«did you mean …?» for a mistyped name; empty when nothing is like it."""
    found = process.extractOne(name, sorted(existing), score_cutoff=LIKE_ENOUGH)
    return f"did you mean {found[0]!r}?" if found else ""


def known_names(existing: Iterable[str]) -> str:
    """The names that may be written here, if they are few enough to be read."""
    names = sorted(existing)
    if not names:
        return "there are none yet"
    return "known: " + ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
