"""◆ What a telephone brings besides speech, at the level of a loud room; each of any length, the same for one seed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ivr.bringup.music import waiting_music
from robot.hearing.bench.alaw import RATE, Samples

Sound = NDArray[np.float64]
LEVEL = 500.0
"""Root mean square of the noises: about 12 dB below the bench's callers."""
VOICES = 6
MUTTERS_EVERY_S = 4.0


def white(seconds: float, chance: np.random.Generator) -> Sound:
    """A hiss."""
    return chance.standard_normal(int(seconds * RATE))


def hum(seconds: float, chance: np.random.Generator) -> Sound:
    """Mains hum with its odd harmonics, swelling."""
    at = np.arange(int(seconds * RATE)) / RATE
    tones = sum(np.sin(2 * np.pi * 50 * part * at + chance.uniform(0, 6.3)) / part for part in (1, 2, 3, 5, 7))
    return np.asarray(tones * (1 + 0.5 * np.sin(2 * np.pi * 0.3 * at)))


def music(seconds: float, chance: np.random.Generator) -> Sound:
    """A melody with chords, from another room."""
    tune = np.roll(waiting_music().astype(np.float64), int(chance.integers(RATE * 10)))
    return np.resize(tune, int(seconds * RATE))


def babble(seconds: float, chance: np.random.Generator, voices: Sequence[Samples]) -> Sound:
    """So many people speaking at once that no word of theirs can be made out."""
    crowd = np.zeros(int(seconds * RATE))
    for _ in range(VOICES):
        at = -int(chance.integers(RATE))
        while at < len(crowd):
            voice = voices[int(chance.integers(len(voices)))].astype(np.float64)
            piece = voice[max(0, -at) : len(crowd) - at]
            crowd[max(0, at) : max(0, at) + len(piece)] += piece
            at += len(voice)
    return crowd


def muttering(seconds: float, chance: np.random.Generator, mutter: Samples) -> Sound:
    """«Угу» again and again, as people do who listen. Not brought to :data:`LEVEL`: it is the caller's own voice."""
    line = np.zeros(int(seconds * RATE))
    at = 0.0
    while (begin := int(at * RATE)) + len(mutter) < len(line):
        line[begin : begin + len(mutter)] = mutter
        at += MUTTERS_EVERY_S * chance.uniform(0.7, 1.3)
    return line


def noises(voices: Sequence[Samples], mutter: Samples) -> dict[str, Callable[[float, np.random.Generator], Samples]]:
    """All of them by name: seconds and chance → samples."""

    def at_level(make: Callable[[float, np.random.Generator], Sound]) -> Callable[..., Samples]:
        def made(seconds: float, chance: np.random.Generator) -> Samples:
            sound = make(seconds, chance)
            return _samples(sound * LEVEL / np.sqrt(np.mean(sound**2)))

        return made

    return {
        "white": at_level(white),
        "hum": at_level(hum),
        "music": at_level(music),
        "babble": at_level(lambda seconds, chance: babble(seconds, chance, voices)),
        "угу": lambda seconds, chance: _samples(muttering(seconds, chance, mutter)),
    }


def _samples(sound: Sound) -> Samples:
    return np.clip(sound, -32767, 32767).astype(np.int16)
