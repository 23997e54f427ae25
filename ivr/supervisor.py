"""Keeps Asterisk and the engine running side by side, and ends both when asked.

The engine is a child process of its own: should it die (or its watchdog end it), Asterisk looks after the callers and a
new engine is up within seconds.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ivr.bringup.addresses import Ports
from ivr.bringup.failure import BringupFailed
from ivr.bringup.server import AsteriskServer
from ivr.engine_process import EngineFailed, EngineProcess
from ivr.settings import ENVIRONMENT_PREFIX, Settings

FIRST_WAIT, LONGEST_WAIT = 0.5, 10.0
GOOD_RUN_S = 60.0
"""An engine that ran so long was well: its next failure is waited out from the start again."""
POLL_S = 0.5


@dataclass(slots=True)
class Supervisor:
    """One instance's processes. :meth:`start`, then :meth:`watch` until :meth:`ask_to_stop`, then :meth:`stop`."""

    settings: Settings
    ports: Ports
    asterisk: AsteriskServer | None
    say: Callable[[str], None]
    _engine: EngineProcess | None = None
    _asked: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Start Asterisk, then the engine. Raises BringupFailed or :class:`EngineFailed`."""
        if self.asterisk is not None:
            self.asterisk.start()
        self._start_engine()

    def ask_to_stop(self) -> None:
        """Make :meth:`watch` return; asked again, live calls are not waited for. Safe in a signal handler."""
        if self._asked.is_set() and self._engine is not None:
            self._engine.kill()
        self._asked.set()

    def watch(self) -> None:
        """Restart whichever dies, until asked to stop."""
        wait, came_up = FIRST_WAIT, time.monotonic()
        while not self._asked.wait(POLL_S):
            self._watch_asterisk()
            trouble = self._engine.trouble() if self._engine is not None else "is not there"
            if not trouble:
                continue
            if time.monotonic() - came_up > GOOD_RUN_S:
                wait = FIRST_WAIT
            self.say(f"the engine {trouble}; a new one starts in {wait:g} s (see {self.settings.log_file})")
            if self._asked.wait(wait):
                return
            wait, came_up = min(LONGEST_WAIT, wait * 2), time.monotonic()
            try:
                self._start_engine()
            except EngineFailed as failure:
                self.say(str(failure))

    def _watch_asterisk(self) -> None:
        if self.asterisk is None or self.asterisk.pid is not None:
            return
        self.say(f"Asterisk ended by itself; starting it again (see {self.asterisk.site.home / 'log'})")
        try:
            self.asterisk.start()
        except BringupFailed as failure:
            self.say(f"{failure}; trying again in {LONGEST_WAIT:g} s")
            self._asked.wait(LONGEST_WAIT)

    def stop(self) -> None:
        """End the engine (live calls get their time), then Asterisk. Leaves no process behind."""
        if self._engine is not None:
            self._engine.stop(self.settings.line.drain_seconds + 15)
        if self.asterisk is not None:
            self.asterisk.stop()

    def _start_engine(self) -> None:
        environment = {
            "IVR_HOME": str(self.settings.home),
            f"{ENVIRONMENT_PREFIX}AGI__PORT": str(self.ports.agi),
            f"{ENVIRONMENT_PREFIX}AMI__PORT": str(self.ports.ami),
        }
        self._engine = EngineProcess(environment, self.settings.log_file)
        self._engine.wait_ready(self._asked)
