"""One AudioSocket connection: sound both ways and keys, kept in step with real time.

Asterisk takes what we send as it comes, and gives up after two seconds without a frame: so a frame goes out every
20 ms, of what is being played or of silence.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast
from uuid import UUID

from ivr.asterisk.audiosocket import FRAME_BYTES, GOODBYE, SILENCE, Frame, FrameReader, Kind, encode
from ivr.errors import AudioSocketError

MOST_UNSENT = 32_000
"""Bytes. A peer that takes nothing for two seconds is gone."""
LINGER_S = 2.0
"""How long a peer may take for the last that we have sent."""
NOBODY = UUID(int=0)


class AudioLine(asyncio.Protocol):
    """The sound of one call. ``on_audio`` gets what the caller says (slin), ``on_key`` each key, ``on_sent`` what goes
    out every 20 ms (empty: silence)."""

    def __init__(
        self,
        *,
        admit: Callable[[AudioLine], bool],
        opened: Callable[[AudioLine], bool],
        refused: Callable[[AudioLine, str], None],
        ended: Callable[[AudioLine], None],
        first_frame_seconds: float,
    ) -> None:
        self._admit, self._opened, self._refused, self._ended = admit, opened, refused, ended
        self._first_frame_seconds = first_frame_seconds
        self.call = NOBODY
        self.peer = ""
        self.on_audio: Callable[[bytes], None] = lambda samples: None
        self.on_key: Callable[[str], None] = lambda key: None
        self.on_sent: Callable[[bytes], None] = lambda frame: None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader()
        self._timer: asyncio.TimerHandle | None = None
        self._sound = b""
        self._at = 0
        self._played: asyncio.Future[bool] | None = None

    # ── what the channel does ──────────────────────────────────────────────────────────────────────────────────

    def play(self, samples: bytes) -> asyncio.Future[bool]:
        """Play ``samples`` (slin) instead of whatever is being played; the future tells whether it came to its end."""
        self.cut()
        self._sound, self._at = samples, 0
        self._played = asyncio.get_running_loop().create_future()
        if self.over.done() or not samples:
            self._finish(not self.over.done())
        return self._played

    def cut(self) -> None:
        """Play no more of it."""
        self._sound = b""
        self._finish(False)

    def leave(self) -> None:
        """End the sound and leave the call to Asterisk, which goes on in its dialplan (or AGI)."""
        self.cut()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(GOODBYE)
            self._close(self._transport)

    def tick(self) -> None:
        """A fiftieth of a second has passed: send the next frame."""
        if self._transport is None or self._transport.is_closing() or self.call == NOBODY:
            return
        if self._transport.get_write_buffer_size() > MOST_UNSENT:
            self._transport.abort()
            return
        piece = b""
        if not self._sound:
            self._transport.write(SILENCE)
        else:
            piece = self._sound[self._at : self._at + FRAME_BYTES]
            self._at += len(piece)
            self._transport.write(encode(Kind.AUDIO, piece.ljust(FRAME_BYTES, b"\0")))
            if self._at >= len(self._sound):
                self._sound = b""
                self._finish(True)
        self.on_sent(piece)

    def _finish(self, to_its_end: bool) -> None:
        if self._played is not None and not self._played.done():
            self._played.set_result(to_its_end)

    # ── the connection ─────────────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asterisk (or somebody) has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self.peer = str((transport.get_extra_info("peername") or ("?",))[0])
        if not self._admit(self):
            self._transport.abort()
            return
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._first_frame_seconds, self._refuse, "no UUID in time")

    def data_received(self, data: bytes) -> None:
        """Bytes have come."""
        try:
            for frame in self._reader.feed(data):
                self._take(frame)
        except AudioSocketError as error:
            self._refuse(str(error))

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        if self._timer is not None:
            self._timer.cancel()
        if not self.over.done():
            self.over.set_result(None)
        self.cut()
        self._ended(self)

    def _take(self, frame: Frame) -> None:
        if self.call == NOBODY:
            if self._transport is None or self._transport.is_closing():
                return
            self.call = frame.call
            if self._timer is not None:
                self._timer.cancel()
            if not self._opened(self):
                self._refuse("a call that nobody expects")
            return
        match frame.kind:
            case Kind.AUDIO:
                self.on_audio(frame.payload)
            case Kind.KEY if frame.key:
                self.on_key(frame.key)
            case Kind.HANGUP | Kind.ERROR if self._transport is not None:
                self._close(self._transport)

    def _close(self, transport: asyncio.Transport) -> None:
        """Close, once what was written has been taken; a peer that takes nothing more is not waited for."""
        transport.close()
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def _refuse(self, why: str) -> None:
        self._refused(self, why)
        if self._transport is not None:
            self._transport.abort()
