"""◆ Sound without speech, to find out what a recogniser makes of nothing: by family and seed, minutes of it.

Silence, idle lines, hum, tones, clicks, wind and music are written here anew, independent of what our own model was
trained on (``robot/training/non_speech.py``).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from robot.hearing.bench.alaw import RATE, Samples, decode, encode
from robot.hearing.bench.conditions import Sound

PIECE_S = 20
"""Seconds of one piece: as long as a caller may be listened to."""
_SCALES = ((0, 2, 4, 7, 9), (0, 3, 5, 7, 10), (0, 2, 3, 5, 7, 8, 10))


def pieces(minutes: float, seed: int = 1) -> Iterator[tuple[str, Samples]]:
    """Family and samples, all families in turn until ``minutes`` are full."""
    count = max(len(FAMILIES), round(minutes * 60 / PIECE_S))
    for number in range(count):
        family = list(FAMILIES)[number % len(FAMILIES)]
        chance = np.random.default_rng([seed, number])
        sound = FAMILIES[family](PIECE_S * RATE, chance)
        yield family, decode(encode(np.clip(sound, -32767, 32767).astype(np.int16)))


def _silence(length: int, _chance: np.random.Generator) -> Sound:
    return np.zeros(length)


def _idle(length: int, chance: np.random.Generator) -> Sound:
    return chance.standard_normal(length) * 10 ** chance.uniform(0, 1.5)


def _rush(length: int, chance: np.random.Generator) -> Sound:
    """Steady noise, white to brown, faint to loud, with a slow swell."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    spectrum *= np.maximum(np.arange(len(spectrum)), 60.0) ** -chance.uniform(0, 1)
    noise = np.fft.irfft(spectrum, length)
    swell = 1 + 0.5 * np.sin(2 * np.pi * np.arange(length) / RATE * chance.uniform(0.05, 0.4))
    return np.asarray(noise / noise.std() * swell * 10 ** chance.uniform(1.5, 3.5))


def _hum(length: int, chance: np.random.Generator) -> Sound:
    time = np.arange(length) / RATE
    parts = sum(np.sin(2 * np.pi * 50 * k * time) * chance.uniform(0, 1) / k for k in range(1, 9))
    return np.asarray(parts) * 10 ** chance.uniform(1.5, 3.6) + chance.standard_normal(length) * 5


def _keys(length: int, chance: np.random.Generator) -> Sound:
    """DTMF as somebody presses keys."""
    sound, place = chance.standard_normal(length) * 5, 0
    while place < length - RATE:
        time = np.arange(int(RATE * chance.uniform(0.06, 0.5))) / RATE
        pair = (chance.choice((697, 770, 852, 941)), chance.choice((1209, 1336, 1477)))
        sound[place : place + len(time)] += sum(
            np.sin(2 * np.pi * tone * time) for tone in pair
        ) * 10 ** chance.uniform(2.8, 3.9)
        place += len(time) + int(RATE * chance.uniform(0.05, 1.5))
    return sound


def _progress(length: int, chance: np.random.Generator) -> Sound:
    """Ringing, busy, congestion (425 Hz), fax, and the three tones before an announcement."""
    time = np.arange(length) / RATE
    on, off, tone = ((1.0, 4.0, 425), (0.35, 0.35, 425), (0.18, 0.18, 425), (0.5, 3.0, 1100), (3.0, 0.4, 2100))[
        chance.integers(5)
    ]
    return np.asarray(np.sin(2 * np.pi * tone * time) * (time % (on + off) < on)) * 10 ** chance.uniform(2.5, 3.9)


def _clicks(length: int, chance: np.random.Generator) -> Sound:
    sound = chance.standard_normal(length) * 10 ** chance.uniform(0, 1.3)
    for start in chance.integers(0, length - 900, int(chance.integers(5, 150))):
        size = int(chance.integers(3, 800))
        sound[start : start + size] += (
            chance.standard_normal(size) * np.exp(-5 * np.arange(size) / size) * 10 ** chance.uniform(2, 4)
        )
    return sound


def _wind(length: int, chance: np.random.Generator) -> Sound:
    """Gusts and breath into the microphone."""
    spectrum = np.fft.rfft(chance.standard_normal(length))
    hertz = np.arange(len(spectrum)) * RATE / length
    spectrum *= np.exp(-hertz / chance.uniform(150, 1200))
    gusts = np.interp(np.arange(length), np.linspace(0, length, 40), chance.uniform(0, 1, 40) ** 3)
    noise = np.fft.irfft(spectrum, length)
    return np.asarray(noise / noise.std() * gusts * 10 ** chance.uniform(2.5, 3.9))


def _music(length: int, chance: np.random.Generator) -> Sound:
    """A tune on a scale over a bass, with a drum or not: what a waiting queue or a radio plays."""
    sound = np.zeros(length + 4 * RATE)
    scale, base = _SCALES[chance.integers(len(_SCALES))], chance.uniform(110, 260)
    beat, step = int(RATE * chance.uniform(0.15, 0.5)), 0
    brightness, decay = chance.uniform(0.3, 0.9), chance.uniform(1, 8)
    for place in range(0, length, beat):
        step = int(np.clip(step + chance.integers(-2, 3), 0, 2 * len(scale) - 1))
        notes = [base * 2 ** (scale[step % len(scale)] / 12 + step // len(scale))]
        if (place // beat) % 4 == 0:
            notes += [base / 2, base * 0.75, base]
        for hertz in notes:
            time = np.arange(int(RATE * chance.uniform(0.3, 1.8))) / RATE
            tone = sum(brightness**k * np.sin(2 * np.pi * hertz * (k + 1) * time) for k in range(6))
            sound[place : place + len(time)] += np.asarray(tone) * np.exp(-decay * time) * np.minimum(time * 80, 1)
        if chance.random() < 0.4:
            hit = chance.standard_normal(500) * np.exp(-np.arange(500) / 90)
            sound[place : place + 500] += hit * chance.uniform(0.2, 1.5)
    sound = sound[:length]
    return np.asarray(sound / (np.abs(sound).max() + 1e-9)) * 10 ** chance.uniform(3.0, 4.3)


FAMILIES = {
    "silence": _silence, "idle line": _idle, "noise": _rush, "hum": _hum, "keys": _keys, "tones": _progress,
    "clicks": _clicks, "wind": _wind, "music": _music,
}  # fmt: skip
"""Family → how a piece of it is made."""
