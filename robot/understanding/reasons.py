"""Which choice of a menu is meant, given what callers say for each (the phrases stand beside the keys in the dialplan).

Words are compared by their stems; a choice is meant when enough of one of its phrases is said, and no other choice fits
as well. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz

from robot.understanding.words import FILLERS, words

ENOUGH = 0.72
"""This much of a phrase (0 … 1) must be said."""
APART = 0.08
"""By this much the best choice must be ahead of the next."""
ALIKE = 84
"""Stems from this likeness (0 … 100) on are one word: a recogniser mishears endings."""
_STEMMER = snowballstemmer.stemmer("russian")
_KEY_WORDS = ("цифра", "кнопка", "номер", "пункт", "нажимаю")
_SPOKEN_KEYS = {
    "ноль": "0", "нуль": "0", "один": "1", "единица": "1", "первое": "1", "первый": "1", "два": "2", "двойка": "2",
    "второе": "2", "второй": "2", "три": "3", "тройка": "3", "третье": "3", "третий": "3", "четыре": "4",
    "четвертое": "4",
    "пять": "5", "пятое": "5", "шесть": "6", "семь": "7", "восемь": "8", "девять": "9",
    "звездочка": "*", "решетка": "#",
}  # fmt: skip


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """«света» → «свет»."""
    return str(_STEMMER.stemWord(word))


@lru_cache(maxsize=4_096)
def _stems(text: str) -> tuple[str, ...]:
    kept = [word for word in words(text) if word not in FILLERS]
    return tuple(stem(word) for word in kept or words(text))


def choose(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """The choice that is meant; ``None`` when none is, or two are as likely."""
    said = _stems(text)
    if not said:
        return None
    scores = sorted(
        (
            (max((_fits(said, _stems(phrase)) for phrase in wordings), default=0.0), choice)
            for choice, wordings in phrases.items()
        ),
        reverse=True,
    )  # fmt: skip
    if scores and scores[0][0] >= ENOUGH and (len(scores) == 1 or scores[0][0] - scores[1][0] >= APART):
        return scores[0][1]
    return _key(text, phrases)


def _fits(said: tuple[str, ...], phrase: tuple[str, ...]) -> float:
    """How much of the phrase is said, words that are said beside it counting a little against it."""
    if not phrase:
        return 0.0
    found = sum(max((_alike(word, one) for one in said), default=0.0) * _weight(word) for word in phrase)
    covered = found / sum(_weight(word) for word in phrase)
    beside = max(0, len(said) - len(phrase))
    return covered + 0.02 * min(len(phrase), 5) - 0.004 * min(beside, 10)


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4:
        return 0.0
    likeness = fuzz.ratio(one, other)
    return likeness / 100 if likeness >= ALIKE else 0.0


def _weight(word: str) -> float:
    """«не» and «нет» say more than their length."""
    return 1.0 if len(word) > 3 or word in ("не", "нет", "тп") else 0.7


def _key(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """A key that is named: «пять», «цифра пять», «нажимаю один»."""
    said = [
        word
        for word in words(text)
        if word not in FILLERS and word not in ("цифра", "кнопка", "номер", "пункт", "нажимаю")
    ]
    key = _SPOKEN_KEYS.get(said[0]) if len(said) == 1 else None
    return key if key in phrases else None
