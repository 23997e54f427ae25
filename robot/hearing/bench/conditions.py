"""◆ What happens to a clip on its way, by name and number: the same seed disturbs it the same way again.

SNR is the level of the active speech (frames of 20 ms within 30 dB of the loudest) over that of the noise, both before
the final A-law. Noise lasts as long as the clip. Levels are relative to the clip's own. Whoever measures a recogniser
with other tools finds here everything that is needed: NumPy's default generator, seeded with the run's seed (1) plus
the clip's place in the list, followed by the bytes of the condition's name.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from robot.hearing.bench.alaw import RATE, Samples, decode, encode, through_u_law

_FRAME = RATE // 50
Sound = NDArray[np.float64]
Disturb = Callable[[Sound, np.random.Generator, Sequence[Samples]], Sound]
"""A clip, chance, and the set's other clips → the clip disturbed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A disturbance: its name, what it is in words, how it is made, and the package it needs beside NumPy."""

    name: str
    words: str
    disturb: Disturb
    package: str = ""

    @property
    def available(self) -> bool:
        """Whether the package that it needs is installed."""
        return not self.package or importlib.util.find_spec(self.package) is not None

    def apply(self, clip: Samples, seed: int, others: Sequence[Samples]) -> Samples:
        """The clip disturbed and through A-law again; ``others`` are the clips of which babble is made."""
        chance = np.random.default_rng([seed, *self.name.encode()])
        sound = self.disturb(clip.astype(np.float64), chance, [other for other in others if other is not clip])
        return decode(encode(np.clip(sound, -32767, 32767).astype(np.int16)))


def active_level(sound: Sound) -> float:
    """Root mean square over the frames (20 ms) within 30 dB of the loudest; 1 where there is no sound at all."""
    frames = sound[: len(sound) // _FRAME * _FRAME].reshape(-1, _FRAME)
    power = (frames**2).mean(1)
    return float(np.sqrt(power[power > power.max() / 1000].mean())) if len(power) and power.max() > 0 else 1.0


def speech_end(clip: Samples) -> int:
    """The sample at which the clip's speech ends: the last frame within 35 dB of the loudest; 0 if there is none."""
    frames = clip[: len(clip) // _FRAME * _FRAME].astype(np.float64).reshape(-1, _FRAME)
    power = (frames**2).mean(1)
    loud = np.nonzero(power > power.max(initial=0.0) / 3162)[0]
    return int((loud[-1] + 1) * _FRAME) if len(loud) else 0


def _noisy(slope: float, snr: float) -> Disturb:
    def disturb(sound: Sound, chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
        return _mix(sound, _coloured(chance.standard_normal(len(sound)), slope), snr)

    return disturb


def _coloured(white: Sound, slope: float) -> Sound:
    """White noise whose amplitude falls with frequency ** ``slope`` from 50 Hz on."""
    spectrum = np.fft.rfft(white)
    hertz = np.arange(len(spectrum)) * RATE / len(white)
    return np.asarray(np.fft.irfft(spectrum * np.maximum(hertz, 50.0) ** -slope, len(white)))


def _mix(sound: Sound, noise: Sound, snr: float) -> Sound:
    return np.asarray(sound + noise * (active_level(sound) / (np.sqrt((noise**2).mean()) + 1e-9) * 10 ** (-snr / 20)))


def _babble(voices: int, snr: float) -> Disturb:
    def disturb(sound: Sound, chance: np.random.Generator, others: Sequence[Samples]) -> Sound:
        crowd = np.zeros(len(sound))
        for _ in range(voices if others else 0):
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


def _lost(rate: float, *, repeats: bool) -> Disturb:
    """Packets lost independently; in the place of one is silence, or the packet before it at 70 % (and again)."""

    def disturb(sound: Sound, chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
        heard = sound.copy()
        for start in range(0, len(sound) - _FRAME, _FRAME):
            if chance.random() < rate:
                before = heard[start - _FRAME : start] if repeats and start else np.zeros(_FRAME)
                heard[start : start + _FRAME] = 0.7 * before
        return heard

    return disturb


def _level(decibels: float) -> Disturb:
    return lambda sound, _chance, _others: sound * 10 ** (decibels / 20)


def _band(sound: Sound, _chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
    spectrum = np.fft.rfft(sound)
    hertz = np.arange(len(spectrum)) * RATE / max(1, len(sound))
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    return np.asarray(np.fft.irfft(spectrum, len(sound)))


def _twice_coded(sound: Sound, _chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
    return through_u_law(np.clip(sound, -32767, 32767).astype(np.int16)).astype(np.float64)


def _gsm(sound: Sound, _chance: np.random.Generator, _others: Sequence[Samples]) -> Sound:
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, np.clip(sound, -32767, 32767).astype(np.int16), RATE, format="WAV", subtype="GSM610")
    file.seek(0)
    coded = soundfile.read(file, dtype="int16")[0][: len(sound)]
    return np.pad(coded, (0, len(sound) - len(coded))).astype(np.float64)


CONDITIONS: dict[str, Condition] = {
    condition.name: condition
    for condition in (
        Condition("clean", "the clip as it is (A-law)", _level(0)),
        Condition("white20", "white noise, SNR 20 dB", _noisy(0.0, 20)),
        Condition("white10", "white noise, SNR 10 dB", _noisy(0.0, 10)),
        Condition("pink10", "pink noise (1/f above 50 Hz), SNR 10 dB", _noisy(0.5, 10)),
        Condition("babble15", "six of the set's other clips at once, SNR 15 dB", _babble(6, 15)),
        Condition("babble5", "six of the set's other clips at once, SNR 5 dB", _babble(6, 5)),
        Condition("hum10", "mains hum 50, 100, 150, 250 Hz, SNR 10 dB", _hum),
        Condition("faint20", "20 dB fainter", _level(-20)),
        Condition("faint30", "30 dB fainter", _level(-30)),
        Condition("loss3", "3 % of 20 ms packets lost, silence in their place", _lost(0.03, repeats=False)),
        Condition("loss10", "10 % of 20 ms packets lost, silence in their place", _lost(0.10, repeats=False)),
        Condition("hidden10", "10 % of 20 ms packets lost, the one before repeated", _lost(0.10, repeats=True)),
        Condition("band", "300 … 3400 Hz only", _band),
        Condition("ulaw", "through µ-law on the way", _twice_coded),
        Condition("gsm", "through GSM 06.10 full rate on the way", _gsm, "soundfile"),
    )
}
"""Name → condition."""
