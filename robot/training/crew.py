"""Worker processes of one step, as many at once as there are cores; one that fails or hangs ends them all."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

STALLED_S = 900.0
"""A worker that writes nothing for so long is taken to hang."""
GO_ON = "run it again: it goes on where it stopped"


class TrainingFailed(Exception):
    """A step failed; the message says which, and what its worker said last. ``hint``: what to do about it."""

    def __init__(self, message: str, hint: str = GO_ON) -> None:
        super().__init__(message)
        self.hint = hint


class Crew:
    """Works off jobs; each is the arguments of ``python -m``, and every line that it prints is a part done."""

    def __init__(self, cores: int, environment: Mapping[str, str], *, stalled_s: float = STALLED_S) -> None:
        self._cores = cores
        self._environment = {**environment, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        self._stalled_s = stalled_s
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[str]] = set()
        self._failures: list[str] = []
        self._stopped = False

    def work_off(self, jobs: Iterable[Sequence[str]], done: Callable[[], None]) -> None:
        """Returns when all jobs are done; ``done`` is called after each part, never twice at once.

        Raises TrainingFailed with what the first failing worker said last. No worker outlives this call.
        """
        waiting = iter(jobs)
        threads = [threading.Thread(target=self._work, args=(waiting, done)) for _ in range(self._cores)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            # Not the threads: after an interrupted join() Python 3.11 takes its thread to have ended.
            for worker in self._stop():
                worker.wait()
        if self._failures:
            raise TrainingFailed(self._failures[0])

    def _stop(self) -> list[subprocess.Popen[str]]:
        """Begin no more work and kill the workers that run; these."""
        with self._lock:
            self._stopped = True
            killed = list(self._running)
            for worker in killed:
                worker.kill()
        return killed

    def _work(self, jobs: Iterator[Sequence[str]], done: Callable[[], None]) -> None:
        while True:
            with self._lock:
                job = None if self._stopped else next(jobs, None)
            if job is None:
                return
            try:
                self._run(job, done)
            except TrainingFailed as failed:
                self._failures.append(str(failed))
                self._stop()

    def _run(self, job: Sequence[str], done: Callable[[], None]) -> None:
        """One worker from its start to its end."""
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as complaints:
            with self._lock:
                if self._stopped:
                    return
                worker = subprocess.Popen(
                    [sys.executable, "-m", *job], stdout=subprocess.PIPE, stderr=complaints, text=True,
                    env=self._environment,
                )  # fmt: skip
                self._running.add(worker)
            assert worker.stdout is not None
            watch = self._watch(worker)
            try:
                for _ in worker.stdout:
                    watch.cancel()
                    watch = self._watch(worker)
                    with self._lock:
                        done()
                ended = worker.wait(timeout=30)
            except subprocess.TimeoutExpired:
                ended = -1
            finally:
                watch.cancel()
                worker.kill()
                worker.wait()
                worker.stdout.close()
                with self._lock:
                    self._running.discard(worker)
            if ended and not self._stopped:
                complaints.seek(0)
                last = complaints.read().strip().splitlines()[-1:] or ["no message"]
                raise TrainingFailed(f"{job[0]} ended with {ended}: {last[0]}")

    def _watch(self, worker: subprocess.Popen[str]) -> threading.Timer:
        """Kills a worker that stays silent for too long."""
        timer = threading.Timer(self._stalled_s, worker.kill)
        timer.daemon = True
        timer.start()
        return timer
