"""Values of prompts as they are written in an SMS: in figures, short, and true whenever it is read.

A message may be read tomorrow, so a moment still to come is written with its date and never as «завтра». Every
formatter of :mod:`ivr.prompts.values` has a written sister here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

from ivr.prompts.moments import Context, as_day, local
from ivr.prompts.russian.places import in_place
from ivr.prompts.russian.plural import Forms

Write = Callable[[object, Context], str]
"""Raises ``ValueError`` for a value that it cannot write."""


def _clock(moment: datetime) -> str:
    return f"{moment.hour}:{moment.minute:02}"


def _day(day: date) -> str:
    return f"{day:%d.%m}"


def _moment(preposition: str, midnight: str, value: object, context: Context) -> str:
    moment = local(value, context)
    if moment.time() == time.min:  # «0:00» is read as the end of its day as often as the beginning
        return f"{midnight} с {_day(moment.date() - timedelta(days=1))} на {_day(moment.date())}"
    clock = f"{preposition} {_clock(moment)}"
    return clock if moment.date() == context.day else f"{clock} {_day(moment.date())}"


def _until(value: object, context: Context) -> str:
    moment = local(value, context)
    if moment.time() == time.min and context.day == moment.date() - timedelta(days=1):
        return "до полуночи"  # «с 9:00 25.11 до полуночи» leaves nothing open
    return _moment("до", "до полуночи", value, context)


def _as_of(value: object, context: Context) -> str:
    moment = local(value, context)
    clock = f"на {_clock(moment)}"
    return clock if moment.date() == context.today else f"{clock} {_day(moment.date())}"


def _date(value: object, context: Context) -> str:
    return _day(as_day(value, context))


def _in_minutes(value: object, context: Context) -> str:
    hours, minutes = divmod(_whole(value), 60)
    return "через " + " ".join(part for part in (f"{hours} ч" * (hours > 0), f"{minutes} мин" * (minutes > 0)) if part)


def _count(value: object, context: Context) -> str:
    number = _whole(value)
    return f"{number} {Forms(*context.args).beside(number)}"


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("a whole number is needed")
    return value


def _text(value: object) -> str:
    text = " ".join(str(value).split()) if isinstance(value, str | int) else ""
    if not text:
        raise ValueError("a text is needed that is not empty")
    return text


def _house(value: object, context: Context) -> str:
    house = _text(value)
    return f"д. {house}" if house[0].isdigit() else house


WRITTEN: Mapping[str, Write] = MappingProxyType(
    {
        "by_time": lambda value, context: _moment("к", "к полуночи", value, context),
        "at_time": lambda value, context: _moment("в", "в полночь", value, context),
        "from_time": lambda value, context: _moment("с", "с полуночи", value, context),
        "until_time": _until,
        "as_of": _as_of,
        "on_date": _date,
        "date": _date,
        "in_minutes": _in_minutes,
        "number": lambda value, context: str(_whole(value)),
        "count": _count,
        "digits": lambda value, context: _text(value),
        "ticket": lambda value, context: _text(value),
        "phone_tail": lambda value, context: _text(value)[-4:],
        "house": _house,
        "name": lambda value, context: _text(value),
        "words": lambda value, context: _text(value).rstrip(".!?…"),
        "in_place": lambda value, context: in_place(_text(value)),
    }
)
"""How the value of each formatter is written."""
