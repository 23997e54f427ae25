"""Clips as A-law WAV files (ITU-T G.711), which the standard library's ``wave`` cannot read; and µ-law."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
Samples = NDArray[np.int16]
SHORTEST = RATE // 50
"""Samples of the shortest clip that can be measured with."""
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


def through_u_law(line: Samples) -> Samples:
    """What samples are after µ-law: sixteen steps an octave of the size plus 132, each step's middle (G.711 §4)."""
    size = np.minimum(np.abs(line.astype(np.int32)), 32635) + 132
    step = 8 << (np.floor(np.log2(size)).astype(np.int32) - 7)
    middle = size // step * step + step // 2 - 132
    return np.asarray(np.where(line >= 0, middle, -middle), np.int16)


def read(file: Path) -> Samples:
    """The samples of a clip; BadClip names what is wrong with it."""
    return _line(file, *parts(file))


def parts(file: Path) -> tuple[tuple[int, ...], bytes]:
    """Format, channels, rate and bits of a WAV file, and its data as they lie there. Raises BadClip, OSError."""
    content = file.read_bytes()
    if content[:4] != b"RIFF" or content[8:12] != b"WAVE":
        raise BadClip(f"{file.name} is no WAV file")
    place, kind = 12, (0, 0, 0, 0)
    while place + 8 <= len(content):
        name, size = content[place : place + 4], struct.unpack_from("<I", content, place + 4)[0]
        if name == b"fmt ":
            if size < 16 or place + 24 > len(content):
                raise BadClip(f"{file.name} is cut off or spoilt")
            kind = struct.unpack_from("<HHI6xH", content, place + 8)
        if name == b"data":
            return kind, content[place + 8 : place + 8 + size]
        place += 8 + size + size % 2
    raise BadClip(f"{file.name} holds no sound")


def _line(file: Path, kind: tuple[int, ...], data: bytes) -> Samples:
    if kind == (_FORMAT, 1, RATE, 8):
        line = decode(data)
    elif kind == (1, 1, RATE, 16):
        line = np.frombuffer(data[: len(data) // 2 * 2], "<i2").astype(np.int16)
    else:
        raise BadClip(
            f"{file.name}: format, channels, rate and bits are {kind}; needed are {_FORMAT} (A-law), 1, {RATE}, 8 "
            f"or 1 (PCM), 1, {RATE}, 16"
        )
    if len(line) < SHORTEST:
        raise BadClip(f"{file.name} is shorter than 20 ms")
    return line


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
