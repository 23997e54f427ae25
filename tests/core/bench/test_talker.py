"""The bench's caller by ear: when it speaks, and what it takes for the time to an answer."""

import numpy as np
import pytest

from bench.speech.clips import FRAME, said, sentence
from bench.speech.talker import FAREWELL_S, NO_REPLY_S, Line, Talker

FRAME_S = 0.02
SILENCE = bytes(2 * FRAME)
LOUD = np.full(FRAME, 1000, np.int16)
QUIET = np.zeros(FRAME, np.int16)
HALF_A_SECOND = sentence(np.concatenate([QUIET] * 10 + [LOUD] * 25 + [QUIET] * 5))
"""With a little of the line around it: the talker begins with its first sound."""


class Line20ms:
    """The talker's clock, and a robot that is loud when it is told to be."""

    def __init__(self, *lines: Line) -> None:
        self.talker = Talker(lines, {line.name: HALF_A_SECOND for line in lines}, SILENCE)
        self.now = 100.0
        self.spoken: list[float] = []
        self.talker.answer(self.now)

    def run(self, seconds: float, *, robot: bool) -> None:
        for _ in range(round(seconds / FRAME_S)):
            self.talker.hears(robot, self.now)
            if any(self.talker.says(self.now)):
                self.spoken.append(round(self.now - 100.0, 2))
            self.now += FRAME_S


def test_into_the_question_and_the_time_to_the_answer() -> None:
    line = Line20ms(Line("a", into=1.0))
    line.run(0.5, robot=False)
    line.run(1.2, robot=True)  # 0.5 … 1.7: the caller begins at 1.5, and the robot lets itself be cut at 1.7
    line.run(0.7, robot=False)
    line.run(0.5, robot=True)  # from 2.4 on
    assert (line.spoken[0], line.spoken[-1]) == pytest.approx((1.5, 1.98), abs=FRAME_S * 1.5)
    (turn,) = line.talker.turns
    assert not turn.talked_over
    assert turn.replied == pytest.approx(2.4 - 1.98, abs=FRAME_S * 1.5)


def test_after_the_robot_has_finished() -> None:
    line = Line20ms(Line("a", after=0.7))
    line.run(1.0, robot=True)
    line.run(0.5, robot=False)  # a pause between two sentences
    line.run(1.0, robot=True)
    line.run(1.5, robot=False)
    assert line.spoken[0] == pytest.approx(2.5 + 0.68, abs=FRAME_S * 1.5)


def test_a_robot_that_is_not_cut_is_no_quick_answer() -> None:
    line = Line20ms(Line("a", into=1.0))
    line.run(2.0, robot=True)  # past the caller's end at 1.48
    line.run(0.5, robot=False)
    line.run(0.5, robot=True)
    (turn,) = line.talker.turns
    assert turn.talked_over
    assert turn.replied == pytest.approx(2.5 - 1.48, abs=FRAME_S * 1.5)


def test_the_next_sentence_waits_for_the_answer() -> None:
    line = Line20ms(Line("a", into=0.2), Line("b", into=0.4))
    line.run(0.4, robot=True)
    line.run(3.0, robot=False)
    assert [turn.name for turn in line.talker.turns] == ["a"]
    line.run(0.4, robot=True)
    line.run(2.0, robot=False)
    assert [turn.name for turn in line.talker.turns] == ["a", "b"]
    assert line.talker.spoken_frames == 50


def test_whoever_gets_no_answer_hangs_up_and_is_counted() -> None:
    line = Line20ms(Line("a", into=0.0))
    line.run(0.1, robot=True)
    line.run(NO_REPLY_S, robot=False)
    assert not line.talker.over(line.now)
    line.run(1.0, robot=False)
    assert line.talker.over(line.now)
    assert line.talker.lost


def test_whoever_has_said_all_hears_the_answer_begin_and_hangs_up() -> None:
    line = Line20ms(Line("a", into=0.0))
    line.run(0.1, robot=True)
    line.run(1.0, robot=False)
    line.run(FAREWELL_S - 0.1, robot=True)
    assert not line.talker.over(line.now)
    line.run(0.3, robot=True)
    assert line.talker.over(line.now)
    assert not line.talker.lost


def test_whoever_says_nothing_stays() -> None:
    line = Line20ms()
    line.run(60.0, robot=True)
    assert not line.talker.over(line.now)
    assert line.spoken == []


@pytest.mark.parametrize("name", ["no_light", "address", "account", "repeat", "voltage", "no"])
def test_sentences_end_with_their_last_sound(name: str) -> None:
    sound = said(name)
    assert 0.2 < (len(sound.frames) - sound.end) * FRAME_S + 0.2 < 0.5
    last = np.frombuffer(sound.frames[sound.end - 1], "<i2").astype(float)
    assert np.sqrt((last**2).mean()) > 60
