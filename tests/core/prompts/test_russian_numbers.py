"""Numbers in words, every one of 0–9999 in every case and gender, against tables that another program made."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from ivr.prompts.russian.numbers import Case, Gender, OrdinalForm, cardinal, ordinal
from ivr.prompts.russian.plural import Forms

CASES = get_args(Case)
GENDERS = get_args(Gender)


def oracle() -> dict[tuple[int, str, str], str]:
    lines = (Path(__file__).parent / "cardinals.tsv").read_text("utf-8").splitlines()[1:]
    columns = [column.split(" ") for column in lines[0].split("\t")[1:]]
    table = {}
    for line in lines[1:]:
        number, *words = line.split("\t")
        for (case, gender), word in zip(columns, words, strict=True):
            table[int(number), case, gender] = word
    return table


ORACLE = oracle()


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("gender", GENDERS)
def test_every_number_below_ten_thousand(case: Case, gender: Gender) -> None:
    thousand = {
        "nominative": Forms("тысяча", "тысячи", "тысяч"),
        "genitive": Forms("тысячи", "тысяч", "тысяч"),
        "dative": Forms("тысяче", "тысячам", "тысячам"),
        "accusative": Forms("тысячу", "тысячи", "тысяч"),
    }[case]
    for number in range(10_000):
        thousands, hundreds, rest = number // 1000, number // 100 % 10, number % 100
        expected = []
        if thousands > 1:
            expected.append(ORACLE[thousands, case, "f"])
        if thousands:
            expected.append(thousand.beside(thousands))
        if hundreds:
            expected.append(ORACLE[hundreds * 100, case, gender])
        if rest or not expected:
            expected.append(ORACLE[rest, case, gender])
        assert cardinal(number, case, gender) == " ".join(expected), number


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1000, "тысяча"),
        (1204, "тысяча двести четыре"),
        (2220, "две тысячи двести двадцать"),
        (21_001, "двадцать одна тысяча один"),
        (999_999, "девятьсот девяносто девять тысяч девятьсот девяносто девять"),
    ],
)
def test_larger_numbers(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize("number", [-1, 1_000_000])
def test_numbers_out_of_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="is not between"):
        cardinal(number)


GENITIVE_DAYS = [
    "первого", "второго", "третьего", "четвёртого", "пятого", "шестого", "седьмого", "восьмого", "девятого",
    "десятого", "одиннадцатого", "двенадцатого", "тринадцатого", "четырнадцатого", "пятнадцатого",
    "шестнадцатого", "семнадцатого", "восемнадцатого", "девятнадцатого", "двадцатого",
]  # fmt: skip


def test_ordinals_of_days() -> None:
    days = GENITIVE_DAYS + [f"двадцать {word}" for word in GENITIVE_DAYS[:9]] + ["тридцатого", "тридцать первого"]
    assert [ordinal(day, "genitive") for day in range(1, 32)] == days


@pytest.mark.parametrize(
    ("number", "form", "words"),
    [
        (3, "neuter", "третье"),
        (2, "masculine", "второй"),
        (1, "masculine", "первый"),
        (25, "neuter", "двадцать пятое"),
        (40, "feminine", "сороковая"),
        (100, "masculine", "сотый"),
        (120, "genitive", "сто двадцатого"),
        (123, "feminine genitive", "сто двадцать третьей"),
        (300, "neuter", "трёхсотое"),
        (911, "genitive", "девятьсот одиннадцатого"),
    ],
)
def test_other_ordinals(number: int, form: OrdinalForm, words: str) -> None:
    assert ordinal(number, form) == words


def test_every_ordinal_has_one_ending_and_a_cardinal_front() -> None:
    for form in get_args(OrdinalForm):
        for number in range(1, 1000):
            *front, last = ordinal(number, form).split()
            assert last.endswith(("ый", "ой", "ий", "ая", "ья", "ое", "ье", "ого", "его", "ей"))
            assert all(word in cardinal(number).split() for word in front)


@pytest.mark.parametrize("number", [0, 1000])
def test_ordinals_out_of_range_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="is not between"):
        ordinal(number, "genitive")


def test_nouns_beside_numbers() -> None:
    forms = Forms("звонок", "звонка", "звонков")
    one = {n for n in range(200) if forms.beside(n) == "звонок"}
    two = {n for n in range(200) if forms.beside(n) == "звонка"}
    assert one == {n for n in range(200) if str(n).endswith("1") and not str(n).endswith("11")}
    assert two == {n for n in range(200) if str(n)[-1] in "234" and str(n)[-2:] not in {"12", "13", "14"}}
