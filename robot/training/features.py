"""Kaldi's MFCC in numpy: what Vosk computes at run time from ``conf/mfcc.conf``.

25 ms windows each 10 ms, snipped at the edges, pre-emphasis 0.97, Povey's window, 40 mel bins from 40 to 3800 Hz,
40 cepstra, lifter 22, no energy. Agrees with kaldi-native-fbank to 3e-4. Kaldi's dither (1.0) stays on in Vosk,
so it is added here too.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from robot.training.shards import RATE, Samples

BINS = 40
WINDOW, SHIFT, FFT = 200, 80, 256
LOW_HZ, HIGH_HZ = 40.0, RATE / 2 - 200.0
CONFIGURATION = (
    f"--use-energy=false\n--sample-frequency={RATE}\n--num-mel-bins={BINS}\n--num-ceps={BINS}\n"
    f"--low-freq={LOW_HZ:.0f}\n--high-freq=-200\n"
)
"""``conf/mfcc.conf`` of a model that was trained on these features."""
Features = NDArray[np.float32]


def mfcc(line: Samples, chance: np.random.Generator | None = None, warp: float = 1.0) -> Features:
    """Features, one row per 10 ms; ``chance`` adds Kaldi's dither.

    ``warp`` stretches the frequency axis (1.05: formants 5 % higher), as another vocal tract would.
    """
    sound = line.astype(np.float32)
    if chance is not None:
        sound = sound + chance.standard_normal(len(sound)).astype(np.float32)
    count = max(0, 1 + (len(sound) - WINDOW) // SHIFT)
    if count == 0:
        return np.zeros((0, BINS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::SHIFT].copy()
    frames -= frames.mean(1, keepdims=True)
    emphasised = frames.copy()
    emphasised[:, 1:] -= 0.97 * frames[:, :-1]
    emphasised[:, 0] -= 0.97 * frames[:, 0]
    spectrum = np.fft.rfft(emphasised * _POVEY, FFT, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
    banks = _BANKS if warp == 1.0 else _mel_banks(warp)
    return np.asarray(np.log(np.maximum(power @ banks, np.finfo(np.float32).eps)) @ _CEPSTRA, np.float32)


def _mel(hertz: NDArray[np.float64] | float) -> NDArray[np.float64]:
    return np.asarray(1127 * np.log(1 + np.asarray(hertz) / 700))


def _mel_banks(warp: float = 1.0) -> Features:
    """Triangles on the mel scale, [FFT bin, mel bin]; the Nyquist bin is left out, as in Kaldi."""
    low, high = _mel(LOW_HZ), _mel(HIGH_HZ)
    step = (high - low) / (BINS + 1)
    hertz = np.arange(FFT // 2) * RATE / FFT
    at = _mel(np.minimum(hertz * warp, 0.85 * hertz * warp + 0.15 * RATE / 2) if warp != 1.0 else hertz)
    banks = np.zeros((FFT // 2 + 1, BINS), np.float32)
    for number in range(BINS):
        left, centre, right = (low + (number + part) * step for part in range(3))
        rise, fall = (at - left) / (centre - left), (right - at) / (right - centre)
        banks[: FFT // 2, number] = np.where((at > left) & (at < right), np.minimum(rise, fall), 0)
    return banks


def _cepstral_transform() -> Features:
    """DCT-II with Kaldi's scaling and its lifter of 22, [mel bin, cepstrum]."""
    order, place = np.arange(BINS)[:, None], np.arange(BINS)[None]
    transform = np.sqrt(2.0 / BINS) * np.cos(np.pi / BINS * (place + 0.5) * order)
    transform[0] = np.sqrt(1.0 / BINS)
    lifter = 1 + 0.5 * 22 * np.sin(np.pi * np.arange(BINS) / 22)
    return np.asarray((transform * lifter[:, None]).T, np.float32)


_POVEY = ((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / (WINDOW - 1))) ** 0.85).astype(np.float32)
_BANKS = _mel_banks()
_CEPSTRA = _cepstral_transform()
