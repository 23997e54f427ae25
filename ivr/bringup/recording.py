"""WAV files as telephones write and read them: 8 kHz, 16 bit, one channel."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 8000
Sound = npt.NDArray[np.float64]
"""Samples in the range of 16-bit ones."""

SILENCE = 60.0
"""Root mean square (of 16-bit samples) below which 20 ms count as silence; A-law's own noise is about 8."""
STEP = RATE // 50


def load(path: Path) -> Sound:
    """A WAV file, also one that is still being written. Raises ``ValueError`` for another rate, ``OSError``."""
    data = path.read_bytes()
    at = data.find(b"data", 12)
    if data[:4] != b"RIFF" or at < 0:
        return np.zeros(0)
    if len(data) >= 28 and int.from_bytes(data[24:28], "little") != RATE:
        raise ValueError(f"{path}: {int.from_bytes(data[24:28], 'little')} Hz, expected {RATE}")
    body = data[at + 8 :]
    return np.frombuffer(body[: len(body) // 2 * 2], dtype="<i2").astype(np.float64)


def save(path: Path, sound: Sound) -> Path:
    """Write ``sound`` as a WAV file; gives the path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(np.clip(np.round(sound), -32768, 32767).astype("<i2").tobytes())
    return path


def loud_steps(sound: Sound) -> npt.NDArray[np.bool_]:
    """For each whole 20 ms whether something is to be heard in them."""
    steps = sound[: len(sound) // STEP * STEP].reshape(-1, STEP)
    result: npt.NDArray[np.bool_] = np.sqrt(np.mean(steps**2, axis=1)) > SILENCE
    return result


def first_sound(sound: Sound, after: float = 0.0) -> float | None:
    """When (seconds) something is first heard after ``after``; None if nothing is."""
    skip = int(after * 50)
    loud = loud_steps(sound)[skip:]
    return (skip + int(np.argmax(loud))) / 50 if loud.any() else None
