"""A customer's recordings: every line that cannot be used is named, and what can be is taken in four times over."""

import sys
import types
import wave
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import ConfigError
from robot.training.recordings import REPEATED, read_recordings
from robot.training.shards import RATE, shards


class Unreadable(RuntimeError):
    """As soundfile.LibsndfileError, which is a RuntimeError, too."""


def info(file: Path) -> types.SimpleNamespace:
    try:
        with wave.open(str(file)) as sound:
            return types.SimpleNamespace(duration=sound.getnframes() / sound.getframerate())
    except wave.Error as error:
        raise Unreadable(str(error)) from error


def read(file: Path, **_: object) -> tuple[np.ndarray, int]:
    with wave.open(str(file)) as sound:
        samples = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())
        return samples.astype(np.float32) / 32768, sound.getframerate()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """soundfile comes with the extra "train" only: a stand-in reads plain WAV."""
    monkeypatch.setitem(sys.modules, "soundfile", types.SimpleNamespace(info=info, read=read))
    for name, seconds, rate, channels in (("a", 1, 16000, 2), ("b", 2, 8000, 1), ("long", 9, 8000, 1)):
        with wave.open(str(tmp_path / f"{name}.wav"), "wb") as sound:
            sound.setparams((channels, 2, rate, 0, "NONE", ""))
            sound.writeframes(np.full(seconds * rate * channels, 1000, "<i2").tobytes())
    (tmp_path / "junk.wav").write_bytes(b"no sound at all")
    return tmp_path


def listing(folder: Path, *lines: str, encoding: str = "utf-8") -> None:
    (folder / "transcripts.tsv").write_text("\n".join(lines) + "\n", encoding=encoding)


def told(folder: Path) -> list[str]:
    with pytest.raises(ConfigError) as problems:
        read_recordings(folder)
    return [f"{problem.line}: {problem.message}" for problem in problems.value.problems]


def test_they_become_shards_of_8_khz_each_four_times(folder: Path) -> None:
    listing(folder, "a.wav\tда конечно", "", "b.wav\tодин два", encoding="utf-8-sig")
    read_recordings(folder).take_in(folder / "sound")
    made = shards(folder / "sound")
    assert len(made) == REPEATED
    assert [(one.text, one.voice, len(one.sound)) for one in made[-1].read()] == [
        ("да конечно", "own", RATE), ("один два", "own", 2 * RATE),
    ]  # fmt: skip


def test_every_line_that_cannot_be_used_is_named(folder: Path) -> None:
    listing(
        folder, "a.wav\tда", "a.wav\tДа, 5", "b.wav нет", "gone.wav\tнет", "junk.wav\tнет", "long.wav\tнет",
    )  # fmt: skip
    assert told(folder) == [
        "2: 'Да, 5' is not made of lower-case Russian words",
        "3: '' is not made of lower-case Russian words",
        "4: 'gone.wav' is not there",
        "5: 'junk.wav' is no sound file that can be read",
        "6: 'long.wav' lasts 9.0 s: cut it into utterances of 8 s at most",
    ]
    assert not (folder / "sound").exists()


def test_a_listing_that_is_missing_empty_or_in_another_encoding_is_told(folder: Path) -> None:
    assert told(folder) == ["0: cannot be read: No such file or directory"]
    listing(folder, "")
    assert told(folder) == ["0: lists no recordings"]
    listing(folder, "a.wav\tда", encoding="cp1251")
    assert told(folder) == ["0: is not UTF-8"]


def test_another_wording_or_one_more_is_another_fingerprint(folder: Path) -> None:
    seen = set()
    for lines in (["a.wav\tда"], ["a.wav\tнет"], ["a.wav\tда", "b.wav\tнет"], ["a.wav\tда"]):
        listing(folder, *lines)
        seen.add(read_recordings(folder).fingerprint)
    assert len(seen) == 3
