"""``ivr misses`` on calls that were really held, and phrases accepted into the dialplan that they were held by."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.plans import load_plan
from ivr.settings import load_settings
from robot.topics import topics
from tests import test_conversations
from tests.conversation import load

ROOT = Path(__file__).parents[2]
PHRASE = "кикимора без проводов"
TYPED = f"{PHRASE}\n4600 один два три\nоператор\n"


def ivr(home: Path, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [*arguments, "--home", str(home)], input=typed)


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("missed")
    (home / "ivr.toml").write_text("")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, home / folder)
    for typed in (TYPED, f"{PHRASE}\n"):
        done = ivr(home, "talk", "--hidden", "--operators", "answer", typed=typed)
        assert done.exit_code == 0, done.output
    return home


@pytest.fixture
def home(held: Path, tmp_path: Path) -> Path:
    shutil.copytree(held, tmp_path / "instance")
    return tmp_path / "instance"


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def misses(home: Path, *options: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(ivr(home, "misses", "--trials", "--json", *options))["misses"]
    return found


def test_what_was_not_understood_by_node_the_most_frequent_first(home: Path) -> None:
    (first, *_) = found = misses(home)
    assert (first["kind"], first["node"], first["heard"]) == ("no match", "hotline:menu", f"«{PHRASE}»")
    assert (first["count"], len(first["calls"]), first["audio"]) == (2, 2, None)
    assert {miss["kind"]: miss["heard"] for miss in found}["handed over"] == "«оператор»"
    table = ivr(home, "misses", "--trials")
    assert PHRASE in table.output
    assert "No sound of calls is kept" in table.output
    assert misses(home, "--node", "people") == []
    assert misses(home, "--node", "hotline") == misses(home, "--node", "hotline:menu") == found
    assert {miss["kind"] for miss in misses(home, "--kind", "handed over")} == {"handed over"}
    assert misses(home, "--until", "1h") == []
    assert told(ivr(home, "misses", "--json")) == {"calls": 0, "misses": []}, "trials are left out"


def test_numbers_that_were_said_are_masked_and_reading_them_is_written_down(home: Path) -> None:
    assert "«***»" in {miss["heard"] for miss in misses(home)}
    assert told(ivr(home, "calls", "audit", "--json")) == []
    assert "«4600 один два три»" in {miss["heard"] for miss in misses(home, "--full")}
    assert told(ivr(home, "calls", "audit", "--json"))[0]["command"] == "misses"


def test_an_accepted_phrase_is_understood_and_has_a_conversation_that_the_tests_hold(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (home / "dialplans" / "hotline.yaml").read_text("utf-8")
    done = told(ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.нет света", "--json"))
    after = (home / "dialplans" / "hotline.yaml").read_text("utf-8")
    assert (done["node"], done["choice"], done["changed"]) == ("hotline:menu", "1", True)
    assert done["conversation"].startswith("conversations/accepted_hotline_menu_1_")
    assert after.count(PHRASE) == 1
    assert [line for line in before.splitlines() if "#" in line] == [line for line in after.splitlines() if "#" in line]
    plan = load_plan(load_settings(home, {}), topics())
    assert plan.version == done["version"]

    conversation = load(home / done["conversation"])
    monkeypatch.setattr(test_conversations, "the_plan", lambda: plan)
    test_conversations.test_conversation(conversation)
    monkeypatch.undo()
    with pytest.raises(pytest.fail.Exception):
        test_conversations.test_conversation(conversation)

    talked = ivr(home, "talk", "--hidden", "--why", "--draft", typed=f"{PHRASE}\n")
    assert "because: key 1: нет света" in talked.output
    again = ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.1")
    assert again.exit_code == 1
    assert "already" in again.stderr


def test_a_checkout_keeps_its_conversations_with_its_tests(home: Path) -> None:
    (home / "tests" / "conversations").mkdir(parents=True)
    done = told(ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.1", "--json"))
    assert (home / done["conversation"]).parent == home / "tests" / "conversations"


def test_a_dry_run_shows_the_change_and_makes_none(home: Path) -> None:
    before = (home / "dialplans" / "hotline.yaml").read_bytes()
    shown = ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.1", "--dry-run")
    assert shown.exit_code == 0
    assert any(line.startswith("+") and PHRASE in line for line in shown.output.splitlines())
    assert "hotline:menu_after_outage" in shown.output
    assert (home / "dialplans" / "hotline.yaml").read_bytes() == before
    assert not (home / "conversations").exists()


@pytest.mark.parametrize(
    ("phrase", "to", "says", "code"),
    [
        ("оператор", "hotline:menu.1", "at every step", 1),
        ("плохое напряжение", "hotline:menu.1", "as choice", 1),
        (PHRASE, "robot:menu.1", "phrases for offers", 1),
        (PHRASE, "robot:phrases.pizza", "no offer", 1),
        ("нет света", "hotline:menu.1", "already", 1),
        (PHRASE, "hotline:menu.9", "no choice '9'", 1),
        (PHRASE, "hotline:goodbye.1", "no menu", 1),
        (PHRASE, "nowhere:menu.1", "there is no dialplans/nowhere.yaml", 1),
        ("a: b", "hotline:menu.1", "no phrase", 1),
        (PHRASE, "hotline.menu", "names no choice", 2),
    ],
)
def test_what_is_refused_changes_nothing(home: Path, phrase: str, to: str, says: str, code: int) -> None:
    before = {file: file.read_bytes() for file in (home / "dialplans").iterdir()}
    refused = ivr(home, "misses", "accept", phrase, "--to", to)
    assert refused.exit_code == code, refused.output
    assert says in refused.stderr
    assert {file: file.read_bytes() for file in (home / "dialplans").iterdir()} == before
    assert not (home / "conversations").exists()


def test_a_dialplan_that_is_broken_already_is_left_alone(home: Path) -> None:
    file = home / "dialplans" / "hotline.yaml"
    file.write_text(file.read_text("utf-8").replace("kind: menu", "kind: menyu", 1), "utf-8")
    refused = ivr(home, "misses", "accept", PHRASE, "--to", "hotline:menu.1")
    assert refused.exit_code == 1
    assert "menyu" in refused.stderr
    assert "fails already" in refused.stderr
    assert PHRASE not in file.read_text("utf-8")


def test_a_phrase_for_an_offer_of_the_robots(home: Path) -> None:
    before = (home / "dialplans" / "robot.yaml").read_text("utf-8")
    done = told(ivr(home, "misses", "accept", PHRASE, "--to", "robot:phrases.sms", "--json"))
    assert (done["choice"], done["conversation"]) == ("sms", None)
    after = (home / "dialplans" / "robot.yaml").read_text("utf-8")
    assert after.count(PHRASE) == 1
    assert after.count("#") == before.count("#")


def test_a_phrase_that_would_cost_another_its_meaning_is_refused(home: Path) -> None:
    plan = load_plan(load_settings(home, {}), topics())
    menu = plan.dialplan.nodes["hotline:menu"]
    taken = next(phrase for phrase in menu.choices["1"].phrases if len(phrase.split()) == 2)  # type: ignore[attr-defined]
    refused = ivr(home, "misses", "accept", f"{taken} {PHRASE}", "--to", "hotline:menu.0")
    assert refused.exit_code == 1
    assert "would not be understood" in refused.stderr or "as choice 1" in refused.stderr
