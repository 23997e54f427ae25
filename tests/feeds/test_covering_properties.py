"""From a list as feeds write it to an answer for a house: inside is sure, outside is not, in any habit of writing.

The truth is kept apart from the reader: as the numbers that were meant when the text was made.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from outage_feed.affecting import covers
from outage_feed.model import Outage, Settlement, Sureness
from outage_feed.record import read_record, write_record
from tests.feeds.places import NOW, TOWN, VILLAGE, outage, point

SURE, POSSIBLE, NOT = Sureness.SURE, Sureness.POSSIBLE, None
STREETS = ("ул. Советская", "пер. Транспортный", "ул. 8 Марта", "ул. К.Маркса", "проезд Моторный", "ул. 1-я Молодёжная")
LETTERS = "абвг"


@dataclass(frozen=True)
class Meant:
    """A piece of a list: its text, and the houses that it means, as numbers with their letter."""

    text: str
    houses: frozenset[str]


@st.composite
def singles(draw: st.DrawFn) -> Meant:
    number, letter = draw(st.integers(1, 120)), draw(st.sampled_from(["", "", *LETTERS]))
    written = f"{number}{draw(st.sampled_from(['', '-', ' ']))}{letter}" if letter else str(number)
    if draw(st.booleans()):
        written = written.upper()
    return Meant(
        draw(st.sampled_from(["", "д. ", "дом ", "N ", "№ ", "№"])) + written, frozenset({f"{number}{letter}"})
    )


@st.composite
def sided_ranges(draw: st.DrawFn) -> Meant:
    """A range that says which side it means; nothing is left to doubt."""
    first = draw(st.integers(1, 100))
    last = first + draw(st.integers(1, 40))
    side = draw(st.sampled_from(["нечётная сторона", "четная сторона", "нечетные", "чётные", "все"]))
    n = draw(st.sampled_from(["", "N ", "№ "]))
    span = draw(st.sampled_from([f"с {n}{first} по {n}{last}", f"дома с {n}{first} по {n}{last}"]))
    text = draw(st.sampled_from([f"{side} {span}", f"{span} {side}", f"({side} {span})"]))
    step = {"н": 1, "ч": 0}.get(side[0])
    return Meant(
        text, frozenset(str(number) for number in range(first, last + 1) if step is None or number % 2 == step)
    )


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, dict[str, frozenset[str]]]:
    """A text about some streets, and the houses that it means on each."""
    texts, truth = [], {}
    for name in draw(st.lists(st.sampled_from(STREETS), min_size=1, max_size=4, unique=True)):
        pieces = draw(st.lists(singles() | sided_ranges(), min_size=1, max_size=4))
        glue = draw(st.sampled_from([", ", ",", " , "]))
        texts.append(f"{name}{draw(st.sampled_from([', ', ' ', ' дома ']))}{glue.join(one.text for one in pieces)}")
        truth[name] = frozenset().union(*(one.houses for one in pieces))
    return draw(st.sampled_from([", ", "; ", ";\n"])).join(texts), truth


asked_houses = st.builds(
    lambda number, letter: f"{number}{letter}", st.integers(1, 145), st.sampled_from(["", "", *LETTERS])
)


def answer(found: Outage, place: Settlement, street: str, house: str) -> Sureness | None:
    return covers(found, point(place, street, house))


def in_some_range(house: str, truth: frozenset[str]) -> bool:
    """«7а» where a list means 7 by a range: the lettered neighbour stands between its ends."""
    return not house.isdecimal() and house.rstrip(LETTERS) in truth


@settings(deadline=2000)
@given(lists(), st.sampled_from(STREETS), asked_houses, st.sampled_from([VILLAGE, TOWN]))
def test_inside_is_sure_and_outside_is_not(
    listed: tuple[str, dict[str, frozenset[str]]], street: str, house: str, place: Settlement
) -> None:
    text, truth = listed
    found = answer(outage(text, place), place, street, house)
    if house in truth.get(street, ()):
        assert found is SURE, text
    elif not in_some_range(house, truth.get(street, frozenset())):
        assert found is NOT, text


@settings(deadline=2000)
@given(lists(), st.sampled_from(["кроме дома 5", "частично", "ВЛ-10 кВ № 4", "у магазина", "12-18", "кв. 3", "ТП 12"]),
       st.booleans(), st.sampled_from(STREETS), asked_houses)  # fmt: skip
def test_what_cannot_be_read_makes_nothing_sure(
    listed: tuple[str, dict[str, frozenset[str]]], odd: str, first: bool, street: str, house: str
) -> None:
    """An unreadable piece beside the list: whoever was outside is possible or not, and never sure."""
    text, truth = listed
    text = f"{odd}; {text}" if first else f"{text}; {odd}"
    found = answer(outage(text), VILLAGE, street, house)
    meant = truth.get(street, frozenset())
    if house not in meant and not in_some_range(house, meant):
        assert found is not SURE, text
    if house in meant:
        assert found is not NOT, text


@settings(deadline=2000)
@given(lists(), st.sampled_from(STREETS), asked_houses)
def test_what_is_stored_answers_the_same(
    listed: tuple[str, dict[str, frozenset[str]]], street: str, house: str
) -> None:
    one = replace(outage(listed[0]), source_id="1")
    again = read_record(write_record(one), source="test", received_at=NOW)
    assert answer(one, VILLAGE, street, house) is answer(again, VILLAGE, street, house)


@settings(deadline=2000)
@given(lists(), st.sampled_from(STREETS), asked_houses)
def test_another_place_is_never_meant(listed: tuple[str, dict[str, frozenset[str]]], street: str, house: str) -> None:
    found = outage(listed[0])
    for place in (
        replace(VILLAGE, district="Каширский р-н"),
        replace(VILLAGE, type="снт"),
        replace(VILLAGE, name="Бабяково-2"),
        replace(VILLAGE, region="48"),
        TOWN,
    ):
        assert answer(found, place, street, house) is NOT
    for place in (replace(VILLAGE, district=""), replace(VILLAGE, type="")):
        assert answer(found, place, street, house) is not SURE or place.district


@settings(deadline=2000)
@given(st.integers(1, 90), st.integers(1, 30), st.sampled_from(LETTERS), st.sampled_from(LETTERS), st.integers(1, 130),
       st.sampled_from(["", *LETTERS]))  # fmt: skip
def test_letters_at_the_ends_of_a_range(
    first: int, length: int, first_letter: str, last_letter: str, number: int, letter: str
) -> None:
    """«с N 95-а по N 123-б»: 95 is outside, 95а and 95б inside, 123а and 123б inside, 123в outside."""
    last = first + length
    found = outage(f"ул. Мира все дома с N {first}-{first_letter} по N {last}-{last_letter}")
    inside = (first, first_letter) <= (number, letter) <= (last, last_letter)
    assert answer(found, VILLAGE, "ул. Мира", f"{number}{letter}") is (SURE if inside else NOT)
