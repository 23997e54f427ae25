"""The engine as its supervisor starts it, and the bare AGI server beside it; both end with the ``with`` block."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.instance import CHECKOUT, Instance, environ
from ivr.engine_process import EngineProcess

STOP_S = 60.0


@dataclass(frozen=True, slots=True)
class Running:
    """A process that is ready for calls, and how long it took to be."""

    pid: int
    start_seconds: float


@contextmanager
def engine(instance: Instance) -> Iterator[Running]:
    """``ivr serve`` on the instance. Raises EngineFailed when it does not come up."""
    settings = instance.settings
    began = time.monotonic()
    process = EngineProcess({"IVR_HOME": str(settings.home), **environ(instance.ports)}, settings.log_file)
    try:
        process.wait_ready(threading.Event())
        yield Running(process.pid, time.monotonic() - began)
    finally:
        process.stop(STOP_S)


@contextmanager
def bare_agi(port: int, sounds: Path) -> Iterator[Running]:
    """``bench/bare.py`` on ``port``. Raises RuntimeError when it does not come up."""
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-m", "bench.bare", str(port), str(sounds)],
        cwd=CHECKOUT,
        stdin=subprocess.PIPE,  # it ends when this closes
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        if process.stdout.readline() != b"ready\n":
            raise RuntimeError("the bare AGI server did not come up")
        yield Running(process.pid, time.monotonic() - began)
        process.terminate()
