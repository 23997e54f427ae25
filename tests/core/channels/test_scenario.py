"""The line that goes by a transcript: it must notice everything that goes another way."""

import pytest

from ivr.call.model import Connected, Digits, NoInput, Prompt, Unanswered
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.scenario import (
    HangsUp,
    IsSilent,
    Line,
    NobodyAnswers,
    OperatorTalks,
    Presses,
    RobotSays,
    ScenarioChannel,
    Strayed,
    Transcript,
)
from ivr.ports import LineDropped

MENU = Ask(Prompt("menu"))
ACCOUNT = Ask(Prompt("account"), most=6)


def transcript(*lines: Line) -> Transcript:
    return Transcript(lines)


def test_words_must_be_those_of_the_transcript() -> None:
    with pytest.raises(Strayed, match=r"line 7: the robot says\n  hello\nbut here stands what the robot says\n  hi"):
        transcript(RobotSays("hi", 7)).say("hello")


def test_what_is_left_over_is_noticed() -> None:
    with pytest.raises(Strayed, match="the call is over"):
        transcript(RobotSays("hi", 1)).finish()


def test_what_comes_too_much_is_noticed() -> None:
    with pytest.raises(Strayed, match="the end of the transcript"):
        transcript().say("hi")


def test_a_question_needs_an_answer() -> None:
    lines = transcript(RobotSays("menu"), RobotSays("menu again"))
    with pytest.raises(Strayed, match="was asked something"):
        lines.ask("menu", MENU)


def test_answers() -> None:
    lines = transcript(RobotSays("menu"), IsSilent(), RobotSays("menu"), Presses("1"), RobotSays("menu"), HangsUp())
    assert lines.ask("menu", MENU) == NoInput()
    assert lines.ask("menu", MENU) == Digits("1")
    with pytest.raises(LineDropped):
        lines.ask("menu", MENU)
    lines.finish()


@pytest.mark.parametrize(
    ("keys", "answer", "left"),
    [("123#", "123", ""), ("123", "123", ""), ("123456#", "123456", ""), ("1234567", "123456", "7"), ("#", "#", "")],
)
def test_numbers(keys: str, answer: str, left: str) -> None:
    lines = transcript(RobotSays("account"), Presses(keys))
    assert lines.ask("account", ACCOUNT) == Digits(answer)
    assert lines.typed == left


def test_a_key_pressed_ahead_answers_the_next_question_unheard() -> None:
    lines = transcript(RobotSays("hello"), Presses("12"), RobotSays("more"), RobotSays("fine"))
    assert lines.say("hello") == (Digits("12"),)
    assert lines.say("more") == ()
    assert lines.ask("menu", MENU) == Digits("1")
    assert lines.ask("menu", MENU) == Digits("2")
    lines.say("fine")


def test_a_question_may_throw_keys_away() -> None:
    lines = transcript(RobotSays("hello"), Presses("1"), RobotSays("menu"), Presses("2"))
    lines.say("hello")
    assert lines.ask("menu", Ask(Prompt("menu"), flush=True)) == Digits("2")


def test_queues() -> None:
    lines = transcript(OperatorTalks(3, 40), NobodyAnswers(), HangsUp(in_queue=True), RobotSays("hi"))
    assert lines.transfer("operators") == Connected(3, 40)
    assert lines.transfer("operators") == Unanswered()
    with pytest.raises(LineDropped) as gone:
        lines.transfer("operators")
    assert gone.value.in_queue == "operators"
    with pytest.raises(Strayed, match="waits in the queue"):
        lines.transfer("operators")


async def test_a_channel_drops_the_line_where_the_call_strays() -> None:
    channel = ScenarioChannel(transcript(RobotSays("greeting"), RobotSays("menu", 2), Presses("1")), lambda p: p.name)
    assert (await channel.say(Say(Prompt("greeting")))).text == "greeting"
    with pytest.raises(LineDropped):
        await channel.transfer(Transfer("operators"))
    assert channel.strayed is not None
    assert channel.strayed.line == 2
    assert channel.said == ["greeting"]


async def test_a_channel_notices_an_end_that_comes_too_early() -> None:
    channel = ScenarioChannel(transcript(RobotSays("menu", 3), Presses("1")), lambda p: p.name)
    await channel.hang_up()
    assert channel.strayed is not None
    assert channel.hung_up
