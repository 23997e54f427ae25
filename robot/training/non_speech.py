"""What a line carries when nobody speaks: silence, hum, tones, clicks, music, distant babble, breath.

The model learns that none of it is a word. (An earlier net said «да» to five seconds of digital silence.)
"""

from __future__ import annotations

import numpy as np

from robot.training.augmentation import Sound, crackle, hum, noise, shaped, transmitted
from robot.training.shards import RATE, Samples

KINDS = (
    "silence",
    "idle",
    "white",
    "coloured",
    "hum",
    "tones",
    "crackle",
    "music",
    "breath",
    "babble",
    "thumps",
    "gusts",
    "keys",
    "keys",
    "keys",
)
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)


def non_speech(chance: np.random.Generator, others: Samples) -> Samples:
    """One to six seconds of one kind, at any level."""
    length = int(chance.uniform(1, 6) * RATE)
    kind = str(chance.choice(KINDS))
    if kind == "silence":
        return np.full(length, chance.choice((0, 0, 8, -8)), np.int16)
    if kind == "idle":
        return transmitted(np.zeros(length, np.float32), chance)
    sound = _sound(kind, length, chance, others)
    level = 10 ** chance.uniform(0.5, 3.6)
    return transmitted((sound / (sound.std() + 1e-6) * level).astype(np.float32), chance)


def _sound(kind: str, length: int, chance: np.random.Generator, others: Samples) -> Sound:
    white = chance.standard_normal(length).astype(np.float32)
    time = (np.arange(length) / RATE).astype(np.float32)
    if kind == "white":
        return white
    if kind == "coloured":
        return shaped(white, chance.uniform(0.3, 1.2))
    if kind == "hum":
        return hum(length, chance) + white * np.float32(10 ** chance.uniform(-3, -0.5))
    if kind == "tones":
        return _tones(time, chance) + white * np.float32(10 ** chance.uniform(-3, -1))
    if kind == "crackle":
        return crackle(length, chance) + white * np.float32(10 ** chance.uniform(-3, -1))
    if kind == "music":
        return _music(length, chance)
    if kind == "breath":
        swell = np.abs(np.sin(np.pi * time * chance.uniform(0.2, 1.5) + chance.uniform(0, 3))) ** chance.uniform(1, 6)
        return np.asarray(shaped(white, chance.uniform(0, 0.9)) * swell, np.float32)
    if kind == "gusts":
        return _gusts(white, chance)
    if kind == "keys":
        return _keys(length, chance) + white * np.float32(10 ** chance.uniform(-3, -1))
    if kind == "babble" and len(others) > length:
        mixed = np.zeros(length, np.float32)
        for _ in range(int(chance.integers(5, 10))):
            start = int(chance.integers(0, len(others) - length))
            voice = others[start : start + length].astype(np.float32)
            mixed += voice / (voice.std() + 1.0)
        return mixed
    return _thumps(length, chance)


def _tones(time: Sound, chance: np.random.Generator) -> Sound:
    """Keys (DTMF), progress tones (425 Hz), fax and information tones, steady or in bursts."""
    which = chance.integers(0, 4)
    if which == 0:
        pair: tuple[float, ...] = (float(chance.choice(_ROWS)), float(chance.choice(_COLUMNS)))
    elif which == 1:
        pair = (425.0,)
    elif which == 2:
        pair = (float(chance.choice((950, 1100, 1400, 1800, 2100))),)
    else:
        pair = tuple(chance.uniform(200, 3400, int(chance.integers(1, 4))))
    on = (time % chance.uniform(0.2, 3.0)) < chance.uniform(0.06, 2.0)
    return np.asarray(sum(np.sin(2 * np.pi * tone * time) for tone in pair) * on, np.float32)


