"""Sets of clips to measure recognisers with: the public test set and the set that recipes are tuned on.

Both are spoken by voices that nothing is trained on, with texts of their own seeds; they share neither voices nor
sentences about other things. ``python -m robot.training.testset dev|test FOLDER`` makes one (it needs the synthesisers
on the PATH, as ``ivr models make`` lays them).

The test set is opened once per release: nobody tunes on it.
"""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soxr

from robot.hearing.bench.alaw import RATE, Samples
from robot.hearing.bench.grammars import grammars
from robot.hearing.bench.sets import OUT_OF_GRAMMAR
from robot.hearing.bench.writing import SetWriter
from robot.hearing.spoken_numbers import DIGITS
from robot.hearing.vocabulary import phrases
from robot.training.text import Generator

VERSION = "2"
LICENCE = "Apache-2.0: spoken by free synthesisers, whose output is their user's own"
_OUTSIDE = Path(__file__).parent / "outside"


@dataclass(frozen=True, slots=True)
class Cast:
    """Who speaks in a set, from which seed, and how many clips of each kind."""

    seed: int
    rhvoice: tuple[str, ...]
    espeak: tuple[str, ...]
    odd_manners: bool
    """Whether the RHVoice voices are bent (they are voices that are trained on) or speak as they are."""
    in_groups: bool
    """Whether every third account number is said in groups of two to four digits with pauses between."""
    quiet_s: float
    """Faint noise before and after each clip: the public set is small, so there is little of it."""
    dictating: tuple[int, int]
    """How fast espeak-ng says account numbers (its words a minute); everything else is said at 120 … 180."""
    clips: dict[str, int]


CASTS = {
    "test": Cast(
        20261125,
        ("elena",),
        ("Andrea", "Annie", "Gene", "Mike", "Nguyen", "Storm", "pedro", "robert"),
        False,
        True,
        0.1,
        (110, 150),
        {
            "yes": 30, "no": 30, "account": 60, "menu": 30, "choice": 20, "danger": 20, "control": 20, "house": 16,
            "street": 20, "settlement": 20, "address": 12,
        },
    ),
    "dev": Cast(
        777,
        ("anna", "irina", "aleksandr"),
        (
            "adam", "caleb", "david", "ed", "iven", "marcelo", "miguel", "pablo", "rob", "shelby", "travis", "anika",
            "Alex", "Alicia",
        ),
        True,
        False,
        0.25,
        (120, 180),
        {
            "yes": 50, "no": 50, "account": 80, "menu": 60, "danger": 40, "control": 40, "house": 40, "street": 40,
            "settlement": 40, "address": 40,
        },
    ),
}  # fmt: skip


_GRAMMAR_OF = {
    "yes": "yes_no", "no": "yes_no", "account": "digits", "menu": "menu", "danger": "menu", "control": "menu",
    "choice": "choices", "house": "house", "street": "street", "settlement": "settlement", "address": "",
    OUT_OF_GRAMMAR: "",
}  # fmt: skip


def texts(cast: Cast, name: str) -> Iterator[tuple[str, str]]:
    """Kind and words of every clip; a comma is a pause."""
    chance = random.Random(cast.seed)
    made = Generator(cast.seed)
    listed = {name: {line.partition("\t")[0] for line in lines} for name, lines in grammars().items()}
    for kind, count in cast.clips.items():
        if kind == "account":
            for _ in range(count):
                said = _account(chance)
                yield kind, _grouped(said, chance) if cast.in_groups and chance.random() < 0.34 else said
        elif kind == "choice":
            yield from ((kind, text) for text in chance.sample(_own("choices"), count))
        elif kind in ("yes", "no", "menu", "danger", "control"):
            family = phrases("topics" if kind == "menu" else kind)
            yield from ((kind, text) for text in chance.sample(family, count))
        else:
            wanted, found = count, 0
            while found < wanted:
                text = made.sentence(kind)
                allowed = listed.get(_GRAMMAR_OF[kind])
                if allowed is None or kind == "house" or text in allowed:
                    found += 1
                    yield kind, text
    yield from ((OUT_OF_GRAMMAR, text) for text in _own(name))


def _account(chance: random.Random) -> str:
    """Eight to twelve digits one by one, as account numbers are; every third has digits repeated."""
    length, repeats = chance.choice((8, 9, 10, 12)), chance.random() < 0.34
    said: list[str] = []
    while len(said) < length:
        said += [chance.choice(DIGITS)] * (chance.choice((1, 2, 3)) if repeats else 1)
    return " ".join(said[:length])


def _grouped(said: str, chance: random.Random) -> str:
    """Digits in groups with commas between."""
    digits, groups = said.split(), list[str]()
    while digits:
        size = chance.choice((2, 3, 3, 4))
        groups.append(" ".join(digits[:size]))
        del digits[:size]
    return ", ".join(groups)


def _own(name: str) -> list[str]:
    """Texts that were written for the sets and stand in no list of the vocabulary."""
    lines = (_OUTSIDE / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def make_set(name: str, folder: Path) -> int:
    """Write the set ``dev`` or ``test``; the number of clips."""
    cast = CASTS[name]
    chance = random.Random(cast.seed + 1)
    asked = grammars() | ({"choices": _own("choices")} if "choice" in cast.clips else {})
    writer = SetWriter(folder, asked, quiet_s=cast.quiet_s)
    speak = _Speakers(cast)
    for kind, text in texts(cast, name):
        voice, sound = speak.say(text, cast.dictating if kind == "account" else (120, 180), chance)
        writer.add(kind, voice, _GRAMMAR_OF[kind], text.replace(",", ""), sound, chance)
    return writer.finish(
        {
            "name": f"svetlaya-{name}", "version": VERSION, "seed": cast.seed, "licence": LICENCE,
            "voices": [f"RHVoice {voice}" for voice in cast.rhvoice] + [f"espeak-ng ru+{one}" for one in cast.espeak],
        }
    )  # fmt: skip


class _Speakers:
    """The voices of a set; every second clip is RHVoice's."""

    def __init__(self, cast: Cast) -> None:
        from robot.voices.engines.rhvoice import Engine

        self._cast = cast
        self._engines = {voice: Engine(voice, any_voice=True) for voice in cast.rhvoice}
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "said.wav"

    def say(self, text: str, pace: tuple[int, int], chance: random.Random) -> tuple[str, Samples]:
        if chance.random() < 0.5:
            voice = chance.choice(self._cast.rhvoice)
            engine = self._engines[voice]
            bend = chance.choice((0.8, 0.84, 1.2, 1.25)) if self._cast.odd_manners else 1.0
            rate, pitch = chance.uniform(0.85, 1.2) / bend, chance.uniform(0.9, 1.1) / bend
            return voice, _resampled(np.frombuffer(engine.say(text + ".", rate, pitch), np.int16), engine.rate * bend)
        import soundfile

        voice = "ru+" + chance.choice(self._cast.espeak)
        manner = ["-s", str(chance.randint(*pace)), "-p", str(chance.randint(35, 65))]
        subprocess.run(
            ["espeak-ng", "-v", voice, *manner, "-w", str(self._file), text + "."],
            check=True,
            capture_output=True,
            timeout=30,
        )
        sound, rate = soundfile.read(self._file, dtype="int16")
        return voice, _resampled(sound, rate)


def _resampled(sound: Samples, rate: float) -> Samples:
    return np.asarray(np.clip(soxr.resample(sound.astype(np.float32), rate, RATE), -32767, 32767), np.int16)


if __name__ == "__main__":
    print(make_set(sys.argv[1], Path(sys.argv[2])), "clips")
