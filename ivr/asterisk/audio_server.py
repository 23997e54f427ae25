"""The AudioSocket port: only calls that are expected may connect, and all of them tick together.

One timer keeps every line in step: fifty wake-ups a second for all calls, not for each.
"""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID, uuid4

import structlog

from ivr.asterisk.audio_line import AudioLine
from ivr.asterisk.audiosocket import FRAME_S

log = structlog.get_logger(__name__)

FIRST_FRAME_S = 3.0
MOST_BEHIND = 5
"""Frames. A machine that stood still for longer does not send all that it owes at once: it would only be heard late."""


@dataclass(slots=True)
class AudioCounts:
    """What has come to the port since the start."""

    accepted: int = 0
    refused: int = 0


class AudioServer:
    """The listening port. Made by :meth:`start`."""

    def __init__(self, host: str, allow: tuple[str, ...], connections: int) -> None:
        self.host = host
        self.counts = AudioCounts()
        self._networks = [ipaddress.ip_network(text, strict=False) for text in allow]
        self._connections = connections
        self._expected: dict[UUID, asyncio.Future[AudioLine]] = {}
        self._lines: set[AudioLine] = set()
        self._server: asyncio.Server | None = None
        self._beat: asyncio.Task[None] | None = None

    @classmethod
    async def start(cls, host: str, port: int, *, allow: tuple[str, ...], connections: int) -> AudioServer:
        """Listen on ``host`` and ``port`` (0: a free one) for those in ``allow``. Raises ``OSError`` when it is taken,
        ``ValueError`` when ``allow`` holds something that is no address or network."""
        server = cls(host, allow, connections)
        loop = asyncio.get_running_loop()
        server._server = await loop.create_server(server._line, host, port, backlog=128)
        server._beat = loop.create_task(server._keep_time(), name="audio beat")
        return server

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets = self._server.sockets if self._server is not None else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    @property
    def calls(self) -> int:
        """Connections that are open now."""
        return len(self._lines)

    @contextmanager
    def expect(self) -> Iterator[tuple[UUID, asyncio.Future[AudioLine]]]:
        """Expect one call: the UUID that it must show, and its line once it is there."""
        call = uuid4()
        coming: asyncio.Future[AudioLine] = asyncio.get_running_loop().create_future()
        self._expected[call] = coming
        try:
            yield call, coming
        finally:
            del self._expected[call]
            coming.cancel()

    async def close(self) -> None:
        """Take no more connections and end those that are open."""
        if self._server is not None:
            self._server.close()
        if self._beat is not None:
            self._beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beat
        for line in list(self._lines):
            line.leave()

    async def _keep_time(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due += FRAME_S
            wait = due - loop.time()
            if wait < -MOST_BEHIND * FRAME_S:
                due = loop.time()
            await asyncio.sleep(max(0.0, wait))
            for line in list(self._lines):
                try:
                    line.tick()
                except Exception:  # one call's failure must not silence the others
                    log.exception("a line failed")
                    line.leave()

    def _line(self) -> AudioLine:
        return AudioLine(
            admit=self._admit, opened=self._opened, refused=self._refused, ended=self._lines.discard,
            first_frame_seconds=FIRST_FRAME_S,
        )  # fmt: skip

    def _admit(self, line: AudioLine) -> bool:
        with contextlib.suppress(ValueError):
            address = ipaddress.ip_address(line.peer.partition("%")[0])
            allowed = any((getattr(address, "ipv4_mapped", None) or address) in network for network in self._networks)
            if allowed and len(self._lines) < self._connections:
                self.counts.accepted += 1
                self._lines.add(line)
                return True
        self._refused(line, "an address that is not allowed, or too many connections")
        return False

    def _opened(self, line: AudioLine) -> bool:
        coming = self._expected.get(line.call)
        if coming is None or coming.done():
            return False
        coming.set_result(line)
        return True

    def _refused(self, line: AudioLine, why: str) -> None:
        self.counts.refused += 1
        log.warning("audio refused", why=why, peer=line.peer)
