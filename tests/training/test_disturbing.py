"""Augmentation and non-speech: same seed, same sound; levels and lengths within what a telephone line carries."""

import numpy as np
import pytest

from robot.training.augmentation import active_level, at_level, on_the_line, padded, with_lost_packets
from robot.training.non_speech import KINDS, _sound, non_speech
from robot.training.preparing import prepare
from robot.training.shards import RATE, Shard, Spoken, shards


def speech(seed: int = 0, seconds: float = 1.0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return (chance.standard_normal(int(RATE * seconds)) * 2000).astype(np.int16)


@pytest.fixture(autouse=True)
def _no_gsm(monkeypatch: pytest.MonkeyPatch) -> None:
    """GSM needs soundfile, which only the extra "train" brings; another codec stands in."""
    pytest.importorskip("numpy")
    monkeypatch.setattr("robot.training.augmentation.gsm", lambda line: line)


def test_a_seed_gives_the_same_sound_again() -> None:
    one, again, other = (on_the_line(speech(), np.random.default_rng(seed), speech(9, 5)) for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_nothing_of_the_words_is_cut_off() -> None:
    for seed in range(20):
        assert len(on_the_line(speech(), np.random.default_rng(seed), speech(9, 5))) >= RATE


def test_silence_is_added_on_both_sides() -> None:
    sound = padded(speech().astype(np.float32), np.random.default_rng(3))
    assert len(sound) >= 1.1 * RATE
    assert not sound[: int(0.05 * RATE)].any()
    assert not sound[-int(0.05 * RATE) :].any()


def test_levels_span_faint_to_overdriven() -> None:
    chance = np.random.default_rng(5)
    decibels = [20 * np.log10(active_level(at_level(speech().astype(np.float32), chance)) / 32768) for _ in range(200)]
    assert min(decibels) < -40
    assert max(decibels) > -12


def test_lost_packets_leave_gaps_and_the_rest_untouched() -> None:
    line = speech(4, 4.0)
    heard = with_lost_packets(line, np.random.default_rng(2))
    changed = [
        start
        for start in range(0, len(line), 160)
        if not np.array_equal(line[start : start + 160], heard[start : start + 160])
    ]
    assert 1 <= len(changed) <= 60
    assert len(heard) == len(line)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("silence", "idle")])
def test_every_kind_of_non_speech_makes_sound(kind: str) -> None:
    sound = _sound(kind, RATE * 2, np.random.default_rng(7), speech(9, 10))
    assert len(sound) == RATE * 2
    assert np.isfinite(sound).all()
    assert sound.std() > 0


def test_non_speech_lasts_one_to_six_seconds_and_more_with_silence_around_it() -> None:
    for seed in range(30):
        assert RATE <= len(non_speech(np.random.default_rng(seed), speech(9, 10))) <= 10.1 * RATE


def test_preparing_keeps_the_words_adds_non_speech_and_does_not_repeat_itself(tmp_path) -> None:
    shard = Shard(tmp_path / "sound" / "x-01-000")
    shard.path.parent.mkdir()
    shard.write([Spoken(f"да {number}".split()[0], "anna", speech(number, 0.5)) for number in range(40)])
    assert [one.name for one in shards(tmp_path / "sound")] == ["x-01-000"]
    made = prepare(shard, tmp_path / "features", copies=2, seed=1)
    assert made > 40
    files = sorted((tmp_path / "features").glob("*.json"))
    assert len(files) == 2
    assert '"text": ""' in files[0].read_text() + files[1].read_text()
    assert prepare(shard, tmp_path / "features", copies=2, seed=1) == 0
