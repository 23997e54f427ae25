"""◆ What happens to a clip on its way, by name and number: the same seed disturbs it the same way again.

SNR is the level of the active speech (frames within 30 dB of the loudest) over that of the noise, both before the
final A-law. Levels are relative to the clip's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot.hearing.bench.alaw import RATE, Samples, decode, encode

_FRAME = RATE // 50
Sound = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Condition:
    """A disturbance: its name, what it is in words, and how it is made."""

    name: str
    words: str
    disturb: Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]

    def apply(self, clip: Samples, seed: int, others: Sequence[Samples]) -> Samples:
        """The clip disturbed and through A-law again; ``others`` are clips for babble."""
        chance = np.random.default_rng([seed, *self.name.encode()])
        sound = self.disturb(clip.astype(np.float64), chance, others)
        return decode(encode(np.clip(sound, -32767, 32767).astype(np.int16)))


def active_level(sound: Sound) -> float:
    """Root mean square over the frames (20 ms) within 30 dB of the loudest."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = (frames**2).mean(1)
    return float(np.sqrt(power[power > power.max() / 1000].mean())) if len(power) and power.max() > 0 else 1.0


def speech_end(clip: Samples) -> int:
    """The sample at which the clip's speech ends: the last frame within 35 dB of the loudest."""
    frames = clip[: len(clip) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    power = (frames**2).mean(1)
    return int((np.nonzero(power > power.max() / 3162)[0][-1] + 1) * _FRAME) if power.max() > 0 else 0


def _noisy(colour: float, snr: float) -> Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]:
    def disturb(sound: Sound, chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
        return _mix(sound, _coloured(chance.standard_normal(len(sound)), colour), snr)

    return disturb


def _coloured(white: Sound, slope: float) -> Sound:
    spectrum = np.fft.rfft(white)
    hertz = np.arange(len(spectrum)) * RATE / len(white)
    return np.asarray(np.fft.irfft(spectrum * np.maximum(hertz, 50.0) ** -slope, len(white)))


def _mix(sound: Sound, noise: Sound, snr: float) -> Sound:
    return sound + noise * (active_level(sound) / (np.sqrt((noise**2).mean()) + 1e-9) * 10 ** (-snr / 20))


def _babble(voices: int, snr: float) -> Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]:
    def disturb(sound: Sound, chance: np.random.Generator, others: Sequence[Samples]) -> Sound:
        crowd = np.zeros(len(sound))
        for _ in range(voices):
            speech = np.zeros(0)
            while len(speech) < len(sound):
                speech = np.concatenate((speech, others[int(chance.integers(len(others)))].astype(np.float64)))
            crowd += speech[: len(sound)] / active_level(speech)
        return _mix(sound, crowd, snr)

    return disturb


def _hum(sound: Sound, chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
    time = np.arange(len(sound)) / RATE
    hum = sum(np.sin(2 * np.pi * 50 * part * time + chance.uniform(0, 6.3)) / part for part in (1, 2, 3, 5))
    return _mix(sound, np.asarray(hum), 10.0)


def _lost(rate: float) -> Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]:
    def disturb(sound: Sound, chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
        heard = sound.copy()
        for start in range(0, len(sound) - _FRAME, _FRAME):
            if chance.random() < rate:
                heard[start : start + _FRAME] = 0.0
        return heard

    return disturb


def _level(decibels: float) -> Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]:
    return lambda sound, _chance, _others: sound * 10 ** (decibels / 20)


def _band(sound: Sound, _chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
    spectrum = np.fft.rfft(sound)
    hertz = np.arange(len(spectrum)) * RATE / max(1, len(sound))
    spectrum[(hertz < 300) | (hertz > 3000)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(sound)))


CONDITIONS: dict[str, Condition] = {
    condition.name: condition
    for condition in (
        Condition("clean", "the clip as it is (A-law)", _level(0)),
        Condition("white20", "white noise, SNR 20 dB", _noisy(0.0, 20)),
        Condition("white10", "white noise, SNR 10 dB", _noisy(0.0, 10)),
        Condition("pink10", "pink noise, SNR 10 dB", _noisy(0.5, 10)),
        Condition("babble15", "six other clips at once, SNR 15 dB", _babble(6, 15)),
        Condition("babble5", "six other clips at once, SNR 5 dB", _babble(6, 5)),
        Condition("hum10", "mains hum 50, 100, 150, 250 Hz, SNR 10 dB", _hum),
        Condition("faint30", "30 dB fainter", _level(-30)),
        Condition("loss5", "5 % of 20 ms packets lost, silence in their place", _lost(0.05)),
        Condition("band", "300 … 3000 Hz only", _band),
    )
}
"""Name → condition."""
