"""The vocabulary: what callers of the hotline say must be in it."""

from pathlib import Path

import pytest
import yaml

from ivr.errors import ConfigError
from outage_feed.regions import REGIONS
from robot.hearing import vocabulary
from robot.hearing.spoken_numbers import DIGITS, NUMBER_WORDS, cardinal, ordinal
from robot.hearing.vocabulary import FAMILIES, phrases, regions_of_towns, words

ROOT = Path(__file__).parents[2]


def test_every_family_is_a_file_and_every_file_a_family() -> None:
    files = {file.stem for file in vocabulary.FOLDER.glob("*.txt")} - {"stress"}
    assert files == set(FAMILIES)


def test_it_is_as_large_as_such_a_model_bears() -> None:
    assert 6000 < len(words()) < 16_000
    assert list(words()) == sorted(set(words()))


@pytest.mark.parametrize(
    "said",
    [
        "да", "нет", "угу", "согласна", "оператор", "повторите", "помедленнее", "подождите", "алло",
        "у нас нет света", "оборван провод", "искрит", "запах гари",
        "ребёнок у подстанции", "кислородный концентратор",
        "двадцать пять дробь один", "буква бэ", "корпус два строение один", "владение три", "участок пятнадцать",
        "восьмого марта", "девятое января", "сорок лет победы", "полвторого", "двадцать первого декабря",
        "технологическое присоединение", "лицевой счёт", "на улице садовой", "в переулке садовом", "в курске",
        "из орла",
        "грязинский район", "улица розы люксембург", "мягкий знак",
    ],
)  # fmt: skip
def test_what_callers_say_is_in_it(said: str) -> None:
    assert set(said.split()) <= set(words())


def test_every_region_has_its_towns_and_its_capital() -> None:
    towns = regions_of_towns()
    assert set(towns.values()) == {int(code) for code in REGIONS}
    for town, region in {
        "белгород": 31,
        "орёл": 57,
        "тверь": 69,
        "ярославль": 76,
        "грязи": 48,
        "вышний волочёк": 69,
    }.items():
        assert towns[town] == region
    for region in set(towns.values()):
        assert sum(of == region for of in towns.values()) >= 20


def test_streets_are_many_and_none_twice() -> None:
    assert len(phrases("streets")) >= 1000
    assert len(set(phrases("streets"))) == len(phrases("streets"))


def test_menu_choices_of_the_shipped_dialplans_can_be_said() -> None:
    known = set(words())
    for file in (ROOT / "dialplans").glob("*.yaml"):
        for node in (yaml.safe_load(file.read_text(encoding="utf-8")).get("nodes") or {}).values():
            choices = node.get("choices") or {}
            for choice in choices.values():
                if isinstance(choice, dict) and "label" in choice:
                    assert set(choice["label"].lower().replace(",", "").split()) <= known, choice["label"]


@pytest.mark.parametrize("bad", ["Нет", "no", "дом 5", "да,нет", "да  нет"])
def test_a_line_that_is_no_phrase_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bad: str) -> None:
    (tmp_path / "yes.txt").write_text(f"# yes\nда\n{bad}\nда\n", encoding="utf-8")
    monkeypatch.setattr(vocabulary, "FOLDER", tmp_path)
    vocabulary.phrases.cache_clear()
    try:
        with pytest.raises(ConfigError) as caught:
            phrases("yes")
    finally:
        vocabulary.phrases.cache_clear()
    assert [problem.line for problem in caught.value.problems] == [3, 4]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "ноль"), (21, "двадцать один"), (100, "сто"), (305, "триста пять"), (1000, "тысяча"),
        (2041, "две тысячи сорок один"), (21_000, "двадцать одна тысяча"), (112_013, "сто двенадцать тысяч тринадцать"),
        (999_999, "девятьсот девяносто девять тысяч девятьсот девяносто девять"),
    ],
)  # fmt: skip
def test_numbers_in_words(number: int, said: str) -> None:
    assert cardinal(number) == said


@pytest.mark.parametrize(
    ("number", "form", "said"),
    [
        (1, "ый", "первый"), (2, "ый", "второй"), (3, "ого", "третьего"), (8, "ого", "восьмого"),
        (22, "ая", "двадцать вторая"),
        (40, "ый", "сороковой"), (9, "ое", "девятое"), (100, "ого", "сотого"), (70, "ая", "семидесятая"),
    ],
)  # fmt: skip
def test_ordinals_in_words(number: int, form: str, said: str) -> None:
    assert ordinal(number, form) == said


def test_all_digits_and_number_words_are_words() -> None:
    assert set(DIGITS) <= set(NUMBER_WORDS) <= set(words())
