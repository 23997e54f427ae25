"""Days in words: «двадцать четвёртого ноября», «на двадцать пятое ноября», «завтра»."""

from __future__ import annotations

from datetime import date

from ivr.prompts.russian.numbers import ordinal

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
"""The months in the genitive, January first."""

_NEAR = {-1: "вчера", 0: "сегодня", 1: "завтра"}
_NEAR_GENITIVE = {-1: "вчерашнего дня", 0: "сегодняшнего дня", 1: "завтрашнего дня"}


def day_of(day: date) -> tuple[str, str]:
    """When something happens: («двадцать четвёртого», «ноября»)."""
    return ordinal(day.day, "genitive"), MONTHS[day.month - 1]


def day_on(day: date) -> tuple[str, str]:
    """What something is set for, after «на»: («двадцать четвёртое», «ноября»)."""
    return ordinal(day.day, "neuter"), MONTHS[day.month - 1]


def near_day(day: date, today: date) -> str | None:
    """«вчера», «сегодня», «завтра»; ``None`` for any other day."""
    return _NEAR.get((day - today).days)


def near_day_genitive(day: date, today: date) -> str | None:
    """«завтрашнего дня» and its sisters, as in «до шести часов завтрашнего дня»; ``None`` for any other day."""
    return _NEAR_GENITIVE.get((day - today).days)
