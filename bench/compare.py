"""One block of calls after the other, the sides in turn, and what each process used for it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.courses import Measured
from bench.cpu import Cpu, cpu_of
from bench.ears import Ears
from bench.instance import Instance
from bench.sipp import call_up
from ivr.bringup.tree import Tree

RECORD_LIMIT_S = 5.0
SETTLE_S = 0.5
"""After the last call: what is still to be done for the calls belongs to them."""


@dataclass(frozen=True, slots=True)
class Block:
    """``calls`` calls of one kind to one side. CPU is per call, in seconds."""

    side: str
    kind: str
    rate: float
    calls: int
    failed: int
    asterisk: Cpu
    program: Cpu
    """The engine, or the bare AGI server; nothing for native dialplan."""
    first_sounds: tuple[float, ...]
    """Seconds from the answer (the caller's 200 OK) to the first sound, sorted."""
    served_per_second: float
    records: int
    """Rows that the calls left in the database."""

    @property
    def total(self) -> float:
        """CPU per call of both processes."""
        return self.asterisk.total + self.program.total


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the calls go."""

    instance: Instance
    callers_tree: Tree
    asterisk: int
    programs: Mapping[str, int]
    """Side → process beside Asterisk that is part of it."""


def compare(
    setting: Setting, kinds: Sequence[Measured], *, calls: int, rates: Sequence[float], rounds: int
) -> Iterator[Block]:
    """``rounds`` times each kind at each rate on each side, in turn, so that whatever the machine does besides falls on
    all of them. The first, unmeasured calls warm all caches."""
    for kind in kinds:
        for side in kind.numbers:
            _block(setting, kind, side, calls=20, rate=10)
        for _ in range(rounds):
            for rate in rates:
                for side in kind.numbers:
                    yield _block(setting, kind, side, calls=calls, rate=rate)


def _block(setting: Setting, kind: Measured, side: str, *, calls: int, rate: float) -> Block:
    instance, program = setting.instance, setting.programs.get(side)
    records = count_records(instance.settings.database)
    with Ears(calls) as ears:
        callers = [(instance.callers[call % len(instance.callers)].digits, ears.ports[call]) for call in range(calls)]
        asterisk_before = cpu_of(setting.asterisk)
        program_before = cpu_of(program) if program else Cpu()
        crowd = call_up(
            setting.callers_tree,
            instance.settings.var / "sipp",
            server=("127.0.0.1", instance.ports.sip),
            number=kind.numbers[side],
            course=kind.course,
            callers=callers,
            rate=rate,
        )
        expected = records + (calls if side == "engine" else 0)
        stored = wait_for_records(instance.settings.database, expected)
        time.sleep(SETTLE_S)
        asterisk = cpu_of(setting.asterisk) - asterisk_before
        used = cpu_of(program) - program_before if program else Cpu()
        both = crowd.answered_at.keys() & ears.first_sound.keys()
        sounds = sorted(ears.first_sound[call] - crowd.answered_at[call] for call in both)
    return Block(
        side,
        kind.name,
        rate,
        calls,
        crowd.failed + calls - len(sounds),
        asterisk / calls,
        used / calls,
        tuple(sounds),
        calls / max(0.001, crowd.seconds - kind.course.seconds),
        stored - records,
    )


def count_records(database: Path) -> int:
    """Ended calls in the database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM calls").fetchone()[0])


def wait_for_records(database: Path, expected: int) -> int:
    """How many there are once ``expected`` are reached, or the limit is."""
    give_up = time.monotonic() + RECORD_LIMIT_S
    while (found := count_records(database)) < expected and time.monotonic() < give_up:
        time.sleep(0.1)
    return found
