"""Numbers, ordinals and letters in the words that callers say them with."""

from __future__ import annotations

DIGITS = ["ноль", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
_UNITS = [
    *DIGITS, "десять", "одиннадцать", "двенадцать", "тринадцать", "четырнадцать", "пятнадцать", "шестнадцать",
    "семнадцать", "восемнадцать", "девятнадцать",
]  # fmt: skip
_TENS = [
    "", "", "двадцать", "тридцать", "сорок", "пятьдесят", "шестьдесят", "семьдесят", "восемьдесят", "девяносто",
]  # fmt: skip
_HUNDREDS = [
    "", "сто", "двести", "триста", "четыреста", "пятьсот", "шестьсот", "семьсот", "восемьсот", "девятьсот",
]  # fmt: skip
ORDINAL_STEMS = [
    "перв", "втор", "треть", "четвёрт", "пят", "шест", "седьм", "восьм", "девят", "десят", "одиннадцат", "двенадцат",
    "тринадцат", "четырнадцат", "пятнадцат", "шестнадцат", "семнадцат", "восемнадцат", "девятнадцат", "двадцат",
    "тридцат", "сороков", "пятидесят", "шестидесят", "семидесят", "восьмидесят", "девяност", "сот",
]  # fmt: skip
LETTERS = (
    "а", "бэ", "вэ", "гэ", "дэ", "е", "ё", "жэ", "зэ", "и", "и краткое", "ка", "эль", "эм", "эн", "о", "пэ", "эр", "эс",
    "тэ", "у", "эф", "ха", "цэ", "че", "ша", "ща", "твёрдый знак", "мягкий знак", "ы", "э", "ю", "я", "б", "в", "г",
    "д", "к",
)  # fmt: skip
_THOUSANDS = ("тысяча", "тысячи", "тысяч")


def cardinal(number: int) -> str:
    """0 … 999,999 in the nominative: 2041 → «две тысячи сорок один»."""
    if number < 20:
        return _UNITS[number]
    if number < 100:
        return _TENS[number // 10] + (f" {_UNITS[number % 10]}" if number % 10 else "")
    if number < 1000:
        return _HUNDREDS[number // 100] + (f" {cardinal(number % 100)}" if number % 100 else "")
    thousands, rest = divmod(number, 1000)
    said = cardinal(thousands)
    said = {"один": "одна", "два": "две"}.get(said, said)
    for masculine, feminine in ((" один", " одна"), (" два", " две")):
        said = said.removesuffix(masculine) + feminine if said.endswith(masculine) else said
    last = thousands % 10 if thousands % 100 // 10 != 1 else 0
    form = _THOUSANDS[0 if last == 1 else 1 if last in (2, 3, 4) else 2]
    said = form if thousands == 1 else f"{said} {form}"
    return said + (f" {cardinal(rest)}" if rest else "")


def ordinal(number: int, form: str) -> str:
    """1 … 100 as an ordinal; ``form`` is one of ый, ая, ое, ого, ой, ом: 22, «ого» → «двадцать второго»."""
    if number > 20 and number % 10 and number < 100:
        return f"{_TENS[number // 10]} {ordinal(number % 10, form)}"
    place = number - 1 if number <= 20 else 19 + (number - 20) // 10
    stem = ORDINAL_STEMS[place]
    if stem == "треть":
        return {"ый": "третий", "ая": "третья", "ое": "третье", "ого": "третьего", "ой": "третьей", "ом": "третьем"}[
            form
        ]
    if form == "ый" and stem in ("втор", "шест", "седьм", "восьм", "сороков"):
        return stem + "ой"
    return stem + form


ORDINAL_FORMS = ("ый", "ая", "ое", "ого", "ой", "ом")
NUMBER_WORDS: tuple[str, ...] = tuple(
    dict.fromkeys(
        word
        for phrase in (
            *(cardinal(number) for number in range(1000)), *(cardinal(number * 1000) for number in range(1, 23)),
            *(ordinal(number, form) for number in range(1, 101) for form in ORDINAL_FORMS),
            "одна одно две нуля полтора оба пара миллион сотня десяток тысячный минус плюс",
        )
        for word in phrase.split()
    )
)  # fmt: skip
"""Every word of the numbers."""
