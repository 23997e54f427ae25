"""Noises, pauses and figures of the bench, as they are counted."""

import numpy as np
import pytest

from bench.speech.dictation import with_pauses
from bench.speech.mistakes import BargeIns
from bench.speech.noises import LEVEL, noises
from robot.hearing.bench.alaw import RATE


@pytest.fixture
def voices() -> list[np.ndarray]:
    chance = np.random.default_rng(3)
    return [(chance.standard_normal(RATE) * 1000).astype(np.int16) for _ in range(3)]


def test_noises_are_as_long_and_as_loud_as_they_should_be_and_always_the_same(voices: list[np.ndarray]) -> None:
    mutter = np.full(RATE // 2, 2000, np.int16)
    made = noises(voices, mutter)
    assert made.keys() == {"white", "hum", "music", "babble", "угу"}
    for name, make in made.items():
        one, again = (make(12.0, np.random.default_rng(5)) for _ in range(2))
        assert len(one) == 12 * RATE, name
        assert np.array_equal(one, again), name
        if name != "угу":
            assert np.sqrt((one.astype(float) ** 2).mean()) == pytest.approx(LEVEL, rel=0.02), name


def test_an_hour_is_told_from_what_was_listened_to() -> None:
    assert BargeIns("white", 1800, 4).per_hour == 8
    assert BargeIns("white", 3600, 0).at_most == 3, "nothing in an hour does not mean never"


def test_a_pause_is_put_between_two_words_and_nothing_is_lost() -> None:
    sound = np.full(2 * RATE, 1000, np.int16)
    made = with_pauses("account", "один два", sound, [1.0], np.random.default_rng(1))
    assert 0.3 <= made.longest_pause <= 0.9
    assert len(made.sound) == len(sound) + int(made.longest_pause * RATE)
    assert made.end == pytest.approx(2.0 + made.longest_pause, abs=0.05)
    quiet = made.sound[RATE + 40 : RATE + int(0.29 * RATE)]
    assert not quiet.any()
