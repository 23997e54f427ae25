"""Which of the served regions is meant: «курская», «в Курской области», «Курск». Pure."""

from __future__ import annotations

import re

from outage_feed.regions import REGIONS
from robot.understanding.reasons import stem
from robot.understanding.words import words

_CAPITALS = {
    "31": "белгород", "32": "брянск", "36": "воронеж", "44": "кострома", "46": "курск", "48": "липецк", "57": "орел",
    "67": "смоленск", "68": "тамбов", "69": "тверь", "76": "ярославль",
}  # fmt: skip

_BENT = {"57": ("орле", "орла", "орлу")}
"""Capitals that lose a letter where they bend."""

_ENDING = re.compile("[сц]к(?:ая|ой|ую|ое|ий|ого|ому|им|ом|ие|их)$")
"""Of adjectives, wrong genders too: a recogniser mishears endings («в воронежское области»)."""


def _root(word: str) -> str:
    """«костромской», «костромская», «кострома» → «костром»."""
    plain = word.casefold().replace("ё", "е")
    root = _ENDING.sub("", plain)
    return root if root != plain and len(root) > 2 else stem(plain)


def _roots(code: str) -> frozenset[str]:
    adjective, capital = REGIONS[code].name.split()[0], _CAPITALS[code]
    return frozenset({_root(adjective), stem(capital), capital, *_BENT.get(code, ())})


_BY_ROOT = {root: code for code in REGIONS for root in _roots(code)}


def region_of(text: str) -> str | None:
    """The code of the one region that is named; ``None`` when none of ours is, or two are."""
    said = words(text)
    found = {code for word in said for form in (word, _root(word), stem(word)) if (code := _BY_ROOT.get(form))}
    return found.pop() if len(found) == 1 else None
