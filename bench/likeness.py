"""How like a sound file is what was heard: the largest normalised correlation over all shifts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

WAV_HEADER = 44

Sound = npt.NDArray[np.float64]


def _alaw_table() -> npt.NDArray[np.float64]:
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.float64)


_ALAW = _alaw_table()


def from_alaw(data: bytes) -> Sound:
    """A-law bytes as samples."""
    return _ALAW[np.frombuffer(data, dtype=np.uint8)]


def from_wav(path: Path) -> Sound:
    """A prompt's file (8 kHz, 16 bits, one channel, plain header) as samples."""
    return np.frombuffer(path.read_bytes()[WAV_HEADER:], dtype="<i2").astype(np.float64)


def likeness(heard: Sound, expected: Sound) -> float:
    """From 0 (nothing alike) to 1 (the same, somewhere in ``heard``)."""
    if len(heard) < len(expected):
        heard = np.pad(heard, (0, len(expected) - len(heard)))
    size = 1 << (len(heard) + len(expected)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(expected, size)), size)
    products = products[: len(heard) - len(expected) + 1]
    energy = np.concatenate(([0.0], np.cumsum(heard**2)))
    windows = energy[len(expected) :] - energy[: len(energy) - len(expected)]
    norm = np.sqrt(np.maximum(windows, 1.0) * max(float(np.sum(expected**2)), 1.0))
    return float(np.max(products / norm))
