"""House numbers as registers write them → as people say them."""

from __future__ import annotations

import pytest

from ivr.prompts.russian.houses import house_words, is_house, number_phrases
from ivr.prompts.russian.numbers import cardinal


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("5", "дом пять"),
        ("25/1", "дом двадцать пять дробь один"),
        ("12а", "дом двенадцать а"),
        ("12А", "дом двенадцать а"),
        ("12-а", "дом двенадцать а"),
        ("95 б", "дом девяносто пять бэ"),
        ("7в", "дом семь вэ"),
        ("7г", "дом семь гэ"),
        ("7д", "дом семь дэ"),
        ("7ж", "дом семь жэ"),
        ("10 «Б»", "дом десять бэ"),
        ("12а/2", "дом двенадцать а дробь два"),
        ("д. 25 корп. 2 стр. 1", "дом двадцать пять корпус два строение один"),
        ("25к2с1", "дом двадцать пять корпус два строение один"),
        ("25а/1 к2 с1", "дом двадцать пять а дробь один корпус два строение один"),
        ("дом 3 лит. Б", "дом три литер бэ"),
        ("литер Б", "литер бэ"),
        ("влад. 3", "владение три"),
        ("уч. 15", "участок пятнадцать"),
        ("стр 3", "строение три"),
        ("№ 8", "дом восемь"),
        ("125", "дом сто двадцать пять"),
        ("300", "дом триста"),
        ("1204", "дом тысяча двести четыре"),
        ("12-18", "дом двенадцать тире восемнадцать"),
        ("1-к корп. 2", "дом один ка корпус два"),
        ("б/н", "дом без номера"),
    ],
)
def test_houses(written: str, spoken: str) -> None:
    assert house_words(written) == spoken
    assert is_house(written)


@pytest.mark.parametrize("written", ["", "ленина", "8 Марта", "40 лет Победы", "корпус", "5 корпус", "а", "5//1", "5?"])
def test_what_is_no_house(written: str) -> None:
    assert not is_house(written)


def test_every_plain_house_and_number() -> None:
    for number in range(10_000):
        assert " ".join(number_phrases(number)) == cardinal(number)
        if number:
            assert house_words(str(number)) == f"дом {cardinal(number)}"
