"""The steps before the network: another recipe is refused, and any number of cores makes the same speech."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from robot.training import pipeline, synthesis
from robot.training.crew import TrainingFailed
from robot.training.recipe import Recipe
from robot.training.shards import RATE, Shard, shards

RECIPE = Recipe(rhvoice=2600, espeak=700, festival=500)


def told_nothing(_step: str, _share: float, _note: str = "") -> None:
    """Nobody watches."""


def test_a_work_folder_keeps_to_its_recipe_and_its_recordings(tmp_path: Path) -> None:
    place = pipeline.Workplace(tmp_path / "work", {})
    pipeline.remember(place, RECIPE)
    pipeline.remember(place, RECIPE)
    with pytest.raises(TrainingFailed, match=r"\(other minutes\)") as refused:
        pipeline.remember(place, RECIPE.lasting(3))
    assert "--work" in refused.value.hint
    with pytest.raises(TrainingFailed, match=r"\(other recordings\)"):
        pipeline.remember(place, RECIPE, "abc")


def test_a_work_folder_of_a_version_that_knew_no_recordings_is_gone_on_with(tmp_path: Path) -> None:
    place = pipeline.Workplace(tmp_path, {})
    pipeline.remember(place, RECIPE)
    written = json.loads((tmp_path / "recipe.json").read_text())
    del written["recordings"]
    (tmp_path / "recipe.json").write_text(json.dumps(written))
    pipeline.remember(place, RECIPE)


class Beeper:
    """Says the length of a text, in a voice of its own each time."""

    def say(self, text: str, chance: random.Random) -> tuple[np.ndarray, str]:
        return np.full(RATE // 4 + len(text), chance.randint(-99, 99), np.int16), "beeper"


class BeepingInBatches:
    """The same, many at once."""

    BATCH = 100

    def say_all(self, texts: list[str], chance: random.Random) -> Iterator[tuple[str, np.ndarray, str]]:
        yield from ((text, *Beeper().say(text, chance)) for text in texts)


class Mute:
    """Says nothing that is long enough."""

    def say(self, _text: str, _chance: random.Random) -> tuple[np.ndarray, str]:
        return np.zeros(0, np.int16), "mute"


@pytest.fixture
def beeping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "RhvoiceSpeaker", Beeper)
    monkeypatch.setattr(synthesis, "EspeakSpeaker", Beeper)
    monkeypatch.setattr(synthesis, "FestivalSpeaker", BeepingInBatches)


def made(folder: Path, cores: int, monkeypatch: pytest.MonkeyPatch) -> tuple[dict[str, list[bytes]], int]:
    """What all jobs of a machine with so many cores write, and how many parts were expected."""
    counted: list[int] = []

    def here(_place: object, jobs: list[list[str]], _step: str, expected: int, _report: object) -> None:
        counted.append(expected)
        for _, engine, sound, *numbers in jobs:
            synthesis.synthesise(engine, Path(sound), *map(int, numbers))

    monkeypatch.setattr(pipeline, "_work_off", here)
    pipeline.synthesise(pipeline.Workplace(folder, {}, cores), RECIPE, told_nothing)
    read = {one.name: [spoken.sound.tobytes() for spoken in one.read()] for one in shards(folder / "sound")}
    return read, counted[0]


def test_any_number_of_cores_makes_the_same_speech(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beeping: None
) -> None:
    on_two, expected = made(tmp_path / "two", 2, monkeypatch)
    assert len(on_two) == expected == 6 + 2 + 1
    assert sum(map(len, on_two.values())) == 2600 + 700 + 500
    for cores in (1, 5, 16):
        assert made(tmp_path / str(cores), cores, monkeypatch) == (on_two, expected)


def test_a_shard_that_is_there_is_kept_and_told_all_the_same(
    tmp_path: Path, beeping: None, capsys: pytest.CaptureFixture[str]
) -> None:
    synthesis.synthesise("espeak", tmp_path, 600, 1)
    first = Shard(tmp_path / "espeak-01-000").path.with_suffix(".json")
    before = first.stat().st_mtime_ns
    Shard(tmp_path / "espeak-01-001").path.with_suffix(".json").unlink()
    synthesis.synthesise("espeak", tmp_path, 600, 1)
    assert first.stat().st_mtime_ns == before
    assert len(shards(tmp_path)) == 2
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_a_synthesiser_that_says_nothing_is_no_success(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(synthesis, "EspeakSpeaker", Mute)
    with pytest.raises(RuntimeError, match="espeak has not said one"):
        synthesis.synthesise("espeak", tmp_path, 30, 1)
    assert not shards(tmp_path)
