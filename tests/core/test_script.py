"""ask_until: silence and nonsense are counted apart, each with its own words."""

from collections.abc import Sequence
from typing import Any

from ivr.call.model import Answer, Digits, Heard, NoInput, NoMatch, Prompt
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask, Note, Reply

QUESTION = Ask(Prompt("which"), wait=7, most=1)
NO_INPUT = (Prompt("silent_once"), Prompt("silent_twice"))
NO_MATCH = (Prompt("nonsense_once"),)


def one_or_two(heard: Heard) -> str | None:
    return heard.keys if isinstance(heard, Digits) and heard.keys in ("1", "2") else None


def drive(answers: Sequence[Answer]) -> tuple[Any, list[str], list[Ask]]:
    steps = ask_until(QUESTION, one_or_two, no_input=NO_INPUT, no_match=NO_MATCH)
    left, reply, asked = list(answers), None, []
    while True:
        try:
            verb = steps.send(reply)
        except StopIteration as end:
            assert not left, "the script ended before it had heard all answers"
            return end.value, [ask.prompt.name for ask in asked], asked
        if isinstance(verb, Note):
            reply = Reply(None)
        else:
            assert isinstance(verb, Ask)
            asked.append(verb)
            reply = Reply(left.pop(0))


def test_first_answer_taken() -> None:
    assert drive([Digits("2")])[:2] == ("2", ["which"])


def test_two_ladders() -> None:
    value, prompts, asked = drive([NoInput(), Digits("7"), NoInput(), Digits("1")])
    assert value == "1"
    assert prompts == ["which", "silent_once", "nonsense_once", "silent_twice"]
    assert asked[0].flush is False
    assert all(ask.flush and ask.wait == 7 for ask in asked[1:])


def test_each_ladder_ends_by_itself() -> None:
    assert drive([NoInput(), NoInput(), NoInput()])[0] == GaveUp(silent=True)
    assert drive([NoInput(), Digits("9"), NoMatch("э-э")])[0] == GaveUp(silent=False)
