"""House numbers in words (DOMAIN §5): 25/1 → «дом двадцать пять дробь один», 12а → «дом двенадцать а».

A house is a short list of phrases, each one clip: «дом двадцать пять», «дробь», «один». «дом» and a number below a
hundred are one phrase, because nearly every house is one of these and a seam less is heard.
"""

from __future__ import annotations

import re

from ivr.prompts.russian.letters import LETTERS
from ivr.prompts.russian.numbers import cardinal

_MARKERS: dict[str, tuple[str, ...]] = {
    "корпус": ("корпус", "корп", "кор", "к"),
    "строение": ("строение", "строен", "стр", "с"),
    "сооружение": ("сооружение", "соор"),
    "литер": ("литера", "литер", "лит"),
    "владение": ("владение", "влад", "вл"),
    "участок": ("участок", "уч-к", "уч"),
    "секция": ("секция", "сек"),
}
_MARKER_OF = {short: full for full, shorts in _MARKERS.items() for short in shorts}
_HOUSE = ("домовладение", "дом", "двлд", "д")

_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<number>\d{1,4})"
    r"|(?P<slash>/)"
    r"|(?P<dash>[-–—])"
    r"|(?P<word>[а-яё]+(?:-к)?)\.?"
    r"|(?P<letter>(?<=[\"«„'])[а-яё](?=[\"»“']))"
    r"|[№\"«»„“']"
    r")",
    re.IGNORECASE,
)


def house_phrases(raw: str) -> tuple[str, ...]:
    """The phrases of a house number as it stands in registers and feeds.

    Takes «25/1», «12а», «12-а», «д. 25 корп. 2 стр. 1», «25к2с1», «литер Б», «влад. 3», «уч. 15», «б/н».
    Raises ``ValueError`` when ``raw`` is not a house number.
    """
    text = raw.strip().lower()
    if text in {"б/н", "д. б/н", "д б/н", "без номера"}:
        return ("дом без номера",)
    phrases = _number_of_house(_tokens(text, raw), raw)
    if not phrases:
        raise ValueError(f"“{raw}” is not a house number")
    return tuple(phrases)


def is_house(raw: str) -> bool:
    """Whether ``raw`` is a house number by itself, as the part of an address after the street."""
    try:
        house_phrases(raw)
    except ValueError:
        return False
    return True


def house_words(raw: str) -> str:
    """The same as one string: «дом двадцать пять дробь один»."""
    return " ".join(house_phrases(raw))


def _tokens(text: str, raw: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise ValueError(f"“{raw}” is not a house number")
        if match.lastgroup:
            found.append((match.lastgroup, match.group(match.lastgroup)))
        at = match.end()
    return found


def _number_of_house(tokens: list[tuple[str, str]], raw: str) -> list[str]:
    phrases: list[str] = []
    wants_value = False  # a marker («корпус») stands before its number or letter
    if tokens and tokens[0] in {("word", word) for word in _HOUSE}:
        tokens = tokens[1:]
    for index, (kind, text) in enumerate(tokens):
        after, following = tokens[index + 1] if index + 1 < len(tokens) else ("", "")
        if kind == "number":
            phrases += _first_number(int(text)) if not phrases else _number(int(text))
            wants_value = False
        elif kind == "slash" and phrases and after in {"number", "word"}:
            phrases.append("дробь")
        elif kind == "dash" and phrases and after in {"number", "word"}:
            if after == "number":  # a range or a flat, nobody knows: it is read as it is written
                phrases.append("тире")
        elif kind == "word" and text in _MARKER_OF and _can_follow(after, following) and not wants_value:
            phrases.append(_MARKER_OF[text])
            wants_value = True
        elif kind in {"word", "letter"} and len(text) == 1 and text in LETTERS and phrases:
            phrases.append(LETTERS[text])
            wants_value = False
        else:
            raise ValueError(f"“{raw}” is not a house number")
    if wants_value:
        raise ValueError(f"“{raw}” is not a house number")
    return phrases


def _can_follow(kind: str, text: str) -> bool:
    """Whether a marker can stand before it: «к 2» and «литер б» name a part, the к of «1-к корп. 2» is a letter."""
    return kind in {"number", "letter"} or (kind == "word" and len(text) == 1)


def _first_number(number: int) -> list[str]:
    if number < 100:
        return [f"дом {cardinal(number)}"]
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return [f"дом {cardinal(hundreds * 100)}"] + ([cardinal(rest)] if rest else [])
    return ["дом", *_number(number)]


def _number(number: int) -> list[str]:
    return list(number_phrases(number))


def number_phrases(number: int) -> tuple[str, ...]:
    """A number 0–9999 as phrases: thousands, hundreds, and the rest: («сто», «двадцать пять»)."""
    if not 0 <= number <= 9999:
        raise ValueError(f"{number} is not between 0 and 9999")
    thousands, rest = divmod(number, 1000)
    hundreds, rest = divmod(rest, 100)
    phrases = [cardinal(thousands * 1000)] if thousands else []
    if hundreds:
        phrases.append(cardinal(hundreds * 100))
    if rest or not phrases:
        phrases.append(cardinal(rest))
    return tuple(phrases)
