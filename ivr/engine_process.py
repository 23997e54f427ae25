"""The engine as a child process: started, known to be ready, known to be alive, ended.

The child says on its standard output ``ready PORT`` once it answers calls and ``alive`` every second after that. One
that has fallen silent is frozen (stopped, or its event loop and its watchdog with it): it is killed, for only then do
its sockets close, and only then does Asterisk look after the callers.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from ivr.errors import IvrError
from ivr.log_file import open_private

READY = "ready"
ALIVE = "alive"
PULSE_S = 1.0
SILENT_S = 6.0
"""So long without a sign of life is no engine any more; its own watchdog acts after four seconds."""
READY_LIMIT_S = 60.0


class EngineFailed(IvrError):
    """The engine did not come up."""


class EngineProcess:
    """One run of the engine. ``environment`` is added to ours; ``log`` gets what it prints as errors."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._log = log
        with os.fdopen(open_private(log), "ab") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ivr", "serve", "--supervised"],
                env={**os.environ, **environment},
                stdin=subprocess.PIPE,  # when we are gone it ends, and so does the engine
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is the supervisor's to handle: callers first
            )
        self._ready = threading.Event()
        self._heard_at = time.monotonic()
        threading.Thread(target=self._listen, name="engine", daemon=True).start()

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._heard_at = time.monotonic()
            if line.startswith(READY):
                self._ready.set()

    def wait_ready(self, given_up: threading.Event, limit: float = READY_LIMIT_S) -> None:
        """Wait until it answers calls, or until ``given_up`` is set. Raises :class:`EngineFailed`."""
        give_up_at = time.monotonic() + limit
        while not self._ready.wait(0.1):
            if given_up.is_set():
                return
            ended = self._process.poll()
            if ended is not None or time.monotonic() > give_up_at:
                self.kill()
                raise EngineFailed(f"the engine did not come up (exit {self._process.returncode}); see {self._log}")

    def trouble(self) -> str:
        """What is wrong with it, in words; empty when it is well. A frozen one is killed."""
        if self._process.poll() is not None:
            return f"ended by itself (exit {self._process.returncode})"
        silent = time.monotonic() - self._heard_at
        if silent > SILENT_S:
            self.kill()
            return f"gave no sign of life for {silent:.0f} s and was ended"
        return ""

    def stop(self, limit: float) -> None:
        """Ask it to end, as live calls allow, and end it after ``limit`` seconds."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(limit)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it at once."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
