"""◆ Numbers dictated as people do it: groups with pauses between them, put together out of the public test set.

Where a word ends is asked of the recogniser; clips that it does not hear as they are written are left out, because
there it would put the pause into the middle of a word.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from bench.speech.clips import CHECKOUT, FRAME, heard
from robot.hearing.bench.alaw import RATE, Samples, read
from robot.hearing.recogniser import Model

SET = CHECKOUT / "tests" / "speech"
PAUSES = (0.3, 0.9)
"""Seconds between two groups."""
FADE = RATE // 200
HOUSE_GROUP = 1
ACCOUNT_GROUP = (2, 4)
"""Digits between two pauses, at least and at most."""


@dataclass(frozen=True, slots=True)
class Dictated:
    """A number with its pauses. ``end``: the second of its last sound."""

    kind: str
    text: str
    sound: Samples
    end: float
    longest_pause: float


def clips_of(kind: str) -> Iterator[tuple[str, Samples]]:
    """The clips of a kind in the public test set, with what is said in them."""
    with (SET / "clips.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["kind"] == kind:
                yield row["text"], read(Path(SET / row["file"]))


def dictated(model: Model, kind: str, chance: np.random.Generator) -> Iterator[Dictated]:
    """All numbers of a kind («house», «account») that can be taken apart."""
    for text, sound in clips_of(kind):
        words = model.hear(sound).words
        if [word.text for word in words] != text.split():
            continue
        ends = [(left.end + right.begin) / 2 for left, right in pairwise(words)]
        yield with_pauses(kind, text, sound, list(_places(kind, ends, chance)), chance)


def _places(kind: str, ends: list[float], chance: np.random.Generator) -> Iterator[float]:
    """Between which words the caller stops."""
    at = 0
    while True:
        at += int(chance.integers(ACCOUNT_GROUP[0], ACCOUNT_GROUP[1] + 1)) if kind == "account" else HOUSE_GROUP
        if at > len(ends):
            return
        yield ends[at - 1]


def with_pauses(kind: str, text: str, sound: Samples, places: list[float], chance: np.random.Generator) -> Dictated:
    parts: list[Samples] = []
    longest, begin = 0.0, 0
    for place in places:
        end = int(place * RATE)
        pause = float(chance.uniform(*PAUSES))
        longest = max(longest, pause)
        parts += [_faded(sound[begin:end]), np.zeros(int(pause * RATE), np.int16)]
        begin = end
    parts.append(_faded(sound[begin:]))
    whole = np.concatenate(parts)
    return Dictated(kind, text, whole, heard(whole)[1] * FRAME / RATE, longest)


def _faded(piece: Samples) -> Samples:
    """Without a click at its ends."""
    ramp = np.ones(len(piece))
    size = min(FADE, len(piece) // 2)
    ramp[:size] = np.linspace(0, 1, size)
    ramp[len(piece) - size :] = np.linspace(1, 0, size)
    return (piece * ramp).astype(np.int16)
