"""Clips as A-law WAV files (ITU-T G.711), which the standard library's ``wave`` cannot read."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.int16]
_FORMAT = 6
"""WAVE_FORMAT_ALAW."""


class BadClip(ValueError):
    """A file is no A-law clip of 8 kHz, mono."""


def decode(coded: bytes) -> Samples:
    """A-law bytes → samples."""
    return np.asarray(_DECODED[np.frombuffer(coded, np.uint8)])


def encode(line: Samples) -> bytes:
    """Samples → A-law bytes."""
    size = np.where(line >= 0, line, -(line.astype(np.int32)) - 1).astype(np.int32) >> 4  # steps of 16
    octave = np.maximum(np.floor(np.log2(np.maximum(size, 1))).astype(np.int32) - 4, 0)
    segment = octave + (size >= 16)  # the first two segments share the smallest step
    mantissa = (size >> octave) & 0x0F
    sign = np.where(line >= 0, 0x80, 0x00)
    return bytes(((sign | (segment << 4) | mantissa) ^ 0x55).astype(np.uint8).tobytes())


def read(file: Path) -> Samples:
    """The samples of a clip; BadClip names what is wrong with it."""
    content = file.read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadClip(f"{file.name} is no WAV file")
    place, kind = 12, (0, 0, 0)
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        if name == b"fmt ":
            kind = struct.unpack_from("<HHI", content, place + 8)
        if name == b"data":
            data = content[place + 8 : place + 8 + size]
            if kind == (_FORMAT, 1, RATE):
                return decode(data)
            if kind == (1, 1, RATE):
                return np.frombuffer(data, "<i2").astype(np.int16)
            raise BadClip(f"{file.name}: format, channels and rate are {kind}, not A-law or 16-bit, 1, {RATE}")
        place += 8 + size + size % 2
    raise BadClip(f"{file.name} holds no sound")


def write(file: Path, line: Samples) -> None:
    """Write a clip."""
    data = encode(line)
    form = struct.pack("<HHIIHHH", _FORMAT, 1, RATE, RATE, 1, 8, 0)
    fact = struct.pack("<4sII", b"fact", 4, len(data))
    body = (
        b"WAVE" + struct.pack("<4sI", b"fmt ", len(form)) + form + fact + struct.pack("<4sI", b"data", len(data)) + data
    )
    file.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body + b"\0" * (len(data) % 2))


def _table() -> Samples:
    """Byte → sample: the middle of its quantisation step."""
    byte = np.arange(256) ^ 0x55
    segment, mantissa = (byte >> 4) & 7, byte & 0x0F
    size = np.where(segment == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(segment - 1, 0))
    return np.where(byte & 0x80, size, -size).astype(np.int16)


_DECODED = _table()
