"""Words → phones: what a word of the vocabulary sounds like.

espeak-ng knows where Russian words are stressed and how vowels are reduced; its phonemes are mapped to ours
(``phones.py``) by rule. A few words are said in everyday speech otherwise than the rules say: ``EVERYDAY``.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from ivr.errors import ServiceError
from robot.hearing.phones import PHONES, VOWELS, Pronunciation
from robot.hearing.stressing import moved, stressed_vowel, stresses

BATCH = 500
"""Words per espeak-ng process: a process costs 10 ms, and one odd word must not lose thousands."""
LIMIT_S = 60.0


class CannotPronounce(ServiceError):
    """espeak-ng is missing or has failed."""


_VOWEL = {
    "'A": "A", "'a": "A", "'a#": "A", ",A": "A", "V": "V", "a": "V", "a#": "V", "'V": "A",
    "'e": "E", "'E": "E", "'E#": "E", ",E": "E", "E2": "E", "E#": "I",
    "i": "I", "'i": "I", "I": "I", "'I": "I", "y": "Y", "'y": "Y",
    "'o": "O", "o": "O", "'8": "O", "u": "U", "'u": "U", "u#": "U", "'u#": "U", 'u"': "U", "'u\"": "U",
}  # fmt: skip
_IOTATED = {"ja": "V", "'ja": "A", ",ja": "V", "ju": "U", "'ju": "U"}
_HARD = frozenset(["n", "r", "l", "v", "t", "s", "p", "k", "m", "d", "b", "z", "g", "S", "Z", "x", "f", "j", "ts"])

EVERYDAY: Mapping[str, tuple[str, ...]] = {
    "в": ("v", "f"), "с": ("s",), "к": ("k",), "б": ("b E",), "а": ("A",), "г": ("g E",), "д": ("d E",),
    "и": ("I",), "о": ("O", "V"), "не": ("n; E", "n; I"), "ни": ("n; I",), "у": ("U",), "я": ("j A", "j I"),
    "что": ("S t O",), "чего": ("ch I v O",), "сегодня": ("s; I v O d n; V",),
    "здравствуйте": ("z d r A s t v U j t; I", "z d r A s t; I"),
    "пожалуйста": ("p V Z A l U s t V", "p V Z A l s t V"),
    "пятьдесят": ("p; I d; I s; A t", "p; I t; d; I s; A t", "p; I s; A t"),
    "шестьдесят": ("S Y z d; I s; A t", "S Y s t; d; I s; A t"),
    "семьдесят": ("s; E m; d; I s; I t",), "восемьдесят": ("v O s; I m; d; I s; I t",),
    "тысяча": ("t Y s; I ch V", "t Y S; V"), "тысячи": ("t Y s; I ch I",), "тысяч": ("t Y s; V ch", "t Y S;"),
    "сейчас": ("s; I j ch A s", "S; A s"), "одиннадцать": ("V d; I n V ts V t;", "V d; I n V ts t;"),
    "счётчик": ("S; O ch I k",), "счётчика": ("S; O ch I k V",),
}  # fmt: skip
"""Words whose everyday pronunciation is not the dictionary's; phones are parted by spaces."""


def pronounce(
    words: Iterable[str], espeak: Sequence[str] = ("espeak-ng",), environment: Mapping[str, str] | None = None
) -> dict[str, tuple[Pronunciation, ...]]:
    """Pronunciations of lower-case Russian words; words that cannot be said are left out.

    ``espeak`` is the command that starts espeak-ng, in ``environment``. Raises CannotPronounce if it cannot be run.
    """
    wanted = list(dict.fromkeys(words))
    found: dict[str, tuple[Pronunciation, ...]] = {
        word: tuple(tuple(way.split()) for way in EVERYDAY[word]) for word in wanted if word in EVERYDAY
    }
    asked = [word for word in wanted if word not in found]
    for start in range(0, len(asked), BATCH):
        batch = asked[start : start + BATCH]
        for word, phonemes in zip(batch, _phonemes(batch, espeak, environment), strict=True):
            if ways := _ways(word, phonemes):
                found[word] = ways
    return {word: found[word] for word in wanted if word in found}


