"""◆ Names that were badly misheard, guessed among the few that the rest of the words leaves possible.

«город белгород улица геро»: of all streets a dozen are as near, of Belgorod's one. A guess is never sure.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Protocol

from robot.understanding.address_doubts import GUESS_LEAST
from robot.understanding.address_names import Name
from robot.understanding.address_words import TYPE_WORDS, common, numbers_a_house
from robot.understanding.numbered import Token

_LONGEST = 3
"""Words of a name."""
_LEAST_LETTERS = 4
_BEST = 3
"""So many guesses for the same words."""


class Likest(Protocol):
    """:meth:`outage_feed.places.Places.streets_likest`, ``towns_likest``."""

    def __call__(
        self, letters: str, numbers: tuple[int, ...], among: Iterable[str], limit: int
    ) -> tuple[tuple[str, float, str], ...]:
        """The names most like what was heard, with doubt and form."""
        ...


def guessed(said: Sequence[Token], taken: Collection[int], likest: Likest, among: Collection[str]) -> list[Name]:
    """Guesses for the words that are not ``taken``, among the names ``among``."""
    found = []
    for start in range(len(said)):
        for end in range(start + 1, min(start + _LONGEST, len(said)) + 1):
            part = said[start:end]
            if not _can_be_name(part) or not taken_free(range(start, end), taken):
                break
            letters = "".join(token.text for token in part if token.value is None)
            if len(letters) < _LEAST_LETTERS:
                continue
            numbers = tuple(token.value for token in part if token.value is not None)
            for name, doubt, form in likest(letters, numbers, among, _BEST):
                doubt = max(doubt, GUESS_LEAST)
                found.append(Name(name, doubt, form, start, end, doubt))
    return found


def taken_free(places: Iterable[int], taken: Collection[int]) -> bool:
    """Whether none of the places is taken."""
    return not any(each in taken for each in places)


def _can_be_name(part: Sequence[Token]) -> bool:
    """Numbers stand first («сорок второй армии», «первая садовая»); no word of the part is about something else."""
    return all(
        not (numbers_a_house(token) or token.text in TYPE_WORDS or (token.value is None and common(token.text)))
        and (token.value is None or at == 0)
        for at, token in enumerate(part)
    )
