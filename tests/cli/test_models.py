"""``ivr models`` and what ``ivr check`` says about hearing, as an administrator meets them; with the real model."""

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.app import topics
from ivr.cli import main
from ivr.dialplan.nodes.menu import Menu
from ivr.plans import load_plan
from ivr.settings import load_settings
from robot.hearing import adapting
from robot.hearing.folders import DEFAULT, SHIPPED

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("dialplans", "prompts/ru", "asterisk-conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "ivr.toml", tmp_path)
    (tmp_path / "var").mkdir()
    for shared in ("trees", "cache"):  # the packages that are there already
        (tmp_path / "var" / shared).symlink_to(ROOT / "var" / shared)
    return tmp_path


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer sentences for the grammar: seconds less, and nothing else."""
    monkeypatch.setattr(adapting, "SENTENCES", 100)


def ivr(home: Path, *arguments: str) -> Result:
    command = list(arguments)
    return CliRunner().invoke(main, [*command, "--home", str(home)])


def register(home: Path, *streets: str) -> None:
    rows = [f"p{number},46,г. Курск,{street},5" for number, street in enumerate(streets)]
    file = home / "points.csv"
    file.write_text("\n".join(("id,region,settlement,street,house", *rows)) + "\n", encoding="utf-8")
    assert ivr(home, "register", "import", str(file)).exit_code == 0


def test_the_shipped_model_is_listed_and_in_use(home: Path) -> None:
    rows = json.loads(ivr(home, "models", "list", "--json").stdout)
    assert [(row["name"], row["in_use"], row["ours"]) for row in rows] == [(DEFAULT, True, True)]
    assert rows[0]["words"] > 5000
    assert DEFAULT in ivr(home, "models", "list").stdout


def test_the_example_can_be_heard_as_it_ships(home: Path) -> None:
    lacking = json.loads(ivr(home, "models", "check", "--json").stdout)["cannot_hear"]
    assert lacking["register"] == {}
    plan = load_plan(load_settings(home), topics())
    menus = [node for node in plan.dialplan.nodes.values() if isinstance(node, Menu)]
    choices = [choice for menu in menus for choice in menu.choices.values() if choice.wordings]
    assert len(choices) > 5
    for choice in choices:
        assert set(choice.wordings) - lacking["dialplans"].keys(), f"nothing that means {choice.label!r} can be heard"
    checked = ivr(home, "check")
    assert "recogniser" not in checked.stderr


def test_a_choice_that_cannot_be_said_is_named_with_its_place(home: Path) -> None:
    file = home / "dialplans" / "hotline.yaml"
    text = file.read_text(encoding="utf-8").replace('label: "хищение"', 'label: "кукушкинские"')
    file.write_text(text, encoding="utf-8")
    line = next(n for n, row in enumerate(text.splitlines(), 1) if "кукушкинские" in row)
    done = ivr(home, "check")
    assert done.exit_code == 0
    assert f"dialplans/hotline.yaml:{line}:" in done.stderr
    assert "does not know «кукушкинские»" in done.stderr
    assert "ivr models adapt" in done.stderr


def test_names_of_the_register_are_told_built_in_and_then_heard(home: Path, quick: None) -> None:
    register(home, "ул. Кукушкинская", "ул. Ленина", "1-й Щегольской пер.")
    assert "2 names cannot be heard" in ivr(home, "check").stderr
    told = ivr(home, "models", "check", "--json")
    assert told.exit_code == 1
    assert json.loads(told.stdout)["cannot_hear"]["register"] == {
        "улица Кукушкинская": ["кукушкинская"], "переулок Первый Щегольской": ["щегольской"],
    }  # fmt: skip
    done = ivr(home, "models", "adapt", "--register", "--json")
    assert done.exit_code == 0, done.stderr
    made = json.loads(done.stdout)
    assert made["new_words"] == 12  # and their other cases: «на Кукушкинской», «в Щегольском»
    assert made["unpronounceable"] == []
    assert ivr(home, "models", "check").exit_code == 0
    assert "cannot be heard" not in ivr(home, "check").stderr
    rows = json.loads(ivr(home, "models", "list", "--json").stdout)
    assert [row["name"] for row in rows if row["in_use"]] == [made["model"]]


def test_words_of_a_file_are_built_in_and_odd_ones_named(home: Path, quick: None) -> None:
    words = home / "words.txt"
    words.write_text("# ours\nКукушкинское потребобщество\nулица Grin\n\n", encoding="utf-8")
    done = ivr(home, "models", "adapt", "--words", str(words), "--strict")
    assert done.exit_code == 1
    assert "«улица Grin»" in done.stderr
    assert "потребобщество" not in done.stderr
    assert "model now in use" in done.stdout


def test_names_that_are_not_given_again_are_said_to_be_lost(home: Path, quick: None) -> None:
    register(home, "ул. Кукушкинская")
    assert "are not in it" not in ivr(home, "models", "adapt", "--register").stderr
    done = ivr(home, "models", "adapt")
    assert done.exit_code == 0
    assert "«кукушкинская»" in done.stderr
    assert "in one go" in done.stderr


def test_a_model_adapted_before_an_upgrade_is_told(home: Path, quick: None) -> None:
    assert ivr(home, "models", "adapt").exit_code == 0
    assert "more words" not in ivr(home, "check").stderr
    [adapted] = (home / "var" / "models").glob("*@*")
    words = (adapted / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in words if not line.startswith("огурец ")]
    assert len(kept) == len(words) - 1
    (adapted / "graph" / "words.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    checked = ivr(home, "check")
    assert checked.exit_code == 0
    assert "learnt 1 more words" in checked.stderr


@pytest.mark.parametrize("file", ["graph/HCLr.fst", "am/final.mdl"])
def test_a_model_that_cannot_be_loaded_is_told_by_check(home: Path, file: str) -> None:
    """Even one that takes the process with it that loads it, as a graph cut short does."""
    broken = home / "var" / "models" / "broken"
    shutil.copytree(SHIPPED / DEFAULT, broken)
    (broken / file).write_bytes((broken / file).read_bytes()[:1000])
    checked = ivr(home, "models", "check", "broken")
    assert checked.exit_code == 1
    assert "broken cannot be heard with" in checked.stderr


def test_a_model_without_a_list_of_words_is_told(home: Path) -> None:
    silent = home / "var" / "models" / "silent"
    shutil.copytree(SHIPPED / DEFAULT, silent)
    (silent / "graph" / "words.txt").unlink()
    file = home / "ivr.toml"
    text = file.read_text(encoding="utf-8").replace(f'model = "{DEFAULT}"', 'model = "silent"')
    file.write_text(text, encoding="utf-8")
    checked = ivr(home, "check")
    assert checked.exit_code == 0
    assert "silent does not tell its vocabulary" in checked.stderr


def test_adapting_to_an_empty_register_says_what_to_do(home: Path) -> None:
    done = ivr(home, "models", "adapt", "--register")
    assert done.exit_code == 1
    assert "ivr register import" in done.stderr


def test_interrupted_adapting_says_what_is_in_use(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_arguments: object, **_more: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(adapting, "build_graph", interrupted)
    done = ivr(home, "models", "adapt")
    assert done.exit_code == 1
    assert "interrupted" in done.stderr
    assert "still is" in done.stderr
    assert [row["name"] for row in json.loads(ivr(home, "models", "list", "--json").stdout)] == [DEFAULT]


def test_a_model_that_is_not_there_is_a_mistake_in_ivr_toml(home: Path) -> None:
    file = home / "ivr.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(f'model = "{DEFAULT}"', 'model = "vosk-big"'), encoding="utf-8"
    )
    done = ivr(home, "check")
    assert done.exit_code == 1
    assert "hearing.model: there is no model 'vosk-big'" in done.stderr
    assert DEFAULT in done.stderr
    assert ivr(home, "models", "adapt").exit_code == 1


def test_a_foreign_model_tells_its_gaps_and_cannot_be_adapted(home: Path) -> None:
    foreign = home / "var" / "models" / "foreign"
    shutil.copytree(SHIPPED / DEFAULT, foreign)
    (foreign / "graph" / "phones.txt").unlink()
    words = (foreign / "graph" / "words.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in words if not line.startswith("хищение ")]
    (foreign / "graph" / "words.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    file = home / "ivr.toml"
    file.write_text(
        file.read_text(encoding="utf-8").replace(f'model = "{DEFAULT}"', 'model = "foreign"'), encoding="utf-8"
    )
    told = ivr(home, "models", "check")
    assert told.exit_code == 1
    assert "хищение" in told.stdout
    assert "cannot be extended here" in told.stdout
    refused = ivr(home, "models", "adapt")
    assert refused.exit_code == 1
    assert "not made by us" in refused.stderr


def test_bench_names_the_conditions_that_there_are(home: Path) -> None:
    done = ivr(home, "models", "bench", "--set", str(ROOT / "tests" / "speech"), "--condition", "thunder")
    assert done.exit_code == 2
    assert "white10" in done.stderr


@pytest.mark.parametrize(("picture", "why"), [("x.png", ".svg"), ("nowhere/x.svg", "no folder")])
def test_a_picture_that_cannot_be_written_is_told_before_anything_is_measured(
    home: Path, picture: str, why: str
) -> None:
    clips = str(ROOT / "tests" / "speech")
    done = ivr(home, "models", "bench", "--set", clips, "--plot", str(home / picture))
    assert done.exit_code == 2
    assert why in done.stderr


def test_making_a_model_needs_the_extra(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch", None)
    done = ivr(home, "models", "make")
    assert done.exit_code == 1
    assert "make model" in done.stderr
