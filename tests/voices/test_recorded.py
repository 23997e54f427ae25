"""A studio's recordings win where they are, and bad ones are told."""

from pathlib import Path

import numpy as np
import pytest

from ivr.prompts.model import Fragment, Spoken
from robot.voices import sound
from robot.voices.recorded import Recorded, plain, read_recorded, unused

from .takes import take


def spoken(*fragments: Fragment, prompt: str = "greeting") -> Spoken:
    return Spoken(prompt, fragments, "…")


FIXED = Fragment("Здравствуйте!", "fixed", 0, "final")
HOUR = Fragment("к восемна\u0301дцати часам", "value", 0, "final")


def test_a_whole_prompt_by_its_name_and_a_fragment_by_its_words(tmp_path: Path) -> None:
    take(tmp_path / "greeting.wav")
    take(tmp_path / "h18.wav", frequency=500)
    (tmp_path / "index.yaml").write_text("h18.wav: К восемнадцати часам.\n", "utf-8")
    recorded = read_recorded(tmp_path)
    assert recorded.problems == ()
    assert recorded.prompt(spoken(FIXED)) is not None
    assert recorded.prompt(spoken(FIXED, prompt="goodbye")) is None
    assert recorded.prompt(spoken(FIXED, HOUR)) is None  # it has a value: a recording cannot know it
    found = recorded.fragment(HOUR)
    assert found is not None
    assert len(found.clip) / 8000 == pytest.approx(0.525, abs=0.03)  # trimmed
    assert recorded.fragment(FIXED) is None


def test_recordings_are_brought_to_the_voices_loudness(tmp_path: Path) -> None:
    take(tmp_path / "greeting.wav", seconds=2, level=0.02)
    clip = read_recorded(tmp_path).prompts["greeting"].clip
    assert sound.loudness(clip.astype(np.float32) / 32768) == pytest.approx(sound.TARGET_LUFS, abs=1)


def test_a_new_take_has_a_new_digest(tmp_path: Path) -> None:
    take(tmp_path / "greeting.wav")
    first = read_recorded(tmp_path).prompts["greeting"].digest
    take(tmp_path / "greeting.wav", frequency=301)
    assert read_recorded(tmp_path).prompts["greeting"].digest != first


def test_all_problems_are_told_and_the_rest_is_used(tmp_path: Path) -> None:
    take(tmp_path / "greeting.wav")
    (tmp_path / "broken.wav").write_bytes(b"RIFF, or so it says")
    (tmp_path / "index.yaml").write_text("gone.wav: слова\nempty.wav:\ngone.wav: ещё раз\n", "utf-8")
    recorded = read_recorded(tmp_path)
    assert set(recorded.prompts) == {"greeting"}
    told = "\n".join(str(problem) for problem in recorded.problems)
    assert "broken.wav: error: cannot be used: not a PCM WAV" in told
    assert "index.yaml:1:1: error: there is no recording gone.wav" in told
    assert "index.yaml:2:1: error: empty.wav: the words are missing" in told
    assert "index.yaml:3:1: error: gone.wav is named twice" in told


@pytest.mark.parametrize("text", ["a: b: c\n", "- a\n- b\n", "\t- x"])
def test_an_index_that_is_no_index(tmp_path: Path, text: str) -> None:
    (tmp_path / "index.yaml").write_text(text, "utf-8")
    assert len(read_recorded(tmp_path).problems) == 1


def test_silence_is_told(tmp_path: Path) -> None:
    take(tmp_path / "greeting.wav", level=0.0)
    assert "silent" in str(read_recorded(tmp_path).problems[0])


def test_no_folder_no_recordings(tmp_path: Path) -> None:
    assert read_recorded(tmp_path / "recorded") == Recorded()


def test_recordings_that_nobody_hears(tmp_path: Path) -> None:
    take(tmp_path / "greting.wav")
    take(tmp_path / "h18.wav")
    (tmp_path / "index.yaml").write_text("h18.wav: к восемнадцати часам\n", "utf-8")
    recorded = read_recorded(tmp_path)
    assert unused(recorded, ["greeting"], [HOUR]) == (tmp_path / "greting.wav",)
    assert unused(recorded, ["greting"], []) == (tmp_path / "h18.wav",)


def test_words_are_compared_plainly() -> None:
    assert plain("Ёлки, 25-й до\u0301м!") == "елки 25-й дом"
