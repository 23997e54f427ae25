"""◆ Names and choices as words of a recogniser: how they are cut, bent and spelt, and which of them a model lacks.

The recogniser's words are small letters; names are parted at hyphens («Усть-Пристань» is two words), numbers are said.
Е and ё: a word keeps the spelling that it came with, unless the model knows it in the other one: registers write
«Молодежная», the vocabulary «молодёжная». ``heard_as`` tells the spelling that a model answers with.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Iterator

from robot.hearing.inflecting import street_forms, town_forms
from robot.hearing.spoken_numbers import cardinal, ordinal

LONGEST_WORD = 40
"""Letters; more is no word that anybody says."""
_STREETS = (
    "улица", "переулок", "проспект", "проезд", "бульвар", "шоссе", "набережная", "площадь", "тупик", "аллея", "линия",
    "тракт", "дорога", "микрорайон", "квартал",
)  # fmt: skip
_SETTLEMENTS = (
    "посёлок городского типа", "рабочий посёлок", "дачный посёлок", "садовое товарищество", "дачное товарищество",
    "дачное партнёрство", "город", "посёлок", "село", "деревня", "хутор", "слобода", "станица", "станция", "разъезд",
    "местечко", "территория",
)  # fmt: skip
_MONTHS = "янв|фев|мар|апр|ма|июн|июл|авг|сен|окт|ноя|дек"
_WORD = re.compile(r"[а-яё]+")
_STREET_NAME = re.compile(rf"(?:{'|'.join(_STREETS)}) (.+)|(.+) (?:{'|'.join(_STREETS)}|район|округ)")
_SETTLEMENT_NAME = re.compile(rf"(?:{'|'.join(_SETTLEMENTS)}) (.+)")
_DOUBTFUL = re.compile(r"(.*[чщшжлнртсзь])ев(|а|у|о|е|ы|ым|ой|ка|ки|ке|ку|ский|ская|ской|ском|скую|ского)")
"""«Королев», «Рублево», «Соловьевка»: as a rule said with ё, which few registers write."""


def words_of(phrase: str) -> tuple[str, ...]:
    """The words of a phrase as the recogniser writes them: «Конь-Колодезь, 5» → конь, колодезь, пять.

    Latin letters and monsters of more than forty letters are not words; ``unusable`` tells them.
    """
    parts = _parts(phrase)
    following = [*parts[1:], ""][: len(parts)]
    return tuple(word for part, after in zip(parts, following, strict=True) for word in _said(part, after))


def unusable(phrase: str) -> tuple[str, ...]:
    """The parts of a phrase that no Russian word can be made of."""
    return tuple(part for part in _parts(phrase) if not _said(part, ""))


def variants(phrase: str) -> tuple[str, ...]:
    """The phrase, and the other ways in which callers say it: other cases, and «девятое января» for «девятого января».

    «улица Садовая» is also said «на Садовой», «село Каменка» «в Каменке»; names without a type stay as they are.
    """
    plain = " ".join(words_of(phrase))
    found = [plain, re.sub(rf"\b(\w+?)ого (?=(?:{_MONTHS})\w+)", r"\1ое ", plain)]
    if name := _SETTLEMENT_NAME.fullmatch(plain):
        found += town_forms(name[1])
    elif name := _STREET_NAME.fullmatch(plain):
        found += street_forms(name[1] or name[2])
    return tuple(dict.fromkeys(filter(None, found)))


def spelt(word: str, known: Container[str]) -> str | None:
    """The word as ``known`` spells it: itself, or with е for ё or ё for е; None if it is not known at all."""
    return next((way for way in _spellings(word) if way in known), None)


def heard_as(phrase: str, known: Container[str]) -> str | None:
    """The phrase as a model answers it, to be put into a grammar; None when it lacks a word of it or there is none."""
    words = [spelt(word, known) for word in words_of(phrase)]
    return " ".join(word for word in words if word) if words and all(words) and not unusable(phrase) else None


def missing(phrases: Iterable[str], known: Container[str]) -> dict[str, tuple[str, ...]]:
    """Phrase → those of its words that the vocabulary lacks; phrases that are heard whole are left out."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases:
        lacking = tuple(word for word in words_of(phrase) if spelt(word, known) is None) + unusable(phrase)
        if lacking:
            found[phrase] = tuple(dict.fromkeys(lacking))
    return found


def with_yo(word: str) -> str | None:
    """The word with the ё that its spelling probably hides («рублево» → «рублёво»); None where there is no doubt."""
    doubt = _DOUBTFUL.fullmatch(word)
    return f"{doubt[1]}ёв{doubt[2]}" if doubt and "ё" not in word else None


def _parts(phrase: str) -> list[str]:
    """What stands between spaces, hyphens and signs, in small letters and without stress marks."""
    return [part for part in re.split(r"[\W_]+", _plain(phrase)) if part]


def _plain(phrase: str) -> str:
    """Composed letters: й as one sign, stress marks gone."""
    return unicodedata.normalize("NFC", phrase).replace("\u0301", "").lower()


def _said(part: str, following: str) -> tuple[str, ...]:
    """The words of one part; none if it is unusable."""
    if part.isdecimal() and part.isascii() and len(part) <= 6:
        number = int(part)
        if following.startswith("год") and 1000 < number < 2100 and number % 100:
            return (*cardinal(number - number % 100).split(), *ordinal(number % 100, "ого").split())
        return tuple(cardinal(number).split())
    return (part,) if _WORD.fullmatch(part) and len(part) <= LONGEST_WORD else ()


def _spellings(word: str) -> Iterator[str]:
    """The word, without any ё, and with each single one."""
    yield word
    flat = word.replace("ё", "е")
    yield flat
    for place, letter in enumerate(flat):
        if letter == "е":
            yield f"{flat[:place]}ё{flat[place + 1 :]}"
