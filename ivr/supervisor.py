"""Keeps Asterisk and the engine running side by side, and ends both when asked.

The engine is a child process of its own: should it die (or its watchdog end it), Asterisk looks after the callers and a
new engine is up within seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.bringup.addresses import Ports
from ivr.bringup.server import AsteriskServer
from ivr.errors import IvrError
from ivr.settings import ENVIRONMENT_PREFIX, Settings

READY_LIMIT = 60.0
FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
GOOD_RUN_S = 60.0
"""An engine that ran so long was well: its next failure is waited out from the start again."""
POLL_S = 0.5


class EngineFailed(IvrError):
    """The engine did not come up."""


@dataclass(slots=True)
class Supervisor:
    """One instance's processes. :meth:`start`, then :meth:`watch` until :meth:`ask_to_stop`, then :meth:`stop`."""

    settings: Settings
    ports: Ports
    asterisk: AsteriskServer | None
    say: Callable[[str], None]
    _engine: subprocess.Popen[str] | None = None
    _asked: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start Asterisk, then the engine. Raises BringupFailed or :class:`EngineFailed`."""
        if self.asterisk is not None:
            self.asterisk.start()
        self._start_engine()

    def ask_to_stop(self) -> None:
        """Make :meth:`watch` return; safe in a signal handler."""
        self._asked.set()

    def watch(self) -> None:
        """Restart whichever dies, until asked to stop."""
        wait, came_up = FIRST_WAIT, time.monotonic()
        while not self._asked.wait(POLL_S):
            if self.asterisk is not None and self.asterisk.wait_ended(0) is not None:
                self.say("Asterisk ended by itself; starting it again (see var/asterisk/log)")
                self.asterisk.start()
            if self._engine is None or self._engine.poll() is not None:
                if time.monotonic() - came_up > GOOD_RUN_S:
                    wait = FIRST_WAIT
                self.say(f"the engine ended by itself; a new one starts in {wait:g} s (see {self.settings.log_file})")
                if self._asked.wait(wait):
                    return
                wait, came_up = min(LONGEST_WAIT, wait * 2), time.monotonic()
                try:
                    self._start_engine()
                except EngineFailed as failure:
                    self.say(str(failure))

    def stop(self) -> None:
        """End the engine (live calls get their time), then Asterisk. Leaves no process behind."""
        engine = self._engine
        if engine is not None and engine.poll() is None:
            engine.send_signal(signal.SIGTERM)
            try:
                engine.wait(self.settings.line.drain_seconds + 15)
            except subprocess.TimeoutExpired:
                engine.kill()
                engine.wait()
        if self.asterisk is not None:
            self.asterisk.stop()

    def _start_engine(self) -> None:
        environment = dict(os.environ)
        environment["IVR_HOME"] = str(self.settings.home)
        environment[f"{ENVIRONMENT_PREFIX}AGI__PORT"] = str(self.ports.agi)
        environment[f"{ENVIRONMENT_PREFIX}AMI__PORT"] = str(self.ports.ami)
        self.settings.log_file.parent.mkdir(parents=True, exist_ok=True)
        with self.settings.log_file.open("a", encoding="utf-8") as errors:
            self._engine = subprocess.Popen(
                [sys.executable, "-m", "ivr", "serve", "--supervised"],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,  # Ctrl-C is ours to handle: callers first
            )
        self._await_ready(self._engine)

    def _await_ready(self, engine: subprocess.Popen[str]) -> None:
        heard: list[str] = []
        assert engine.stdout is not None
        output = engine.stdout
        reader = threading.Thread(target=lambda: heard.append(output.readline()), daemon=True)
        reader.start()
        give_up = time.monotonic() + READY_LIMIT
        while reader.is_alive() and time.monotonic() < give_up and not self._asked.is_set():
            reader.join(0.1)
        if self._asked.is_set() or (heard and heard[0].startswith("ready ")):
            return
        if engine.poll() is None:
            engine.kill()
        engine.wait()
        raise EngineFailed(f"the engine did not come up (exit {engine.returncode}); see {self.settings.log_file}")
