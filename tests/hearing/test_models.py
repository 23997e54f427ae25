"""Model folders, adapting them to a customer's names, and exchanging them while calls go on; with the real model."""

import json
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ivr.bringup.packages import ensure
from robot.hearing import adapting
from robot.hearing.adapting import CannotAdapt, adapt, missing, unusable, variants, words_of
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
from robot.hearing.vosk import RATE, Model, RecogniserFailed

ROOT = Path(__file__).parents[2]
NAMES = ("улица Кржижановского", "село Верхняя Щегольщина", "улица Девятого Января")


@pytest.fixture
def models(tmp_path: Path) -> Path:
    return tmp_path / "var" / "models"


@pytest.fixture
def fewer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A smaller grammar and vocabulary: the steps are what is tried here."""
    monkeypatch.setattr(adapting, "SENTENCES", 200)
    monkeypatch.setattr(adapting, "vocabulary", lambda: ("да", "нет", "улица", "села"))


@pytest.fixture(scope="session")
def espeak() -> tuple[list[str], dict[str, str]]:
    tree = ensure("espeak", ROOT / "var")
    return tree.command("espeak-ng"), tree.env()


Adapt = Callable[[tuple[str, ...]], adapting.Adapted]


@pytest.fixture
def adapt_to(models: Path, espeak: tuple[list[str], dict[str, str]], fewer: None) -> Adapt:
    command, environment = espeak
    base = ModelFolder(SHIPPED / DEFAULT)
    return lambda names: adapt(base, names, models, command, environment=environment)


def used(models: Path) -> ModelFolder:
    return in_use(DEFAULT, models.parent.parent, models)


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


def test_words_of_names() -> None:
    assert words_of("село Конь-Колодезь") == ("село", "конь", "колодезь")
    assert words_of("улица Grin, 5") == ("улица",)
    assert unusable("улица Grin, 5") == ("grin", "5")
    assert unusable("а" * 200) == ("а" * 200,)
    assert variants("улица девятого января") == ("улица девятого января", "улица девятое января")
    assert variants("улица первого отделения") == ("улица первого отделения",)
    assert missing(["улица Ленина", "улица Щегольская"], frozenset({"улица", "ленина"})) == {
        "улица Щегольская": ("щегольская",)
    }


def test_adapting_builds_the_names_in_and_puts_the_model_to_use(adapt_to: Adapt, models: Path) -> None:
    assert used(models).name == DEFAULT
    adapted = adapt_to(NAMES)
    assert used(models).path == adapted.model.path
    model = Model(adapted.model.path)
    for word in ("кржижановского", "щегольщина", "девятое", "девятого", "да"):
        assert model.knows(word)
    assert not Model(SHIPPED / DEFAULT).knows("щегольщина")
    assert json.loads((adapted.model.path / ADAPTED).read_text())["new"] == adapted.new > 3
    assert [folder.name for folder in listed(models)] == [DEFAULT, adapted.model.name]
    assert not list(models.glob(".*"))


def test_another_model_in_ivr_toml_ends_the_adapted_ones_use(adapt_to: Adapt, models: Path) -> None:
    adapt_to(NAMES)
    other = models / "other"
    shutil.copytree(SHIPPED / DEFAULT, other)
    with (other / "am" / "final.mdl").open("ab") as file:
        file.write(b"\0")
    assert in_use("other", models, models).name == "other"


@pytest.mark.parametrize("broken", ["{", "{}", '{"model": "gone", "base": "x"}', ""])
def test_a_spoilt_pointer_falls_back_to_the_base(models: Path, broken: str) -> None:
    models.mkdir(parents=True)
    (models / POINTER).write_text(broken)
    assert used(models).name == DEFAULT


def test_old_adapted_models_go_but_the_last_stays(adapt_to: Adapt, models: Path) -> None:
    made = [adapt_to((f"улица {name}",)).model.name for name in ("Щегольская", "Вяткинская", "Мотовиловская")]
    assert len(set(made)) == 3
    assert [folder.name for folder in listed(models)] == [DEFAULT, *sorted(made[1:])]
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


def test_a_missing_espeak_and_a_foreign_model_are_said(models: Path, fewer: None, tmp_path: Path) -> None:
    with pytest.raises(CannotPronounce, match="espeak"):
        adapt(ModelFolder(SHIPPED / DEFAULT), NAMES, models, [str(tmp_path / "espeak-ng")])
    foreign = tmp_path / "foreign"
    shutil.copytree(SHIPPED / DEFAULT, foreign)
    (foreign / "graph" / "phones.txt").write_text("<eps> 0\nSIL 1\nAA_B 2\n")
    with pytest.raises(CannotAdapt, match="not made by us"):
        adapt(ModelFolder(foreign), NAMES, models, ["espeak-ng"])


def test_a_name_that_nobody_can_pronounce_costs_only_itself(adapt_to: Adapt) -> None:
    adapted = adapt_to((*NAMES, "улица ъъъ", "Grin", "а" * 200))
    assert set(adapted.unpronounceable) <= {"ъъъ"}
    assert Model(adapted.model.path).knows("кржижановского")


def test_models_are_exchanged_while_calls_decode(adapt_to: Adapt, models: Path) -> None:
    """Twenty exchanges under four calls: none fails, each keeps its model, the newest is used by the next."""
    pair = [adapt_to((f"улица {name}",)).model for name in ("Щегольская", "Вяткинская")]
    base = ModelFolder(SHIPPED / DEFAULT)
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


def test_the_old_models_memory_is_given_back(adapt_to: Adapt, models: Path) -> None:
    """Fifteen exchanges cost no more memory than two: what nobody hears with any more is freed."""
    pair = [adapt_to((f"улица {name}",)).model for name in ("Щегольская", "Вяткинская")]
    base = ModelFolder(SHIPPED / DEFAULT)
    shared = ModelInUse(lambda: used(models))

    def exchange(times: int) -> int:
        for number in range(times):
            point_to(pair[number % 2], base, models)
            shared.refresh().hear(np.zeros(RATE, np.int16), ["да", "[unk]"])
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1_000_000

    warm = exchange(4)
    assert exchange(15) - warm < 40
