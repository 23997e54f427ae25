"""Does a model load, and hear nothing where nothing is said? ``python -m robot.hearing.trying FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from robot.hearing.loading import load
from robot.hearing.recogniser import RATE


def trial(folder: Path) -> None:
    """Raises RecogniserFailed if the model does not load, ValueError if it hears words in silence."""
    model = load(folder)
    silence = np.zeros(2 * RATE, np.int16)
    hiss = (np.random.default_rng(1).standard_normal(2 * RATE) * 10).astype(np.int16)
    for line in (silence, hiss):
        for grammar in (None, ["да", "нет", "[unk]"]):
            if heard := model.hear(line, grammar).text:
                raise ValueError(f"it hears «{heard}» in silence")


if __name__ == "__main__":
    trial(Path(sys.argv[1]))
