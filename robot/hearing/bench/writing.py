"""Writing a set of clips: speech at telephone level, the list of clips, the grammars (``sets.py`` reads it again)."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from robot.hearing.bench import alaw
from robot.hearing.bench.alaw import RATE, Samples
from robot.hearing.bench.sets import COLUMNS

_QUIET = 1 / 300
"""What is fainter than this part of the loudest sample (50 dB below it) is cut off before and after speech."""
_LEVELS_DB = (-26.0, -18.0)
_LINE_NOISE = 6.0


class SetWriter:
    """Writes clip after clip into a folder; ``finish`` writes the list and what the set is."""

    def __init__(self, folder: Path, grammars: Mapping[str, Iterable[str]], *, quiet_s: float = 0.25) -> None:
        """``quiet_s``: seconds of faint noise before and after the speech of each clip."""
        self._folder = folder
        self._quiet_s = quiet_s
        self._rows = ["\t".join(COLUMNS)]
        (folder / "clips").mkdir(parents=True, exist_ok=True)
        (folder / "grammars").mkdir(exist_ok=True)
        for name, lines in grammars.items():
            (folder / "grammars" / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def add(self, kind: str, voice: str, grammar: str, text: str, speech: Samples, chance: random.Random) -> None:
        """One clip; ``speech`` is brought to telephone level."""
        file = f"clips/{len(self._rows):03d}.wav"
        alaw.write(self._folder / file, on_the_line(speech, chance, self._quiet_s))
        self._rows.append("\t".join((file, kind, voice, grammar, text)))

    def finish(self, about: Mapping[str, object]) -> int:
        """Write ``clips.tsv`` and, last, ``set.json``, without which the folder is no set; the number of clips."""
        (self._folder / "clips.tsv").write_text("\n".join(self._rows) + "\n", encoding="utf-8")
        (self._folder / "set.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        return len(self._rows) - 1


def trimmed(sound: Samples) -> Samples:
    """The speech with 20 ms before and 50 ms after it; nothing if it is all silence."""
    size = np.abs(sound.astype(np.int32))
    loud = np.nonzero(size > size.max(initial=0) * _QUIET)[0]
    return sound[max(0, loud[0] - RATE // 50) : loud[-1] + RATE // 20] if len(loud) else sound[:0]


def on_the_line(sound: Samples, chance: random.Random, quiet_s: float = 0.25) -> Samples:
    """Trimmed, at −26 … −18 dB of full scale, ``quiet_s`` of faint noise before and after.

    ValueError if it is all silence.
    """
    speech = trimmed(sound).astype(np.float64)
    if not len(speech):
        raise ValueError("there is nothing to be heard")
    speech *= 32768 * 10 ** (chance.uniform(*_LEVELS_DB) / 20) / np.sqrt((speech**2).mean())
    whole = np.pad(speech, int(RATE * quiet_s))
    noise = np.random.default_rng(chance.randrange(2**31)).standard_normal(len(whole)) * _LINE_NOISE
    return np.clip(whole + noise, -32767, 32767).astype(np.int16)
