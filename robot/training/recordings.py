"""A customer's own recordings → shards beside the synthesised speech.

A folder with ``transcripts.tsv``: file name, tab, the words that are said (lower case, numbers in words). Any sound
file that libsndfile reads; several channels are mixed, the rate becomes 8 kHz. Whoever trains on recordings of people
needs their consent for that purpose, and the model may give away which words were said: see README.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soxr

from ivr.errors import ConfigError, Problem
from robot.training.shards import RATE, Samples, Shard, Spoken

TRANSCRIPTS = "transcripts.tsv"
TOGETHER = 500
"""Utterances per shard."""
REPEATED = 4
"""Real speech counts so many times over: there is never as much of it as of the synthesised."""
_WORDS = re.compile(r"[а-яё]+( [а-яё]+)*")


def take_in(folder: Path, sound: Path) -> int:
    """Write the recordings of ``folder`` as shards into ``sound``; how many there are.

    Raises ConfigError with every line of the transcripts that cannot be used, and then takes in nothing.
    """
    listed = _listed(folder)
    sound.mkdir(parents=True, exist_ok=True)
    for number, start in enumerate(range(0, len(listed), TOGETHER)):
        spoken = [Spoken(text, "own", _read(file)) for file, text in listed[start : start + TOGETHER]]
        for copy in range(REPEATED):
            Shard(sound / f"own-{number:03d}-{copy}").write(spoken)
    return len(listed)


def _listed(folder: Path) -> Sequence[tuple[Path, str]]:
    transcripts = folder / TRANSCRIPTS
    try:
        lines = transcripts.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError([Problem(str(transcripts), 0, 0, f"cannot be read: {error.strerror}")]) from error
    found, problems = list[tuple[Path, str]](), list[Problem]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, text = line.partition("\t")
        if not _WORDS.fullmatch(text.strip()):
            problems.append(
                Problem(
                    str(transcripts),
                    number,
                    len(name) + 2,
                    f"{text.strip()!r} is not made of lower-case Russian words",
                    "write numbers in words, leave out punctuation",
                )
            )
        elif not (folder / name).is_file():
            problems.append(Problem(str(transcripts), number, 1, f"there is no file {name!r}"))
        else:
            found.append((folder / name, text.strip()))
    if problems:
        raise ConfigError(problems)
    return found


def _read(file: Path) -> Samples:
    import soundfile

    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    mono = soxr.resample(samples.mean(1), rate, RATE)
    return np.asarray(np.clip(mono * 32767, -32767, 32767), np.int16)
