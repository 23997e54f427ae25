"""``ivr prompts`` in an instance of its own, with the embedded voice."""

import json
import wave
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from structlog.testing import capture_logs

from ivr.cli.prompts import command

from .takes import take

VAR = Path(__file__).parents[2] / "var"

PROMPTS = """
greeting:
  says: "Здравствуйте!"
outage_again:
  says: "Свет дадут ориентировочно {until:by_time}."
lonely:
  says: "Этого никто не слышит."
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text('[voice]\nengine = "pyttsx3"\n', "utf-8")
    (tmp_path / "prompts" / "ru").mkdir(parents=True)
    (tmp_path / "prompts" / "ru" / "all.yaml").write_text(PROMPTS, "utf-8")
    (tmp_path / "dialplans").mkdir()
    (tmp_path / "dialplans" / "hotline.yaml").write_text("start: {kind: say, prompt: greeting}\n", "utf-8")
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "trees").symlink_to(VAR / "trees")
    return tmp_path


def prompts(home: Path, *words: str) -> Result:
    with capture_logs():  # the tests' loggers print to stdout; the command line's do not
        return CliRunner().invoke(command, [words[0], "--home", str(home), *words[1:]])


def test_check_build_check(home: Path) -> None:
    before = prompts(home, "check")
    assert before.exit_code == 1
    assert "0 of " in before.stdout
    built = json.loads(prompts(home, "build", "--json").stdout)
    assert built["voice"]["engine"] == "pyttsx3"
    assert built["made"] == built["clips"] > 100  # all the hours and minutes there are
    after = prompts(home, "check", "--json")
    assert after.exit_code == 0
    assert json.loads(after.stdout)["never_used"] == ["lonely"]
    (home / "prompts" / "ru" / "all.yaml").write_text(PROMPTS.replace("Здравствуйте", "Добрый день"), "utf-8")
    changed = json.loads(prompts(home, "check", "--json").stdout)
    assert [clip["text"] for clip in changed["found"]["missing"]] == ["Добрый день!"]
    assert json.loads(prompts(home, "build", "--prune", "--json").stdout)["pruned"] == 1


def test_play_writes_what_would_be_heard(home: Path, tmp_path: Path) -> None:
    target = tmp_path / "heard.wav"
    played = prompts(home, "play", "outage_again", "until=23:45", "--out", str(target), "--json")
    assert played.exit_code == 0, played.output
    assert "к двадцати трём часам сорока пяти минутам" in json.loads(played.stdout)["text"]
    with wave.open(str(target)) as file:
        assert (file.getframerate(), file.getnchannels()) == (8000, 1)
        assert 3 < file.getnframes() / 8000 < 8


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("play", "greting"), "did you mean “greeting”?"),
        (("play", "greeting", "until=18:00"), "takes no values"),
        (("play", "outage_again", "until=later"), "later"),
        (("play", "outage_again", "until=25:30"), "'25:30' is not a time of day such as 18:30"),
        (("play", "outage_again", "until=18:60"), "'18:60' is not a time of day such as 18:30"),
        (("play", "outage_again"), "until"),
    ],
)
def test_mistakes_are_told(home: Path, words: tuple[str, ...], told: str) -> None:
    played = prompts(home, *words)
    assert played.exit_code in (1, 2)
    assert told in played.output.replace("\n", " ")


def test_list_tells_values_lengths_and_recordings(home: Path) -> None:
    (home / "prompts" / "recorded").mkdir()
    take(home / "prompts" / "recorded" / "greeting.wav")
    rows = {row["name"]: row for row in json.loads(prompts(home, "list", "--json").stdout)}
    assert rows["outage_again"]["values"] == {"until": "by_time"}
    assert rows["greeting"]["recorded"]
    assert rows["greeting"]["seconds"] == pytest.approx(0.5, abs=0.1)
    assert rows["lonely"]["line"] > rows["greeting"]["line"]


def test_broken_recordings_are_told(home: Path) -> None:
    (home / "prompts" / "recorded").mkdir()
    (home / "prompts" / "recorded" / "greeting.wav").write_bytes(b"nothing")
    checked = prompts(home, "check")
    assert checked.exit_code == 1
    assert "greeting.wav: error: cannot be used" in checked.output
