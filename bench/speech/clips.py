"""What the bench's callers say: the committed clips of a voice that is not the robot's."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ivr.bringup.recording import loud_steps
from robot.hearing.bench.alaw import RATE, Samples, decode, encode, read

CHECKOUT = Path(__file__).resolve().parents[2]
SAYS = CHECKOUT / "tests" / "e2e" / "says"
FRAME = RATE // 50
"""Samples in 20 ms."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that a caller says: frames of 20 ms, with what little sound the line has around it."""

    frames: tuple[bytes, ...]
    end: int
    """So many frames until the last sound of it."""


def said(name: str) -> Sentence:
    """One of the committed sentences."""
    return sentence(read(SAYS / f"{name}.wav"))


def sentence(sound: Samples) -> Sentence:
    """Any sound as a sentence. It begins with its first frame that is heard."""
    begin, end = heard(sound)
    return Sentence(frames(sound[begin * FRAME :]), end - begin)


def heard(sound: Samples) -> tuple[int, int]:
    """The first and the last frame (exclusive) of a sound in which anything is to be heard."""
    loud = np.flatnonzero(loud_steps(sound.astype(np.float64)))
    return (int(loud[0]), int(loud[-1]) + 1) if len(loud) else (0, 0)


def on_the_line(sound: Samples) -> Samples:
    """As it comes out of a telephone line: through A-law."""
    return decode(encode(sound))


def frames(sound: Samples) -> tuple[bytes, ...]:
    """In pieces of 20 ms, as AudioSocket carries them; what is left at the end is left out."""
    data = sound[: len(sound) // FRAME * FRAME].astype("<i2").tobytes()
    return tuple(data[at : at + 2 * FRAME] for at in range(0, len(data), 2 * FRAME))
