"""◆ Names by their sound: an index that finds what a misheard name may have been.

Names come with the forms in which they are said. A form is found when the same letters were heard, with more doubt when
the same sounds were, and with still more when one or a few letters differ; its numbers must be the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

SAME_SOUND = 0.04
"""The doubt (0 … 1) where the letters differ and the sounds do not: «Донков» for «Данков»."""
_EACH_LETTER = 0.02
"""For each letter more that differs where the sounds do not."""
_OTHER_WORD, _OF_ALL = 0.15, 0.4
"""Added where so many of all letters differ: «зерки» may sound like «Сярьги», and is hardly that."""
WORST = 0.36
"""Names in more doubt are not taken into account."""
_PER_LETTER = 1.25
"""The doubt of a wrong letter, divided by the number of letters."""
GUESSED = 0.4
"""So many of a name's letters, of all, may be wrong where only few names are possible."""
_SHORTEST_GUESS = 4
_SWALLOWED = 0.1
"""The doubt of a letter at the end of a guessed name: endings are swallowed more often than anything else."""
_MOST_SWALLOWED = 3
_VOWELS_AND_VOICE = str.maketrans("оеёэяыбвгджз", "аииииипфктшс", "ьъ")
_DOUBLE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Said:
    """A form in which a name is said: its letters in one piece (recognisers split and join words) and its numbers."""

    letters: str
    numbers: tuple[int, ...] = ()
    doubt: float = 0.0
    """0 … 1: how much of the name this form leaves open («Садовая» for «2-я Садовая»)."""


@lru_cache(maxsize=65536)
def sounds(letters: str) -> str:
    """Folded letters as a careless ear hears them: unstressed vowels and voiced consonants are not told apart."""
    text = letters.translate(_VOWELS_AND_VOICE)
    for cluster, heard in (("сч", "щ"), ("стн", "сн"), ("стл", "сл"), ("тс", "ц"), ("шч", "щ")):
        text = text.replace(cluster, heard)
    return _DOUBLE.sub(r"\1", text)


class NameIndex:
    """Names by the forms in which they are said. Built once, then only read; safe from several threads.

    Candidates come from an index of pieces: of a key that is cut into one piece more than there may be wrong letters,
    one piece at least was heard as it is, and nearly where it stands.
    """

    def __init__(self, said: Iterable[tuple[str, Said]]) -> None:
        self._said: dict[str, list[tuple[str, Said]]] = {}
        self._forms: dict[str, list[Said]] = {}
        for name, form in said:
            self._said.setdefault(sounds(form.letters), []).append((name, form))
            self._forms.setdefault(name, []).append(form)
        self._having: dict[tuple[int, int, int, str], list[str]] = {}
        for key in self._said:
            for most in _MOST_WRONG:
                if any(_most_wrong(heard) == most for heard in range(len(key) - most, len(key) + most + 1)):
                    for start, end in _pieces(len(key), most):
                        self._having.setdefault((most, len(key), start, key[start:end]), []).append(key)
        self._like = lru_cache(maxsize=16_384)(self._find)

    def like(self, letters: str, numbers: tuple[int, ...] = ()) -> tuple[tuple[str, float, str], ...]:
        """(name, doubt, letters of the form it was taken for), for every name that may have been said; best first."""
        return self._like(letters, numbers)

    def likest(
        self, letters: str, numbers: tuple[int, ...], among: Iterable[str], limit: int
    ) -> tuple[tuple[str, float, str], ...]:
        """The same among some of the names only, and therefore as far as :data:`GUESSED` apart: a guess.

        For names that must be there, because the rest of what was said leaves no others.
        """
        heard = sounds(letters)
        forms = [(name, form) for name in among for form in self._forms.get(name, ()) if form.numbers == numbers]
        keys = [sounds(form.letters) for _, form in forms]
        most = int(GUESSED * (len(heard) + 1))
        found = [
            (at, _PER_LETTER * distance / max(len(key), len(heard)))
            for key, distance, at in extract(heard, keys, scorer=OSA.distance, score_cutoff=most, limit=3 * limit)
            if len(key) >= _SHORTEST_GUESS
        ]
        for at, key in enumerate(keys):
            if len(key) - _MOST_SWALLOWED <= len(heard) < len(key) and key.startswith(heard):
                found.append((at, _SWALLOWED * (len(key) - len(heard))))
        best: dict[str, tuple[float, str]] = {}
        for at, doubt in found:
            name, form = forms[at]
            if form.doubt + doubt < best.get(name, (1.0, ""))[0]:
                best[name] = form.doubt + doubt, form.letters
        ordered = sorted(best.items(), key=lambda item: (item[1], item[0]))[:limit]
        return tuple((name, doubt, form) for name, (doubt, form) in ordered)

    def _find(self, letters: str, numbers: tuple[int, ...]) -> tuple[tuple[str, float, str], ...]:
        heard = sounds(letters)
        best: dict[str, tuple[float, str]] = {}
        for key, distance in self._near(heard):
            for name, said in self._said[key]:
                if said.numbers != numbers:
                    continue
                doubt = said.doubt
                if distance:
                    doubt += _PER_LETTER * distance / max(len(key), len(heard))
                elif said.letters != letters:
                    doubt += _same_sound(said.letters, letters)
                if doubt <= WORST and doubt < best.get(name, (1.0, ""))[0]:
                    best[name] = doubt, said.letters
        return tuple(
            (name, doubt, form) for name, (doubt, form) in sorted(best.items(), key=lambda item: (item[1], item[0]))
        )

    def _near(self, heard: str) -> Iterable[tuple[str, int]]:
        if heard in self._said:
            yield heard, 0
        most = _most_wrong(len(heard))
        if not most:
            return
        seen = {heard}
        for length in range(len(heard) - most, len(heard) + most + 1):
            for start, end in _pieces(length, most):
                for at in range(max(0, start - most), start + most + 1):
                    for key in self._having.get((most, length, start, heard[at : at + end - start]), ()):
                        if key in seen:
                            continue
                        seen.add(key)
                        distance = OSA.distance(heard, key, score_cutoff=most)
                        if distance <= most:
                            yield key, distance


_MOST_WRONG = (1, 2, 3)


def _same_sound(known: str, heard: str) -> float:
    """The doubt where only the sounds are the same: the more letters differ, the likelier it is another name."""
    wrong = OSA.distance(known, heard)
    doubt = SAME_SOUND + _EACH_LETTER * (wrong - 1)
    return doubt + _OTHER_WORD if wrong > _OF_ALL * max(len(known), len(heard)) else doubt


def _most_wrong(letters: int) -> int:
    """How many letters of a name may be wrong before it is another name."""
    return 0 if letters < 4 else 1 if letters < 7 else 2 if letters < 11 else 3


@lru_cache(maxsize=256)
def _pieces(length: int, most: int) -> tuple[tuple[int, int], ...]:
    """A key of that length cut into ``most`` + 1 pieces, about as long as each other."""
    ends = [length * part // (most + 1) for part in range(most + 2)]
    return tuple(pairwise(ends))
