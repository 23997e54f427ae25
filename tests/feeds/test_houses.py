from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.houses import includes, parse_house, parse_houses, write_item
from outage_feed.model import House, HouseItem, HouseSet, Parity, Range, Single, Sureness
from tests.feeds.places import house_sets, houses, items

SURE, POSSIBLE, NOT = Sureness.SURE, Sureness.POSSIBLE, None


@pytest.mark.parametrize(
    ("text", "house"),
    [
        ("5", House(5)),
        ("д. 5", House(5)),
        ("№ 5", House(5)),
        ("N 5", House(5)),
        ("5а", House(5, "а")),
        ("5-А", House(5, "а")),
        ("5 «а»".replace("«", '"').replace("»", '"'), House(5, "а")),
        ("10A", House(10, "а")),  # a Latin letter
        ("12 буква а", House(12, "а")),
        ("25/1", House(25, fraction="1")),
        ("25/1а", House(25, fraction="1а")),
        ("25 корп. 2 стр. 1", House(25, corpus="2", building="1")),
        ("25к2", House(25, corpus="2")),
        ("25к", House(25, "к")),
        ("5 с1", House(5, building="1")),
        ("12-18", None),
        ("уч. 15", None),
        ("5 кв 3", None),
        ("0", None),
        ("", None),
    ],
)
def test_one_house(text: str, house: House | None) -> None:
    assert parse_house(text) == house


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("с N 15 по 37", Range(House(15), House(37))),
        ("с N 95-а по N 123", Range(House(95, "а"), House(123))),
        ("N 95-а по N 123", Range(House(95, "а"), House(123))),
        ("с 1 до 30", Range(House(1), House(30))),
        ("с N 1 по N 25 нечётная сторона", Range(House(1), House(25), Parity.ODD)),
        ("четная сторона дома с N 2 по N 20", Range(House(2), House(20), Parity.EVEN)),
        ("1-25 (нечётная)", Range(House(1), House(25), Parity.ODD)),
        ("все с 1 по 5", Range(House(1), House(5), Parity.ALL)),
        ("12-18", Range(House(12), House(18), sure=False)),
        ("12а-18/2", Range(House(12, "а"), House(18, fraction="2"), sure=False)),
        ("12-3", Single(House(12), sure=False)),
    ],
)
def test_ranges(text: str, item: HouseItem) -> None:
    assert parse_houses([text]) == HouseSet((item,))


@pytest.mark.parametrize("text", ["с 25 по 1", "кв. 5", "3 кв 1-20", "5 Мира 3", "магазин"])
def test_what_cannot_be_read_stays_as_text(text: str) -> None:
    assert parse_houses([text]) == HouseSet(unclear=(text,))


@pytest.mark.parametrize("text", ["вся улица", "Вся", "весь переулок", "полностью"])
def test_the_whole_street(text: str) -> None:
    assert parse_houses([text]).whole


@pytest.mark.parametrize(
    ("listed", "house", "answer"),
    [
        (["5"], "5", SURE),
        (["5"], "5а", NOT),
        (["5а"], "5", NOT),
        (["7-а"], "7а", SURE),
        (["25/1"], "25/1", SURE),
        (["25/1"], "25", NOT),
        (["25"], "25 к2", POSSIBLE),
        (["25 к1"], "25 к2", NOT),
        (["25 к2"], "25", POSSIBLE),
        (["с 15 по 37"], "15", SURE),
        (["с 15 по 37"], "37", SURE),
        (["с 15 по 37"], "39", NOT),
        (["с 15 по 37"], "13", NOT),
        (["с 15 по 37"], "21а", SURE),
        (["с 15 по 37"], "20", POSSIBLE),  # one side is named, the other not excluded
        (["с 1 по 20"], "8", SURE),
        (["с 1 по 25 нечётная сторона"], "8", NOT),
        (["с 1 по 25 нечётная сторона"], "9", SURE),
        (["нечётная сторона"], "201", SURE),
        (["нечётная сторона"], "202", NOT),
        (["с 95а по 123"], "95", NOT),
        (["с 95а по 123"], "95б", SURE),
        (["с 95 по 123"], "123а", POSSIBLE),
        (["с 1 по 25"], "25/2", POSSIBLE),
        (["12-18"], "14", POSSIBLE),
        (["12-18"], "12", POSSIBLE),
        (["12-18"], "19", NOT),
        (["вся улица"], "уч. 15", SURE),
        (["5"], "уч. 15", POSSIBLE),
        (["5", "у леса"], "9", POSSIBLE),
        (["5", "у леса"], "5", SURE),
        ([], "9", POSSIBLE),
    ],
)
def test_whether_a_house_is_among_them(listed: list[str], house: str, answer: Sureness | None) -> None:
    assert includes(parse_houses(listed), house) is answer


@given(items)
def test_a_written_item_reads_back(item: HouseItem) -> None:
    assert parse_houses([write_item(item)]) == HouseSet((item,))


@given(houses)
def test_a_written_house_reads_back(house: House) -> None:
    assert parse_house(str(house)) == house


@given(house_sets, houses)
def test_more_houses_never_make_an_answer_weaker(listed: HouseSet, house: House) -> None:
    rank = {NOT: 0, POSSIBLE: 1, SURE: 2}
    more = HouseSet((*listed.items, Single(house)), listed.whole, listed.unclear)
    assert includes(more, str(house)) is SURE
    if listed.items or listed.unclear:
        for other in ("7", "8", str(house)):
            assert rank[includes(more, other)] >= rank[includes(listed, other)]


@given(
    st.integers(1, 200),
    st.integers(0, 100),
    st.integers(1, 400),
    st.sampled_from([Parity.ODD, Parity.EVEN, Parity.ALL]),
)
def test_a_range_means_the_numbers_between_its_ends(first: int, length: int, number: int, parity: Parity) -> None:
    listed = HouseSet((Range(House(first), House(first + length), parity),))
    side = parity is Parity.ALL or (number % 2 == 1) == (parity is Parity.ODD)
    inside = first <= number <= first + length and side
    assert includes(listed, str(number)) is (SURE if inside else NOT)


@given(house_sets, st.text(max_size=12))
def test_surely_needs_a_reason(listed: HouseSet, house: str) -> None:
    """A house that is no number is sure only where the whole street is named."""
    if includes(listed, house) is SURE and parse_house(house) is None:
        assert listed.whole


@given(st.lists(st.text(max_size=30), max_size=6))
def test_no_text_breaks_the_parser(texts: list[str]) -> None:
    parse_houses(texts)
