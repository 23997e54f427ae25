"""Sounds that are like nothing else, for tests that need no speech: noise coloured like a voice."""

from __future__ import annotations

import numpy as np
from hearing import RATE, Sound


def murmur(seed: int, seconds: float = 1.5) -> Sound:
    """``seconds`` of speech-like noise; another seed is another sound. Peak about −10 dB, like our prompts."""
    noise = np.random.default_rng(seed).standard_normal(int(seconds * RATE))
    spectrum = np.fft.rfft(noise)
    frequency = np.fft.rfftfreq(len(noise), 1 / RATE)
    spectrum *= np.exp(-((np.log(np.maximum(frequency, 1.0) / 600.0)) ** 2))
    shaped = np.fft.irfft(spectrum, len(noise))
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4.0 * np.arange(len(noise)) / RATE)
    sound: Sound = shaped / np.abs(shaped).max() * syllables * 10_000
    return sound


def technical_problem() -> Sound:
    """Stands for Asterisk's own apology."""
    return murmur(101, 2.0)


def goodbye() -> Sound:
    """Stands for Asterisk's own goodbye."""
    return murmur(102, 2.0)


def greeting() -> Sound:
    """Stands for the engine's first words."""
    return murmur(103, 1.5)