def _gusts(white: Sound, chance: np.random.Generator) -> Sound:
    """Wind or breath into the microphone: low noise that comes and goes."""
    spectrum = np.fft.rfft(white)
    hertz = np.arange(len(spectrum)) * RATE / len(white)
    spectrum *= np.exp(-hertz / chance.uniform(100, 1500))
    noise = np.fft.irfft(spectrum, len(white))
    points = max(3, int(len(white) / RATE * chance.uniform(1, 5)))
    swell = chance.uniform(0, 1, points) ** chance.uniform(1, 4)
    gusts = np.interp(np.arange(len(white)), np.linspace(0, len(white), points), swell)
    return np.asarray(noise / (noise.std() + 1e-9) * gusts, np.float32)


def _keys(length: int, chance: np.random.Generator) -> Sound:
    """Keys pressed one after another."""
    sound, place = np.zeros(length, np.float32), int(chance.integers(0, RATE // 2))
    while place < length:
        time = np.arange(min(length - place, int(RATE * chance.uniform(0.05, 0.5)))) / RATE
        tones = (float(chance.choice(_ROWS)), float(chance.choice(_COLUMNS)))
        pair = np.sin(2 * np.pi * tones[0] * time) + np.sin(2 * np.pi * tones[1] * time)
        sound[place : place + len(time)] += pair.astype(np.float32)
        place += len(time) + int(RATE * chance.uniform(0.03, 1.2))
    return sound


def _music(length: int, chance: np.random.Generator) -> Sound:
    """Chords and a melody of plucked, blown or bowed notes, with or without a beat."""
    sound = np.zeros(length, np.float32)
    root = chance.uniform(80, 330)
    beat = int(RATE * chance.uniform(0.12, 0.8))
    harmonics = int(chance.integers(1, 7))
    decay, vibrato = chance.uniform(0.2, 6.0), chance.choice((0.0, 0.0, 0.005, 0.01))
    for start in range(0, length, beat):
        for _ in range(int(chance.integers(1, 5))):
            tone = root * 2 ** (chance.choice((0, 2, 4, 5, 7, 9, 11, 12, 14, 16)) / 12) * chance.choice((0.5, 1, 1, 2))
            size = min(length - start, int(beat * chance.uniform(0.8, 4)))
            time = np.arange(size) / RATE
            phase = 2 * np.pi * tone * (time + vibrato * np.sin(2 * np.pi * 5.5 * time) / (2 * np.pi * 5.5))
            note = sum(np.sin(phase * part) / part ** chance.uniform(0.5, 2) for part in range(1, harmonics + 1))
            envelope = np.minimum(time * chance.uniform(10, 200), 1) * np.exp(-time * decay)
            sound[start : start + size] += (note * envelope * chance.uniform(0.3, 1)).astype(np.float32)
        if chance.random() < 0.3:
            size = min(length - start, 600)
            sound[start : start + size] += (
                chance.standard_normal(size) * np.exp(-np.arange(size) / 120) * chance.uniform(0.2, 1.5)
            ).astype(np.float32)
    return sound


def _thumps(length: int, chance: np.random.Generator) -> Sound:
    """A handset put down, a door, steps, a dog: short bursts of low noise or a gliding tone."""
    sound = chance.standard_normal(length).astype(np.float32) * np.float32(10 ** chance.uniform(-3, -1))
    for start in chance.integers(0, length, int(chance.integers(1, 8))):
        size = min(length - int(start), int(chance.uniform(0.03, 0.35) * RATE))
        time = np.arange(size) / RATE
        envelope = np.exp(-time * chance.uniform(8, 60)) * np.minimum(time * 400, 1)
        if chance.random() < 0.3:
            burst = np.sin(2 * np.pi * (chance.uniform(200, 1500) * time + chance.uniform(-2000, 2000) * time**2))
        else:
            burst = noise(size, chance, np.zeros(0, np.int16)) if size > 50 else np.zeros(size, np.float32)
        sound[start : start + size] += (burst * envelope * chance.uniform(0.3, 2)).astype(np.float32)
    return sound
