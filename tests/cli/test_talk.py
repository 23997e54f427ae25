"""``ivr talk`` as a person (or a script) uses it: the real dialplan, prompts, register and store, in a process."""

import json
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr import app
from ivr.cli import main
from ivr.settings import load_settings

ROOT = Path(__file__).parents[2]
LIMIT = 30


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the example register and outages."""
    home = tmp_path_factory.mktemp("instance")
    (home / "ivr.toml").write_text("")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, home / folder)
    settings = load_settings(home, {})
    with app.open_house(settings) as house:
        app.load_example(house.grid, datetime.now(settings.tz))
    return home


def ivr(home: Path, *args: str, typed: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "ivr", *args, "--home", str(home)]
    return subprocess.run(command, input=typed, capture_output=True, text=True, timeout=LIMIT, check=False)


def test_a_damaged_database_is_one_sentence_and_no_traceback(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "damaged")
    (tmp_path / "damaged" / "var" / "ivr.db").write_bytes(b"no database at all" * 500)
    talk = ivr(tmp_path / "damaged", "talk")
    assert talk.returncode == 1
    assert "ivr.db: file is not a database" in talk.stderr
    assert "Traceback" not in talk.stderr


def test_the_first_test_caller_hears_of_the_outage_before_the_menu(home: Path) -> None:
    talk = ivr(home, "talk", "--why", "--operators", "busy", typed="")
    assert talk.returncode == 0, talk.stderr
    assert talk.stderr == ""
    robot = [line.split(maxsplit=1)[1] for line in talk.stdout.splitlines() if line.startswith("   robot")]
    told = next(number for number, line in enumerate(robot) if line.startswith("По адресу"))
    menu = next(number for number, line in enumerate(robot) if "нажмите" in line)
    assert told < menu
    assert "errand: FindServicePoints(phone=***)" in talk.stdout
    assert "the caller hangs up" in talk.stdout


def test_it_is_worded_as_on_the_telephone(home: Path) -> None:
    spoken = ivr(home, "talk", "--hidden", typed="нет света\n")
    assert "Скажите своими словами" in spoken.stdout, spoken.stderr
    assert "Назовите адрес" in spoken.stdout
    keyed = ivr(home, "talk", "--hidden", "--keys", typed="1\n")
    assert "Скажите своими словами" not in keyed.stdout
    assert "Наберите номер лицевого счёта" in keyed.stdout


def test_the_record_tells_the_same_call(home: Path) -> None:
    talk = ivr(home, "talk", "--hidden", "--operators", "answer", typed="0\n")
    assert "an operator takes the call" in talk.stdout, talk.stderr
    id = talk.stdout.split("ivr calls why ")[1].split()[0]
    shown = json.loads(ivr(home, "calls", "show", id, "--json").stdout)
    assert (shown["class"], shown["caller"], shown["outcome"]) == ("operator", "hidden", "TalkedToPerson")
    said = [line["text"] for line in shown["transcript"] if line["who"] == "robot"]
    for words in said:
        assert words in talk.stdout
    assert [line["text"] for line in shown["transcript"] if line["who"] == "caller"] == ["[0]"]


def test_a_pretended_time_is_the_time_of_the_call(home: Path) -> None:
    talk = ivr(home, "talk", "--hidden", "--at", "2026-12-31 23:10", typed="")
    assert talk.returncode == 0, talk.stderr
    id = talk.stdout.split("ivr calls why ")[1].split()[0]
    assert id.startswith("try-261231-2310")


def test_mistakes_on_the_command_line(home: Path) -> None:
    for mistake in (("--at", "soon"), ("--caller", "letters")):
        assert CliRunner().invoke(main, ["talk", "--home", str(home), *mistake]).exit_code == 2


def test_the_test_callers_are_listed(home: Path) -> None:
    listed = CliRunner().invoke(main, ["talk", "--home", str(home), "--list-callers"])
    assert app.test_callers()[0].phone in listed.output


def test_a_broken_plan_names_file_and_line(home: Path, tmp_path: Path) -> None:
    shutil.copytree(home, tmp_path / "broken")
    hotline = tmp_path / "broken" / "dialplans" / "hotline.yaml"
    hotline.write_text(hotline.read_text("utf-8").replace("kind: menu", "kind: menyu", 1), "utf-8")
    talk = ivr(tmp_path / "broken", "talk", "--draft", typed="")
    assert talk.returncode == 1
    assert "hotline.yaml:" in talk.stderr
    assert "menyu" in talk.stderr
