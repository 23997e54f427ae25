"""◆ Quiet music for waiting callers, made here: nobody's rights, no foreign file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

RATE = 8000
_CHORDS = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67))
"""A minor, F, C, G as MIDI notes."""
_BEAT = 0.42
_LEVEL = 0.13
"""Peak as a share of full scale, about −18 dB: below speech."""


def waiting_music(rounds: int = 4) -> npt.NDArray[np.int16]:
    """A soft arpeggio, 8 kHz 16-bit mono; one round is 4 chords of 8 notes, 13.4 s. It joins its own beginning."""
    notes = [chord[step % 4] + (12 if step >= 4 else 0) for chord in _CHORDS for step in range(8)] * rounds
    ring = int(RATE * 1.6)
    step = int(RATE * _BEAT)
    sound = np.zeros(len(notes) * step + ring)
    at = np.arange(ring) / RATE
    fade = np.exp(-at * 3.2) * np.minimum(1.0, at / 0.012)
    for index, note in enumerate(notes):
        frequency = 440.0 * 2 ** ((note - 69) / 12)
        tone = np.sin(2 * np.pi * frequency * at) + 0.25 * np.sin(4 * np.pi * frequency * at)
        sound[index * step : index * step + ring] += tone * fade
    # What rings on after the end is heard at the beginning of the next round.
    sound[:ring] += sound[-ring:]
    sound = sound[:-ring]
    samples: npt.NDArray[np.int16] = (sound / np.abs(sound).max() * _LEVEL * 32767).astype(np.int16)
    return samples


def alaw(samples: npt.NDArray[np.int16]) -> bytes:
    """G.711 A-law of 16-bit samples (ITU-T G.711, table 1a), as Asterisk's ``.alaw`` files hold it."""
    pcm = samples.astype(np.int32) >> 3
    sign = np.where(pcm >= 0, 0xD5, 0x55)
    magnitude = np.where(pcm >= 0, pcm, -pcm - 1)
    exponent = np.zeros_like(magnitude)
    for bit in range(5, 12):
        exponent = np.where(magnitude >> bit, bit - 4, exponent)
    shift = np.maximum(exponent, 1)
    mantissa = (magnitude >> shift) & 0x0F
    encoded = (exponent << 4) | mantissa
    return bytes((encoded ^ sign).astype(np.uint8))
