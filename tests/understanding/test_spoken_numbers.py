"""Numbers as callers say them: dictated digits, house numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robot.hearing.spoken_numbers import cardinal, ordinal
from robot.understanding.numbered import tokens
from robot.understanding.numbers import digits, house


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("сорок шесть ноль один двенадцать", "460112"),
        ("сто двадцать пять", "125"),
        ("сто двадцать пять сто", "125100"),
        ("двадцать пять двадцать пять", "2525"),
        ("пять двадцать", "520"),
        ("двадцать двадцать", "2020"),
        ("ноль ноль", "00"),
        ("номер э так двенадцать", "12"),
        ("мой номер счета двадцать три", None),
        ("один нуля два", "102"),
        ("раз два три", "123"),
        ("две тысячи двадцать пять", "2025"),
        ("тысяча двести", "1200"),
        ("4601 12", "460112"),
        ("0012", "0012"),
        ("двенадцать петухов", None),
        ("двадцать третий", None),
        ("", None),
        ("ну так", None),
    ],
)
def test_dictated_digits(said: str, meant: str | None) -> None:
    assert digits(said) == meant


@given(st.lists(st.integers(0, 999), min_size=1, max_size=6))
def test_whatever_is_dictated_one_digit_at_a_time_comes_back(numbers: list[int]) -> None:
    written = "".join(map(str, numbers))
    assert digits(" ".join(cardinal(int(one)) for one in written)) == written


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("двадцать пять дробь один", "25/1"),
        ("двадцать пять дробь один а", "25/1а"),
        ("дом семь дробь а", "7/а"),
        ("двенадцать а", "12а"),
        ("двенадцать буква а", "12а"),
        ("двенадцать буква бэ", "12б"),
        ("двенадцать литер вэ", "12в"),
        ("двенадцать вэ", "12в"),
        ("двенадцать в", "12в"),
        ("двенадцать в селе", "12"),
        ("сто двадцать пять гэ", "125г"),
        ("пять жэ", "5ж"),
        ("пять корпус два", "5 к2"),
        ("пять ка два", "5 к2"),
        ("пять корпус бэ", "5 кб"),
        ("двадцать пять корпус два строение один", "25 к2 с1"),
        ("двадцать пять строение три", "25 с3"),
        ("дом номер пять", "5"),
        ("дом пять", "5"),
        ("владение три", "3"),
        ("участок пятнадцать", "15"),
        ("дом пять квартира три", "5"),
        ("пять а квартира сорок четыре", "5а"),
        ("второй подъезд дом семь третий этаж", "7"),
        ("света нет два часа дом восемь", "8"),
        ("не пять а семь", "7"),
        ("нет не дом пять дом семь", "7"),
        ("25/1", "25/1"),
        ("12а", "12а"),
        ("25 корпус 2", "25 к2"),
        ("Дом 7-а", "7а"),
        ("первая молодежная", None),
        ("дом пятый", None),
        ("пять семь", None),
        ("ноль", None),
        ("литер бэ", None),
        ("не знаю", None),
        ("", None),
    ],
)
def test_houses(said: str, meant: str | None) -> None:
    found = house(said)
    assert (found and str(found)) == meant


@given(st.integers(1, 999))
def test_every_number_is_a_house_and_its_ordinal_is_not(number: int) -> None:
    assert str(house(f"дом {cardinal(number)}")) == str(number)
    if number <= 100:
        assert house(ordinal(number, "ая")) is None
        assert tokens(ordinal(number, "ого"))[-1].value == number
        assert tokens(ordinal(number, "ого"))[-1].ordinal


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("сто двадцать третьей дивизии", [(123, True)]),
        ("восьмого марта двадцать пять", [(8, True), (25, False)]),
        ("8-е марта 5", [(8, True), (5, False)]),
        ("пятидесятилетия октября", [(50, False)]),
        ("третья", [(3, True)]),
    ],
)
def test_numbers_are_made_out_of_words(said: str, numbers: list[tuple[int, bool]]) -> None:
    assert [(one.value, one.ordinal) for one in tokens(said) if one.value is not None] == numbers
