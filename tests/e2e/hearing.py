"""What was heard, compared with what should have been: finding known sounds in a recording.

All times are seconds from the beginning of the recording. Sound is 8 kHz mono as float64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivr.bringup.recording import RATE, STEP, Sound, first_sound, load, loud_steps, save

__all__ = ["RATE", "Heard", "Match", "Sound", "correlation", "find", "first_sound", "listen", "load", "save"]
__all__ += ["silences", "trimmed"]


def trimmed(sound: Sound) -> tuple[Sound, float]:
    """``sound`` without the silence around it, and how many seconds of it were in front."""
    loud = loud_steps(sound)
    if not loud.any():
        return sound[:0], 0.0
    first, last = int(np.argmax(loud)), len(loud) - int(np.argmax(loud[::-1]))
    return sound[first * STEP : last * STEP], first * STEP / RATE


def silences(sound: Sound, longer_than: float = 0.15) -> list[tuple[float, float]]:
    """Every stretch of silence longer than that, as (begin, length)."""
    loud = np.concatenate(([True], loud_steps(sound), [True]))
    edges = np.flatnonzero(np.diff(loud.astype(np.int8)))
    found = [(begin / 50, (end - begin) / 50) for begin, end in zip(edges[::2], edges[1::2], strict=True)]
    return [(begin, length) for begin, length in found if length > longer_than]


def correlation(sound: Sound, fragment: Sound) -> Sound:
    """For every position of ``fragment`` in ``sound`` how alike they are there, −1 … 1 (normalised, by FFT)."""
    size = len(fragment)
    if size == 0 or len(sound) < size:
        return np.zeros(0)
    length = 1 << (len(sound) + size - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, length) * np.conj(np.fft.rfft(fragment, length)), length)
    energy = np.concatenate(([0.0], np.cumsum(sound**2)))
    here = energy[size:] - energy[:-size]
    # Where it is all but silent there is nothing to be alike.
    norm = np.sqrt(np.maximum(here, size * 100.0) * np.sum(fragment**2))
    result: Sound = product[: len(here)] / norm
    return result


@dataclass(frozen=True, slots=True)
class Match:
    """Where a fragment was heard best, and how well: ``score`` 1 is perfect."""

    name: str
    score: float
    begin: float
    end: float


def find(sound: Sound, fragment: Sound, name: str = "", *, after: float = 0.0, before: float | None = None) -> Match:
    """Where ``fragment`` (less the silence around it) is heard between two times: the first place that is as good as
    any other, for the same sound may come again later."""
    core, _ = trimmed(fragment)
    start = int(max(0.0, after) * RATE)
    window = sound[start : None if before is None else int(before * RATE)]
    alike = correlation(window, core)
    if len(alike) == 0:
        return Match(name, 0.0, after, after)
    scored = [(_score(window, core, at), at) for at in _peaks(alike)]
    score, at = next((place for place in scored if place[0] > 0.9), max(scored))
    begin = (start + at) / RATE
    return Match(name, score, begin, begin + len(core) / RATE)


def _peaks(alike: Sound, apart: int = RATE // 4) -> list[int]:
    """Places worth a closer look, in order: the best one, and all that are half as good as that."""
    best = float(alike.max())
    floor = min(best, 0.5 * best)  # where nothing is alike at all, the least unlike place
    peaks: list[int] = []
    at = 0
    while at < len(alike):
        ahead = alike[at : at + apart]
        if float(ahead.max()) >= floor:
            peaks.append(at + int(np.argmax(ahead)))
        at += apart
    return peaks


_PIECE = RATE // 4
_END = 3 * STEP
_SLACK = RATE // 20
"""A telephone that loses or repeats 20 ms of sound, even twice, is still heard to say the same."""


def _score(sound: Sound, core: Sound, at: int) -> float:
    """Likeness of ``core`` at ``at``: that of its least alike quarter of a second.

    Not that of the whole: «к девяти часам» and «к десяти часам» are alike for most of their length.
    """
    pieces = [(i, core[i : i + _PIECE]) for i in range(0, max(1, len(core) - _PIECE // 2), _PIECE)]
    padded = np.concatenate((np.zeros(_SLACK), sound[at : at + len(core) + _SLACK], np.zeros(_SLACK)))
    if at >= _SLACK:
        padded[:_SLACK] = sound[at - _SLACK : at]
    places = []
    for offset, piece in pieces:
        alike = correlation(padded[offset : offset + len(piece) + 2 * _SLACK], piece)
        best = int(np.argmax(alike))
        places.append((float(alike[best]), best))
    quiet = 0.02 * max(float(np.mean(piece**2)) for _, piece in pieces)
    worst = 1.0
    for number, (offset, piece) in enumerate(pieces):
        if float(np.mean(piece**2)) < quiet:  # the pause between two words is alike to any other
            continue
        score = places[number][0]
        if score < 0.9:
            # Nothing tells the shift before the first piece and after the last one: one frame either way.
            before = [places[number - 1][1]] if number else [places[0][1] + step for step in (-STEP, STEP)]
            last = number == len(places) - 1
            after = [places[-1][1] + step for step in (-STEP, 0, STEP)] if last else [places[number + 1][1]]
            if number == 0 and not last:
                before = [after[0] + step for step in (-STEP, STEP)]
            if score > 0.6:  # and where most of it is alike, its own two ends tell
                here = padded[offset : offset + len(piece) + 2 * _SLACK]
                before.append(_shift(here, piece[:_END], 0))
                after.append(_shift(here, piece[-_END:], len(piece) - len(piece[-_END:])))
            score = max(score, *(_joined(padded[offset:], piece, b, a) for b in before for a in after))
        worst = min(worst, score)
    return worst


def _shift(sound: Sound, end: Sound, offset: int) -> int:
    """Where in ``sound`` a piece begins whose ``end`` (``offset`` samples after its beginning) is heard best."""
    alike = correlation(sound[offset : offset + len(end) + 2 * _SLACK], end)
    return int(np.argmax(alike)) if len(alike) else 0


def _joined(sound: Sound, piece: Sound, before: int, after: int) -> float:
    """How alike ``piece`` is when up to some sample it is heard at ``before``, and from there on at ``after``."""
    size = len(piece)
    if before < 0 or after < 0:
        return 0.0
    left, right = sound[before : before + size], sound[after : after + size]
    if before == after or len(left) < size or len(right) < size:
        return 0.0
    product = np.cumsum(piece * left)[:-1] + np.cumsum((piece * right)[::-1])[::-1][1:]
    energy = np.cumsum(left**2)[:-1] + np.cumsum((right**2)[::-1])[::-1][1:]
    return float(np.max(product / np.sqrt(np.maximum(energy, 1.0) * np.sum(piece**2))))


@dataclass(frozen=True, slots=True)
class Heard:
    """Fragments found in order. ``gaps[i]``: seconds between the end of match i and the beginning of i + 1."""

    matches: tuple[Match, ...]
    first_sound: float | None

    @property
    def gaps(self) -> tuple[float, ...]:
        """Seconds from each fragment's end to the next one's beginning; negative if they overlap."""
        return tuple(later.begin - sooner.end for sooner, later in zip(self.matches, self.matches[1:], strict=False))

    @property
    def worst(self) -> float:
        """The lowest score; 0 if nothing was expected."""
        return min((match.score for match in self.matches), default=0.0)

    def __str__(self) -> str:
        rows = [f"{m.begin:7.2f}–{m.end:6.2f} s  {m.score:5.2f}  {m.name}" for m in self.matches]
        return "\n".join([f"first sound at {self.first_sound}", *rows])


def listen(
    sound: Sound, fragments: Sequence[tuple[str, Sound]], *, after: float = 0.0, reach: float | None = None
) -> Heard:
    """Find ``fragments`` (name and sound) in order, each after the one before.

    ``reach`` limits how many seconds after the end of the last one the next may begin (None: anywhere later).
    """
    matches: list[Match] = []
    position = after
    for name, fragment in fragments:
        limit = None if reach is None else position + reach + len(fragment) / RATE
        match = find(sound, fragment, name, after=position - 0.02, before=limit)
        matches.append(match)
        position = match.end
    return Heard(tuple(matches), first_sound(sound, after))
