"""Puts the clips of one Say together: one file, without audible seams."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ivr.prompts.model import Fragment, Spoken
from robot.voices import sound
from robot.voices.recorded import Recorded

EDGES_MS = 25
"""Silence that clips carry at their ends (``sound.trim`` keeps 10 ms before and 15 ms after): part of any pause."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A clip in its place: what it is (``digest``) and the silence after it in milliseconds."""

    digest: str
    clip: sound.Pcm
    pause: int


class ClipMissing(LookupError):
    """A fragment has no clip yet; ``args[0]`` is the fragment."""


def pieces_of(
    spoken: Spoken, recorded: Recorded, find: Callable[[Fragment], tuple[str, sound.Pcm] | None]
) -> tuple[Piece, ...]:
    """The pieces of ``spoken``: recordings first, else what ``find`` has. Raises :class:`ClipMissing`."""
    if whole := recorded.prompt(spoken):
        return (Piece(whole.digest, whole.clip, 0),)
    pieces = []
    for fragment in spoken.fragments:
        if recording := recorded.fragment(fragment):
            digest, clip = recording.digest, recording.clip
        elif found := find(fragment):
            digest, clip = found
        else:
            raise ClipMissing(fragment)
        pieces.append(Piece(digest, clip, fragment.pause_after))
    return tuple(pieces)


def digest_of(pieces: Sequence[Piece]) -> str:
    """A key for the sentence: the same clips with the same pauses are the same sound."""
    parts = "|".join(f"{piece.digest}:{piece.pause}" for piece in pieces)
    return hashlib.sha256(f"{sound.PROCESSING}|{parts}".encode()).hexdigest()[:32]


def assemble(pieces: Sequence[Piece]) -> bytes:
    """The WAV file of the sentence."""
    return sound.to_wav(sound.join([(piece.clip, max(0, piece.pause - EDGES_MS)) for piece in pieces]))
