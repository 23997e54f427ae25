"""Our end of the worker process that speaks: one sentence at a time, each with a deadline."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ivr.errors import VoiceFailed
from robot.voices.engines import engine_path

WORKER = Path(__file__).with_name("worker.py")
START_SECONDS = 15.0
"""Loading an engine takes 0.3 s; on a machine that is busy elsewhere more."""


@dataclass(frozen=True, slots=True)
class Spoke:
    """What an engine said: raw, at its own rate."""

    samples: npt.NDArray[np.int16]
    rate: int
    """Samples per second."""


class VoiceProcess:
    """A worker with one engine and one voice; started when needed, started anew after it died or hung.

    Blocking, and for one thread at a time. ``environment`` is what the engine's libraries need (library path, data).
    ``file``: an engine that is not one of ``engines/``. Raises ValueError for an engine that does not exist.
    """

    def __init__(self, engine: str, voice: str, environment: Mapping[str, str], *, file: Path | None = None) -> None:
        self.engine, self.voice = engine, voice
        self._file = file or engine_path(engine)
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None
        self._buffer = bytearray()
        self._ended = False
        self.version = ""
        """The engine's version, known after :meth:`start`."""

    def another(self) -> VoiceProcess:
        """A second process of the same voice, not started."""
        return VoiceProcess(self.engine, self.voice, self._environment, file=self._file)

    def start(self) -> None:
        """Start the worker unless it runs. Raises :class:`VoiceFailed` if engine or voice are not there."""
        if self._ended:
            raise VoiceFailed(f"the voice {self.engine} has been ended", retryable=False)
        if self._process is not None and self._process.poll() is None:
            return
        self._stop()
        self._buffer.clear()
        command = [sys.executable, "-I", str(WORKER), str(self._file), self.voice]
        try:
            self._process = subprocess.Popen(
                command,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # Ctrl-C is for us: we end the worker ourselves, when calls are over
            )
        except OSError as error:
            raise VoiceFailed(f"the voice {self.engine} cannot be started: {error}") from error
        os.set_blocking(self._pipe().fileno(), False)
        self.version = str(self._header(time.monotonic() + START_SECONDS)["version"])

    def say(self, text: str, limit: float) -> Spoke:
        """The sound of ``text``. Raises :class:`VoiceFailed` after ``limit`` seconds, or if the engine cannot."""
        self.start()
        deadline = time.monotonic() + limit
        request = json.dumps({"text": text}).encode() + b"\n"
        process = self._process
        assert process is not None
        assert process.stdin is not None
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except OSError as error:
            self._stop()
            raise VoiceFailed(f"the voice {self.engine} died") from error
        header = self._header(deadline)
        sound = self._take(int(header["bytes"]), deadline)
        return Spoke(np.frombuffer(sound, dtype="<i2"), int(header["rate"]))

    def kill(self) -> None:
        """End the worker for good: the one thing that may be done while another thread waits for a sentence."""
        self._ended = True
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the worker for good."""
        self._ended = True
        self._stop()

    def _stop(self) -> None:
        """End the process. It holds nothing that could be lost, so it is not asked."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was not written yet is not wanted any more
                    pipe.close()

    def _pipe(self) -> Any:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout

    def _header(self, deadline: float) -> dict[str, Any]:
        while (end := self._buffer.find(b"\n")) < 0:
            self._read(deadline)
        line = bytes(self._buffer[:end])
        del self._buffer[: end + 1]
        header: dict[str, Any] = json.loads(line)
        if "error" in header:
            raise VoiceFailed(f"the voice {self.engine}:{self.voice} failed: {header['error']}")
        return header

    def _take(self, count: int, deadline: float) -> bytes:
        while len(self._buffer) < count:
            self._read(deadline)
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken

    def _read(self, deadline: float) -> None:
        """Wait for more of the answer; a worker that is late or gone is ended."""
        pipe = self._pipe()
        poller = select.poll()  # not select(): with hundreds of calls open, descriptors go beyond its 1024
        poller.register(pipe, select.POLLIN)
        if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
            self._stop()
            raise VoiceFailed(f"the voice {self.engine} did not answer in time")
        data = os.read(pipe.fileno(), 1 << 20)
        if not data:
            self._stop()
            raise VoiceFailed(f"the voice {self.engine} died")
        self._buffer += data
