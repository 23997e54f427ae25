"""The figures of speech as tables for people, and as one JSON object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from bench.crowd import percentile
from bench.speech.load import Talked
from bench.speech.mistakes import BargeIns, CutOffs

MS = 1000.0
HELD_S = 0.8
"""p95 of the answer's time that still counts as real time."""
AIMS = "aims: p50 at most 500 ms, p95 at most 800 ms, 8 conversations a core"


@dataclass(frozen=True, slots=True)
class SpeechReport:
    """All that one run found out. ``talked``: rising numbers of conversations at once, the first is one alone."""

    machine: dict[str, str]
    cores: int
    """Of the engine."""
    model: str
    talked: tuple[Talked, ...]
    silent: Talked | None
    """Calls in which nobody says anything."""
    memory_before: int
    barge_ins: tuple[BargeIns, ...]
    cut_offs: tuple[CutOffs, ...]

    @property
    def most_held(self) -> int:
        """The most conversations at once with p95 held, nobody turned away and nobody left without an answer."""
        return max((each.at_once for each in self.talked if held(each)), default=0)

    def to_json(self) -> dict[str, Any]:
        """Everything, times in seconds, memory in bytes."""
        return {
            "machine": self.machine,
            "cores": self.cores,
            "model": self.model,
            "conversations": [_talked_json(each) for each in self.talked],
            "silent": _talked_json(self.silent) if self.silent else None,
            "most_at_once_with_p95_held": self.most_held,
            "per_core": self.most_held / self.cores,
            "memory_before": self.memory_before,
            "memory_per_call": {"speaking": self._memory(self._busiest), "silent": self._memory(self.silent)},
            "false_barge_ins": [asdict(each) | {"per_hour": each.per_hour} for each in self.barge_ins],
            "cut_offs": [asdict(each) | {"share": each.cut / max(1, each.clips)} for each in self.cut_offs],
        }

    def print(self, out: Console) -> None:
        """The tables."""
        out.print(", ".join(f"{name} {value}" for name, value in self.machine.items()), markup=False)
        out.print(f"engine on {self.cores} cores, model {self.model}; {AIMS}", markup=False)
        if self.talked:
            out.print(_conversations(self.talked))
            out.print(_by_sentence(self.talked))
            out.print(
                f"  conversations at once with p95 within {HELD_S * MS:.0f} ms: {self.most_held},"
                f" {self.most_held / self.cores:.1f} a core"
            )
        busiest = self._busiest
        if busiest is not None:
            out.print(f"  a call that speaks: {_cost(busiest)}, memory {_kib(self._memory(busiest))}", markup=False)
        if self.silent is not None:
            out.print(
                f"  a call in silence:  {_cost(self.silent)}, memory {_kib(self._memory(self.silent))}", markup=False
            )
        if self.talked:
            out.print(f"  the engine before its first call: {self.memory_before / 2**20:.0f} MiB", markup=False)
        if self.barge_ins:
            out.print(_barge_ins(self.barge_ins))
        if self.cut_offs:
            out.print(_cut_offs(self.cut_offs))

    @property
    def _busiest(self) -> Talked | None:
        return self.talked[-1] if self.talked else None

    def _memory(self, talked: Talked | None) -> float:
        """Bytes a call. What the first call brings for all of them is left out where one alone was measured."""
        if talked is None:
            return float("nan")
        first = self.talked[0] if self.talked and talked.at_once > self.talked[0].at_once else None
        base, calls = (first.memory, talked.at_once - first.at_once) if first else (self.memory_before, talked.at_once)
        return (talked.memory - base) / calls


def held(talked: Talked) -> bool:
    """Whether so many can talk at once in real time."""
    return bool(talked.all) and not talked.lost and not talked.by_keys and percentile(talked.all, 0.95) <= HELD_S


def _talked_json(talked: Talked) -> dict[str, Any]:
    times = talked.all
    return asdict(talked) | {
        "p50": percentile(times, 0.5),
        "p95": percentile(times, 0.95),
        "engine_cores_per_call": talked.engine_share,
    }


def _conversations(talked: Sequence[Talked]) -> Table:
    table = Table(title="End of the caller's speech → first sound of the answer", box=box.SIMPLE_HEAD)
    for heading in (
        "at once", "turns", "p50 ms", "p95 ms", "most ms", "talked over", "no answer", "by keys", "caller speaks",
        "engine, cores", "client, cores", "client late ms",
    ):  # fmt: skip
        table.add_column(heading, justify="right")
    for each in talked:
        times = each.all
        table.add_row(
            str(each.at_once),
            str(len(times)),
            f"{percentile(times, 0.5) * MS:.0f}",
            f"{percentile(times, 0.95) * MS:.0f}",
            f"{(times[-1] if times else float('nan')) * MS:.0f}",
            str(each.talked_over),
            str(each.lost),
            str(each.by_keys),
            f"{each.share_spoken:.0%}",
            f"{each.engine.total / each.seconds:.2f}",
            f"{each.client_cpu / each.seconds:.2f}",
            f"{each.client_behind * MS:.0f}",
        )
    return table


def _by_sentence(talked: Sequence[Talked]) -> Table:
    table = Table(title="The same by what was said: p50 / p95 ms", box=box.SIMPLE_HEAD)
    table.add_column("at once", justify="right")
    for name in talked[0].latencies:
        table.add_column(name, justify="right")
    for each in talked:
        cells = [sorted(times) for times in each.latencies.values()]
        table.add_row(
            str(each.at_once),
            *(f"{percentile(times, 0.5) * MS:.0f} / {percentile(times, 0.95) * MS:.0f}" for times in cells),
        )
    return table


def _barge_ins(barge_ins: Sequence[BargeIns]) -> Table:
    table = Table(title="False barge-ins: noise while the main menu is asked", box=box.SIMPLE_HEAD)
    table.add_column("noise")
    for heading in ("listened to", "cuts", "an hour", "95 % of the time at most"):
        table.add_column(heading, justify="right")
    for each in barge_ins:
        table.add_row(
            each.noise, f"{each.seconds:.0f} s", str(each.cuts), f"{each.per_hour:.0f}", f"{each.at_most:.0f}"
        )
    return table


def _cut_offs(cut_offs: Sequence[CutOffs]) -> Table:
    table = Table(title="Numbers dictated with pauses of 0.3 to 0.9 s", box=box.SIMPLE_HEAD)
    table.add_column("number")
    for heading in ("dictated", "cut off", "share", "wait after the last sound, p50 ms"):
        table.add_column(heading, justify="right")
    for each in cut_offs:
        share = each.cut / max(1, each.clips)
        table.add_row(each.kind, str(each.clips), str(each.cut), f"{share:.0%}", f"{each.usual_wait * MS:.0f}")
    return table


def _cost(talked: Talked) -> str:
    return f"{talked.engine_share * 100:.1f} % of a core"


def _kib(size: float) -> str:
    return f"{size / 1024:.0f} KiB"
