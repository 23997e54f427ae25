"""A day of the calendar as callers say or key it: «двадцать пятого декабря», «завтра», «в пятницу», 2512. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

from robot.understanding.numbered import tokens

_MONTHS = {
    "январ": 1, "феврал": 2, "март": 3, "апрел": 4, "мая": 5, "май": 5, "июн": 6, "июл": 7, "август": 8, "сентябр": 9,
    "октябр": 10, "ноябр": 11, "декабр": 12,
}  # fmt: skip
_WEEKDAYS = {"понедельник": 0, "вторник": 1, "сред": 2, "четверг": 3, "пятниц": 4, "суббот": 5, "воскресень": 6}
_NEAR = {"сегодня": 0, "завтра": 1, "послезавтра": 2}
_LONGEST_ENDING = 2
KEYED_DIGITS = 4
"""Day and month, two digits each."""


def day_of(text: str, today: date) -> date | None:
    """The next such day from ``today`` on; ``None`` where the words name none."""
    said = tokens(text)
    for token in said:
        if token.text in _NEAR:
            return today + timedelta(days=_NEAR[token.text])
    for number, after in pairwise(said):
        if number.value is None or not 1 <= number.value <= 31:
            continue
        if month := _named(after.text, _MONTHS):
            return _next(number.value, month, today)
        if after.text in ("числа", "число"):
            return _next_of_month(number.value, today)
    for token in said:
        weekday = _named(token.text, _WEEKDAYS)
        if weekday is not None:
            return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)
    if len(said) == 1 and said[0].value is not None and said[0].ordinal:
        return _next_of_month(said[0].value, today)
    return None


def day_of_keys(keys: str, today: date) -> date | None:
    """The next day of that day and month: «2512»; ``None`` where there is none."""
    if len(keys) != KEYED_DIGITS or not keys.isdecimal():
        return None
    return _next(int(keys[:2]), int(keys[2:]), today)


def _named(word: str, names: dict[str, int]) -> int | None:
    for stem, value in names.items():
        if word.startswith(stem) and len(word) <= len(stem) + _LONGEST_ENDING:
            return value
    return None


def _next(day: int, month: int, today: date) -> date | None:
    for year in range(today.year, today.year + 9):  # eight years are the most between two twenty-ninths of February
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    return None


def _next_of_month(day: int, today: date) -> date | None:
    """The next month that has such a day."""
    year, month = today.year, today.month
    for _ in range(13):
        try:
            found = date(year, month, day)
        except ValueError:
            pass
        else:
            if found >= today:
                return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None
