"""What recognisers, hurry and telephones make of an address's words. Seeded.

Other families than those of ``tests/understanding/queries.py``, on which the doubts were set: there one wrong sound,
words split and joined. What went wrong with :data:`NOISES` was looked at when guesses among few names were written;
with :data:`UNSEEN` never.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

Noise = Callable[[random.Random, list[str], int], list[str]]
"""Chance, the words, the place of the word to be spoiled → the words."""

_VOWELS = "аеёиоуыэюя"
_REDUCED = str.maketrans("оеяэ", "аиии")
_BETWEEN = ("э", "эээ", "это самое", "как его", "значит", "ну", "м")
_SHORTEST = 6


def lost_ending(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«улица садов»: the last one or two sounds are swallowed."""
    word = words[at]
    return [*words[:at], word[: -chance.choice((1, 1, 2))], *words[at + 1 :]]


def reduced(_: random.Random, words: list[str], at: int) -> list[str]:
    """«савецкая»: unstressed vowels as they sound; all of the word's but those of its first syllable."""
    word = words[at]
    first = next((n for n, letter in enumerate(word) if letter in _VOWELS), 0) + 1
    return [*words[:at], word[:first] + word[first:].translate(_REDUCED), *words[at + 1 :]]


def lost_syllable(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«октябьская», «комсольская»: a consonant and its vowel inside the word are gone."""
    word = words[at]
    inside = [found.start() for found in re.finditer(f"[^{_VOWELS}][{_VOWELS}]", word[2:-2])]
    if not inside:
        return lost_letter(chance, words, at)
    n = chance.choice(inside) + 2
    return [*words[:at], word[:n] + word[n + 2 :], *words[at + 1 :]]


def doubled_syllable(_: random.Random, words: list[str], at: int) -> list[str]:
    """«со советская»: the word is begun twice."""
    found = re.match(f"[^{_VOWELS}]*[{_VOWELS}]", words[at])
    return [*words[:at], found[0] if found else words[at][:2], *words[at:]]


def lost_letter(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«ленинрадская»: one letter inside the word is gone."""
    n = chance.randrange(1, len(words[at]) - 1)
    return [*words[:at], words[at][:n] + words[at][n + 1 :], *words[at + 1 :]]


def swapped(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«сдаовая»: two letters changed places, as in typing."""
    word, n = words[at], chance.randrange(1, len(words[at]) - 1)
    return [*words[:at], word[:n] + word[n + 1] + word[n] + word[n + 2 :], *words[at + 1 :]]


def said_twice(_: random.Random, words: list[str], at: int) -> list[str]:
    """«садовая садовая»."""
    return [*words[:at], words[at], *words[at:]]


def put_between(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«улица э садовая»."""
    return [*words[:at], *chance.choice(_BETWEEN).split(), *words[at:]]


def lost_beginning(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«оветская»: the line opened too late."""
    return [*words[:at], words[at][chance.choice((1, 1, 2)) :], *words[at + 1 :]]


def vowel_between(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«октябарьская»: a vowel between two consonants, as in slow speech."""
    word = words[at]
    inside = [found.start() + 1 for found in re.finditer(f"[^{_VOWELS}ьъй](?=[^{_VOWELS}ьъй])", word)]
    n = chance.choice(inside or [1])
    return [*words[:at], f"{word[:n]}{chance.choice('аыэ')}{word[n:]}", *words[at + 1 :]]


def nasal(chance: random.Random, words: list[str], at: int) -> list[str]:
    """«сабовая»: a consonant in the mouth of somebody who holds the receiver badly."""
    word = words[at]
    inside = [n for n, letter in enumerate(word) if letter in "гдвзлжн"]
    if not inside:
        return words
    n = chance.choice(inside)
    return [*words[:at], word[:n] + chance.choice("бмн") + word[n + 1 :], *words[at + 1 :]]


NOISES: tuple[Noise, ...] = (
    lost_ending, reduced, lost_syllable, doubled_syllable, lost_letter, swapped, said_twice, put_between,
)  # fmt: skip
UNSEEN: tuple[Noise, ...] = (lost_beginning, vowel_between, nasal)
"""Nobody has looked at what goes wrong with these while the rules were written."""


def noisy(chance: random.Random, text: str, names: Sequence[str], kinds: Sequence[Noise]) -> str:
    """The text with one or two of its ``names``' words spoiled; without a long one it stays as it is."""
    words = text.split()
    for _ in range(1 if chance.random() < 0.6 else 2):
        places = [at for at, word in enumerate(words) if word in names and len(word) >= _SHORTEST]
        if not places:
            break
        words = chance.choice(kinds)(chance, words, chance.choice(places))
    return " ".join(words)
