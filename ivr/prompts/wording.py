"""What may stand in the words of a prompt: only what a voice reads the way it is meant.

Digits, Latin letters and abbreviations are read differently by every voice, and by none with the right case.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ivr.prompts.model import SENTENCE_ENDS, STRESS
from ivr.prompts.russian.letters import LOOKALIKES

_VOWELS = "аеёиоуыэюя"
_ALLOWED = re.compile(r"[А-Яа-яЁё\u0301\s.,;:!?…—–«»-]")
_UNITS = {
    "кВт": "киловатт", "МВт": "мегаватт", "кВ": "киловольт", "Гц": "герц", "кВА": "киловольт-ампер",
    "СМС": "эсэмэс", "МЧС": "эм-чэ-эс", "ТП": "трансформаторная подстанция", "ЛЭП": "линия электропередачи",
}  # fmt: skip
_DOTTED = {
    "г": "город", "ул": "улица", "пер": "переулок", "пр": "проспект", "д": "дом", "кв": "квартира",
    "корп": "корпус", "стр": "строение", "обл": "область", "р-н": "район", "руб": "рубль", "коп": "копейка",
    "тел": "телефон", "мин": "минута", "сек": "секунда", "ч": "час", "тыс": "тысяча", "т": "",
    "н": "населённый", "др": "другое", "пос": "посёлок",
}  # fmt: skip
_AFTER_T = {"е": "то есть", "к": "так как", "д": "так далее", "п": "тому подобное"}
_PAIR = re.compile(r"(?<![А-Яа-яЁё])[тТ]\.\s*([екдп])\.")
_WORD = re.compile(r"[A-Za-zА-Яа-яЁё\u0301]+(?:-[A-Za-zА-Яа-яЁё\u0301]+)*")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in a text, at ``at`` characters from its beginning; ``token`` is what stands there."""

    at: int
    token: str
    message: str
    hint: str = ""


def flaws_of_words(text: str) -> Iterator[Flaw]:
    """Everything in ``text`` that a voice would not read as it is meant."""
    for match in re.finditer(r"\d+", text):
        hint = "write it in words, or as a value: {number:number}"
        yield Flaw(match.start(), match.group(), f"a number in digits: “{match.group()}”", hint)
    pairs = list(_PAIR.finditer(text))
    for match in pairs:
        hint = f"write it in full: “{_AFTER_T[match[1]]}”"
        yield Flaw(match.start(), match.group(), f"the abbreviation “{match.group()}”", hint)
    for match in _WORD.finditer(text):
        if any(pair.start() <= match.start() < pair.end() for pair in pairs):
            continue
        yield from _flaws_of_word(match.group(), match.start(), text[match.end() : match.end() + 1])
    for match in re.finditer(r"\S", text):
        sign = match.group()
        if not _ALLOWED.match(sign) and not sign.isdigit() and not re.match(r"[A-Za-z{}]", sign):
            yield Flaw(match.start(), sign, f"the sign “{sign}” is not spoken", "write it in words")
    for match in re.finditer(r"\s+[.,;:!?…]|[,;:.]{2,}|[!?…][.,;:]", text):
        token = match.group().strip()
        yield Flaw(match.end() - len(token), token, f"stray punctuation “{token}”")


def _flaws_of_word(word: str, at: int, after: str) -> Iterator[Flaw]:
    plain = word.replace(STRESS, "")
    latin = re.findall(r"[A-Za-z]", plain)
    if latin:
        cyrillic = plain.translate(LOOKALIKES)
        if re.search(r"[А-Яа-яЁё]", plain) and not re.search(r"[A-Za-z]", cyrillic):
            letters = "”, “".join(dict.fromkeys(latin))
            hint = f"“{letters}” look like Cyrillic but are Latin; type “{cyrillic}” again"
        else:
            hint = "write it in Cyrillic, as it is pronounced"
        yield Flaw(at, word, f"Latin letters in “{plain}”", hint)
        return
    if plain in _UNITS:
        yield Flaw(at, word, f"the abbreviation “{plain}”", f"write it in full: “{_UNITS[plain]}”")
    elif len(plain) > 1 and plain.isupper():
        yield Flaw(at, word, f"the abbreviation “{plain}”", "write it as it is pronounced, in small letters")
    elif after == "." and plain.lower() in _DOTTED:
        full = _DOTTED[plain.lower()]
        yield Flaw(at, word, f"the abbreviation “{plain}.”", "write it in full" + (f": “{full}”" if full else ""))
    yield from _flaws_of_stress(word, at)


def _flaws_of_stress(word: str, at: int) -> Iterator[Flaw]:
    for match in re.finditer(STRESS, word):
        before = word[match.start() - 1] if match.start() else ""
        if before.lower() not in _VOWELS or not before:
            hint = "U+0301 stands behind a vowel"
            yield Flaw(at, word, f"a stress mark in “{word}” that is on no vowel", hint)
    if any(part.count(STRESS) > 1 for part in word.split("-")):
        yield Flaw(at, word, f"two stress marks in “{word}”", "a word has one stress")


def flaw_of_ending(text: str) -> Flaw | None:
    """What is wrong with the end of a wording, if anything."""
    stripped = text.rstrip().rstrip("»")
    if stripped.endswith(tuple(SENTENCE_ENDS)):
        return None
    token = text.split()[-1] if text.split() else ""
    at = text.rindex(token) if token else 0
    return Flaw(at, token, "the last sentence does not end", "put a full stop, “!” or “?” at its end")
