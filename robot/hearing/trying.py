"""Does a model load, and hear nothing where nothing is said? ``python -m robot.hearing.trying FOLDER``.

In a process of its own, because a bad model may end the process that loads it.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

from ivr.errors import ServiceError
from robot.hearing.loading import load
from robot.hearing.recogniser import RATE

TRYING_S = 120.0
"""How long a model may take to load and to hear nothing."""


class TrialFailed(ServiceError):
    """A model could not be loaded, or its process did not survive it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


def try_apart(folder: Path, seconds: float = TRYING_S) -> str:
    """Load the model in another process and listen to silence; what it hears there, as a rule nothing.

    Raises TrialFailed.
    """
    command = [sys.executable, "-m", "robot.hearing.trying", str(folder)]
    try:
        tried = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired as error:
        raise TrialFailed(f"it did not load within {seconds:.0f} s") from error
    if tried.returncode < 0:
        raise TrialFailed(f"its trial was ended by {signal.Signals(-tried.returncode).name}")
    if tried.returncode:
        last = (tried.stderr.strip().splitlines() or [f"its trial ended with {tried.returncode}"])[-1]
        raise TrialFailed(last)
    return (tried.stdout.strip().splitlines() or [""])[-1]


def heard_in_silence(folder: Path) -> str:
    """What a model hears in silence and in a faint hiss. Raises RecogniserFailed if it does not load."""
    model = load(folder)
    silence = np.zeros(2 * RATE, np.int16)
    hiss = (np.random.default_rng(1).standard_normal(2 * RATE) * 10).astype(np.int16)
    for line in (silence, hiss):
        for grammar in (None, ["да", "нет", "[unk]"]):
            if heard := model.hear(line, grammar).text:
                return heard
    return ""


if __name__ == "__main__":
    print(heard_in_silence(Path(sys.argv[1])))
