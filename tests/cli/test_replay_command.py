"""``ivr replay`` on calls that were really held (by ``ivr talk``), after the dialplan was changed."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main

ROOT = Path(__file__).parents[2]
PHRASE = "кикимора без проводов"


def talk(home: Path, typed: str) -> str:
    command = ["talk", "--hidden", "--operators", "answer", "--home", str(home)]
    done = CliRunner().invoke(main, command, input=typed, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output.split("ivr calls why ")[1].split()[0]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    home = tmp_path_factory.mktemp("replayed")
    (home / "ivr.toml").write_text("")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, home / folder)
    assert ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.1").exit_code == 0
    return home, [talk(home, f"{PHRASE}\n"), talk(home, "0\n")]


@pytest.fixture
def home(held: tuple[Path, list[str]], tmp_path: Path) -> Path:
    shutil.copytree(held[0], tmp_path / "instance")
    return tmp_path / "instance"


def ivr(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--home", str(home)])


def change(home: Path, old: str, new: str) -> None:
    file = home / "dialplans" / "hotline.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def test_calls_go_as_they_went(home: Path, held: tuple[Path, list[str]]) -> None:
    one = ivr(home, "replay", held[1][0])
    assert (one.exit_code, "same" in one.output) == (0, True), one.output
    all_ = ivr(home, "replay", "--since", "1d", "--trials")
    assert all_.exit_code == 0
    assert "0 of 2 calls differ" in all_.output
    assert "0 of 0 calls differ" in ivr(home, "replay", "--since", "1d").output


def test_a_changed_dialplan_shows_where_it_would_go_otherwise(home: Path, held: tuple[Path, list[str]]) -> None:
    change(home, "prompt: greeting", "prompt: goodbye")
    one = ivr(home, "replay", held[1][0], "--draft", "--all")
    assert one.exit_code == 1
    (first,) = (line for line in one.output.splitlines() if line.startswith("→"))
    assert first.split()[1] == "-"
    assert "greeting" in first
    assert "differs at hotline:greeting" in one.output
    many = ivr(home, "replay", *held[1], "--draft")
    assert many.exit_code == 1
    assert "2 of 2 calls differ" in many.output
    assert "- Say greeting" in many.output


def test_words_that_are_not_understood_any_more(home: Path, held: tuple[Path, list[str]]) -> None:
    change(home, f'"{PHRASE}"', '"совсем другое дело"')
    one = ivr(home, "replay", held[1][0], "--draft")
    (first,) = (line for line in one.output.splitlines() if line.startswith("→"))
    assert first.split()[1] == "-"
    assert any(line.split()[:1] == ["+"] and "caller" in line for line in one.output.splitlines()), "asked again"
    assert "differs at hotline:menu" in one.output


def test_for_machines(home: Path, held: tuple[Path, list[str]]) -> None:
    change(home, f'"{PHRASE}"', '"совсем другое дело"')
    told: dict[str, Any] = json.loads(ivr(home, "replay", *held[1], "--draft", "--json").stdout)
    assert (told["same"], told["different"]) == (1, 1)
    words, person = told["calls"]
    assert (words["same"], words["node"], words["first"]) == (False, "hotline:menu", "- Enter hotline:no_power")
    assert sum(step["first"] for step in words["steps"]) == 1
    assert person["same"]
    assert person["outcome"] == person["outcome_now"]


def test_another_wording_counts_when_asked_for(home: Path, held: tuple[Path, list[str]]) -> None:
    file = home / "prompts" / "ru" / "common.yaml"
    text = file.read_text("utf-8")
    assert "Разговор записывается." in text
    file.write_text(text.replace("Разговор записывается.", "Этот разговор записывается."), "utf-8")
    assert ivr(home, "replay", held[1][1], "--draft").exit_code == 0
    words = ivr(home, "replay", held[1][1], "--draft", "--words")
    assert words.exit_code == 1
    assert "Этот разговор записывается." in words.output


def test_what_cannot_be_told_leaves_with_2(home: Path, held: tuple[Path, list[str]], tmp_path: Path) -> None:
    assert ivr(home, "replay").exit_code == 2
    assert ivr(home, "replay", "last", "--since", "1d").exit_code == 2
    assert ivr(home, "replay", "no-such-call").exit_code == 2
    assert ivr(home, "replay", "try-").exit_code == 2, "two calls begin so"
    change(home, "prompt: greeting", "prompt: no_such_prompt")
    broken = ivr(home, "replay", held[1][0], "--draft")
    assert broken.exit_code == 2
    assert "no_such_prompt" in broken.stderr
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "ivr.toml").write_text("")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / "empty" / folder)
    assert ivr(tmp_path / "empty", "replay", "last").exit_code == 2
