"""The steps of ``make model`` in order; each is skipped where its result is already there.

synthesis → features → training → model folder. Everything made on the way lies in one work folder, so an interrupted
run goes on where it stopped; another seed, another amount or other recordings need another work folder.
"""

from __future__ import annotations

import itertools
import json
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from robot.hearing.phones import Pronunciation
from robot.hearing.pronouncing import pronounce
from robot.training.crew import Crew, TrainingFailed
from robot.training.recipe import VERSION, Recipe
from robot.training.shards import TOGETHER, shards

SEEDS = {"rhvoice": 2, "espeak": 1, "festival": 1}
"""Seeds per synthesiser. They are fixed, and cores share their shards: any machine makes the same sentences."""


class Report(Protocol):
    """What a progress bar is told."""

    def __call__(self, step: str, share: float, note: str = "") -> None:
        """``share`` of ``step`` is done."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where a model is made, and with which environment the synthesisers are found."""

    folder: Path
    environment: Mapping[str, str]
    cores: int = os.cpu_count() or 1

    @property
    def sound(self) -> Path:
        """Shards of clean speech."""
        return self.folder / "sound"

    @property
    def features(self) -> Path:
        """Features of disturbed speech."""
        return self.folder / "features"

    @property
    def hard_features(self) -> Path:
        """Features of the same speech, disturbed more, with more that is no speech."""
        return self.folder / "features-hard"

    @property
    def polished(self) -> Path:
        """The checkpoint of the training's end."""
        return self.folder / "polished.pt"

    @property
    def network(self) -> Path:
        """The checkpoint of the training."""
        return self.folder / "network.pt"

    @property
    def lexicon(self) -> Path:
        """Pronunciations of every word that is said in the training."""
        return self.folder / "lexicon.json"


def remember(place: Workplace, recipe: Recipe, recordings: str = "") -> None:
    """Write the recipe and the fingerprint of the customer's ``recordings`` into the work folder.

    Raises TrainingFailed if another recipe, or other recordings, were begun with there: half of what lies there would
    be of the one and half of the other.
    """
    place.folder.mkdir(parents=True, exist_ok=True)
    file = place.folder / "recipe.json"
    wanted = {"version": VERSION, **asdict(recipe), "recordings": recordings}
    begun = {"recordings": "", **json.loads(file.read_text(encoding="utf-8"))} if file.exists() else wanted
    if begun != wanted:
        other = ", ".join(name for name, value in wanted.items() if begun.get(name) != value)
        raise TrainingFailed(
            f"{place.folder} was begun with another recipe (other {other})",
            "take another folder (--work), or delete it",
        )
    file.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def synthesise(place: Workplace, recipe: Recipe, report: Report) -> None:
    """Clean speech of all synthesisers, in as many processes as there are cores."""
    jobs: list[list[str]] = []
    expected = 0
    for engine, count in recipe.engines().items():
        seeds = SEEDS[engine]
        expected += seeds * math.ceil(count // seeds / TOGETHER)
        parts = max(1, place.cores // 2)
        jobs += [
            [
                "robot.training.synthesis", engine, str(place.sound),
                *map(str, (count // seeds, recipe.seed * 100 + seed, part, parts)),
            ]
            for seed in range(seeds) for part in range(parts)
        ]  # fmt: skip
    _work_off(place, jobs, "speech", expected, report)


def prepare(place: Workplace, recipe: Recipe, report: Report) -> None:
    """Disturb the speech and compute its features, for both parts of the training."""
    for hard, folder, copies in ((0, place.features, recipe.copies), (1, place.hard_features, 1)):
        folders = [str(place.sound), str(folder)]
        jobs = [
            ["robot.training.preparing", *folders, *map(str, (copies, recipe.seed + hard, part, place.cores, hard))]
            for part in range(place.cores)
        ]
        _work_off(place, jobs, "features, harder" if hard else "features", len(shards(place.sound)), report)


def lexicon(place: Workplace) -> dict[str, tuple[Pronunciation, ...]]:
    """How every word of the training sounds; words without a pronunciation leave their utterances out."""
    if not place.lexicon.exists():
        words = {word for shard in shards(place.sound) for spoken in shard.read() for word in spoken.text.split()}
        said = pronounce(sorted(words), environment=place.environment)
        place.lexicon.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    read = json.loads(place.lexicon.read_text(encoding="utf-8"))
    return {word: tuple(tuple(way) for way in ways) for word, ways in read.items()}


def _work_off(place: Workplace, jobs: Sequence[Sequence[str]], step: str, expected: int, report: Report) -> None:
    """Run the jobs, as many at once as there are cores; every line that one prints is one part of ``expected``."""
    parts = itertools.count(1)

    def done() -> None:
        number = next(parts)
        report(step, min(1.0, number / max(1, expected)), f"{number} parts")

    try:
        Crew(place.cores, place.environment).work_off(jobs, done)
    except TrainingFailed as failed:
        raise TrainingFailed(f"{step}: {failed}", failed.hint) from failed
    report(step, 1.0)
