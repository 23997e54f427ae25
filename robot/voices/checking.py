"""What is wrong with the sound of a book of prompts: clips not made, too long, recordings nobody hears."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ivr.errors import Problem
from ivr.prompts import PromptBook
from ivr.prompts.model import Fragment
from robot.voices import sound
from robot.voices.library import Library, Wanted, wanted
from robot.voices.recorded import Recorded, unused
from robot.voices.rendering import contour_of

MOST_SECONDS = 20.0
"""Callers do not listen longer to one prompt."""


@dataclass(frozen=True, slots=True)
class SoundCheck:
    """All that was found."""

    clips: int
    """How many there ought to be."""
    missing: tuple[Wanted, ...]
    outdated: tuple[Wanted, ...]
    too_long: Mapping[str, float]
    """Prompt → its longest seconds, above :data:`MOST_SECONDS`."""
    orphans: tuple[Path, ...]
    """Clips that no prompt asks for any more."""
    unused_recordings: tuple[Path, ...]
    problems: tuple[Problem, ...]
    """Recordings that cannot be used."""

    @property
    def good(self) -> bool:
        """Whether calls can be answered with this; orphans and unused recordings harm nobody."""
        return not (self.missing or self.outdated or self.too_long or self.problems)


def check_sound(book: PromptBook, library: Library, recorded: Recorded) -> SoundCheck:
    """Compare what ``book`` can say with the clips and recordings that are there. Blocking."""
    fragments = tuple(book.closed_fragments())
    needed = wanted(fragment for fragment in fragments if recorded.fragment(fragment) is None)
    compared = library.check(needed)
    lengths = {name: longest_seconds(book, name, library, recorded) for name in book.names()}
    return SoundCheck(
        clips=len(needed),
        missing=compared.missing,
        outdated=compared.outdated,
        too_long={name: seconds for name, seconds in lengths.items() if seconds > MOST_SECONDS},
        orphans=compared.orphans,
        unused_recordings=unused(recorded, book.names(), fragments),
        problems=recorded.problems,
    )


def longest_seconds(book: PromptBook, name: str, library: Library, recorded: Recorded) -> float:
    """How long a prompt is: measured if it has no values and its sound is there, else the book's rough figure."""
    if book.values_of(name):
        return book.longest(name)
    if (recording := recorded.prompts.get(name)) is not None:
        return len(recording.clip) / sound.RATE
    fragments = tuple(book.fragments_of(name))
    lengths = [_seconds(fragment, library, recorded) for fragment in fragments]
    return sum(lengths) + _pauses(fragments) if all(lengths) else book.longest(name)


def _seconds(fragment: Fragment, library: Library, recorded: Recorded) -> float:
    if (recording := recorded.fragment(fragment)) is not None:
        return len(recording.clip) / sound.RATE
    return library.seconds(Wanted(fragment.text, contour_of(fragment)))


def _pauses(fragments: Iterable[Fragment]) -> float:
    return sum(fragment.pause_after for fragment in tuple(fragments)[:-1]) / 1000
