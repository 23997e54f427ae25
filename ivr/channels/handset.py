"""A caller who speaks from sound files, and the line between them and the robot, all inside this process.

The line is the real one (:class:`ivr.asterisk.audio_line.AudioLine`) without a network under it, so that a call is
heard exactly as on the telephone: the same ear, the same ends of answers, the same barge-in. Time goes in fiftieths of
a second; how fast is the ``pace``'s affair.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ivr.asterisk.audio_line import AudioLine
from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.audiosocket import FRAME_BYTES, FRAME_S, SILENCE, Kind, encode
from ivr.asterisk.session import Hangup

HERE = "127.0.0.1"
THINKS_S = 0.3
"""A caller's pause between the end of a question and the answer."""
HANGS_UP_S = 1.5
"""Who has nothing to answer hangs up after so long."""

Pace = Callable[[], Awaitable[None]]
"""Waits until the next fiftieth of a second is due."""


@dataclass(frozen=True, slots=True)
class Saying:
    """What the caller says once: ``samples`` (slin). ``into``: so many seconds into the robot's next words; ``None``:
    when the robot has asked and is silent."""

    name: str
    samples: bytes
    into: float | None = None

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.samples) / FRAME_BYTES * FRAME_S


class Exchange(AudioServer):
    """The AudioSocket port without a port: lines are joined in this process."""

    def __init__(self) -> None:
        super().__init__(HERE, (HERE,), 1)

    def join(self, call: UUID, wire: Wire) -> AudioLine:
        """The line of an expected call, with ``wire`` as its connection."""
        line = self._line()
        wire.lost = line.connection_lost
        line.connection_made(wire)
        line.data_received(encode(Kind.UUID, call.bytes))
        return line


class Wire(asyncio.Transport):
    """The connection under a line. ``sounds``: the frame written last was of something that is being played."""

    def __init__(self) -> None:
        super().__init__({"peername": (HERE, 0)})
        self.sounds = False
        self.lost: Callable[[Exception | None], None] = lambda error: None
        self._closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take a frame of the robot's."""
        self.sounds = data is not SILENCE

    def close(self) -> None:
        """The robot leaves the line."""
        if not self._closing:
            self._closing = True
            asyncio.get_running_loop().call_soon(self.lost, None)

    def abort(self) -> None:
        """The same at once."""
        self.close()

    def is_closing(self) -> bool:
        """Whether it is over."""
        return self._closing

    def get_write_buffer_size(self) -> int:
        """Nothing waits: what is written has arrived."""
        return 0


@dataclass(slots=True)
class Handset:
    """The caller's side of a call. It stands in for the AGI session, whose ``AudioSocket`` it performs."""

    exchange: Exchange
    sayings: deque[Saying]
    pace: Pace
    begins: Callable[[Saying], None] = lambda saying: None
    """Told when the caller begins to say something."""
    hung_up: bool = False
    _asked: bool = False
    _sounded: int = 0
    """Frames of the robot's words that are being heard, or were heard last."""
    _quiet: int = 0
    """Frames since they ended."""
    _speaking: bytes = b""
    _at: int = 0
    _line: AudioLine | None = field(default=None, repr=False)

    def asked(self) -> None:
        """The robot is about to ask: its next words are a question. What the caller is saying already answers it."""
        self._asked = not self._speaking
        self._sounded = self._quiet = 0

    async def exec(self, application: str, *args: str, seconds: float = 0.0) -> int:
        """Be in AudioSocket until either side ends it. Raises :class:`ivr.asterisk.session.Hangup` when they do."""
        if application != "AudioSocket":
            raise ValueError(f"a handset has no {application}")
        wire = Wire()
        line = self.exchange.join(UUID(args[0]), wire)
        while not line.over.done():
            await self.pace()
            line.tick()
            self._listen(sounds=wire.sounds)
            line.data_received(encode(Kind.AUDIO, self._frame()))
            if self._wants_to_leave():
                self.hung_up = True
                wire.close()
        if self.hung_up:
            raise Hangup("the caller has nothing more to say")
        return 0

    def _listen(self, *, sounds: bool) -> None:
        """The robot speaks, or does not; begin to speak where it is time."""
        if sounds:
            self._sounded = self._sounded + 1 if not self._quiet else 1
            self._quiet = 0
        elif self._sounded:
            self._quiet += 1
        if self._speaking or not self.sayings:
            return
        saying = self.sayings[0]
        if saying.into is None:
            due = self._asked and self._sounded and self._quiet * FRAME_S >= THINKS_S
        else:
            late_enough = not self._quiet and self._sounded * FRAME_S >= max(FRAME_S, saying.into)
            due = late_enough or (self._asked and self._waits(THINKS_S))
        if due:
            self.sayings.popleft()
            self._asked = False
            self._speaking, self._at = saying.samples, 0
            self.begins(saying)

    def _waits(self, seconds: float) -> bool:
        return self._sounded > 0 and self._quiet * FRAME_S >= seconds

    def _frame(self) -> bytes:
        """What the caller's line brings next: their words, or silence."""
        if not self._speaking:
            return SILENCE[-FRAME_BYTES:]
        piece = self._speaking[self._at : self._at + FRAME_BYTES]
        self._at += len(piece)
        if self._at >= len(self._speaking):
            self._speaking = b""
        return piece.ljust(FRAME_BYTES, b"\0")

    def _wants_to_leave(self) -> bool:
        return not self.sayings and not self._speaking and self._asked and self._waits(HANGS_UP_S)


def real_time() -> Pace:
    """Fifty steps a second."""
    loop = asyncio.get_running_loop()
    due = loop.time()

    async def pace() -> None:
        nonlocal due
        due = max(due + FRAME_S, loop.time() - 1.0)
        await asyncio.sleep(max(0.0, due - loop.time()))

    return pace


def as_fast_as(decoded: Callable[[], set[asyncio.Future[Any]]]) -> Pace:
    """As fast as what was said is decoded: ``decoded`` gives what is still being worked on."""

    async def pace() -> None:
        working = decoded()
        if working:
            await asyncio.wait(working, timeout=1.0)  # a recogniser that hangs is the ear's affair
        await asyncio.sleep(FAST_S)

    return pace


FAST_S = 0.001
"""Real time of a fiftieth of a second where nobody waits for it: the rest of the call must get its turn."""
