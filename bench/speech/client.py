"""The load as a process of its own, so that its CPU is not the engine's: ``python -m bench.speech.client``.

Standard input: one JSON object (:class:`Load`). Standard output: a line ``on`` when all callers are on the line and the
measuring begins, a line ``off`` when it ends, and one JSON object (:class:`Measured`).
"""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
import time
from dataclasses import asdict, dataclass
from itertools import cycle, islice

import uvloop

from bench.speech.clips import said
from bench.speech.peer import Calls
from bench.speech.talker import Line, Talker, Turn
from ivr.asterisk.audiosocket import FRAME_BYTES

SILENCE = bytes(FRAME_BYTES)


@dataclass(frozen=True, slots=True)
class Load:
    """``at_once`` callers hold one conversation after the other, each what stands next in ``conversations``. They come
    within ``ramp`` seconds; what is said in the ``seconds`` after that is measured."""

    port: int
    dialled: str
    at_once: int
    ramp: float
    seconds: float
    conversations: list[list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it."""

    turns: list[dict[str, object]]
    """Those that were answered while it was measured (:class:`bench.speech.talker.Turn`)."""
    calls: int
    """Conversations that were held to their end."""
    lost: int
    """Conversations in which no answer came within ten seconds."""
    by_keys: int
    """Calls that the engine did not hear."""
    share_spoken: float
    """Of all time on the line, what the caller spoke."""
    client_cpu: float
    """Seconds of this process while it was measured."""
    client_behind: float
    """Seconds by which our own clock was late at most."""


class _Run:
    def __init__(self, load: Load) -> None:
        self._load = load
        self._conversations = [[Line(**each) for each in lines] for lines in load.conversations]  # type: ignore[arg-type]
        self._sounds = {line.name: said(line.name) for lines in self._conversations for line in lines}
        self._calls = Calls()
        self._talkers: list[Talker] = []
        self._held = 0
        self._stop = False

    async def run(self) -> Measured:
        load = self._load
        beat = asyncio.create_task(self._calls.keep_time())
        callers = [asyncio.create_task(self._caller(number)) for number in range(load.at_once)]
        await asyncio.sleep(load.ramp)
        self._calls.behind = 0.0
        began, cpu, frames_before = time.monotonic(), time.process_time(), self._spoken()
        print("on", flush=True)
        await asyncio.sleep(load.seconds)
        ended = time.monotonic()
        cpu = time.process_time() - cpu
        spoken = (self._spoken() - frames_before) * 0.02
        behind = self._calls.behind
        print("off", flush=True)
        self._stop = True
        for caller in callers:
            caller.cancel()
        results = await asyncio.gather(*callers, return_exceptions=True)
        beat.cancel()
        failed = [each for each in results if isinstance(each, Exception)]
        if failed:
            raise failed[0]
        turns = [turn for talker in self._talkers for turn in talker.turns if began <= _answered(turn) <= ended]
        return Measured(
            [asdict(turn) for turn in turns],
            self._held,
            sum(talker.lost for talker in self._talkers),
            self._calls.by_keys,
            spoken / (load.at_once * (ended - began)),
            cpu,
            behind,
        )

    def _spoken(self) -> int:
        return sum(talker.spoken_frames for talker in self._talkers)

    async def _caller(self, number: int) -> None:
        await asyncio.sleep(number * self._load.ramp / self._load.at_once)
        for lines in islice(cycle(self._conversations), number % len(self._conversations), None):
            if self._stop:
                return
            talker = Talker(lines, self._sounds, SILENCE)
            self._talkers.append(talker)
            await self._calls.hold(self._load.port, _stranger(), self._load.dialled, talker)
            self._held += 1
            if not talker.turns:  # turned away: not at once again
                await asyncio.sleep(1.0)


def _stranger() -> str:
    """A mobile number that has not called before: nothing is known of it."""
    return f"79{secrets.randbelow(10**9):09d}"


def _answered(turn: Turn) -> float:
    """When a turn was answered; never, if it was not."""
    return float("inf") if turn.replied is None else turn.ended + turn.replied


def main() -> None:
    """Read what to do, do it, print what came of it."""
    load = Load(**json.load(sys.stdin))
    measured = uvloop.run(_Run(load).run())
    print(json.dumps(asdict(measured)), flush=True)


if __name__ == "__main__":
    main()
