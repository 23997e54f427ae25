"""Clips on disk: keys, building, what is missing, outdated or not needed any more."""

import json
import time
from pathlib import Path

import numpy as np
import pytest

from ivr.errors import VoiceFailed
from ivr.prompts.model import Fragment
from robot.voices import sound
from robot.voices.building import build
from robot.voices.files import BoundedFolder, write_whole
from robot.voices.library import Library, Wanted, built_voices, wanted
from robot.voices.rendering import VoiceId, contour_of
from robot.voices.studio import Studio


@pytest.fixture
def studio(fake_voice, tmp_path: Path) -> Studio:
    return Studio(fake_voice(), tmp_path)


CLIPS = tuple(Wanted(f"слово {number}", contour) for number in "абвгд" for contour in ("fall", "level"))


@pytest.mark.parametrize(
    ("text", "pause", "position", "contour"),
    [
        ("к девяти часам", 350, "final", "fall"),
        ("к девяти часам", 0, "final", "fall"),
        ("Здравствуйте!", 350, "inner", "fall"),
        ("к девяти часам", 40, "inner", "level"),
        ("к девяти часам", 120, "inner", "rise"),
        ("Если у вас нет света,", 40, "inner", "rise"),
        ("Повторю:", 120, "inner", "rise"),
    ],
)
def test_how_the_voice_ends_a_fragment(text: str, pause: int, position: str, contour: str) -> None:
    assert contour_of(Fragment(text, "value", pause, position)) == contour


def test_a_value_inside_a_sentence_is_made_for_both_its_uses() -> None:
    value = Fragment("сегодня", "value", 40, "inner")
    assert set(wanted([value, value])) == {Wanted("сегодня", "level"), Wanted("сегодня", "rise")}
    assert wanted([Fragment("По адресу", "fixed", 40, "inner")]) == (Wanted("По адресу", "level"),)
    assert wanted([Fragment("сегодня", "value", 0, "final")]) == (Wanted("сегодня", "fall"),)


def test_building_makes_all_clips_once(studio: Studio) -> None:
    seen: list[tuple[int, int]] = []
    built = build(studio, CLIPS, workers=2, progress=lambda done, of: seen.append((done, of)))
    assert (built.made, built.failed) == (len(CLIPS), ())
    assert seen == [(done, len(CLIPS)) for done in range(1, len(CLIPS) + 1)]
    assert build(studio, CLIPS).made == 0
    found = studio.library.check(CLIPS)
    assert set(found.present) == set(CLIPS)
    assert (found.missing, found.outdated, found.orphans) == ((), (), ())


def test_what_was_made_before_an_interruption_stays(studio: Studio) -> None:
    studio.make(CLIPS[0])
    assert build(studio, CLIPS).made == len(CLIPS) - 1


def test_one_bad_fragment_does_not_stop_the_others(studio: Studio) -> None:
    bad = [Wanted("refuse", "fall"), Wanted("die", "fall"), Wanted("mute", "fall")]
    built = build(studio, (*bad, *CLIPS), workers=2)
    assert built.made == len(CLIPS)
    assert {clip for clip, _ in built.failed} == set(bad)
    assert all(why for _, why in built.failed)


def test_changed_words_and_versions_show(studio: Studio, fake_voice, tmp_path: Path) -> None:
    build(studio, CLIPS)
    changed = (*CLIPS[1:], Wanted("новое слово", "fall"))
    found = studio.library.check(changed)
    assert found.missing == (Wanted("новое слово", "fall"),)
    assert len(found.orphans) == 1

    newer = Studio(fake_voice(FAKE_VERSION="fake 2"), tmp_path)
    found = newer.library.check(CLIPS)
    assert set(found.outdated) == set(CLIPS)
    assert found.missing == ()
    build(newer, CLIPS)
    assert newer.library.prune(CLIPS) == len(CLIPS)
    assert set(newer.library.check(CLIPS).present) == set(CLIPS)


def test_a_damaged_clip_counts_as_none(studio: Studio, tmp_path: Path) -> None:
    build(studio, CLIPS)
    path = studio.library.path(CLIPS[0])
    path.write_bytes(path.read_bytes()[:20])
    fresh = Library(tmp_path, studio.library.identity)
    assert fresh.read(fresh.key(CLIPS[0])) is None
    assert fresh.read(fresh.key(CLIPS[1])) is not None


def test_the_gain_is_measured_once_a_version(studio: Studio, fake_voice, tmp_path: Path) -> None:
    noted = json.loads((studio.library.folder / "voice.json").read_text("utf-8"))
    assert noted["engine"] == "fake"
    assert studio.library.noted_gain() == pytest.approx(noted["gain"])
    noted["gain"] = 0.5
    (studio.library.folder / "voice.json").write_text(json.dumps(noted), "utf-8")
    again = Studio(fake_voice(), tmp_path)
    again.make(Wanted("слово", "fall"))
    clip = again.library.read(again.library.key(Wanted("слово", "fall")))
    assert clip is not None
    assert np.abs(clip).max() == pytest.approx(0.5 * 8000, rel=0.1)
    assert list(built_voices(tmp_path)) == [VoiceId("fake", "tone", "fake 1")]


def test_all_clips_of_a_voice_are_equally_loud(studio: Studio) -> None:
    build(studio, CLIPS)
    levels = [np.abs(studio.library.read(studio.library.key(clip))).max() for clip in CLIPS]
    assert max(levels) / min(levels) < 1.1


def test_a_folder_that_cannot_be_written_is_a_failure_of_the_voice(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "fake-tone" / "clips").write_text("a file where a folder should be")
    with pytest.raises(VoiceFailed, match="cannot be written"):
        studio.make(CLIPS[0])


def test_files_appear_whole_and_leave_nothing_behind(tmp_path: Path) -> None:
    write_whole(tmp_path / "a" / "b.wav", b"one")
    write_whole(tmp_path / "a" / "b.wav", b"two")
    assert [path.name for path in (tmp_path / "a").iterdir()] == ["b.wav"]
    assert (tmp_path / "a" / "b.wav").read_bytes() == b"two"
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="folder"):
        write_whole(tmp_path / "folder", b"three")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]


def test_a_bounded_folder_drops_the_longest_unused_but_nothing_fresh(tmp_path: Path) -> None:
    import os

    folder = BoundedFolder(tmp_path, limit=10_000)
    old = time.time() - 7200
    for number in range(10):
        path = folder.write(f"{number:032x}", bytes(1000))
        os.utime(path, (old + number, old + number))
    BoundedFolder.touch(folder.path(f"{0:032x}"))
    folder.write("f" * 32, bytes(3000))
    left = {path.stem for path in tmp_path.glob("*/*.wav")}
    assert {f"{0:032x}", "f" * 32} <= left
    assert f"{1:032x}" not in left
    assert sum(path.stat().st_size for path in tmp_path.glob("*/*.wav")) <= 9_000
    for number in range(20, 40):  # all fresh: the limit waits
        folder.write(f"{number:032x}", bytes(1000))
    assert {f"{number:032x}" for number in range(20, 40)} <= {path.stem for path in tmp_path.glob("*/*.wav")}


def test_samples_come_back_as_they_were(studio: Studio, tmp_path: Path) -> None:
    clip = np.arange(-500, 500, dtype=np.int16)
    studio.library.write("a" * 32, clip, name=True)
    fresh = Library(tmp_path, studio.library.identity)
    assert np.array_equal(fresh.read("a" * 32), clip)
    assert sound.from_wav(next((tmp_path / "fake-tone" / "names").glob("*/*.wav")).read_bytes())[1] == 8000
