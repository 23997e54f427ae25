"""The words that the built-in model hears: files in ``words/``, one family each, and the numbers.

A line is one phrase; ``#`` begins a comment; ``towns`` carry the number of their region after a bar.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from ivr.errors import ConfigError, Problem
from robot.hearing.inflecting import street_forms, town_forms
from robot.hearing.spoken_numbers import LETTERS, NUMBER_WORDS

FOLDER = Path(__file__).parent / "words"
FAMILIES: tuple[str, ...] = (
    "yes", "no", "control", "danger", "topics", "fillers", "towns", "districts", "villages", "streets", "types",
    "times", "names", "general",
)  # fmt: skip
_PHRASE = re.compile(r"[а-яё]+( [а-яё]+)*")


@cache
def phrases(family: str) -> tuple[str, ...]:
    """The phrases of a family, in the order of its file; ConfigError names the line that is no phrase."""
    return tuple(_read(FOLDER / f"{family}.txt"))


def words() -> tuple[str, ...]:
    """Every single word that the model is to hear, sorted."""
    found = {word for family in FAMILIES for phrase in phrases(family) for word in phrase.split()}
    found |= {
        word for family in ("streets", "districts") for name in phrases(family) for word in _bent(street_forms(name))
    }
    found |= {word for family in ("towns", "villages") for name in phrases(family) for word in _bent(town_forms(name))}
    found |= {word for name in phrases("districts") for word in _bent(town_forms(name))}
    return tuple(sorted(found | set(NUMBER_WORDS) | {word for letter in LETTERS for word in letter.split()}))


def _bent(forms: Iterable[str]) -> Iterator[str]:
    """The words of all forms."""
    return (word for form in forms for word in form.split())


def regions_of_towns() -> dict[str, int]:
    """Town → number of its region."""
    pairs = (line.partition("|") for line in _lines(FOLDER / "towns.txt").values())
    return {town.strip(): int(region) for town, _, region in pairs}


def _lines(file: Path) -> dict[int, str]:
    read = enumerate(file.read_text(encoding="utf-8").splitlines(), start=1)
    return {number: line.strip() for number, line in read if line.strip() and not line.startswith("#")}


def _read(file: Path) -> list[str]:
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for number, line in _lines(file).items():
        phrase = line.partition("|")[0].strip()
        if not _PHRASE.fullmatch(phrase):
            problems.append(Problem(str(file), number, 1, f"{phrase!r} is not made of lower-case Russian words"))
        elif phrase in found and "|" not in line:
            problems.append(Problem(str(file), number, 1, f"{phrase!r} is in line {found[phrase]} already"))
        found.setdefault(phrase, number)
    if problems:
        raise ConfigError(problems)
    return list(found)
