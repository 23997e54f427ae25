"""The steps of ``make model`` in order; each is skipped where its result is already there.

synthesis → features → training → model folder. Everything made on the way lies in one work folder, so an interrupted
run goes on where it stopped; another seed or another amount needs another work folder.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from robot.hearing.phones import Pronunciation
from robot.hearing.pronouncing import pronounce
from robot.training.recipe import VERSION, Recipe
from robot.training.shards import shards

STALLED_S = 900.0
"""A worker that writes nothing for so long is taken to hang."""


class TrainingFailed(Exception):
    """A step failed; the message says which, and what its worker said last."""


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


def remember(place: Workplace, recipe: Recipe) -> None:
    """Write the recipe into the work folder; TrainingFailed if another one was begun there."""
    place.folder.mkdir(parents=True, exist_ok=True)
    file, wanted = place.folder / "recipe.json", {"version": VERSION, **asdict(recipe)}
    if file.exists() and (begun := json.loads(file.read_text(encoding="utf-8"))) != wanted:
        raise TrainingFailed(
            f"{place.folder} was begun with another recipe ({begun}); take another folder or delete it"
        )
    file.write_text(json.dumps(wanted, indent=1) + "\n", encoding="utf-8")


def synthesise(place: Workplace, recipe: Recipe, report: Report) -> None:
    """Clean speech of all synthesisers, in as many processes as there are cores."""
    jobs: list[list[str]] = []
    for engine, count in recipe.engines().items():
        parts = place.cores if engine == "rhvoice" else 1
        jobs += [
            ["robot.training.synthesis", engine, str(place.sound), str(count // parts), str(recipe.seed * 100 + part)]
            for part in range(parts)
        ]
    expected = sum(recipe.engines().values()) / 500
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


def _work_off(place: Workplace, jobs: Sequence[Sequence[str]], step: str, expected: float, report: Report) -> None:
    """Run the jobs, as many at once as there are cores; every line of JSON that one prints is a shard done."""
    done, lock, failures = [0], threading.Lock(), list[str]()

    def run(mine: Iterator[Sequence[str]]) -> None:
        while not failures:
            with lock:
                job = next(mine, None)
            if job is None:
                return
            try:
                for _ in _lines(job, place.environment):
                    with lock:
                        done[0] += 1
                        report(step, min(1.0, done[0] / max(1.0, expected)), f"{done[0]} parts")
            except TrainingFailed as failed:
                failures.append(str(failed))

    waiting = iter(jobs)
    threads = [threading.Thread(target=run, args=(waiting,)) for _ in range(place.cores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise TrainingFailed(f"{step}: {failures[0]}")
    report(step, 1.0)


def _lines(job: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """The lines that a worker prints; TrainingFailed if it fails or hangs."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as complaints:
        worker = subprocess.Popen(
            [sys.executable, "-m", *job], stdout=subprocess.PIPE, stderr=complaints, text=True,
            env={**environment, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)},
        )  # fmt: skip
        assert worker.stdout is not None
        timer = _watch(worker)
        try:
            for line in worker.stdout:
                timer.cancel()
                timer = _watch(worker)
                yield line
            if worker.wait(timeout=30):
                complaints.seek(0)
                last = complaints.read().strip().splitlines()[-1:] or ["no message"]
                raise TrainingFailed(f"{job[0]} ended with {worker.returncode}: {last[0]}")
        finally:
            timer.cancel()
            worker.kill()
            worker.wait()
            worker.stdout.close()


def _watch(worker: subprocess.Popen[str]) -> threading.Timer:
    """Kills a worker that stays silent for too long."""
    timer = threading.Timer(STALLED_S, worker.kill)
    timer.start()
    return timer
