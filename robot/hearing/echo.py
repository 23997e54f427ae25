"""◆ Is what comes up the line the robot's own voice? Pure.

A speakerphone in a kitchen plays the robot's sentence into its own microphone; without this the robot would take its
words for the caller's and break off its own sentence. An echo is the sound that was sent, later, fainter and filtered:
so it resembles that sound sample by sample at one delay, which no other voice does, however alike its words.
"""

from __future__ import annotations

from collections import deque

import numpy as np
import numpy.typing as npt

from robot.hearing.endpoint import FRAME_S
from robot.hearing.recogniser import Samples

RATE = 8000
FRAME_BYTES = round(RATE * FRAME_S) * 2
SILENT = bytes(FRAME_BYTES)
LONGEST_DELAY_S = 0.6
"""From our sending to the echo's coming: Asterisk's and the telephone's buffers, and the network twice."""
PIECE_S = 0.8
ALIKE = 0.3
"""From this likeness (0 … 1) on a piece is an echo: two voices came to 0.2 at most, echoes in rooms to 0.35 and more
(tests/hearing/test_echo.py)."""


class OwnVoice:
    """The last second and a half of a call, both ways, in step: frame by frame what came and what was sent."""

    def __init__(self) -> None:
        frames = round((PIECE_S + LONGEST_DELAY_S) / FRAME_S)
        self._sent: deque[bytes] = deque([SILENT] * frames, maxlen=frames)
        self._heard: deque[bytes] = deque(maxlen=round(PIECE_S / FRAME_S))
        self._quiet = frames
        """Frames since something was sent."""

    def sent(self, frame: bytes) -> None:
        """What has just gone out; empty: silence."""
        self._sent.append(frame.ljust(FRAME_BYTES, b"\0") if frame else SILENT)
        self._quiet = 0 if frame else self._quiet + 1

    def heard(self, frame: bytes) -> None:
        """What has just come in."""
        self._heard.append(frame)

    def both(self) -> tuple[Samples, Samples] | None:
        """What came lately, and what was sent then and :data:`LONGEST_DELAY_S` before; ``None``: nothing was."""
        if self._quiet >= len(self._sent):
            return None
        return np.frombuffer(b"".join(self._heard), np.int16), np.frombuffer(b"".join(self._sent), np.int16)


def is_echo(heard: Samples, sent: Samples) -> bool:
    """Whether ``heard`` (:data:`PIECE_S` seconds) is an echo of ``sent`` (by :data:`LONGEST_DELAY_S` longer)."""
    return likeness(heard, sent) >= ALIKE


def likeness(piece: Samples, sent: Samples) -> float:
    """How alike a piece is to the part of ``sent`` that it resembles most, 0 … 1."""
    if len(piece) < RATE // 10 or len(sent) < len(piece):
        return 0.0
    mine, theirs = _flat(piece), _flat(sent)
    size = 1 << (len(mine) + len(theirs) - 1).bit_length()
    products = np.fft.irfft(np.fft.rfft(theirs, size) * np.conj(np.fft.rfft(mine, size)), size)
    products = products[: len(theirs) - len(mine) + 1]
    energy = np.concatenate(([0.0], np.cumsum(theirs**2)))
    under = energy[len(mine) :] - energy[: len(theirs) - len(mine) + 1]
    whole = float(np.sum(mine**2))
    if whole == 0.0 or float(under.max()) <= 0.0:
        return 0.0
    floor = 0.05 * float(under.max())  # where next to nothing was sent, everything resembles it
    return float(np.max(np.abs(products) / np.sqrt(whole * np.maximum(under, floor))))


def _flat(samples: Samples) -> npt.NDArray[np.float64]:
    """The sound with its low notes turned down: else two deep voices are alike by their hum alone."""
    values = samples.astype(np.float64)
    return values[1:] - 0.95 * values[:-1]
