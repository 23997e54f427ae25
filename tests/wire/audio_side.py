"""Asterisk's side of an AudioSocket connection, over a real socket: the UUID first, then sound and keys both ways."""

from __future__ import annotations

import asyncio
import struct
from dataclasses import dataclass, field
from uuid import UUID

from ivr.asterisk.audiosocket import Frame, FrameReader, Kind, encode


@dataclass
class AudioSide:
    """A caller's channel in AudioSocket. ``connects=False``: the port cannot be reached, and Asterisk waits."""

    connects: bool = True
    frames: list[Frame] = field(default_factory=list)
    """What came from the other side."""
    open: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: asyncio.StreamWriter | None = None
    _given_up: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, where: str) -> None:
        """Connect as ``UUID,host:port`` says, and stay until the other side says goodbye or :meth:`close`."""
        if not self.connects:
            await self._given_up.wait()
            return
        call, _, address = where.partition(",")
        host, _, port = address.rpartition(":")
        reader, self._writer = await asyncio.open_connection(host, int(port))
        self.send(encode(Kind.UUID, UUID(call).bytes))
        self.open.set()
        frames = FrameReader()
        try:
            while data := await reader.read(4096):
                self.frames += frames.feed(data)
                if any(frame.kind == Kind.HANGUP for frame in self.frames):
                    return
        except ConnectionError:
            return
        finally:
            self._writer.close()

    def send(self, data: bytes) -> None:
        assert self._writer is not None
        self._writer.write(data)

    def press(self, key: str) -> None:
        """A key, as Asterisk 22 passes it on."""
        self.send(encode(Kind.KEY, key.encode()))

    async def close(self) -> None:
        """The caller is gone, or Asterisk has given up connecting."""
        self._given_up.set()
        if self._writer is not None:
            self._writer.close()

    @property
    def loud(self) -> int:
        """Frames with sound in them that have come so far."""
        sound = [frame.payload for frame in self.frames if frame.kind == Kind.AUDIO]
        return sum(any(struct.unpack(f"<{len(each) // 2}h", each)) for each in sound)
