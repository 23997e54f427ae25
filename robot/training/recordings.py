"""A customer's own recordings → shards beside the synthesised speech.

A folder with ``transcripts.tsv``: file name, tab, the words that are said (lower case, numbers in words). Any sound
file that libsndfile reads; several channels are mixed, the rate becomes 8 kHz. Whoever trains on recordings of people
needs their consent for that purpose, and the model may give away which words were said: see README.md.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from ivr.errors import ConfigError, Problem
from robot.training.shards import RATE, TOGETHER, Samples, Shard, Spoken

TRANSCRIPTS = "transcripts.tsv"
REPEATED = 4
"""Real speech counts so many times over: there is never as much of it as of the synthesised."""
LONGEST_S = 8.0
"""With the quiet that is put before and after it, a longer one would not be trained on (``dataset.LONGEST_FRAMES``)."""
_WORDS = re.compile(r"[а-яё]+( [а-яё]+)*")


@dataclass(frozen=True, slots=True)
class Recordings:
    """Sound files and their words, all of them usable."""

    listed: Sequence[tuple[Path, str]]

    @property
    def fingerprint(self) -> str:
        """Of names, sizes and words: another one when something was added or put right."""
        lines = "".join(f"{file.name}\t{file.stat().st_size}\t{text}\n" for file, text in self.listed)
        return hashlib.sha256(lines.encode()).hexdigest()

    def take_in(self, sound: Path) -> None:
        """Write them as shards into ``sound``; shards that are there are kept."""
        sound.mkdir(parents=True, exist_ok=True)
        for number, start in enumerate(range(0, len(self.listed), TOGETHER)):
            shards = [Shard(sound / f"own-{number:03d}-{copy}") for copy in range(REPEATED)]
            if all(shard.exists() for shard in shards):
                continue
            spoken = [Spoken(text, "own", _read(file)) for file, text in self.listed[start : start + TOGETHER]]
            for shard in shards:
                shard.write(spoken)


def read_recordings(folder: Path) -> Recordings:
    """Look through a folder. Raises ConfigError with every line of its transcripts that cannot be used."""
    transcripts = folder / TRANSCRIPTS
    try:
        lines = transcripts.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise ConfigError([Problem(str(transcripts), 0, 0, f"cannot be read: {error.strerror}")]) from error
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(str(transcripts), 0, 0, "is not UTF-8", "save it as UTF-8")]) from error
    found, problems = list[tuple[Path, str]](), list[Problem]()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        name, _, text = (part.strip() for part in line.partition("\t"))
        if not _WORDS.fullmatch(text):
            message = f"{text!r} is not made of lower-case Russian words"
            hint = "a tab stands between name and words; numbers in words, no punctuation"
            problems.append(Problem(str(transcripts), number, len(name) + 2, message, hint))
        elif fault := _fault(folder / name):
            problems.append(Problem(str(transcripts), number, 1, f"{name!r} {fault}"))
        else:
            found.append((folder / name, text))
    if not found and not problems:
        problems.append(Problem(str(transcripts), 0, 0, "lists no recordings"))
    if problems:
        raise ConfigError(problems)
    return Recordings(found)


def _fault(file: Path) -> str:
    """What keeps a file from being used; empty if nothing does."""
    import soundfile

    if not file.is_file():
        return "is not there"
    try:
        seconds = float(soundfile.info(file).duration)
    except RuntimeError:  # what soundfile raises for anything that it cannot read
        return "is no sound file that can be read"
    return f"lasts {seconds:.1f} s: cut it into utterances of {LONGEST_S:.0f} s at most" if seconds > LONGEST_S else ""


def _read(file: Path) -> Samples:
    import soundfile

    samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
    mono = soxr.resample(samples.mean(1), rate, RATE)
    return np.asarray(np.clip(mono * 32767, -32767, 32767), np.int16)
