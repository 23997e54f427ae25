"""The engine as its supervisor starts it: a process of its own, ended when its standard input closes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.instance import CHECKOUT, Instance, environ
from ivr.cli.serve import READY

READY_S = 60.0
END_S = 60.0


class ChildProcess:
    """A server of ours that prints one line when it is ready and ends when its standard input closes."""

    def __init__(self, command: Sequence[str], environment: dict[str, str], log: Path) -> None:
        began = time.monotonic()
        with log.open("ab") as errors:
            self._process = subprocess.Popen(
                command, env={**os.environ, **environment}, cwd=CHECKOUT, stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=errors,
            )  # fmt: skip
        assert self._process.stdout is not None
        heard = self._process.stdout.readline().decode()  # empty when it ends instead
        self.start_seconds = time.monotonic() - began
        """From the start of the process until it was ready."""
        if not heard.startswith(READY):
            raise RuntimeError(f"{' '.join(command[1:4])} did not come up; see {log}")

    @property
    def pid(self) -> int:
        """The process."""
        return self._process.pid

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def engine(instance: Instance) -> ChildProcess:
    """``ivr serve`` on the instance. Raises ``RuntimeError`` when it does not come up."""
    settings = instance.settings
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    environment = {"IVR_HOME": str(settings.home), **environ(instance.ports)}
    return ChildProcess([sys.executable, "-m", "ivr", "serve", "--supervised"], environment, settings.log_file)


def bare_agi(instance: Instance, port: int, sounds: Path) -> ChildProcess:
    """``bench/bare.py`` on ``port``."""
    log = instance.settings.log_file.with_name("bare.log")
    log.parent.mkdir(parents=True, exist_ok=True)
    return ChildProcess([sys.executable, "-m", "bench.bare", str(port), str(sounds)], {}, log)
