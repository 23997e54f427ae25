"""Days of the calendar and regions as callers say and key them."""

from datetime import date

import pytest

from outage_feed.regions import REGIONS
from robot.understanding.days import day_of, day_of_keys
from robot.understanding.regions import region_of

TODAY = date(2026, 11, 25)  # a Wednesday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("сегодня", date(2026, 11, 25)),
        ("завтра", date(2026, 11, 26)),
        ("можно послезавтра", date(2026, 11, 27)),
        ("двадцать пятого декабря", date(2026, 12, 25)),
        ("первое декабря", date(2026, 12, 1)),
        ("на третье марта", date(2027, 3, 3)),
        ("двадцать пятого ноября", date(2026, 11, 25)),
        ("двадцать четвёртого ноября", date(2027, 11, 24)),
        ("десятого мая", date(2027, 5, 10)),
        ("5 декабря", date(2026, 12, 5)),
        ("двадцать седьмого числа", date(2026, 11, 27)),
        ("третьего числа", date(2026, 12, 3)),
        ("тридцатого", date(2026, 11, 30)),
        ("в пятницу", date(2026, 11, 27)),
        ("во вторник", date(2026, 12, 1)),
        ("в среду", date(2026, 12, 2)),
        ("давайте в субботу утром", date(2026, 11, 28)),
        ("двадцать девятого февраля", date(2028, 2, 29)),
    ],
)
def test_days(words: str, day: date) -> None:
    assert day_of(words, TODAY) == day


@pytest.mark.parametrize(
    "words", ["", "в конце месяца", "тридцатого февраля", "дом пять", "когда угодно", "тридцать пять"]
)
def test_no_days(words: str) -> None:
    assert day_of(words, TODAY) is None


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        ("0112", date(2026, 12, 1)),
        ("2511", date(2026, 11, 25)),
        ("2411", date(2027, 11, 24)),
        ("2902", date(2028, 2, 29)),
        ("3002", None),
        ("0013", None),
        ("112", None),
        ("1*12", None),
        ("", None),
    ],
)
def test_keyed_days(keys: str, day: date | None) -> None:
    assert day_of_keys(keys, TODAY) == day


def test_a_leap_day_is_found_over_a_century_without_one() -> None:
    assert day_of_keys("2902", date(2096, 3, 1)) == date(2104, 2, 29)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("белгородская", "31"), ("в брянской области", "32"), ("воронеж", "36"), ("в костроме", "44"),
        ("курскую", "46"),
        ("липецкая область", "48"), ("в орле", "57"), ("орёл", "57"), ("орловская", "57"), ("смоленск", "67"),
        ("тамбовской", "68"), ("в твери", "69"), ("тверская область", "69"), ("из ярославля", "76"),
        ("ярославская", "76"), ("в воронежское области", "36"), ("липецкое", "48"), ("костромского", "44"),
    ],
)  # fmt: skip
def test_regions(words: str, code: str) -> None:
    assert region_of(words) == code


@pytest.mark.parametrize("words", ["", "московская область", "калужская", "курская или орловская", "не знаю"])
def test_no_region_of_ours(words: str) -> None:
    assert region_of(words) is None


def test_every_region_is_known_by_its_own_name() -> None:
    assert {code: region_of(region.name) for code, region in REGIONS.items()} == {code: code for code in REGIONS}
