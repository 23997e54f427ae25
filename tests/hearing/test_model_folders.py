"""Model folders, adapting them to a customer's names, and exchanging them while calls go on; with the real model."""

import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.bringup.packages import ensure
from robot.hearing import adapting, folders
from robot.hearing.adapting import CannotAdapt, adapt
from robot.hearing.folders import (
    ADAPTED,
    DEFAULT,
    POINTER,
    SHIPPED,
    ModelFolder,
    NoSuchModel,
    find,
    in_use,
    listed,
    point_to,
)
from robot.hearing.graph import GraphSummary, build_graph
from robot.hearing.in_use import ModelInUse
from robot.hearing.pronouncing import CannotPronounce
from robot.hearing.recogniser import RATE, RecogniserFailed
from robot.hearing.vosk import VoskModel

ROOT = Path(__file__).parents[2]
NAMES = ("улица Кржижановского", "село Верхняя Щегольщина", "улица Девятого Января")


BUILT_IN = ("да", "нет", "улица", "села", "молодёжная")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """Where models lie: one with the shipped sounds and few words."""
    base = tmp_path / "var" / "models" / "small"
    for part in ("am", "conf"):
        shutil.copytree(SHIPPED / DEFAULT / part, base / part, copy_function=os.link)
    sounds = {"да": "d A", "нет": "n; E t", "улица": "U l; I ts V", "села": "s; I l A", "молодёжная": "m V l V d; O"}
    build_graph(base, {word: [tuple(sounds[word].split())] for word in BUILT_IN}, [["да"]])
    return base.parent


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller grammar and vocabulary: the steps are what is tried here."""
    monkeypatch.setattr(adapting, "SENTENCES", 200)
    monkeypatch.setattr(adapting, "vocabulary", lambda: BUILT_IN)


@pytest.fixture(scope="session")
def espeak() -> tuple[list[str], dict[str, str]]:
    tree = ensure("espeak", ROOT / "var")
    return tree.command("espeak-ng"), tree.env()


Adapt = Callable[[tuple[str, ...]], adapting.Adapted]


@pytest.fixture
def adapt_to(models: Path, espeak: tuple[list[str], dict[str, str]], fewer: None) -> Adapt:
    command, environment = espeak
    base = ModelFolder(models / "small")
    return lambda names: adapt(base, names, models, command, environment=environment)


def used(models: Path) -> ModelFolder:
    return in_use("small", models.parent.parent, models)


def test_the_shipped_model_is_ours_small_and_knows_its_vocabulary() -> None:
    model = ModelFolder(SHIPPED / DEFAULT)
    assert model.ours
    assert model.size() < 15_000_000
    words = model.words()
    assert words is not None
    assert set(adapting.vocabulary()) <= words


def test_a_model_is_found_by_name_by_path_and_else_what_there_is_is_said(tmp_path: Path, models: Path) -> None:
    assert find(DEFAULT, tmp_path, models).path == (SHIPPED / DEFAULT).resolve()
    shutil.copytree(SHIPPED / DEFAULT, tmp_path / "mine")
    assert find("mine", tmp_path, models).path == (tmp_path / "mine").resolve()
    with pytest.raises(NoSuchModel, match=DEFAULT):
        find("vosk-model-ru", tmp_path, models)
    (tmp_path / "empty").mkdir()
    with pytest.raises(NoSuchModel, match=r"am/final\.mdl"):
        find("empty", tmp_path, models)


def test_adapting_builds_the_names_in_and_puts_the_model_to_use(adapt_to: Adapt, models: Path) -> None:
    assert used(models).name == "small"
    adapted = adapt_to(NAMES)
    assert used(models).path == adapted.model.path
    model = VoskModel(adapted.model.path)
    for word in ("кржижановского", "щегольщина", "девятое", "девятого", "да"):
        assert model.knows(word)
    assert not VoskModel(models / "small").knows("щегольщина")
    assert json.loads((adapted.model.path / ADAPTED).read_text())["new"] == adapted.new > 3
    assert {folder.name for folder in listed(models)} == {DEFAULT, "small", adapted.model.name}
    assert not list(models.glob(".*"))


def test_another_model_in_ivr_toml_ends_the_adapted_ones_use(adapt_to: Adapt, models: Path) -> None:
    adapt_to(NAMES)
    other = models / "other"
    shutil.copytree(SHIPPED / DEFAULT, other)
    with (other / "am" / "final.mdl").open("ab") as file:
        file.write(b"\0")
    assert in_use("other", models, models).name == "other"


def test_a_copy_with_a_graph_of_its_own_is_used_and_not_what_its_twin_was_adapted_to(
    adapt_to: Adapt, models: Path
) -> None:
    adapted = adapt_to(NAMES)
    shutil.copytree(models / "small", models / "twin")
    assert in_use("twin", models, models).name == "twin"
    assert used(models).path == adapted.model.path


@pytest.mark.parametrize("broken", ["{", "{}", "[]", "5", '{"model": 5}', '{"model": "gone", "base": "x"}', "", "\0"])
def test_a_spoilt_pointer_falls_back_to_the_base(models: Path, broken: str) -> None:
    (models / POINTER).write_text(broken)
    assert used(models).name == "small"


def test_old_adapted_models_go_but_the_last_stays(adapt_to: Adapt, models: Path) -> None:
    made = [adapt_to((f"улица {name}",)).model.name for name in ("Щегольская", "Вяткинская", "Мотовиловская")]
    assert len(set(made)) == 3
    assert {folder.name for folder in listed(models)} == {DEFAULT, "small", *made[1:]}
    assert used(models).name == made[-1]


def test_whatever_fails_leaves_the_old_one_in_use(
    adapt_to: Adapt, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = adapt_to(NAMES).model

    def no_space(*_arguments: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    def cut_short(folder: Path, *arguments: Any) -> GraphSummary:
        summary = build_graph(folder, *arguments)
        os.truncate(folder / "graph" / "HCLr.fst", 5000)
        return summary

    with monkeypatch.context() as broken:
        broken.setattr(adapting, "build_graph", no_space)
        with pytest.raises(CannotAdapt, match="No space left"):
            adapt_to(("улица Щегольская",))
    with monkeypatch.context() as broken:
        broken.setattr(adapting, "build_graph", cut_short)
        with pytest.raises(CannotAdapt, match="trial"):
            adapt_to(("улица Щегольская",))
    with monkeypatch.context() as broken:
        broken.setattr(adapting, "point_to", no_space)
        with pytest.raises(CannotAdapt, match="No space left"):
            adapt_to(("улица Щегольская",))
    assert used(models).path == before.path
    assert not list(models.glob(".*"))


def test_a_disk_that_fails_after_the_exchange_does_not_cost_the_model_in_use(
    adapt_to: Adapt, models: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails_late(path: Path) -> None:
        if path == models and (models / POINTER).exists():
            raise OSError(5, "Input/output error")

    monkeypatch.setattr(folders, "to_disk", fails_late)
    adapted = adapt_to(NAMES)
    assert used(models).path == adapted.model.path
    assert VoskModel(adapted.model.path).knows("щегольщина")


@pytest.mark.parametrize("step", ["pronounce", "_link", "build_graph", "_try", "point_to"])
def test_interrupted_at_any_step_the_old_one_stays_in_use(
    adapt_to: Adapt, models: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = adapt_to(NAMES).model

    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as context:
        context.setattr(adapting, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            adapt_to(("улица Щегольская",))
    assert used(models).path == before.path
    assert not list(models.glob(".*"))
    assert used(models).words() == before.words()
    assert adapt_to(("улица Щегольская",)).model.path == used(models).path


def test_what_a_killed_run_left_is_cleared_away_after_an_hour(adapt_to: Adapt, models: Path) -> None:
    """A younger one may belong to a run that is still at work."""
    old, young = models / ".small@20260101-000000-1", models / ".small@20260101-000000-2"
    for left in (old, young):
        shutil.copytree(models / "small", left)
    os.utime(old, (0, 0))
    for name in ("Щегольская", "Вяткинская", "Мотовиловская"):
        adapt_to((f"улица {name}",))
    assert not old.exists()
    assert young.exists()


def test_words_are_known_in_either_spelling_and_new_ones_may_hide_a_yo(adapt_to: Adapt) -> None:
    adapted = adapt_to(("улица Молодежная", "село Кукушкево"))
    words = adapted.model.words()
    assert words is not None
    assert "молодёжная" in words
    assert "молодежная" not in words
    assert {"кукушкево", "кукушкеве"} <= words


def test_a_missing_espeak_and_a_foreign_model_are_said(models: Path, fewer: None, tmp_path: Path) -> None:
    with pytest.raises(CannotPronounce, match="espeak"):
        adapt(ModelFolder(models / "small"), NAMES, models, [str(tmp_path / "espeak-ng")])
    foreign = tmp_path / "foreign"
    shutil.copytree(SHIPPED / DEFAULT, foreign)
    (foreign / "graph" / "phones.txt").write_text("<eps> 0\nSIL 1\nAA_B 2\n")
    with pytest.raises(CannotAdapt, match="not made by us"):
        adapt(ModelFolder(foreign), NAMES, models, ["espeak-ng"])


def test_a_name_that_nobody_can_pronounce_costs_only_itself(adapt_to: Adapt) -> None:
    adapted = adapt_to((*NAMES, "улица ъъъ", "Grin", "а" * 200))
    assert set(adapted.unpronounceable) <= {"ъъъ"}
    assert VoskModel(adapted.model.path).knows("кржижановского")


def test_models_are_exchanged_while_calls_decode(adapt_to: Adapt, models: Path) -> None:
    """Twenty exchanges under four calls: none fails, each keeps its model, the newest is used by the next."""
    pair = [adapt_to((f"улица {name}",)).model for name in ("Щегольская", "Вяткинская")]
    base = ModelFolder(models / "small")
    shared = ModelInUse(lambda: used(models))
    line = (np.random.default_rng(1).standard_normal(RATE) * 30).astype(np.int16)
    stop, failures, calls = threading.Event(), list[BaseException](), [0]

    def call() -> None:
        while not stop.is_set():
            try:
                recogniser = shared.current().recogniser(["да", "нет", "[unk]"])
                for start in range(0, len(line), 400):
                    recogniser.take(line[start : start + 400])
                assert recogniser.finish().text == ""
                calls[0] += 1
            except BaseException as failure:
                failures.append(failure)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(20):
        point_to(pair[number % 2], base, models)
        assert shared.refresh().folder == pair[number % 2].path
    stop.set()
    for thread in threads:
        thread.join(timeout=30)
    assert not failures
    assert calls[0] >= 4


def test_a_broken_new_model_does_not_replace_the_loaded_one(tmp_path: Path, models: Path) -> None:
    pointed = [ModelFolder(SHIPPED / DEFAULT), ModelFolder(tmp_path)]
    shared = ModelInUse(lambda: pointed[0])
    loaded = shared.current()
    assert shared.refresh() is loaded
    pointed.reverse()
    with pytest.raises(RecogniserFailed):
        shared.refresh()
    assert shared.current() is loaded


def wait_until(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)


def test_a_running_engine_hears_with_the_model_that_was_adapted_meanwhile(adapt_to: Adapt, models: Path) -> None:
    shared = ModelInUse(lambda: used(models), models / POINTER)
    old = shared.current()
    assert old.folder.name == "small"
    adapted = adapt_to(NAMES).model
    assert shared.current() is old, "the call that notices it does not wait"
    wait_until(lambda: shared.current() is not old)
    assert shared.current().folder == adapted.path
    (adapted.path / "am" / "final.mdl").unlink()
    os.utime(models / POINTER)
    wait_until(lambda: shared.current().folder.name == "small")  # what cannot be used is not pointed to any more
    assert shared.current().folder.name == "small"


def test_a_new_model_that_cannot_be_loaded_leaves_the_engine_the_old_one(models: Path, tmp_path: Path) -> None:
    pointer, pointed = tmp_path / "pointer", [ModelFolder(models / "small")]
    loading: list[ModelFolder] = []

    def now() -> ModelFolder:
        loading.append(pointed[0])
        return pointed[0]

    shared = ModelInUse(now, pointer)
    old = shared.current()
    pointed[0] = ModelFolder(tmp_path / "gone")
    pointer.touch()
    assert shared.current() is old
    wait_until(lambda: len(loading) == 2)
    for _ in range(20):
        assert shared.current() is old
        time.sleep(0.005)
    assert len(loading) == 2, "it is not tried again for every call"


def test_the_old_models_memory_is_given_back(adapt_to: Adapt, models: Path) -> None:
    """Fifteen exchanges cost no more memory than two: what nobody hears with any more is freed."""
    pair = [adapt_to((f"улица {name}",)).model for name in ("Щегольская", "Вяткинская")]
    base = ModelFolder(models / "small")
    shared = ModelInUse(lambda: used(models))

    def exchange(times: int) -> int:
        for number in range(times):
            point_to(pair[number % 2], base, models)
            shared.refresh().hear(np.zeros(RATE, np.int16), ["да", "[unk]"])
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000

    warm = exchange(4)
    assert exchange(15) - warm < 40


def test_a_model_that_ends_its_process_does_not_end_ours(tmp_path: Path) -> None:
    """A graph that is cut short crashes Vosk: such a model is tried apart, and said to be unusable."""
    models = tmp_path / "models"
    shutil.copytree(SHIPPED / DEFAULT, models / "cut")
    graph = models / "cut" / "graph" / "HCLr.fst"
    graph.write_bytes(graph.read_bytes()[: graph.stat().st_size // 2])
    shared = ModelInUse(lambda: folders.find("cut", tmp_path, models))
    with pytest.raises(RecogniserFailed, match=r"cut: .*ivr models check"):
        shared.current()
