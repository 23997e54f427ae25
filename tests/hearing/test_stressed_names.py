"""Names of our regions that espeak-ng stresses wrongly, and the forms in which callers say them."""

from pathlib import Path

import pytest

from ivr.bringup.packages import ensure
from robot.hearing.pronouncing import pronounce
from robot.hearing.stressing import stressed_vowel, stresses
from robot.hearing.vocabulary import phrases, words

ROOT = Path(__file__).parents[2]
MARK = "\u0301"
VOWELS = "аеёиоуыэюя"
RIGHT = (
    "клинцы́ клинца́х семилу́ки семилу́ках про́хоровка про́хоровский люби́м люби́ме караби́ха пересла́вле глазуно́вка "
    "щигры́ щигра́х поныри́ фате́ж шарья́ чухлома́ гря́зинский жиря́тинский верхнемамо́нский пово́ринский "
    "межевско́й межевско́м кромско́й большесолда́тский вышневоло́цкий западнодви́нский новооско́льский инжа́винский "
    "краснояру́жский неко́узский бе́ловский лизюко́ва на́нсена гро́мовой у́гольную"
)


def _plain(marked: str) -> tuple[str, int]:
    before, _, after = marked.partition(MARK)
    return before + after, sum(letter in VOWELS for letter in before) - 1


def test_every_stress_is_one_of_a_vowel_that_is_there() -> None:
    for word, place in stresses().items():
        assert 0 <= place < sum(letter in VOWELS for letter in word), word
        assert "ё" not in word, f"{word}: ё is always stressed and needs no mark"


@pytest.mark.parametrize("marked", RIGHT.split())
def test_names_are_stressed_as_their_people_stress_them(marked: str) -> None:
    word, place = _plain(marked)
    assert word in words()
    assert stressed_vowel(word, stresses()) == place


def test_the_stress_is_heard_in_the_sounds() -> None:
    tree = ensure("espeak", ROOT / "var")
    sounds = {
        "клинцы": "k l; I n ts Y",
        "хреновое": "x r; I n V v O j I",
        "громовой": "g r O m V v V j",
        "межевской": "m; I Z Y f s k O j",
    }
    said = pronounce(sounds, tree.command("espeak-ng"), tree.env())
    assert {word: " ".join(ways[0]) for word, ways in said.items()} == sounds


def test_no_town_district_or_street_is_without_a_pronunciation() -> None:
    tree = ensure("espeak", ROOT / "var")
    names = {
        word
        for family in ("towns", "districts", "streets", "villages")
        for name in phrases(family)
        for word in name.split()
    }
    assert names == set(pronounce(sorted(names), tree.command("espeak-ng"), tree.env()))
