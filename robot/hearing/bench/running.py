"""Measuring a model in a process of its own, which may crash, hang or be interrupted without taking anything along."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

from ivr.errors import ServiceError
from robot.hearing.bench.measuring import Figures, Options

STALLED_S = 300.0
"""A measuring process that shows no progress for so long is taken to hang."""
_ENDING_S = 30.0
"""How long a process may take to leave after its last word."""
_PROGRAM = (sys.executable, "-m", "robot.hearing.bench.measuring")


class MeasuringFailed(ServiceError):
    """A model could not be measured; the message holds the process's last words."""


def measure_apart(
    model: Path, clips: Path, options: Options, progress: Callable[[float], None], *,
    program: Sequence[str] = _PROGRAM, stalled_s: float = STALLED_S,
) -> Figures:  # fmt: skip
    """``measure`` in another process; raises MeasuringFailed if that one fails, crashes or hangs."""
    command = [*program, str(model), str(clips), json.dumps(asdict(options))]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True, env=environment)
        assert worker.stdout is not None
        watch = _Watch(worker, stalled_s)
        answer: dict[str, Any] = {}
        try:
            for line in worker.stdout:
                watch.again()
                answer = _answer(line)
                if "share" in answer:
                    progress(answer["share"])
            code = worker.wait(timeout=_ENDING_S)
        except subprocess.TimeoutExpired:
            code = -signal.SIGKILL
        finally:
            watch.end()
            worker.kill()
            worker.wait()
            worker.stdout.close()
        if code or "model" not in answer:
            said = f"it did nothing for {stalled_s:.0f} s" if watch.barked else _last_words(complaints, code)
            raise MeasuringFailed(f"{model.name} could not be measured: {said}", retryable=False)
    return Figures(**answer)


def _answer(line: str) -> dict[str, Any]:
    """A line of the process; empty for anything that is none of its own, such as what a library prints."""
    try:
        read = json.loads(line)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}


def _last_words(complaints: IO[str], code: int) -> str:
    complaints.seek(0)
    last = complaints.read().strip().splitlines()[-1:]
    how = f"ended by {signal.Signals(-code).name}" if code < 0 else f"ended with {code}"
    return f"{last[0]} ({how})" if last else how


@dataclass(slots=True)
class _Watch:
    """Kills a process that stays silent for too long."""

    worker: subprocess.Popen[str]
    patience_s: float
    barked: bool = False
    timer: threading.Timer | None = None

    def __post_init__(self) -> None:
        self.again()

    def again(self) -> None:
        self.end()
        self.timer = threading.Timer(self.patience_s, self._bark)
        self.timer.daemon = True
        self.timer.start()

    def end(self) -> None:
        if self.timer is not None:
            self.timer.cancel()

    def _bark(self) -> None:
        self.barked = True
        self.worker.kill()
