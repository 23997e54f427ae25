"""The features are Kaldi's: figures of kaldi-native-fbank 1.22 for the same samples."""

import numpy as np
import pytest

from robot.training.features import BINS, mfcc
from robot.training.shards import RATE

KALDI = {
    (0, 0): 52.351,
    (0, 1): 71.78,
    (0, 39): 4.411,
    (10, 2): -17.318,
    (20, 0): 60.407,
    (20, 12): -23.244,
    (47, 5): -75.632,
    (47, 20): -1.763,
}


def sweep() -> np.ndarray:
    time = np.arange(RATE // 2) / RATE
    return (8000 * np.sin(2 * np.pi * (200 * time + 1500 * time**2))).astype(np.int16)


def test_features_agree_with_kaldi() -> None:
    rows = mfcc(sweep())
    assert rows.shape == (48, BINS)
    for (row, column), value in KALDI.items():
        assert rows[row, column] == pytest.approx(value, abs=0.01)


def test_too_short_a_sound_has_no_frames() -> None:
    assert mfcc(np.zeros(199, np.int16)).shape == (0, BINS)


def test_dither_keeps_digital_silence_apart_from_nothing() -> None:
    silence = np.zeros(RATE, np.int16)
    assert mfcc(silence)[:, 0].max() < -90
    dithered = mfcc(silence, np.random.default_rng(1))
    assert 0 < dithered[:, 0].mean() < 50


def test_another_vocal_tract_moves_the_spectrum() -> None:
    assert np.abs(mfcc(sweep(), warp=1.08) - mfcc(sweep())).max() > 1


def test_a_warp_above_one_raises_the_formants() -> None:
    def tone(hertz: float) -> np.ndarray:
        return (8000 * np.sin(2 * np.pi * hertz * np.arange(RATE // 4) / RATE)).astype(np.int16)

    warped = mfcc(tone(1000), warp=1.08)[:, :20]
    higher, lower = (np.abs(mfcc(tone(hertz))[:, :20] - warped).mean() for hertz in (1080, 926))
    assert higher < lower / 2
