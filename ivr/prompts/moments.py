"""Moments in words: when something is, seen from now.

=========== ============================ =======================================================
formatter   case                         said on 24 November
=========== ============================ =======================================================
by_time     к + dative                   «к восемнадцати часам тридцати минутам»
at_time     в + accusative               «вчера в двадцать один час пять минут»
from_time   с + genitive                 «завтра с девяти часов»
until_time  до + genitive                «до шестнадцати часов», «до шести часов завтрашнего дня»
as_of       на + accusative              «на четырнадцать часов двадцать минут»
on_date     genitive                     «сегодня», «двадцать шестого ноября»
date        genitive                     «двадцать четвёртого ноября»
=========== ============================ =======================================================

Hours count to twenty-four and 00 minutes are dropped. Midnight belongs to no day that people agree about, so it is
said with the night that it lies in («к полуночи, в ночь на двадцать пятое ноября»); so are the small hours of a
day to come. A day that has just been said is not said again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from ivr.prompts.model import MOSCOW, Piece
from ivr.prompts.russian.dates import day_of, day_on, near_day, near_day_genitive
from ivr.prompts.russian.numbers import Case
from ivr.prompts.russian.times import hours, minutes

_NIGHT_ENDS_AT = 5
"""Until this hour of a day to come people speak of the night to that day."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a formatter may know besides its value."""

    now: datetime
    """In the zone that is spoken."""
    day: date | None = None
    """The day that has last been said in this prompt."""
    args: tuple[str, ...] = ()
    """What stands behind the formatter's name in the wording."""

    @property
    def today(self) -> date:
        """The date of now."""
        return self.now.date()


def local(value: object, context: Context) -> datetime:
    """``value`` in the zone that is spoken, to the minute.

    Raises ``ValueError`` when it is not a moment with a zone of its own.
    """
    if not isinstance(value, datetime):
        raise ValueError("a moment (datetime) is needed")
    if value.tzinfo is None:
        raise ValueError("the moment has no time zone")
    return value.astimezone(context.now.tzinfo).replace(second=0, microsecond=0)


def as_day(value: object, context: Context) -> date:
    """``value`` as a day; a moment is first put into the zone that is spoken."""
    if isinstance(value, datetime):
        return local(value, context).date()
    if isinstance(value, date):
        return value
    raise ValueError("a day (date) or a moment (datetime) is needed")


def by_time(value: object, context: Context) -> tuple[Piece, ...]:
    """By when: «завтра к двадцати одному часу»; what is still to come today needs no «сегодня»."""
    moment = local(value, context)
    if moment.date() == context.today and moment.time() != time.min:
        return _clock(moment, "к", "dative")
    return _moment(moment, context, "к", "dative", "к полуночи")


def at_time(value: object, context: Context) -> tuple[Piece, ...]:
    """When: «сегодня в двадцать один час»."""
    return _moment(local(value, context), context, "в", "accusative", "в полночь")


def from_time(value: object, context: Context) -> tuple[Piece, ...]:
    """From when: «завтра с девяти часов»."""
    return _moment(local(value, context), context, "с", "genitive", "с полуночи")


def until_time(value: object, context: Context) -> tuple[Piece, ...]:
    """Until when: the day stands behind, and only if it is another one than that of the beginning (or today)."""
    moment = local(value, context)
    day = moment.date()
    begins = context.day or context.today
    if moment.time() == time.min:
        midnight = Piece("до полуночи")
        if day == begins + timedelta(days=1):  # «сегодня с девяти часов до полуночи» leaves nothing open
            return (midnight,)
        return (Piece(midnight.text, mark=","), *_night_to(day))
    clock = _clock(moment, "до", "genitive")
    if day == begins:
        return clock
    near = near_day_genitive(day, context.today)
    return (*clock, Piece(near)) if near else (*clock, *_pieces(day_of(day)))


def as_of(value: object, context: Context) -> tuple[Piece, ...]:
    """The time that data are from: «на четырнадцать часов двадцать минут», with the date when not from today."""
    moment = local(value, context)
    clock = _clock(moment, "на", "accusative")
    return clock if moment.date() == context.today else (*clock, *_pieces(day_of(moment.date())))


def on_date(value: object, context: Context) -> tuple[Piece, ...]:
    """On which day: «сегодня», «завтра», «двадцать шестого ноября»."""
    return _day(as_day(value, context), context)


def full_date(value: object, context: Context) -> tuple[Piece, ...]:
    """The date, whatever day it is today."""
    return _pieces(day_of(as_day(value, context)))


def _moment(moment: datetime, context: Context, preposition: str, case: Case, midnight: str) -> tuple[Piece, ...]:
    day = moment.date()
    if moment.time() == time.min:
        return (Piece(midnight, mark=","), *_night_to(day))
    clock = _clock(moment, preposition, case)
    if day == context.day:
        return clock
    if moment.hour < _NIGHT_ENDS_AT and day > context.today:
        return (*_night_to(day), *clock)
    return (*_day(day, context), *clock)


def _clock(moment: datetime, preposition: str, case: Case) -> tuple[Piece, ...]:
    hour = Piece(f"{preposition} {hours(moment.hour, case)}")
    return (hour, Piece(minutes(moment.minute, case))) if moment.minute else (hour,)


def _night_to(day: date) -> tuple[Piece, ...]:
    ordinal, month = day_on(day)
    return Piece(f"в ночь на {ordinal}"), Piece(month)


def _day(day: date, context: Context) -> tuple[Piece, ...]:
    near = near_day(day, context.today)
    return (Piece(near),) if near else _pieces(day_of(day))


def _pieces(words: tuple[str, str]) -> tuple[Piece, ...]:
    return tuple(Piece(word) for word in words)


def moment_samples() -> Iterator[tuple[datetime, Context]]:
    """Moments that between them bring out every piece of every formatter in this file.

    Days, hours and minutes are separate pieces, so that it takes each of them once in each place, not their product.
    """
    noon = datetime(2026, 6, 15, 12, tzinfo=MOSCOW)
    today = Context(noon)
    midnight = noon.replace(hour=0)
    for hour in range(24):
        yield midnight + timedelta(hours=hour), today
        yield midnight + timedelta(hours=hour, minutes=30), today
    for minute in range(60):
        yield noon + timedelta(minutes=minute), today
    days = [noon + timedelta(days=n) for n in (-1, 1)]
    days += [datetime(2027, 1, day, 12, tzinfo=MOSCOW) for day in range(1, 32)]
    days += [datetime(2027, month, 2, 12, tzinfo=MOSCOW) for month in range(1, 13)]
    for day in days:
        for hour in (0, 3, 12):
            yield day.replace(hour=hour), today
    yield midnight + timedelta(days=1), today
