"""Numbers in words: cardinals 0–999 999 in four cases, ordinals 1–999 in the forms that dates and names need."""

from __future__ import annotations

from typing import Literal

from ivr.prompts.russian.plural import Forms

Case = Literal["nominative", "genitive", "dative", "accusative"]
"""The accusative is that of inanimate things: all that is counted here is inanimate."""
Gender = Literal["m", "f", "n"]

_CASES: tuple[Case, ...] = ("nominative", "genitive", "dative", "accusative")

_ONE: dict[Gender, tuple[str, str, str, str]] = {
    "m": ("один", "одного", "одному", "один"),
    "f": ("одна", "одной", "одной", "одну"),
    "n": ("одно", "одного", "одному", "одно"),
}
_TWO: dict[Gender, tuple[str, str, str, str]] = {
    "m": ("два", "двух", "двум", "два"),
    "f": ("две", "двух", "двум", "две"),
    "n": ("два", "двух", "двум", "два"),
}
_UNITS: dict[int, tuple[str, str, str, str]] = {
    0: ("ноль", "нуля", "нулю", "ноль"),
    3: ("три", "трёх", "трём", "три"),
    4: ("четыре", "четырёх", "четырём", "четыре"),
    8: ("восемь", "восьми", "восьми", "восемь"),
} | {
    number: (word, word[:-1] + "и", word[:-1] + "и", word)
    for number, word in {
        5: "пять", 6: "шесть", 7: "семь", 9: "девять", 10: "десять",
        11: "одиннадцать", 12: "двенадцать", 13: "тринадцать", 14: "четырнадцать", 15: "пятнадцать",
        16: "шестнадцать", 17: "семнадцать", 18: "восемнадцать", 19: "девятнадцать",
    }.items()
}  # fmt: skip
_TENS: dict[int, tuple[str, str, str, str]] = {
    2: ("двадцать", "двадцати", "двадцати", "двадцать"),
    3: ("тридцать", "тридцати", "тридцати", "тридцать"),
    4: ("сорок", "сорока", "сорока", "сорок"),
    5: ("пятьдесят", "пятидесяти", "пятидесяти", "пятьдесят"),
    6: ("шестьдесят", "шестидесяти", "шестидесяти", "шестьдесят"),
    7: ("семьдесят", "семидесяти", "семидесяти", "семьдесят"),
    8: ("восемьдесят", "восьмидесяти", "восьмидесяти", "восемьдесят"),
    9: ("девяносто", "девяноста", "девяноста", "девяносто"),
}
_HUNDREDS: dict[int, tuple[str, str, str, str]] = {
    1: ("сто", "ста", "ста", "сто"),
    2: ("двести", "двухсот", "двумстам", "двести"),
    3: ("триста", "трёхсот", "трёмстам", "триста"),
    4: ("четыреста", "четырёхсот", "четырёмстам", "четыреста"),
    5: ("пятьсот", "пятисот", "пятистам", "пятьсот"),
    6: ("шестьсот", "шестисот", "шестистам", "шестьсот"),
    7: ("семьсот", "семисот", "семистам", "семьсот"),
    8: ("восемьсот", "восьмисот", "восьмистам", "восемьсот"),
    9: ("девятьсот", "девятисот", "девятистам", "девятьсот"),
}
_THOUSAND: dict[Case, Forms] = {
    "nominative": Forms("тысяча", "тысячи", "тысяч"),
    "genitive": Forms("тысячи", "тысяч", "тысяч"),
    "dative": Forms("тысяче", "тысячам", "тысячам"),
    "accusative": Forms("тысячу", "тысячи", "тысяч"),
}


def cardinal(number: int, case: Case = "nominative", gender: Gender = "m") -> str:
    """``number`` (0–999 999) in words: ``cardinal(21, "dative")`` → «двадцати одному».

    One thousand is said without «одна», as people say it. Raises ``ValueError`` outside the range.
    """
    if not 0 <= number <= 999_999:
        raise ValueError(f"{number} is not between 0 and 999999")
    thousands, rest = divmod(number, 1000)
    words: list[str] = []
    if thousands:
        if thousands > 1:
            words += _below_thousand(thousands, case, "f")
        words.append(_THOUSAND[case].beside(thousands))
    if rest or not thousands:
        words += _below_thousand(rest, case, gender)
    return " ".join(words)


def _below_thousand(number: int, case: Case, gender: Gender) -> list[str]:
    which = _CASES.index(case)
    hundreds, rest = divmod(number, 100)
    words = [_HUNDREDS[hundreds][which]] if hundreds else []
    if rest >= 20:
        tens, rest = divmod(rest, 10)
        words.append(_TENS[tens][which])
    if rest == 1:
        words.append(_ONE[gender][which])
    elif rest == 2:
        words.append(_TWO[gender][which])
    elif rest or not words:
        words.append(_UNITS[rest][which])
    return words


OrdinalForm = Literal["masculine", "feminine", "neuter", "genitive", "feminine genitive"]
"""Nominatives by gender («первый», «первая», «первое»), and the genitives of «первого мая», «первой дивизии»."""

_ORDINAL_FORMS: tuple[OrdinalForm, ...] = ("masculine", "feminine", "neuter", "genitive", "feminine genitive")
_HARD = ("ый", "ая", "ое", "ого", "ой")
_STRESSED = ("ой", "ая", "ое", "ого", "ой")

_ORDINAL_STEMS: dict[int, str] = {
    1: "перв", 2: "втор", 4: "четвёрт", 5: "пят", 6: "шест", 7: "седьм", 8: "восьм", 9: "девят", 10: "десят",
    11: "одиннадцат", 12: "двенадцат", 13: "тринадцат", 14: "четырнадцат", 15: "пятнадцат",
    16: "шестнадцат", 17: "семнадцат", 18: "восемнадцат", 19: "девятнадцат",
    20: "двадцат", 30: "тридцат", 40: "сороков", 50: "пятидесят", 60: "шестидесят", 70: "семидесят",
    80: "восьмидесят", 90: "девяност",
    100: "сот", 200: "двухсот", 300: "трёхсот", 400: "четырёхсот", 500: "пятисот", 600: "шестисот",
    700: "семисот", 800: "восьмисот", 900: "девятисот",
}  # fmt: skip
_END_STRESSED = {2, 6, 7, 8, 40}
_THIRD = ("третий", "третья", "третье", "третьего", "третьей")


def ordinal(number: int, form: OrdinalForm) -> str:
    """``number`` (1–999) as an ordinal: ``ordinal(24, "genitive")`` → «двадцать четвёртого».

    Raises ``ValueError`` outside the range.
    """
    if not 1 <= number <= 999:
        raise ValueError(f"{number} is not between 1 and 999")
    rest = number % 100
    last = number if not rest else rest if rest < 20 or rest % 10 == 0 else rest % 10
    front = number - last
    which = _ORDINAL_FORMS.index(form)
    endings = _STRESSED if last in _END_STRESSED else _HARD
    word = _THIRD[which] if last == 3 else _ORDINAL_STEMS[last] + endings[which]
    return f"{cardinal(front)} {word}" if front else word
