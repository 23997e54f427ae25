"""Moments in a wording: every minute of a day with every formatter, and which day is said when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ivr.call.model import Prompt, Value
from ivr.errors import PromptError
from ivr.prompts import MOSCOW, PromptBook
from ivr.prompts.russian.numbers import Case
from ivr.prompts.russian.times import hours, minutes

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=MOSCOW)


def said(formatter: str, value: Value, now: datetime = NOW) -> str:
    book = PromptBook.parse({"p.yaml": f'p: {{says: "Свет {{at:{formatter}}}."}}'})
    return book.speak(Prompt("p", at=value), now).text.removeprefix("Свет ").removesuffix(".")


def at(day: int, hour: int, minute: int = 0, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MOSCOW)


@pytest.mark.parametrize(
    ("formatter", "front", "case"),
    [
        ("by_time", "к", "dative"),
        ("at_time", "сегодня в", "accusative"),
        ("from_time", "сегодня с", "genitive"),
        ("until_time", "до", "genitive"),
        ("as_of", "на", "accusative"),
    ],
)
def test_every_minute_of_a_day(formatter: str, front: str, case: Case) -> None:
    book = PromptBook.parse({"p.yaml": f'p: {{says: "Свет {{at:{formatter}}}."}}'})
    closed = {(fragment.text, fragment.position) for fragment in book.closed_fragments()}
    for minute_of_day in range(1, 24 * 60):
        hour, minute = divmod(minute_of_day, 60)
        spoken = book.speak(Prompt("p", at=at(24, hour, minute)), NOW)
        tail = f" {minutes(minute, case)}" if minute else ""
        assert spoken.text == f"Свет {front} {hours(hour, case)}{tail}."
        assert {(fragment.text, fragment.position) for fragment in spoken.fragments} <= closed
        assert spoken.fragments[-1].position == "final"
        assert all(fragment.pause_after <= 60 for fragment in spoken.fragments)


@pytest.mark.parametrize("formatter", ["by_time", "at_time", "from_time", "until_time", "as_of", "on_date", "date"])
def test_every_hour_of_two_years_is_in_the_closed_set(formatter: str) -> None:
    book = PromptBook.parse({"p.yaml": f'p: {{says: "Свет {{at:{formatter}}}, вот так."}}'})
    closed = {(fragment.text, fragment.position) for fragment in book.closed_fragments()}
    for hour in range(0, 2 * 366 * 24):
        moment = datetime(2026, 1, 1, tzinfo=MOSCOW) + timedelta(hours=hour)
        spoken = book.speak(Prompt("p", at=moment), NOW)
        assert {(fragment.text, fragment.position) for fragment in spoken.fragments} <= closed, moment


@pytest.mark.parametrize(
    ("formatter", "moment", "words"),
    [
        ("by_time", at(24, 18, 30), "к восемнадцати часам тридцати минутам"),
        ("by_time", at(25, 21), "завтра к двадцати одному часу"),
        ("by_time", at(27, 9, 5), "двадцать седьмого ноября к девяти часам пяти минутам"),
        ("by_time", at(1, 9, month=12), "первого декабря к девяти часам"),
        ("at_time", at(23, 21), "вчера в двадцать один час"),
        ("at_time", at(22, 8, 58), "двадцать второго ноября в восемь часов пятьдесят восемь минут"),
        ("from_time", at(25, 9), "завтра с девяти часов"),
        ("until_time", at(24, 16, 30), "до шестнадцати часов тридцати минут"),
        ("until_time", at(25, 6), "до шести часов завтрашнего дня"),
        ("until_time", at(26, 6), "до шести часов двадцать шестого ноября"),
        ("as_of", at(24, 14, 20), "на четырнадцать часов двадцать минут"),
        ("as_of", at(23, 21), "на двадцать один час двадцать третьего ноября"),
        ("as_of", at(24, 0), "на ноль часов"),
        ("on_date", at(25, 9), "завтра"),
        ("on_date", date(2026, 11, 24), "сегодня"),
        ("on_date", date(2026, 11, 26), "двадцать шестого ноября"),
        ("date", date(2026, 11, 24), "двадцать четвёртого ноября"),
    ],
)
def test_which_day_is_said(formatter: str, moment: Value, words: str) -> None:
    assert said(formatter, moment) == words


@pytest.mark.parametrize(
    ("formatter", "moment", "words"),
    [
        ("by_time", at(25, 0), "к полуночи, в ночь на двадцать пятое ноября"),
        ("at_time", at(25, 0), "в полночь, в ночь на двадцать пятое ноября"),
        ("from_time", at(1, 0, month=12), "с полуночи, в ночь на первое декабря"),
        ("until_time", at(25, 0), "до полуночи"),
        ("until_time", at(26, 0), "до полуночи, в ночь на двадцать шестое ноября"),
        ("by_time", at(25, 0, 30), "в ночь на двадцать пятое ноября к нулю часов тридцати минутам"),
        ("by_time", at(25, 4, 59), "в ночь на двадцать пятое ноября к четырём часам пятидесяти девяти минутам"),
        ("by_time", at(25, 5), "завтра к пяти часам"),
        ("at_time", at(24, 3), "сегодня в три часа"),
    ],
)
def test_midnight_and_the_small_hours(formatter: str, moment: Value, words: str) -> None:
    assert said(formatter, moment) == words


WINDOW = PromptBook.parse({"p.yaml": 'p: {says: "Работы {start:from_time} {end:until_time}."}'})


@pytest.mark.parametrize(
    ("start", "end", "words"),
    [
        (at(24, 9), at(24, 16, 30), "сегодня с девяти часов до шестнадцати часов тридцати минут"),
        (at(25, 9), at(25, 17), "завтра с девяти часов до семнадцати часов"),
        (at(24, 22), at(25, 6), "сегодня с двадцати двух часов до шести часов завтрашнего дня"),
        (at(24, 9), at(25, 0), "сегодня с девяти часов до полуночи"),
        (at(25, 0), at(25, 6), "с полуночи, в ночь на двадцать пятое ноября до шести часов"),
        (at(27, 9), at(27, 17), "двадцать седьмого ноября с девяти часов до семнадцати часов"),
    ],
)
def test_a_day_is_said_once(start: datetime, end: datetime, words: str) -> None:
    assert WINDOW.speak(Prompt("p", start=start, end=end), NOW).text == f"Работы {words}."


def test_moments_of_any_zone_are_said_in_moscow_time() -> None:
    assert said("by_time", datetime(2026, 11, 24, 15, 30, tzinfo=UTC)) == said("by_time", at(24, 18, 30))
    late_in_utc = datetime(2026, 11, 24, 21, 30, tzinfo=UTC)  # 00:30 of the 25th in Moscow
    assert said("at_time", at(25, 12), now=late_in_utc) == "сегодня в двенадцать часов"
    assert said("on_date", late_in_utc) == "завтра"


def test_seconds_are_dropped() -> None:
    assert said("by_time", at(24, 18).replace(second=59)) == "к восемнадцати часам"
    assert said("until_time", at(25, 0).replace(microsecond=1)) == "до полуночи"


@pytest.mark.parametrize("value", [datetime(2026, 11, 24, 18), date(2026, 11, 24), "18:00", 18])
def test_what_is_no_moment_is_refused_by_name(value: Value) -> None:
    with pytest.raises(PromptError, match=r"p\.yaml:1:1: error: prompt “p” cannot be said: its value “at”"):
        said("by_time", value)
