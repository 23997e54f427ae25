"""The figures as tables for people, and as one JSON object for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

MIB = 1024 * 1024
NAMES = {"ivr": "ivr", "rapidfuzz": "rapidfuzz.process.extract", "fts5": "SQLite FTS5 trigram"}


@dataclass(frozen=True, slots=True)
class AddressReport:
    """All that one run found out. Times in seconds where not said otherwise, memory in bytes."""

    machine: dict[str, str]
    points: int
    houses: int
    streets: int
    made: dict[str, Any]
    sides: tuple[dict[str, Any], ...]

    def to_json(self) -> dict[str, Any]:
        """Everything."""
        return asdict(self)

    def print(self, out: Console, *, misses: bool) -> None:
        """The tables."""
        out.print(", ".join(f"{name} {value}" for name, value in self.machine.items()), markup=False)
        out.print(f"{self.points} service points, {self.houses} houses, {self.streets} streets and street-less places")
        for name, took in self.made.items():
            memory = f", at most {took['bytes'] / MIB:.0f} MiB" if "bytes" in took else ""
            out.print(f"{name}: {took['seconds']:.1f} s{memory}", highlight=False)
        for side in self.sides:
            out.print(
                f"{NAMES[side['side']]}: opened in {side['open_seconds']:.1f} s,"
                f" {side['opened_bytes'] / MIB:.0f} MiB, {side['bytes'] / MIB:.0f} MiB after all queries",
                highlight=False,
            )
        out.print(self._table())
        if misses:
            for name, score in self.sides[0]["sets"].items():
                for line in score["wrong"]:
                    out.print(f"  {name}: {line}", markup=False, highlight=False)

    def _table(self) -> Table:
        table = Table(box=box.SIMPLE_HEAD)
        table.add_column("queries")
        table.add_column("side")
        for heading in (
            "asked", "in register", "top-1 %", "top-3 %", "sure %", "false-sure", "%", "at most % (95)",
            "p50 ms", "p95", "p99", "CPU p95 ms",
        ):  # fmt: skip
            table.add_column(heading, justify="right")
        for kind in self.sides[0]["sets"]:
            for side in self.sides:
                score = side["sets"][kind]
                table.add_row(
                    kind,
                    side["side"],
                    str(score["asked"]),
                    str(score["there"]),
                    f"{100 * score['top1_rate']:.1f}",
                    f"{100 * score['top3_rate']:.1f}",
                    f"{100 * score['sure'] / score['asked']:.1f}",
                    str(score["false_sure"]),
                    f"{100 * score['false_sure_rate']:.2f}",
                    f"{100 * score['false_sure_at_most']:.2f}",
                    *(f"{score['ms'][name]:.1f}" for name in ("p50", "p95", "p99")),
                    f"{score['cpu_ms']['p95']:.1f}",
                )
        return table
