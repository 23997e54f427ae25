"""Asterisk's part of a call that is heard, and no more: a FastAGI request, and AudioSocket when it is asked for.

Nothing is decoded or mixed here, so that what a machine spends is the engine's. All calls tick together, fifty times a
second, as :class:`ivr.asterisk.audio_server.AudioServer` does it on the other side.
"""

from __future__ import annotations

import asyncio
import shlex
import time
from typing import cast
from uuid import UUID

import numpy as np

from bench.speech.talker import Talker
from ivr.asterisk.audiosocket import GOODBYE, Frame, FrameReader, Kind, encode
from ivr.errors import AudioSocketError

LOUD = 60.0
"""Root mean square of 16-bit samples from which 20 ms are something to be heard (as in ivr/bringup/recording.py)."""


class Sound(asyncio.Protocol):
    """The AudioSocket connection of one call."""

    def __init__(self, call: UUID, talker: Talker) -> None:
        self._call, self._talker = call, talker
        self._reader = FrameReader()
        self._transport: asyncio.Transport | None = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(encode(Kind.UUID, self._call.bytes))
        self._talker.answer(time.monotonic())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        try:
            for frame in self._reader.feed(data):
                self._take(frame, now)
        except AudioSocketError:
            self.end()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self.over.set_result(None)

    def tick(self, now: float) -> None:
        """Send the next 20 ms."""
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(encode(Kind.AUDIO, self._talker.says(now)))

    def end(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(GOODBYE)
            self._transport.close()

    def _take(self, frame: Frame, now: float) -> None:
        if frame.kind == Kind.AUDIO:
            self._talker.hears(is_loud(frame.payload), now)
        elif frame.kind == Kind.HANGUP and self._transport is not None:
            self._transport.close()


def is_loud(payload: bytes) -> bool:
    """Whether anything is to be heard in a frame."""
    samples = np.frombuffer(payload, "<i2").astype(np.float32)
    return bool(len(samples)) and float(np.dot(samples, samples)) > LOUD * LOUD * len(samples)


class Calls:
    """All calls that are on, ticking together."""

    def __init__(self) -> None:
        self._sounds: set[tuple[Sound, Talker]] = set()
        self.by_keys = 0
        """Calls in which the engine asked for plain AGI: it did not hear them."""
        self.behind = 0.0
        """The most that a tick came too late: then what is measured here is not to be trusted."""

    async def keep_time(self) -> None:
        """Tick until cancelled."""
        due = time.monotonic()
        while True:
            due += 0.02
            wait = due - time.monotonic()
            self.behind = max(self.behind, -wait)
            await asyncio.sleep(max(0.0, wait))
            now = time.monotonic()
            for sound, talker in list(self._sounds):
                sound.tick(now)
                if talker.over(now):
                    sound.end()

    async def hold(self, port: int, number: str, dialled: str, talker: Talker) -> None:
        """One call to its end, whoever ends it. Raises ``OSError`` when the engine cannot be reached."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(_request(number, dialled))
            while command := (await reader.readline()).decode().rstrip("\n"):
                words = shlex.split(command)
                if words[:2] == ["EXEC", "AudioSocket"]:
                    ended = await self._audio(words[2], talker)
                    if ended:  # the caller has hung up: Asterisk closes the connection
                        return
                elif words[0] in ("STREAM", "WAIT"):
                    self.by_keys += 1
                    return
                if words[:3] == ["SET", "VARIABLE", "IVR_STAGE"]:
                    writer.write(b"200 result=1\n")
                    return
                writer.write(b"200 result=1\n" if words[0] == "SET" else b"200 result=0\n")
        finally:
            writer.close()

    async def _audio(self, where: str, talker: Talker) -> bool:
        """On AudioSocket until one of the two ends it; whether it was the caller."""
        call, _, address = where.partition(",")
        host, _, port = address.rpartition(":")
        loop = asyncio.get_running_loop()
        _, sound = await loop.create_connection(lambda: Sound(UUID(call), talker), host, int(port))
        line = (sound, talker)
        self._sounds.add(line)
        try:
            await sound.over
        finally:
            self._sounds.discard(line)
        return talker.over(time.monotonic())


def _request(number: str, dialled: str) -> bytes:
    headers = {
        "network": "yes", "network_script": "hotline", "request": "agi://127.0.0.1/hotline", "type": "PJSIP",
        "channel": f"PJSIP/caller-{number}", "uniqueid": f"1.{number}", "callerid": number, "callingpres": "0",
        "extension": "robot", "context": "ivr-robot", "priority": "3",
        "arg_1": "", "arg_2": dialled, "arg_3": "", "arg_4": "allowed_not_screened", "arg_5": "",
    }  # fmt: skip
    return "".join(f"agi_{name}: {value}\n" for name, value in headers.items()).encode() + b"\n"
