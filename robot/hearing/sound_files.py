"""Sound files of people speaking, as the telephone would bring them: 8 kHz, 16 bit, one channel."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soxr

from robot.hearing.bench.alaw import RATE, SHORTEST, BadClip, Samples, decode, parts

WIDE = 16000
LONGEST_S = 60
PCM, A_LAW = 1, 6
"""WAVE_FORMAT_PCM and WAVE_FORMAT_ALAW."""
_NAMES = {PCM: "PCM", 3: "floating point", A_LAW: "A-law", 7: "µ-law", 0xFFFE: "extensible"}


def read_speech(file: Path) -> Samples:
    """The samples of a WAV file at 8 kHz: A-law or 16-bit PCM, 8 or 16 kHz, mono.

    Raises BadClip, whose message says what the file is and what is needed.
    """
    try:
        kind, data = parts(file)
    except OSError as error:
        raise BadClip(f"{file}: {error.strerror}") from error
    form, channels, rate, bits = kind
    if channels != 1 or rate not in (RATE, WIDE) or (form, bits) not in ((A_LAW, 8), (PCM, 16)):
        name = _NAMES.get(form, f"format {form}")
        raise BadClip(f"{file.name} is {name}, {bits} bit, {rate} Hz, {channels} channel{'s' if channels != 1 else ''}")
    line = decode(data) if form == A_LAW else np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)
    if rate == WIDE:
        line = np.clip(np.round(soxr.resample(line.astype(np.float64), WIDE, RATE)), -32768, 32767).astype(np.int16)
    if not SHORTEST <= len(line) <= LONGEST_S * RATE:
        raise BadClip(f"{file.name} lasts {len(line) / RATE:.2f} s: a caller says something in 0.02 to {LONGEST_S} s")
    return line
