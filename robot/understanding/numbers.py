"""Spoken numbers → digits. Pure."""

from __future__ import annotations

from robot.hearing.spoken_numbers import cardinal
from robot.understanding.words import FILLERS, words

_VALUES: dict[str, int] = {}
for _number in (*range(20), *range(20, 100, 10), *range(100, 1000, 100)):
    _VALUES[cardinal(_number).replace("ё", "е")] = _number
_VALUES |= {"нуль": 0, "нуля": 0, "одна": 1, "одно": 1, "две": 2, "раз": 1}
_BESIDE = FILLERS | {
    "номер",
    "счет",
    "счета",
    "лицевой",
    "лицевого",
    "цифры",
    "обращение",
    "обращения",
    "дальше",
    "потом",
}


def digits(text: str) -> str | None:
    """A dictated string of digits: «сорок шесть ноль один двенадцать» → "460112"; ``None`` if it is something else.

    Numbers are taken as they are said: a hundred takes the tens and units that follow it, tens the units.
    """
    found = ""
    pending: list[int] = []
    for word in words(text):
        if word.isdigit():
            found += _joined(pending) + word
            pending = []
        elif word in _VALUES:
            value = _VALUES[word]
            if pending and not _continues(pending[-1], value):
                found += _joined(pending)
                pending = []
            pending.append(value)
        elif word not in _BESIDE:
            return None
    found += _joined(pending)
    return found or None


def _continues(before: int, value: int) -> bool:
    """Whether a number goes on: «сто» + «двадцать» + «пять», but not «пять» + «двадцать»."""
    if before >= 100:
        return 0 < value < 100
    return before >= 20 and 0 < value < 10


def _joined(parts: list[int]) -> str:
    return str(sum(parts)) if parts else ""
