"""◆ Where a word is stressed, for those that espeak-ng stresses wrongly (it takes no hint: it skips stress marks).

``words/stress.txt`` names them. The stress is moved in espeak-ng's own phonemes, so that the rest stays as it says it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path

from ivr.errors import ConfigError, Problem

FILE = Path(__file__).parent / "words" / "stress.txt"
MARK = "\u0301"
_VOWELS = "аеёиоуыэюя"
_STRESSED = {"а": "'A", "е": "'e", "и": "'i", "о": "'o", "у": "'u", "ы": "'y", "э": "'E", "ю": "'u", "я": "'A"}
_UNSTRESSED = {"а": "V", "е": "i", "и": "i", "о": "V", "у": "u", "ы": "y", "э": "I", "ю": "u", "я": "V"}
_ALWAYS_HARD = ("Z", "S", "ts")


@cache
def stresses() -> Mapping[str, int]:
    """Word, or beginning with a hyphen behind it → which of its vowels is stressed, counted from 0."""
    return read(FILE.read_text(encoding="utf-8").splitlines(), str(FILE))


def read(lines: Iterable[str], file: str) -> Mapping[str, int]:
    """The content of such a file. ConfigError names each line that has not one mark behind a vowel or stands twice."""
    found: dict[str, int] = {}
    problems: list[Problem] = []
    for number, line in enumerate(lines, start=1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        before, mark, after = text.partition(MARK)
        plain = before + after
        if not mark or MARK in after or before[-1:] not in tuple(_VOWELS) or not plain.removesuffix("-").isalpha():
            problems.append(Problem(file, number, 1, f"{text!r} is not a word with one stress mark behind a vowel"))
        elif plain in found:
            problems.append(Problem(file, number, 1, f"{text!r} stands here twice"))
        else:
            found[plain] = sum(letter in _VOWELS for letter in before) - 1
    if problems:
        raise ConfigError(problems)
    return found


def stressed_vowel(word: str, known: Mapping[str, int]) -> int | None:
    """Which vowel of the word is stressed; the whole word counts most, then its longest beginning; None if unknown."""
    if word in known:
        return known[word]
    beginnings = (known.get(f"{word[:length]}-") for length in range(len(word), 2, -1))
    return next((place for place in beginnings if place is not None), None)


def moved(marks: Sequence[str], vowels: Sequence[int], word: str, stressed: int) -> list[str] | None:
    """espeak-ng's phonemes with the stress on that vowel.

    ``vowels`` are the places of the vowels among ``marks``. None if they are not one a letter.
    """
    letters = [letter for letter in word if letter in _VOWELS]
    if len(letters) != len(vowels) or stressed >= len(letters) or "ё" in letters:
        return None
    said = list(marks)
    for number, (place, letter) in enumerate(zip(vowels, letters, strict=True)):
        mark = marks[place]
        iotated = mark.lstrip("',").startswith("j")
        if number == stressed and not mark.startswith("'"):
            said[place] = f"'{mark.lstrip(',')}" if iotated else _after(marks, place, _STRESSED[letter])
        elif number != stressed and mark.startswith("'"):
            said[place] = mark[1:] if iotated else _after(marks, place, _UNSTRESSED[letter])
    return said


def _after(marks: Sequence[str], place: int, mark: str) -> str:
    """И is ы after ж, ш and ц, which are never soft, and so is an unstressed е."""
    before = marks[place - 1] if place else ""
    return mark.replace("i", "y") if before in _ALWAYS_HARD else mark
