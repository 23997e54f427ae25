"""◆ The register's places with the ways in which their names are said: cases, short forms, numbers, abbreviations."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from ivr.prompts.russian.letters import LETTERS
from outage_feed.alike import Said
from outage_feed.model import Address
from outage_feed.names import FIRST_NAMES, SETTLEMENT_TYPES, STREET_TYPES, fold
from outage_feed.places import Places, gather
from robot.hearing.inflecting import street_forms, town_forms
from robot.hearing.spoken_numbers import cardinal
from robot.understanding.numbered import Token, tokens

_LEFT_OUT = 0.22
"""Doubt of a form that leaves out what tells two names apart: «Садовая» for «2-я Садовая» or «Большая Садовая»."""
_SHORT = 0.06
"""Doubt of a form that leaves out a title or a first name: «Жукова» for «Маршала Жукова»."""
_OLD_NAME = 0.03
_TITLES = frozenset(
    "маршала генерала академика героя летчика космонавта адмирала полковника подполковника капитана лейтенанта сержанта"
    " партизана доктора профессора писателя имени им братьев сестер святого святой князя императора комиссара комбрига"
    " комдива майора инженера архитектора художника поэта композитора разведчика совхоза колхоза".split()
)
_QUALIFIERS = re.compile(r"(?:больш|мал|нов|стар|верхн|нижн|средн|северн|южн|западн|восточн|красн|перв|втор)\w{2,3}")
_NUMBER_NEEDED = frozenset(
    "лет января февраля марта апреля мая июня июля августа сентября октября ноября декабря".split()
)
"""«8 Марта» and «40 лет Победы» are nothing without their numbers."""
_SURNAME = re.compile(r"\w{2,}(?:[оеё]ва|[иы]на|[оеё]вой|[иы]ной|ского|цкого|ской|цкой|енко|чука|юка|ого)")
_BRACKETS = re.compile(r"\(([^)]*)\)")
_CONSONANTS = re.compile(r"[бвгджзклмнпрстфхцчшщ]{2,6}")
_COUNT = re.compile(r"[а-яё»\"]\s?[-–\s]\s?№?\s?\d+\s*$", re.IGNORECASE)
"""A plain number at the end of a name; ordinals («Газа 1-й») have an ending."""
_YO = {
    "орел": "орёл", "раек": "раёк", "остер": "остёр", "волочек": "волочёк", "березки": "берёзки",
    "новоселки": "новосёлки", "ручьев": "ручьёв",
}  # fmt: skip
"""Names whose forms the morphology knows by their ё."""


def places_of(addresses: Iterable[Address]) -> Places:
    """The places of these addresses, to be found by what callers say."""
    return Places(gather(addresses, said_town, said_street))


def said_street(name: str) -> Iterator[Said]:
    """The forms in which a street's name is said: «на Садовой», «Маркса» for «К. Маркса», «9 Января» as 9 + января."""
    return _said(name, street_forms)


def said_town(name: str) -> Iterator[Said]:
    """The forms in which a settlement's name is said: «в Орле», «из Клинцов»."""
    return _said(name, town_forms)


def _said(name: str, forms: Callable[[str], Iterable[str]]) -> Iterator[Said]:
    outside, old = _BRACKETS.sub(" ", name), _BRACKETS.findall(name)
    for part, doubt in ((outside, 0.0), *((one, _OLD_NAME) for one in old)):
        named = tokens(fold(part))
        numbers = tuple(token.value for token in named if token.value is not None)
        words = [word for token in named if token.value is None for word in _spoken(token)]
        if words and _COUNT.search(part) and named[-1].value is not None:
            for letters in _forms(words, forms):
                yield Said(letters + counted(named[-1].value), numbers[:-1], doubt)
        for left, more in _shortened(words):
            for letters in _forms(left, forms):
                yield Said(letters, numbers, doubt + more)
                if numbers and len(letters) > 3 and not _NUMBER_NEEDED & set(left):
                    yield Said(letters, (), doubt + more + _LEFT_OUT)


def counted(number: int) -> str:
    """The letters of a number at the end of a name: «Озерки-1» is said «озерки один»."""
    return cardinal(number).replace(" ", "").replace("ё", "е") if number < 1_000_000 else str(number)


def _forms(words: list[str], forms: Callable[[str], Iterable[str]]) -> Iterator[str]:
    plain = " ".join(_YO.get(word, word) for word in words)
    for form in dict.fromkeys((plain, *forms(plain))) if plain else ("",):  # «2-я набережная» is named by its number
        yield form.replace(" ", "").replace("ё", "е")


def _spoken(token: Token) -> list[str]:
    """The word as it is said: «ВЛКСМ» by its letters, «летия» as «лет»; initials are not said."""
    word = token.text
    if word in ("летия", "летие", "летию"):
        return ["лет"]
    if len(word) == 1:
        return []
    if _CONSONANTS.fullmatch(word):
        return [LETTERS[letter] for letter in word]
    return [word]


def _shortened(words: list[str]) -> Iterator[tuple[list[str], float]]:
    """The words of a name, and what is left of them in everyday speech, with the doubt that leaving out brings."""
    yield words, 0.0
    if not words:
        return
    first = FIRST_NAMES.get(words[-1])
    if len(words) == 1:
        if first:
            yield [first, words[0]], 0.0
        return
    if len(words) == 2 and words[0] == first:
        yield words[1:], 0.0
    elif all(word in _TITLES for word in words[:-1]):
        yield words[-1:], _SHORT
    elif words[0] in _TITLES:
        yield words[1:], _SHORT
        yield words[-1:], _SHORT
    elif _QUALIFIERS.fullmatch(words[0]) and words[1] not in SETTLEMENT_TYPES.keys() | STREET_TYPES.keys():
        yield words[1:], _LEFT_OUT
    elif len(words) == 2 and _SURNAME.fullmatch(words[1]) and re.search(r"[ая]$|[ое]го$|ой$", words[0]):
        yield words[1:], _SHORT