def _ways(word: str, phonemes: str) -> tuple[Pronunciation, ...]:
    """How one word is said. Where espeak-ng is known to stress it wrongly, the right way comes first.

    Its own way stays: people stress names that they have only read in all manners.
    """
    found = [phones_of(phonemes)]
    stressed = stressed_vowel(word, stresses())
    if stressed is not None:
        marks = _marks(phonemes)
        vowels = [place for place, mark in enumerate(marks) if mark in _VOWEL or mark in _IOTATED]
        if right := moved(marks, vowels, word, stressed):
            found.insert(0, phones_of("_".join(right)))
    return tuple(dict.fromkeys(filter(None, found)))


def _marks(phonemes: str) -> list[str]:
    """The phonemes of one word, without the murmur that espeak-ng puts between р and a consonant."""
    return [mark for mark in re.split(r"[_ ]+", phonemes) if mark and mark != "@-"]


def phones_of(phonemes: str) -> Pronunciation:
    """Our phones for one word in espeak-ng's phonemes, parted by ``_``; empty if one of them is unknown."""
    said: list[str] = []
    reduced: list[bool] = []
    for mark in _marks(phonemes):
        if mark in (";", "I^"):
            if said and said[-1] in _HARD - {"j"}:
                said[-1] += ";"
            continue
        for phone, is_reduced in _map(mark) or ((None, False),):
            if phone is None:
                return ()
            said.append(phone)
            reduced.append(is_reduced)
    return _smoothed(said, reduced)


def _map(mark: str) -> tuple[tuple[str, bool], ...] | None:
    """One phoneme mark → our phones and whether each is a reduced а; None if the mark is unknown."""
    if mark in _IOTATED:
        return (("j", False), (_IOTATED[mark], not mark.startswith("'")))
    if mark in _VOWEL:
        return ((_VOWEL[mark], mark == "V"),)
    if mark in ("tS;", "tS", "dZ;"):
        return (("ch", False),)
    if mark == "Z;":
        return (("Z", False),)
    if mark.removesuffix(";") in _HARD:
        return ((mark, False),)
    return None


def _smoothed(said: Sequence[str], reduced: Sequence[bool]) -> Pronunciation:
    """Reduced а after a soft consonant is и; doubled consonants are one; only phones that exist."""
    smooth: list[str] = []
    for place, (phone, is_reduced) in enumerate(zip(said, reduced, strict=True)):
        sound = phone
        if is_reduced and sound == "V" and 0 < place < len(said) - 1:
            before = said[place - 1]
            if before.endswith(";") or before in ("j", "ch"):
                sound = "I"
        sound = {"j;": "j", "ts;": "ch", "Z;": "Z"}.get(sound, sound)
        if smooth and smooth[-1] == sound and sound not in VOWELS:
            continue
        smooth.append(sound)
    return tuple(smooth) if all(phone in PHONES for phone in smooth) else ()


def _phonemes(words: Sequence[str], espeak: Sequence[str], environment: Mapping[str, str] | None) -> list[str]:
    """espeak-ng's phonemes of each word; words are asked one by one when a batch comes back in another length."""
    lines = _ask(words, espeak, environment)
    if len(lines) == len(words):
        return lines
    return [" ".join(_ask([word], espeak, environment)) for word in words]


def _ask(words: Sequence[str], espeak: Sequence[str], environment: Mapping[str, str] | None) -> list[str]:
    command = [*espeak, "-v", "ru", "-x", "-q", "--sep=_"]
    text = "".join(f"{word}.\n" for word in words)
    try:
        answer = subprocess.run(
            command, input=text, capture_output=True, check=True, timeout=LIMIT_S, encoding="utf-8", env=environment
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise CannotPronounce(f"{Path(espeak[0]).name} does not say how words sound: {error}") from error
    return [line.strip() for line in answer.stdout.splitlines() if line.strip()]
