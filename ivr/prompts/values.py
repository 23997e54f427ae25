"""The formatters: how a value of a prompt is put into words. ``{until:by_time}`` in a wording names one of them.

A formatter knows which values it takes, and examples that bring out every fragment it can ever make: that closed
set is rendered (or recorded) beforehand. Only places are open.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from ivr.prompts import moments
from ivr.prompts.model import MOSCOW, Piece
from ivr.prompts.moments import Context, moment_samples
from ivr.prompts.russian import digits
from ivr.prompts.russian.houses import house_phrases, number_phrases
from ivr.prompts.russian.letters import LETTERS
from ivr.prompts.russian.numbers import Gender, cardinal
from ivr.prompts.russian.places import in_place, place_parts
from ivr.prompts.russian.plural import Forms
from ivr.prompts.russian.times import hours, minutes

Say = Callable[[object, Context], tuple[Piece, ...]]
Samples = Callable[[], Iterator[tuple[object, Context]]]

_DIGIT_MS, _GROUP_MS = 60, 400
_SLOW_DIGIT_MS, _SLOW_GROUP_MS = 250, 650
_SENTENCES = re.compile(r"(?<=[.!?…])\s+")
TIMELESS = Context(datetime(2026, 6, 15, 12, tzinfo=MOSCOW))
"""For values whose words do not depend on the time."""


@dataclass(frozen=True, slots=True)
class Formatter:
    """One way to put a value into words."""

    name: str
    takes: tuple[type, ...]
    about: str
    """For the manual and for error messages."""
    say: Say
    """Raises ``ValueError`` for a value that it cannot say."""
    samples: Samples
    """Values that bring out every closed fragment, each where it can stand."""
    args: int = 0
    """How many arguments it needs, separated by ``|``."""
    tells_day: bool = False
    """Whether the day of its value need not be said again."""


def _whole(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError("a whole number is needed")
    if not least <= value <= most:
        raise ValueError(f"{value} is not between {least} and {most}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("a text is needed that is not empty")
    return value


def _number(value: object, context: Context) -> tuple[Piece, ...]:
    return tuple(Piece(phrase) for phrase in number_phrases(_whole(value, 0, 9999)))


def _count(value: object, context: Context) -> tuple[Piece, ...]:
    number = _whole(value, 0, 999)
    forms = Forms(*context.args)
    hundreds, rest = divmod(number, 100)
    phrases = [cardinal(hundreds * 100)] if hundreds else []
    if rest or not hundreds:
        phrases.append(cardinal(rest, "nominative", _gender(forms.one)))
    return tuple(Piece(phrase) for phrase in (*phrases, forms.beside(number)))


def _gender(noun: str) -> Gender:
    """The gender of a noun by its ending; nouns in -ь count as masculine («день»)."""
    return "f" if noun.endswith(("а", "я")) else "n" if noun.endswith(("о", "е")) else "m"


def _in_minutes(value: object, context: Context) -> tuple[Piece, ...]:
    whole_hours, rest = divmod(_whole(value, 1, 24 * 60), 60)
    if not whole_hours:
        return (Piece(f"через {minutes(rest, 'accusative')}"),)
    spoken = "час" if whole_hours == 1 else hours(whole_hours, "accusative")
    hour = Piece(f"через {spoken}")
    return (hour, Piece(minutes(rest, "accusative"))) if rest else (hour,)


def _dictated(value: object, digit_ms: int, group_ms: int) -> tuple[Piece, ...]:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    pieces: list[Piece] = []
    for group in digits.groups(text):
        pieces += [Piece(word, pause=digit_ms) for word in group[:-1]]
        pieces.append(Piece(group[-1], mark=",", pause=group_ms))
    return tuple(pieces)


def _digits(value: object, context: Context) -> tuple[Piece, ...]:
    return _dictated(value, _DIGIT_MS, _GROUP_MS)


def _ticket(value: object, context: Context) -> tuple[Piece, ...]:
    return _dictated(value, _SLOW_DIGIT_MS, _SLOW_GROUP_MS)


def _phone_tail(value: object, context: Context) -> tuple[Piece, ...]:
    bare = "".join(letter for letter in _text(value) if letter.isdigit())
    if len(bare) < 4:
        raise ValueError("a telephone number is needed")
    return _dictated(bare[-4:], _DIGIT_MS, _GROUP_MS)


def _house(value: object, context: Context) -> tuple[Piece, ...]:
    return tuple(Piece(phrase) for phrase in house_phrases(_text(value)))


def _name(value: object, context: Context) -> tuple[Piece, ...]:
    return tuple(
        Piece(part.text, "value" if part.closed else "name", "," if part.ends_part else "")
        for part in place_parts(_text(value))
    )


def _in_place(value: object, context: Context) -> tuple[Piece, ...]:
    return (Piece(in_place(_text(value)), "name"),)


def _words(value: object, context: Context) -> tuple[Piece, ...]:
    """Whole sentences as a person wrote them; the last one's mark is the wording's."""
    sentences = [part for part in _SENTENCES.split(" ".join(_text(value).split())) if part]
    return (
        *(Piece(sentence.rstrip(".!?…"), "name", sentence[-1]) for sentence in sentences[:-1]),
        Piece(sentences[-1].rstrip(".!?…"), "name"),
    )


def _number_samples() -> Iterator[tuple[object, Context]]:
    yield from ((number, TIMELESS) for number in (*range(100), *range(100, 1000, 100), *range(1000, 10000, 1000)))
    yield from ((number, TIMELESS) for number in (*range(101, 1000, 100), *range(1001, 10000, 1000)))


def _count_samples() -> Iterator[tuple[object, Context]]:
    yield from ((number, TIMELESS) for number in (*range(100), *range(100, 1000, 100), *range(101, 1000, 100)))


def _minute_samples() -> Iterator[tuple[object, Context]]:
    yield from ((number, TIMELESS) for number in (*range(1, 121), *range(120, 1441, 60), *range(125, 1440, 60)))


def _digit_samples() -> Iterator[tuple[object, Context]]:
    yield from ((str(digit), TIMELESS) for digit in range(10))
    yield "012345678901", TIMELESS


def _ticket_samples() -> Iterator[tuple[object, Context]]:
    yield from ((str(digit) * 6, TIMELESS) for digit in range(10))


def _tail_samples() -> Iterator[tuple[object, Context]]:
    yield from ((str(digit) * 4, TIMELESS) for digit in range(10))


def _house_samples() -> Iterator[tuple[object, Context]]:
    houses = [str(number) for number in (*range(100), *range(100, 1000, 100), *range(1000, 10000, 1000))]
    houses += [f"{number}/1" for number in houses]
    houses += [f"1/{number}" for number in (*range(100), *range(100, 1000, 100), *range(1000, 10000, 1000))]
    houses += [f"1/{number}" for number in (*range(101, 1000, 100), *range(1001, 10000, 1000), 1101)]
    houses += [f"{number}" for number in range(101, 1000, 100)]
    houses += [f"1{letter}{rest}" for letter in sorted(LETTERS) for rest in ("", "/1")]
    houses += ["1 корпус 1", "1 строение 1", "1 сооружение 1", "1 литер б", "владение 1", "участок 1", "1 секция 1"]
    houses += ["1-2", "б/н"]
    yield from ((house, TIMELESS) for house in houses)


def _moment_samples() -> Iterator[tuple[object, Context]]:
    yield from moment_samples()


def _no_samples() -> Iterator[tuple[object, Context]]:
    yield from ()


_MOMENT = (datetime,)
_DAY = (date, datetime)
_WORDS = (str,)
_NUMERAL = (int, str)

FORMATTERS: dict[str, Formatter] = {
    formatter.name: formatter
    for formatter in (
        Formatter("by_time", _MOMENT, "к восемнадцати часам", moments.by_time, _moment_samples, tells_day=True),
        Formatter("at_time", _MOMENT, "вчера в двадцать один час", moments.at_time, _moment_samples, tells_day=True),
        Formatter("from_time", _MOMENT, "завтра с девяти часов", moments.from_time, _moment_samples, tells_day=True),
        Formatter("until_time", _MOMENT, "до шестнадцати часов", moments.until_time, _moment_samples, tells_day=True),
        Formatter("as_of", _MOMENT, "на четырнадцать часов двадцать минут", moments.as_of, _moment_samples),
        Formatter("on_date", _DAY, "завтра", moments.on_date, _moment_samples, tells_day=True),
        Formatter("date", _DAY, "двадцать четвёртого ноября", moments.full_date, _moment_samples, tells_day=True),
        Formatter("in_minutes", (int,), "через двадцать одну минуту", _in_minutes, _minute_samples),
        Formatter("number", (int,), "двадцать пять", _number, _number_samples),
        Formatter("count", (int,), "двадцать одна минута", _count, _count_samples, args=3),
        Formatter("digits", _NUMERAL, "четыре восемь ноль, ноль один", _digits, _digit_samples),
        Formatter("ticket", _NUMERAL, "один два, ноль четыре (slowly)", _ticket, _ticket_samples),
        Formatter("phone_tail", _WORDS, "шесть два, ноль пять", _phone_tail, _tail_samples),
        Formatter("house", _WORDS, "дом двадцать пять дробь один", _house, _house_samples),
        Formatter("name", _WORDS, "улица Ленина, дом пять", _name, _house_samples),
        Formatter("words", _WORDS, "sentences that a supervisor wrote", _words, _no_samples),
        Formatter("in_place", _WORDS, "в городе Грязи", _in_place, _no_samples),
    )
}
"""Every formatter by the name that wordings use."""

PLACE_FORMATTERS = frozenset({"name", "in_place"})
"""Those that say places: what they need can be rendered when places are imported."""
OPEN_FORMATTERS = PLACE_FORMATTERS | {"words"}
"""Those whose words cannot all be rendered beforehand: a wording that uses one needs an ``unnamed`` sister."""
