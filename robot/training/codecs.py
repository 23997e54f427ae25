"""ITU-T G.711 there and back as tables: what a sample is after A-law or µ-law."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot.training.shards import Samples


def a_law(line: Samples) -> Samples:
    """Each sample as it comes back from A-law (G.711 §3, 13-bit segments)."""
    return np.asarray(_A_LAW[line.astype(np.int32) + 32768])


def u_law(line: Samples) -> Samples:
    """Each sample as it comes back from µ-law (G.711 §4, 14-bit segments)."""
    return np.asarray(_U_LAW[line.astype(np.int32) + 32768])


def _through_a_law() -> NDArray[np.int16]:
    """Quantisation steps of 16 up to ±512, then doubled each octave; the value is the middle of its step."""
    value = np.arange(-32768, 32768, dtype=np.int64)
    size = np.where(value >= 0, value, -value - 1)
    octave = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int64) - 8, 0)
    step = np.left_shift(16, octave)
    middle = size // step * step + step // 2
    return np.asarray(np.where(value >= 0, middle, -middle).clip(-32768, 32767), np.int16)


def _through_u_law() -> NDArray[np.int16]:
    """Biased by 132, sixteen steps an octave; the value is the middle of its step."""
    value = np.arange(-32768, 32768, dtype=np.int64)
    size = np.minimum(np.abs(value), 32635) + 132
    octave = np.floor(np.log2(size)).astype(np.int64) - 7
    step = np.left_shift(8, octave)
    middle = size // step * step + step // 2 - 132
    return np.asarray(np.where(value >= 0, middle, -middle).clip(-32768, 32767), np.int16)


_A_LAW = _through_a_law()
_U_LAW = _through_u_law()
