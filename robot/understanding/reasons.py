"""Which choice of a menu is meant, given what callers say for each (the phrases stand beside the keys in the dialplan).

Words are compared by their stems, a word with the «не» before it. A phrase is said when enough of it is; of the phrases
that are said the weightiest counts, where a word weighs the less the more choices use it: «мимо счётчика» outweighs
«счётчик». Two choices as weighty: neither is meant. Pure.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

import snowballstemmer
from rapidfuzz import fuzz

from robot.understanding.words import FILLERS, words

ENOUGH = 0.72
"""This much of a phrase (0 … 1) must be said."""
APART = 0.12
"""By this weight the best choice must be ahead of the next; a telling word weighs up to 1."""
ALIKE = 84
"""Stems from this likeness (0 … 100) on are one word: a recogniser mishears endings."""
LIGHT = 0.7
"""Weight of short words: «то», «за», «мой»."""
_STEMMER = snowballstemmer.stemmer("russian")
_KEY_WORDS = frozenset(("цифра", "цифру", "кнопка", "кнопку", "номер", "пункт", "нажимаю", "нажал", "клавиша"))
_NOT_OURS = re.compile(r"газ(?:а|у)?$|вод[аыу]$|отоплени|батаре|тепл(?:о|а)$|интернет|телефон|лифт|домофон|канализац")
_OURS = re.compile(r"свет|электр|напряж|ток(?:а|у)?$|счетчик|провод|столб|трансформатор|лампоч")
"""«газ отключили» is no reason to call us, «ни света, ни воды» is one."""
_SPOKEN_KEYS = {
    "ноль": "0", "нуль": "0", "один": "1", "единица": "1", "первое": "1", "первый": "1", "первая": "1",
    "два": "2", "двойка": "2", "второе": "2", "второй": "2", "вторая": "2", "три": "3", "тройка": "3", "третье": "3",
    "третий": "3", "третья": "3", "четыре": "4", "четвертое": "4", "пять": "5", "пятое": "5", "шесть": "6",
    "семь": "7", "восемь": "8", "девять": "9",
    "звездочка": "*", "решетка": "#",
}  # fmt: skip


_SAME = {
    "напруг": "напряжен", "вольтаж": "напряжен", "электроэнерг": "электричеств", "электроснабжен": "электричеств",
    "опор": "столб", "ламп": "лампочк", "лампочек": "лампочк", "вполнака": "полнака", "эсэмэс": "смс",
}  # fmt: skip
"""Stems that mean one thing to a menu → the one of them that stands for all."""


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """«света» → «свет»."""
    found = str(_STEMMER.stemWord(word))
    return _SAME.get(found, found)


@lru_cache(maxsize=8_192)
def _stems(text: str) -> tuple[str, ...]:
    said = words(text)
    joined: list[str] = []
    for at, word in enumerate(said):
        if word == "не" and at + 1 < len(said):
            continue
        if at and said[at - 1] == "не":
            joined.append(f"не {stem(word)}")
        else:
            joined.append(word)
    kept = [word for word in joined if word not in FILLERS]
    return tuple(word if word.startswith("не ") else stem(word) for word in kept or joined)


def choose(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """The choice that is meant; ``None`` when none is, or two are as likely."""
    said = _stems(text)
    if not said:
        return None
    if any(map(_NOT_OURS.match, said)) and not any(map(_OURS.match, said)):
        return _key(text, phrases)
    uses = Counter(word for wordings in phrases.values() for word in {w for one in wordings for w in _stems(one)})
    scores = sorted(
        ((max((_weight(said, _stems(one), uses) for one in wordings), default=0.0), choice))
        for choice, wordings in phrases.items()
    )
    best, choice = scores[-1] if scores else (0.0, "")
    if best > 0 and (len(scores) == 1 or best - scores[-2][0] >= APART):
        return choice
    return _key(text, phrases)


def _weight(said: tuple[str, ...], phrase: tuple[str, ...], uses: Mapping[str, int]) -> float:
    """What a phrase weighs if enough of it is said, else 0."""
    whole = found = 0.0
    left = list(said)
    for word in phrase:
        weight = (1.0 if len(word) > 3 or word in ("нет", "тп") else LIGHT) / max(1, uses[word]) ** 0.5
        whole += weight
        likeness, best = max(((_alike(word, one), one) for one in left), default=(0.0, ""))
        if likeness:
            found += weight * likeness
            left.remove(best)
    return found if whole and found / whole >= ENOUGH else 0.0


def _alike(one: str, other: str) -> float:
    if one == other:
        return 1.0
    if min(len(one), len(other)) < 4 or one.startswith("не ") != other.startswith("не "):
        return 0.0
    likeness = fuzz.ratio(one, other)
    return likeness / 100 if likeness >= ALIKE else 0.0


def _key(text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
    """A key that is named: «пять», «цифра пять», «нажимаю один»."""
    said = [word for word in words(text) if word not in FILLERS and word not in _KEY_WORDS]
    key = _SPOKEN_KEYS.get(said[0]) if len(said) == 1 else None
    return key if key in phrases else None
