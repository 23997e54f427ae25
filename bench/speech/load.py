"""Conversations with a running engine: how long callers wait for an answer, and what a call costs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from bench.cpu import Cpu, cpu_of, memory_of
from bench.instance import CHECKOUT
from bench.speech.client import Load
from bench.speech.instance import TALK_NUMBER, TalkingInstance
from bench.speech.talker import Line
from ivr.engine_process import EngineProcess

CORES = 2
"""The engine is kept to so many, where the machine has more; the callers get the others."""
OUTAGE = (
    Line("repeat", into=1.2),
    Line("no_light", into=1.2),
    Line("address", into=1.2),
    Line("no", after=0.7),
)
"""«Повторите, пожалуйста» · «Здравствуйте, у нас света нет» · the address · after the outage and the offer: «Нет,
спасибо». All but the last are said into the robot's question."""
NUMBER = (Line("voltage", into=1.2), Line("account", into=1.2), Line("account", into=1.2))
"""A number of ten digits is dictated, and again."""
CONVERSATIONS = (OUTAGE, NUMBER, OUTAGE, OUTAGE)
"""Together the callers speak for about 35 % of the time."""
NOBODY_SPEAKS = ((),)


@dataclass(frozen=True, slots=True)
class Talked:
    """What came of so many conversations at once. Seconds."""

    at_once: int
    seconds: float
    latencies: dict[str, list[float]]
    """Per sentence of the caller's: from its end to the first sound of the answer."""
    talked_over: int
    """Turns in which the robot did not stop before the caller had finished (in no latency)."""
    calls: int
    lost: int
    by_keys: int
    share_spoken: float
    client_cpu: float
    client_behind: float
    engine: Cpu
    memory: int
    """Bytes of the engine while all were on the line."""

    @property
    def all(self) -> list[float]:
        """All latencies, sorted."""
        return sorted(each for turns in self.latencies.values() for each in turns)

    @property
    def engine_share(self) -> float:
        """Of one core, what one call took."""
        return self.engine.total / self.seconds / self.at_once


@contextmanager
def hearing_engine(instance: TalkingInstance) -> Iterator[int]:
    """``ivr serve`` on the instance; gives its process number. Raises EngineFailed when it does not come up."""
    ours = os.sched_getaffinity(0)
    cores = sorted(ours)
    os.sched_setaffinity(0, cores[:CORES])  # a child has its parent's
    try:
        process = EngineProcess(instance.environ, instance.settings.log_file)
    finally:
        os.sched_setaffinity(0, ours)
    try:
        process.wait_ready(threading.Event())
        if cores[CORES:]:
            os.sched_setaffinity(0, cores[CORES:])
        yield process.pid
    finally:
        os.sched_setaffinity(0, ours)
        process.stop(20.0)


def converse(
    instance: TalkingInstance,
    engine: int,
    *,
    at_once: int,
    ramp: float,
    seconds: float,
    conversations: Sequence[Sequence[Line]] = CONVERSATIONS,
) -> Talked:
    """``at_once`` callers, who come within ``ramp`` seconds and are measured for ``seconds`` after that."""
    lines = [[asdict(line) for line in conversation] for conversation in conversations]
    load = Load(instance.ports.agi, TALK_NUMBER, at_once, ramp, seconds, lines)
    with subprocess.Popen(
        [sys.executable, "-m", "bench.speech.client"],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as client:
        assert client.stdin is not None
        assert client.stdout is not None
        json.dump(asdict(load), client.stdin)
        client.stdin.close()
        _expect(client.stdout.readline(), "on")
        before = cpu_of(engine)
        _expect(client.stdout.readline(), "off")
        used, memory = cpu_of(engine) - before, memory_of(engine)
        measured: dict[str, Any] = json.loads(client.stdout.read())
    latencies: dict[str, list[float]] = {line.name: [] for conversation in conversations for line in conversation}
    for turn in measured["turns"]:
        if not turn["talked_over"]:
            latencies[turn["name"]].append(turn["replied"])
    return Talked(
        at_once, seconds, latencies, sum(turn["talked_over"] for turn in measured["turns"]),
        measured["calls"], measured["lost"], measured["by_keys"], measured["share_spoken"],
        measured["client_cpu"], measured["client_behind"], used, memory,
    )  # fmt: skip


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError("the load client has ended; what it said stands above")
