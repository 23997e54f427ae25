"""Measuring several models one after another, each in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ivr.errors import ServiceError
from robot.hearing.bench.measuring import Figures, Options

STALLED_S = 300.0
"""A measuring process that shows no progress for so long is taken to hang."""


class MeasuringFailed(ServiceError):
    """A model could not be measured; the message holds the process's last words."""


def measure_apart(model: Path, clips: Path, options: Options, progress: Callable[[float], None]) -> Figures:
    """``measure`` in another process; raises MeasuringFailed if that one fails, crashes or hangs."""
    command = [
        sys.executable,
        "-m",
        "robot.hearing.bench.measuring",
        str(model),
        str(clips),
        json.dumps(asdict(options)),
    ]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)
        assert worker.stdout is not None
        watch = _Watch(worker)
        answer: dict[str, Any] = {}
        try:
            for line in worker.stdout:
                watch.again()
                answer = json.loads(line)
                if "share" in answer:
                    progress(answer["share"])
            code = worker.wait(timeout=30)
        finally:
            watch.end()
            worker.kill()
            worker.wait()
            worker.stdout.close()
        if code or "model" not in answer:
            complaints.seek(0)
            last = complaints.read().strip().splitlines()[-1:] or [f"it ended with {code}"]
            raise MeasuringFailed(f"{model}: {last[0]}", retryable=False)
    return Figures(**answer)


@dataclass(slots=True)
class _Watch:
    """Kills a process that stays silent for too long."""

    worker: subprocess.Popen[str]
    timer: threading.Timer | None = None

    def __post_init__(self) -> None:
        self.again()

    def again(self) -> None:
        self.end()
        self.timer = threading.Timer(STALLED_S, self.worker.kill)
        self.timer.daemon = True
        self.timer.start()

    def end(self) -> None:
        if self.timer is not None:
            self.timer.cancel()
