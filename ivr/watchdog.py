"""A watchdog for the event loop: an engine that stands still is worse than one that is gone.

When the engine's process ends, its sockets close and Asterisk at once looks after every caller. A frozen loop would
leave them in silence, so a thread ends the process when the loop has not ticked for ``limit`` seconds.
"""

from __future__ import annotations

import asyncio
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable

TICK_S = 0.5
EXIT_FROZEN = 70
"""The exit status of an engine that its watchdog ended (EX_SOFTWARE)."""


def _end_process() -> None:
    os._exit(EXIT_FROZEN)


class Watchdog:
    """Watches the running loop from its own thread, from :meth:`start` to :meth:`stop`."""

    def __init__(self, limit: float = 4.0, end: Callable[[], None] = _end_process) -> None:
        self._limit = limit
        self._end = end
        self._ticked = time.monotonic()
        self._stopped = threading.Event()
        self._main = threading.get_ident()

    def start(self) -> None:
        """Begin to watch the loop that this is called from."""
        self._main = threading.get_ident()
        self._tick(asyncio.get_running_loop())
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()

    def _tick(self, loop: asyncio.AbstractEventLoop) -> None:
        self._ticked = time.monotonic()
        if not self._stopped.is_set():
            loop.call_later(TICK_S, self._tick, loop)

    def _watch(self) -> None:
        seen = time.monotonic()
        while not self._stopped.wait(TICK_S):
            now = time.monotonic()
            # If this thread itself was not run for long, the machine stood still, not our loop.
            machine_stood = now - seen > self._limit / 2
            seen = now
            if machine_stood or now - self._ticked <= self._limit:
                continue
            frame = sys._current_frames().get(self._main)
            where = "".join(traceback.format_stack(frame)) if frame else "unknown"
            print(
                f"the event loop stood still for {now - self._ticked:.1f} s; ending\n{where}",
                file=sys.stderr,
                flush=True,
            )
            self._end()
            return
