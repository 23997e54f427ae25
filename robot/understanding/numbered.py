"""◆ The words of a text with its numbers made out: cardinals, ordinals, written ones. Pure.

The text comes from a recogniser (small letters, no punctuation, е and ё mixed) or from a keyboard («25/1», «12а»).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from outage_feed.alike import sounds
from robot.hearing.spoken_numbers import cardinal, ordinal

_VALUES: dict[str, int] = {}
for _number in (*range(20), *range(20, 100, 10), *range(100, 1000, 100)):
    _VALUES[cardinal(_number).replace("ё", "е")] = _number
_VALUES |= {"нуль": 0, "нуля": 0, "одна": 1, "одно": 1, "две": 2}
_THOUSANDS = frozenset(("тысяча", "тысячи", "тысяч", "тысячу"))
_ORDINALS = {
    ordinal(number, "ое").replace("ё", "е")[:-2] + ending: number
    for number in (1, 2, *range(4, 21), *range(30, 101, 10))
    for ending in "ый ой ая ое ого ому ом ым ую ых ые".split()
} | {f"трет{ending}": 3 for ending in "ий ья ье ьего ьему ьем ьим ьей ью ьих ьи".split()}
_ANNIVERSARIES = {
    word + ending: number
    for word, number in (
        ("десяти", 10), ("двадцати", 20), ("тридцати", 30), ("сорока", 40), ("пятидесяти", 50), ("шестидесяти", 60),
        ("семидесяти", 70), ("восьмидесяти", 80), ("девяносто", 90), ("сто", 100),
    )
    for ending in ("летия", "летие", "летию")
}  # fmt: skip
"""«пятидесятилетия» is the 50 of «50-летия Октября»."""
_NUMBERS = _VALUES.keys() | _ORDINALS.keys()
_LONG_NUMBER = 6
_TENS = tuple(word for word, value in _VALUES.items() if value in range(20, 100, 10))
_LEADING = tuple(word for word, value in _VALUES.items() if value >= 20)
_BY_SOUND = {sounds(word): word for word in sorted(_NUMBERS, reverse=True) if len(word) >= 5}
"""Recognisers know the numbers' words, people who type spell them as they sound."""
_CUT_OFF = {word[:-1]: value for word, value in _ORDINALS.items() if len(word) >= 6 and word[:-1] not in _NUMBERS}
"""«второ»: an ordinal whose last letter was swallowed. Of a cardinal nothing is guessed: it may be a house."""
_WRITTEN_ORDINAL = re.compile(r"(\d+)-?(?:го|ого|ый|ой|ий|ая|ое|му|ая|ую|х|й|я|е)(?![а-я])")
_PART = re.compile(r"\d+-(?=\s|$)|\d+|[а-я]+|/")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of what was said, or a number out of one or more words: ``text`` are its digits then."""

    text: str
    value: int | None = None
    ordinal: bool = False


@lru_cache(maxsize=1024)
def tokens(text: str) -> tuple[Token, ...]:
    """The words of the text, its numbers as numbers: «двадцать третьего» → 23, an ordinal; «25/1» → 25, «дробь», 1."""
    found: list[Token] = []
    pending: list[int] = []

    def flush() -> None:
        if pending:
            found.append(Token(str(sum(pending)), sum(pending)))
            pending.clear()

    for word in _parts(text):
        if word in _VALUES:
            if pending and not _continues(pending[-1], _VALUES[word]):
                flush()
            pending.append(_VALUES[word])
        elif word in _THOUSANDS:
            thousands = sum(pending) or 1
            pending[:] = [thousands * 1000]
        elif word in _ORDINALS or word in _CUT_OFF:
            value = _ORDINALS.get(word) or _CUT_OFF[word]
            if pending and not _continues(pending[-1], value):
                flush()
            value += sum(pending)
            pending.clear()
            found.append(Token(str(value), value, ordinal=True))
        else:
            flush()
            if word in _ANNIVERSARIES:
                found += [Token(str(_ANNIVERSARIES[word]), _ANNIVERSARIES[word]), Token("лет")]
            elif word[0].isdigit():
                plain = word.rstrip("-")
                found.append(Token(plain, int(plain), ordinal=plain != word))
            else:
                found.append(Token(word))
    flush()
    return tuple(found)


def _parts(text: str) -> list[str]:
    """Words, written numbers («8-» stands for an ordinal), «дробь» for a slash."""
    plain = text.replace("[unk]", " ").casefold().replace("ё", "е")
    # «12а» and «12 е» are houses, «12-я» and «9е января» are not: a letter glued to a number is its own word
    plain = re.sub(r"(\d+)([абвгдежзик])(?![а-я])", r"\1 \2", plain)
    parts = ["дробь" if part == "/" else part for part in _PART.findall(_WRITTEN_ORDINAL.sub(r"\1- ", plain))]
    found: list[str] = []
    for part in parts:
        before = found[-1] if found else ""
        if before and before + part in _NUMBERS and not {before, part} <= _NUMBERS:
            found[-1] += part  # «пять десят», «во семь»
        else:
            found += _number_words(part)
    for at, part in enumerate(found[:-1]):
        if (
            len(part) >= _LONG_NUMBER
            and part not in _NUMBERS
            and (found[at + 1] == "лет" or found[at + 1] in _ORDINALS)
        ):
            found[at] = _misheard_tens(part)
    return found


def _misheard_tens(word: str) -> str:
    """«двадцть третьего февраля», «шестьсят лет»: the one round number that was misheard; any other word as it is.

    Only where an ordinal or «лет» follows, for then it is of a name: of a house's number nothing is guessed.
    """
    near = [(wrong, tens) for tens in _TENS if (wrong := OSA.distance(word, tens, score_cutoff=2)) <= 2]
    return min(near)[1] if near and sum(wrong == min(near)[0] for wrong, _ in near) == 1 else word


def _number_words(word: str) -> list[str]:
    """«двадцатьпять» as two words, «сорак» as «сорок»; any other word as it is."""
    if word in _NUMBERS or len(word) < 5:
        return [word]
    for tens in _LEADING:
        if word.startswith(tens) and word[len(tens) :] in _NUMBERS:
            return [tens, word[len(tens) :]]
    return [_BY_SOUND.get(sounds(word)) or _ordinal_in_disorder(word)]


def _ordinal_in_disorder(word: str) -> str:
    """«вторйо», «первяа»: the ordinal, where two letters that changed places make one; any other word as it is."""
    for at in range(1, len(word) - 1):
        turned = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        if turned in _ORDINALS:
            return turned
    return word


def _continues(before: int, value: int) -> bool:
    """Whether a number goes on: «сто» + «двадцать» + «пять», but not «пять» + «двадцать»."""
    if before >= 1000:
        return 0 < value < 1000
    if before >= 100:
        return 0 < value < 100
    return before >= 20 and before % 10 == 0 and 0 < value < 10
