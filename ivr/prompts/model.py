"""What a prompt becomes: fragments, each of which is one clip of sound, and the words as a caller hears them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta, timezone
from typing import Literal

Kind = Literal["fixed", "value", "name"]
"""``fixed`` words of a wording, ``value`` of a closed set (hours, numbers …), ``name`` of an open one (places)."""
Position = Literal["inner", "final"]
"""Whether the sentence goes on after the fragment or ends with it (falling tone)."""

MOSCOW = timezone(timedelta(hours=3), "MSK")
"""The time that is spoken: all eleven served regions live at UTC+3, without summer time."""

GAP_MS = 40
"""Between two fragments of one phrase. With what is left at the ends of clips it must stay under 150 ms."""
SENTENCE_MS = 350
PAUSES_MS: dict[str, int] = {
    "": GAP_MS, ",": 120, "—": 100, ":": 120, ";": 140,
    ".": SENTENCE_MS, "!": SENTENCE_MS, "?": SENTENCE_MS, "…": SENTENCE_MS,
}  # fmt: skip
"""Silence after a punctuation mark, in milliseconds."""
SENTENCE_ENDS = ".!?…"
STRESS = "\u0301"
"""The combining acute accent, written after a stressed vowel where a voice needs it."""

# Measured on 356 clips of RHVoice's anna at her usual rate, blanks and punctuation counted as letters.
_SECONDS_PER_LETTER = 0.058
_SECONDS_PER_CLIP = 0.15


@dataclass(frozen=True, slots=True)
class Fragment:
    """One clip. What it sounds like depends on ``text`` and ``position`` alone."""

    text: str
    """Words for the voice. Fixed text keeps its punctuation, which carries the intonation; values have none."""
    kind: Kind
    pause_after: int
    """Silence after the clip, in milliseconds; 0 after the last one."""
    position: Position

    @property
    def seconds(self) -> float:
        """A rough length, before anything has been rendered."""
        letters = len(self.text.replace(STRESS, ""))
        return _SECONDS_PER_CLIP + letters * _SECONDS_PER_LETTER + self.pause_after / 1000


@dataclass(frozen=True, slots=True)
class Spoken:
    """A prompt put into words at one moment."""

    prompt: str
    fragments: tuple[Fragment, ...]
    text: str
    """The words with punctuation and without stress marks: what a listener would write down."""

    @property
    def seconds(self) -> float:
        """A rough length, before anything has been rendered."""
        return sum(fragment.seconds for fragment in self.fragments)


@dataclass(frozen=True, slots=True)
class Piece:
    """A phrase that a formatter made of a value; its place in the sentence is settled by the wording around it."""

    text: str
    kind: Kind = "value"
    mark: str = ""
    """The punctuation behind it: ``","`` or nothing."""
    pause: int | None = None
    """Milliseconds, where the pause is not the one that goes with the mark."""

    @property
    def pause_ms(self) -> int:
        """The silence behind it."""
        return PAUSES_MS[self.mark] if self.pause is None else self.pause
