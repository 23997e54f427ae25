"""``ivr talk --voice``: real clips through the real recogniser, without waiting for the robot's words."""

import json
import shutil
import wave
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from ivr import app
from ivr.cli import main
from ivr.settings import load_settings

ROOT = Path(__file__).parents[2]
SAYS = ROOT / "tests" / "e2e" / "says"
Talk = Callable[..., Result]


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    home = tmp_path_factory.mktemp("spoken")
    (home / "ivr.toml").write_text("")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, home / folder)
    settings = load_settings(home, {})
    with app.open_house(settings) as house:
        app.load_example(house.grid, datetime.now(settings.tz))

    def run(*arguments: str, command: str = "talk") -> Result:
        return CliRunner().invoke(main, [command, *arguments, "--home", str(home)], catch_exceptions=False)

    return run


def clip(name: str) -> str:
    return str(SAYS / f"{name}.wav")


def test_a_call_in_words(talk: Talk) -> None:
    call = talk("--hidden", "--voice", "--fast", clip("no_light"), clip("operator"), clip("wait"))
    assert call.exit_code == 0, call.output
    lines = [line.strip() for line in call.output.splitlines()]
    heard = [line for line in lines if line.startswith("heard")]
    assert "света нет" in heard[0]
    assert "confidence 0." in heard[0]
    assert " s after its end" in heard[0]
    at = lines.index(heard[0])
    assert lines[at + 1].startswith("because: key 1"), "what was made of it stands behind it"
    assert "оператор" in heard[1]
    assert any("an operator takes the call" in line for line in lines)
    assert any("wait.wav was not played" in line for line in lines)
    call_id = call.output.split("ivr calls why ")[1].split()[0]
    record = json.loads(talk("show", call_id, "--json", command="calls").stdout)
    assert [line["who"] for line in record["transcript"] if line["who"] in ("caller", "meant")][:2] == [
        "caller",
        "meant",
    ]
    assert record["longest_owed_silence"] < 2.0


def test_danger_into_the_greeting(talk: Talk) -> None:
    call = talk("--hidden", "--voice", "--fast", f"{clip('danger')}@1.5")
    assert call.exit_code == 0, call.output
    assert "1.5 s into the robot's words" in call.output
    assert "broke in" in call.output
    assert "because: the caller speaks of danger" in call.output
    assert "the caller hangs up" in call.output or "an operator takes the call" in call.output


def sound(file: Path, rate: int, channels: int = 1, width: int = 2, seconds: float = 1.0) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(np.zeros(int(rate * seconds * channels * width), np.uint8).tobytes())
    return file


def test_files_that_cannot_be_used_are_named_with_what_they_are(talk: Talk, tmp_path: Path) -> None:
    for file, says in (
        (sound(tmp_path / "a.wav", 22050), "a.wav is PCM, 16 bit, 22050 Hz, 1 channel"),
        (sound(tmp_path / "b.wav", 8000, channels=2), "2 channels"),
        (sound(tmp_path / "c.wav", 16000, width=1), "8 bit"),
        (sound(tmp_path / "d.wav", 8000, seconds=61), "lasts 61.00 s"),
        (tmp_path / "none.wav", "No such file"),
        (ROOT / "README.md", "is no WAV file"),
        (Path(f"{clip('yes')}@soon"), "seconds into the robot's words"),
    ):
        done = talk("--voice", "--fast", str(file))
        assert done.exit_code == 2, done.output
        assert says in done.stderr
        assert "Traceback" not in done.stderr


def test_options_that_do_not_go_together(talk: Talk) -> None:
    for arguments in (("--voice",), (clip("yes"),), ("--fast",), ("--voice", "--play", clip("yes"))):
        assert talk(*arguments).exit_code == 2
