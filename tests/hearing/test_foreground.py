"""What stands out from a line's noise, and what does not."""

import numpy as np
import pytest

from robot.hearing.foreground import Foreground

CHANCE = np.random.default_rng(4)


def noise(level: float) -> bytes:
    return (CHANCE.standard_normal(160) * level).astype("<i2").tobytes()


def test_a_voice_stands_out_from_a_quiet_line_and_not_from_one_as_loud() -> None:
    quiet, loud = Foreground(), Foreground()
    for _ in range(300):
        quiet.frame(noise(5), speaking=False)
        loud.frame(noise(500), speaking=False)
    for line in (quiet, loud):
        for _ in range(20):
            line.frame(noise(900), speaking=True)
    assert quiet.stands_out
    assert not loud.stands_out


@pytest.mark.parametrize(("level", "stands_out"), [(1500, False), (2600, True)])
def test_a_caller_in_a_loud_room_must_be_louder_than_the_room(level: float, stands_out: bool) -> None:
    line = Foreground()
    for _ in range(300):
        line.frame(noise(500), speaking=False)
    for _ in range(30):
        line.frame(noise(level), speaking=True)
    assert line.stands_out is stands_out


def test_once_is_enough_and_the_next_one_is_judged_by_itself() -> None:
    line = Foreground()
    for _ in range(300):
        line.frame(noise(100), speaking=False)
    for _ in range(30):
        line.frame(noise(1000), speaking=True)
    assert line.stands_out
    for _ in range(60):
        line.frame(noise(100), speaking=True)
    assert line.stands_out
    line.next()
    for _ in range(30):
        line.frame(noise(100), speaking=True)
    assert not line.stands_out


def test_a_line_of_which_nothing_is_known_is_taken_to_be_quiet() -> None:
    line = Foreground()
    assert not line.stands_out
    for _ in range(20):
        line.frame(noise(300), speaking=True)
    assert line.stands_out


def test_frames_without_samples_do_no_harm() -> None:
    line = Foreground()
    line.frame(b"", speaking=True)
    assert not line.stands_out
