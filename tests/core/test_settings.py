"""ivr.toml: defaults, overrides, and errors that name line and column."""

from pathlib import Path

import pytest

from ivr.errors import SettingsError
from ivr.settings import find_home, load_settings


def write(folder: Path, text: str) -> Path:
    (folder / "ivr.toml").write_text(text, encoding="utf-8")
    return folder


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(write(folder, text), {})
    return [str(problem).removeprefix(f"{folder}/") for problem in caught.value.problems]


def test_an_empty_file_gives_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, ""), {})
    assert settings.line.number == "88002200220"
    assert settings.database == tmp_path / "var" / "ivr.db"


def test_environment_overrides(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, "[agi]\nport = 1\n"), {"IVR_AGI__PORT": "4600"})
    assert settings.agi.port == 4600


def test_every_problem_is_found_with_its_place(tmp_path: Path) -> None:
    text = '[line]\nnumer = "8"\n\n[agi]\nport = 70000\n\n[[feed]]\nname = "a"\nformat = "json"\nurl = "u"\nevry = 3\n'
    assert problems(tmp_path, text) == [
        "ivr.toml:2:1: error: unknown setting line.numer (did you mean 'number'?)",
        "ivr.toml:5:1: error: agi.port: must be 65535 or less",
        "ivr.toml:11:1: error: unknown setting feed.0.evry (did you mean 'every_seconds'?)",
    ]


def test_problems_are_said_in_words_of_the_file_not_of_python(tmp_path: Path) -> None:
    text = '[line]\nnumber = 8\nexample = "no way"\n[agi]\nallow = "::1"\nport = "x"\n[[feed]]\nname="a"\nurl="u"\n'
    assert problems(tmp_path, text) == [
        'ivr.toml:2:1: error: line.number: must be a text in quotes: "…"',
        "ivr.toml:3:1: error: line.example: must be true or false",
        'ivr.toml:5:1: error: agi.allow: must be a list: ["…", "…"]',
        "ivr.toml:6:1: error: agi.port: must be a whole number",
        "ivr.toml:7:1: error: feed.0.format: is missing",
    ]
    assert problems(tmp_path, '[feed]\nname = "a"\n') == [
        "ivr.toml:1:1: error: feed: every feed begins with a line [[feed]]"
    ]


def test_bad_syntax_and_bad_time_zone(tmp_path: Path) -> None:
    assert problems(tmp_path, "[line\n")[0].startswith("ivr.toml:1:6: error: Expected ']'")
    assert "no such time zone" in problems(tmp_path, '[line]\ntimezone = "Mars/Olympus"\n')[0]


def test_home_is_found_upwards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("IVR_HOME", raising=False)
    write(tmp_path, "")
    deep = tmp_path / "dialplans" / "more"
    deep.mkdir(parents=True)
    assert find_home(deep) == tmp_path
    with pytest.raises(SettingsError, match="ivr init"):
        find_home(Path("/"))
