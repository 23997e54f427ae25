"""Hours, minutes and days in words: all 24 × 60 times in every case that is spoken, all days of a year."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from ivr.prompts.russian.dates import day_of, day_on, near_day, near_day_genitive
from ivr.prompts.russian.numbers import Case
from ivr.prompts.russian.times import hours, minutes

HOUR_NOUNS = {"genitive": ("часа", "часов"), "dative": ("часу", "часам")}
MINUTE_NOUNS = {"genitive": ("минуты", "минут"), "dative": ("минуте", "минутам")}


def words(number: int, case: str, gender: str) -> str:
    lines = (Path(__file__).parent / "cardinals.tsv").read_text("utf-8").splitlines()[1:]
    column = lines[0].split("\t").index(f"{case} {gender}")
    return next(line.split("\t")[column] for line in lines[1:] if line.startswith(f"{number}\t"))


@pytest.mark.parametrize("case", ["genitive", "dative"])
def test_oblique_cases_have_two_nouns(case: Case) -> None:
    """In the genitive and the dative «один» takes the singular, all others the plural."""
    for hour in range(1, 24):
        noun = HOUR_NOUNS[case][0 if hour in {1, 21} else 1]
        assert hours(hour, case) == f"{words(hour, case, 'm')} {noun}"
    for minute in range(1, 60):
        noun = MINUTE_NOUNS[case][0 if minute % 10 == 1 and minute != 11 else 1]
        assert minutes(minute, case) == f"{words(minute, case, 'f')} {noun}"


@pytest.mark.parametrize("case", ["nominative", "accusative"])
def test_straight_cases_have_three_nouns(case: Case) -> None:
    one_minute = {"nominative": "минута", "accusative": "минуту"}[case]
    for hour in range(1, 24):
        noun = "час" if hour in {1, 21} else "часа" if hour in {2, 3, 4, 22, 23} else "часов"
        assert hours(hour, case) == f"{words(hour, case, 'm')} {noun}"
    for minute in range(1, 60):
        last = minute % 10 if not 11 <= minute <= 14 else 0
        noun = one_minute if last == 1 else "минуты" if last in {2, 3, 4} else "минут"
        assert minutes(minute, case) == f"{words(minute, case, 'f')} {noun}"


@pytest.mark.parametrize(
    ("case", "said"),
    [("nominative", "ноль часов"), ("genitive", "нуля часов"), ("dative", "нулю часов"), ("accusative", "ноль часов")],
)
def test_zero_governs_the_genitive_plural(case: Case, said: str) -> None:
    assert hours(0, case) == said


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (hours(21, "dative"), "двадцати одному часу"),
        (hours(18, "dative"), "восемнадцати часам"),
        (minutes(30, "dative"), "тридцати минутам"),
        (hours(9, "genitive"), "девяти часов"),
        (hours(16, "genitive"), "шестнадцати часов"),
        (hours(21, "accusative"), "двадцать один час"),
        (minutes(21, "accusative"), "двадцать одну минуту"),
    ],
)
def test_examples_of_the_domain(said: str, expected: str) -> None:
    assert said == expected


def test_every_day_of_a_year() -> None:
    months = [
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ]  # fmt: skip
    seen = set()
    for offset in range(366):
        day = date(2028, 1, 1) + timedelta(days=offset)
        of, month = day_of(day)
        on, same_month = day_on(day)
        assert month == same_month == months[day.month - 1]
        assert of.endswith(("ого", "его"))
        assert on.endswith(("ое", "ье"))
        assert of.split()[:-1] == on.split()[:-1]
        seen.add((of, month))
    assert len(seen) == 366
    assert day_of(date(2026, 11, 24)) == ("двадцать четвёртого", "ноября")
    assert day_on(date(2026, 11, 25)) == ("двадцать пятое", "ноября")
    assert day_of(date(2026, 12, 1)) == ("первого", "декабря")


def test_near_days() -> None:
    today = date(2026, 11, 30)
    assert [near_day(today + timedelta(days=n), today) for n in range(-2, 3)] == [
        None,
        "вчера",
        "сегодня",
        "завтра",
        None,
    ]
    assert near_day_genitive(date(2026, 12, 1), today) == "завтрашнего дня"
    assert near_day_genitive(date(2026, 12, 2), today) is None
