"""AudioSocket's bytes ⇄ frames. Pure; nothing in here waits or knows a call.

The protocol as Asterisk 22 speaks it (https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/): a frame is
a kind (1 byte), a length (2 bytes, big endian) and so many bytes. Asterisk's first frame is the call's UUID.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from uuid import UUID

from ivr.errors import AudioSocketError

RATE = 8000
"""Samples a second; 16 bit, little endian, one channel («slin»)."""
FRAME_S = 0.02
FRAME_BYTES = int(RATE * FRAME_S) * 2
LONGEST_PAYLOAD = 4096
"""Asterisk sends 320 bytes at once; more than this is no AudioSocket."""
_HEAD = 3


class Kind(IntEnum):
    """What a frame is."""

    HANGUP = 0x00
    UUID = 0x01
    KEY = 0x03
    AUDIO = 0x10
    ERROR = 0xFF


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it came; kinds that nobody knows are passed on and may be skipped."""

    kind: int
    payload: bytes = b""

    @property
    def call(self) -> UUID:
        """The UUID of a :attr:`Kind.UUID` frame. Raises AudioSocketError."""
        if self.kind != Kind.UUID or len(self.payload) != 16:
            raise AudioSocketError(f"a frame of kind {self.kind:#04x} with {len(self.payload)} bytes is no UUID")
        return UUID(bytes=self.payload)

    @property
    def key(self) -> str:
        """The key of a :attr:`Kind.KEY` frame; empty if it is none that a telephone has."""
        key = self.payload[:1].decode("ascii", "replace").upper()
        return key if self.kind == Kind.KEY and key in "0123456789*#" else ""


def encode(kind: Kind, payload: bytes = b"") -> bytes:
    """A frame as bytes."""
    if len(payload) > LONGEST_PAYLOAD:
        raise AudioSocketError(f"{len(payload)} bytes in one frame")
    return bytes((kind,)) + len(payload).to_bytes(2, "big") + payload


SILENCE = encode(Kind.AUDIO, bytes(FRAME_BYTES))
GOODBYE = encode(Kind.HANGUP)


class FrameReader:
    """Bytes in any pieces → frames."""

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are complete with ``data``. Raises AudioSocketError for what cannot be a frame."""
        self._rest += data
        frames: list[Frame] = []
        at = 0
        while len(self._rest) - at >= _HEAD:
            length = int.from_bytes(self._rest[at + 1 : at + _HEAD], "big")
            if length > LONGEST_PAYLOAD:
                raise AudioSocketError(f"a frame of {length} bytes")
            end = at + _HEAD + length
            if len(self._rest) < end:
                break
            frames.append(Frame(self._rest[at], bytes(self._rest[at + _HEAD : end])))
            at = end
        del self._rest[:at]
        return frames
