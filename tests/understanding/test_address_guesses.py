"""Names badly misheard, guessed among few; districts misheard; candidates with their reasons."""

from __future__ import annotations

import pytest

from outage_feed.model import Address, Settlement
from robot.understanding.address import SURE, Ambiguous, Matched, understand_address
from robot.understanding.address_candidates import candidates
from robot.understanding.address_words import address_tokens
from robot.understanding.numbered import tokens
from robot.understanding.spoken_places import places_of
from tests.understanding.register import PLACES, addresses


def found(text: str) -> Matched:
    answer = understand_address((text,), PLACES)
    assert isinstance(answer, Matched), answer
    return answer


@pytest.mark.parametrize(
    ("said", "place", "short"),
    [
        ("в курске на улице кукуруз дом один", "г. Курск", "ул. Кукурузная, 1"),
        ("город орёл улица наугорс дом десять", "г. Орёл", "ш. Наугорское, 10"),
        ("город грязи песковатс дом четырнадцать", "г. Грязи", "ул. Песковатская, 14"),
        ("деревня ниння велица нерехтский район дом четыре", "д. Нижняя Велица", "д. Нижняя Велица, 4"),
    ],
)
def test_a_name_is_guessed_where_few_are_possible(said: str, place: str, short: str) -> None:
    answer = found(said)
    assert (str(answer.address.settlement), answer.address.short()) == (place, short)


@pytest.mark.parametrize("said", ["в курске на улице кукуруз дом один", "город грязи песковатс дом четырнадцать"])
def test_a_guess_is_never_sure(said: str) -> None:
    assert found(said).confidence < SURE


def test_nothing_is_guessed_of_what_is_unlike_every_name() -> None:
    assert not isinstance(understand_address(("курск улица профсоюзная дом пять",), PLACES), Matched)


TWO_DISTRICTS = places_of(
    Address(Settlement("Бор", "д", district, "76"), None, str(number))
    for district in ("Сонковский р-н", "Сосковский р-н")
    for number in (1, 2)
)


def test_districts_that_sound_alike_are_not_told_apart_by_a_wrong_sound() -> None:
    answer = understand_address(("деревня бор соковский район дом один",), TWO_DISTRICTS)
    assert isinstance(answer, Ambiguous)
    assert answer.asks == "district"


def test_the_one_that_was_said_is_the_likelier_and_not_sure() -> None:
    answer = understand_address(("деревня бор сонковский район дом один",), TWO_DISTRICTS)
    assert isinstance(answer, Matched)
    assert answer.address.settlement.district == "Сонковский р-н"
    assert answer.confidence < SURE


def test_districts_of_one_sound_are_two() -> None:
    place = Settlement("Никитино", "х", "Краснинский р-н", "67")
    elsewhere = Settlement("Сетище", "с", "Красненский р-н", "31")
    places = places_of([Address(place, None, "7"), Address(elsewhere, None, "7"), *addresses()])
    answer = understand_address(("хутор никитино красненский район дом семь",), places)
    assert isinstance(answer, Matched)
    assert answer.confidence < SURE


def test_a_lane_is_not_sure_for_a_street_of_its_name() -> None:
    register = [each for each in addresses() if each.street is None or str(each.street) != "ул. Садовая"]
    answer = understand_address(("орёл садовая пять",), places_of(register))
    assert not isinstance(answer, Matched) or answer.confidence < SURE


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("улица э садовая", "улица садовая"),
        ("улица са садовая садовая", "улица садовая"),
        ("улица как его садовая", "улица садовая"),
        ("пять э", "5 э"),
        ("эс эс эс эр", "эс эс эс эр"),
        ("пять пять", "5 5"),
    ],
)
def test_hesitations_and_stammering_are_left_out(said: str, heard: str) -> None:
    assert " ".join(token.text for token in address_tokens(said)) == heard


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("сорок второ армии", [42]),
        ("двадцать вторйо", [22]),
        ("двадцть третьего февраля", [23]),
        ("шестьсят лет октября", [60]),
        ("дом двадцть пять", [5]),  # a house is not guessed
        ("улица второва", []),
    ],
)
def test_numbers_of_names_are_made_out_and_houses_never_guessed(said: str, numbers: list[int]) -> None:
    assert [token.value for token in tokens(said) if token.value is not None] == numbers


def test_candidates_tell_why() -> None:
    best, *others = candidates(("курск ленина пять",), PLACES)
    assert str(best.address) == "г. Курск, ул. Ленина, 5"
    assert best.confidence >= SURE
    assert best.why == ("settlement as said", "street as said", "house 5")
    assert all(each.confidence <= best.confidence for each in others)
    (misheard, *_) = candidates(("курск кукурусная один",), PLACES)
    assert any(why.startswith("street heard as «кукурузная»") for why in misheard.why)
    assert len(candidates(("ленина пять",), PLACES, limit=2)) == 2
    assert candidates(("добрый день",), PLACES) == []
