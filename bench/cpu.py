"""What a process has used, from /proc: CPU of all its threads (the ended ones as well), memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_TICK_S = 1.0 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of CPU. ``main``: of the first thread (in the engine: the event loop), part of ``user`` + ``system``."""

    user: float = 0.0
    system: float = 0.0
    main: float = 0.0

    @property
    def total(self) -> float:
        """User and system together."""
        return self.user + self.system

    def __sub__(self, other: Cpu) -> Cpu:
        return Cpu(self.user - other.user, self.system - other.system, self.main - other.main)

    def __truediv__(self, calls: int) -> Cpu:
        return Cpu(self.user / calls, self.system / calls, self.main / calls)


def cpu_of(pid: int) -> Cpu:
    """What the process has used up to now. Raises ``OSError`` when it is gone."""
    user, system = _times(Path(f"/proc/{pid}/stat"))
    return Cpu(user, system, sum(_times(Path(f"/proc/{pid}/task/{pid}/stat"))))


def memory_of(pid: int) -> int:
    """Bytes of its own: resident, without what it shares with others (files mapped by several). Raises ``OSError``."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    raise OSError(f"no Pss of process {pid}")


def _times(stat: Path) -> tuple[float, float]:
    # The program's name (in brackets) may hold anything; what follows the last bracket is fields 3 and on.
    fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return int(fields[11]) * _TICK_S, int(fields[12]) * _TICK_S
