"""The figures as tables for people, and as one JSON object for programs."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from bench.compare import Block
from bench.courses import Measured
from bench.crowd import CrowdResult, percentile
from bench.wire import WireResult

AIM = 1.25
"""Of the native dialplan's CPU, the most that a call through the engine should take."""
MS = 1000.0
WIDTH = 150
"""Of the tables, also where no terminal tells: they are meant to be kept."""


@dataclass(frozen=True, slots=True)
class Report:
    """All that one run found out."""

    machine: dict[str, str]
    kinds: tuple[Measured, ...]
    blocks: tuple[Block, ...]
    alone: tuple[Block, ...]
    """Native calls before the engine was there: what its manager connection costs Asterisk."""
    crowd: CrowdResult | None
    wire: WireResult | None
    asterisk_start: float
    engine_start: float

    def to_json(self) -> dict[str, Any]:
        """Everything, times in seconds, memory in bytes."""
        return {
            "machine": self.machine,
            "kinds": {kind.name: kind.what for kind in self.kinds},
            "blocks": [asdict(block) for block in self.blocks],
            "native_alone": [asdict(block) for block in self.alone],
            "ratios": [
                {"kind": kind, "rate": rate, "side": side, "to_native": ratios(blocks, self._native(kind, rate))}
                for kind, rate, side, blocks in self.groups()
                if side != "native"
            ],
            "crowd": asdict(self.crowd) if self.crowd else None,
            "wire": asdict(self.wire) if self.wire else None,
            "start_seconds": {"asterisk": self.asterisk_start, "engine": self.engine_start},
        }

    def groups(self) -> list[tuple[str, float, str, list[Block]]]:
        """The blocks by kind, rate and side, in the order they were run."""
        groups: dict[tuple[str, float, str], list[Block]] = {}
        for block in self.blocks:
            groups.setdefault((block.kind, block.rate, block.side), []).append(block)
        return [(*key, blocks) for key, blocks in groups.items()]

    def _native(self, kind: str, rate: float) -> list[Block]:
        return [block for block in self.blocks if (block.kind, block.rate, block.side) == (kind, rate, "native")]

    def print(self, out: Console) -> None:
        """The tables."""
        out.print(", ".join(f"{name} {value}" for name, value in self.machine.items()), markup=False)
        for kind in self.kinds:
            rows = [group for group in self.groups() if group[0] == kind.name]
            if rows:
                out.print(self._comparison(kind, rows))
        if self.alone:
            out.print(f"Native dialplan with no engine connected: {_ms(self.alone, lambda b: b.total)} ms a call")
        if self.wire:
            out.print(
                f"The engine alone (a peer that answers every command at once, {self.wire.at_once} calls at a time):"
                f" {self.wire.per_second:.0f} calls/s, {self.wire.engine.total * MS:.2f} ms CPU a call"
            )
        out.print(f"Start: Asterisk {self.asterisk_start:.1f} s, engine {self.engine_start:.1f} s")
        if self.crowd:
            _print_crowd(out, self.crowd)

    def _comparison(self, kind: Measured, rows: Sequence[tuple[str, float, str, list[Block]]]) -> Table:
        table = Table(title=f"{kind.name}: {kind.what} ({kind.course.seconds:.1f} s)", box=box.SIMPLE_HEAD)
        table.add_column("side")
        for heading in (
            "offered/s", "served/s", "failed", "records", "CPU ms/call", "Asterisk", "program", "its loop",
            "× native", "first sound p50", "p95 ms",
        ):  # fmt: skip
            table.add_column(heading, justify="right")
        for name, rate, side, blocks in rows:
            ratio = ratios(blocks, self._native(name, rate))
            sounds = sorted(sound for block in blocks for sound in block.first_sounds)
            table.add_row(
                side,
                f"{rate:g}",
                f"{statistics.median(block.served_per_second for block in blocks):.1f}",
                str(sum(block.failed for block in blocks)),
                f"{sum(block.records for block in blocks)} of {sum(block.calls for block in blocks)}",
                _ms(blocks, lambda block: block.total),
                _ms(blocks, lambda block: block.asterisk.total),
                _ms(blocks, lambda block: block.program.total),
                _ms(blocks, lambda block: block.program.main),
                f"{ratio[1]:.2f} ({ratio[0]:.2f}–{ratio[2]:.2f})",
                f"{percentile(sounds, 0.5) * MS:.0f}",
                f"{percentile(sounds, 0.95) * MS:.0f}",
            )
        return table


def ratios(blocks: Sequence[Block], native: Sequence[Block]) -> tuple[float, float, float]:
    """Least, middle and greatest of CPU per call over native, each block paired with the native one of its round."""
    found = sorted(mine.total / theirs.total for mine, theirs in zip(blocks, native, strict=False))
    return found[0], statistics.median(found), found[-1]


def machine() -> dict[str, str]:
    """What this was measured on."""
    model = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:  # noqa: PTH123 (a kernel's file, read line by line)
            model = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), model)
    except OSError:
        pass
    return {
        "processor": f"{model} × {os.cpu_count()}",
        "kernel": platform.release(),
        "Python": platform.python_version(),
        "load before": f"{os.getloadavg()[0]:.1f}",
    }


def _ms(blocks: Sequence[Block], of: Callable[[Block], float]) -> str:
    return f"{statistics.median(map(of, blocks)) * MS:.1f}"


def _print_crowd(out: Console, crowd: CrowdResult) -> None:
    out.print(f"\n{crowd.calls} calls at once to the hotline, ten outages between them")
    lines = (
        ("on the line at once", str(crowd.most_at_once)),
        ("failed", str(crowd.failed)),
        ("records written", str(crowd.records)),
        ("told their own outage and no other (by the record)", str(crowd.told_own)),
        (f"heard it (of {crowd.sampled} recorded)", str(crowd.heard_own)),
        ("likeness to their own sentence, least", f"{crowd.least_alike:.3f}"),
        ("likeness to somebody else's, most", f"{crowd.most_alike_other:.3f}"),
        (
            "answer to first sound, p95 / most",
            f"{crowd.first_sound_p95 * MS:.0f} / {crowd.first_sound_max * MS:.0f} ms",
        ),
        ("owed silence of a call, p95 / most", f"{crowd.owed_p95 * MS:.0f} / {crowd.owed_max * MS:.0f} ms"),
        ("memory per live call, engine", f"{crowd.engine_bytes_per_call / 1024:.0f} KiB"),
        ("memory per live call, Asterisk", f"{crowd.asterisk_bytes_per_call / 1024:.0f} KiB"),
        ("reload of the plan meanwhile", f"{crowd.reload_seconds:.2f} s"),
    )
    for name, value in lines:
        out.print(f"  {name:52s} {value}", markup=False)
    for problem in crowd.problems[:10]:
        out.print(f"  WRONG: {problem}", markup=False, style="red")
