"""The terminal line: real runner, a small script, typed lines."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr.call.errands import OpenTicket, Ticket
from ivr.call.keys import take_keys
from ivr.call.model import (
    Abandoned,
    Answer,
    Call,
    CallRecord,
    Connected,
    Digits,
    LeftQueue,
    NoInput,
    Outcome,
    Prompt,
    TalkedToPerson,
    Told,
    Utterance,
)
from ivr.call.script import Script
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.channels.console import HELP, Console, Operators, TalkKit, Terminal
from ivr.cli.talk import command, hold
from ivr.errors import VoiceFailed
from ivr.runner import Runner

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CALL = Call("t1", "+79001231234", "88002200220", NOW)


@pytest.mark.parametrize(
    ("typed", "most", "keys", "rest"),
    [
        ("1", 1, "1", ""),
        ("12", 1, "1", "2"),
        ("1#", 1, "1", "#"),
        ("12#3", 5, "12", "3"),
        ("#", 5, "#", ""),
        ("#1", 5, "#", "1"),
        ("12345#", 5, "12345", ""),
        ("123456", 5, "12345", "6"),
        ("*", 1, "*", ""),
    ],
)
def test_typed_keys_are_taken_as_a_telephone_does(typed: str, most: int, keys: str, rest: str) -> None:
    assert take_keys(typed, Ask(Prompt("x"), most=most)) == (keys, rest)


class Journal:
    def __init__(self) -> None:
        self.ended: list[CallRecord] = []

    async def begin(self, record: CallRecord) -> None: ...

    async def end(self, record: CallRecord) -> None:
        self.ended.append(record)


class Screen:
    """What a terminal shows, and the lines typed at it."""

    def __init__(self, *typed: str) -> None:
        self.typed = list(typed)
        self.lines: list[tuple[str, str]] = []

    def read(self, what: str) -> str | None:
        return self.typed.pop(0) if self.typed else None

    def show(self, who: str, text: str) -> None:
        self.lines.append((who, text))

    @property
    def terminal(self) -> Terminal:
        return Terminal(self.read, self.show)

    def shown(self, who: str) -> list[str]:
        return [text for speaker, text in self.lines if speaker == who]


async def opened(_: OpenTicket) -> Ticket:
    return Ticket(100_001, NOW, "no_power", "open")


async def talk(
    script: Script, screen: Screen, *, operators: Operators = "ask", why: bool = False
) -> tuple[Outcome, CallRecord]:
    journal = Journal()
    runner = Runner({OpenTicket: opened}, journal, lambda: NOW)
    kit = TalkKit(runner, "plan-1", lambda call: call, lambda _: script, lambda prompt: f"«{prompt.name}»")
    outcome = await asyncio.wait_for(hold(kit, CALL, screen.terminal, operators=operators, why=why), 5)
    return outcome, journal.ended[0]


def asks(*questions: Ask, then: Sequence[Answer] | None = None) -> tuple[Script, list[Answer]]:
    answers: list[Answer] = []

    async def script() -> Outcome:
        for question in questions:
            answers.append(await question)
        await Say(Prompt("bye"))
        return Told("all")

    return script, answers


QUESTION = Ask(Prompt("menu"))


async def test_keys_words_and_silence() -> None:
    script, answers = asks(QUESTION, QUESTION, QUESTION, QUESTION)
    screen = Screen("1\n", "света нет\n", "\n", "/silence\n")
    outcome, record = await talk(script, screen)
    assert outcome == Told("all")
    assert answers == [Digits("1"), Utterance("света нет"), NoInput(), NoInput()]
    assert screen.shown("robot") == ["«menu»"] * 4 + ["«bye»"]
    assert record.entries[0].said == "«menu»"
    assert screen.lines[-1] == ("note", "the robot hangs up")


async def test_keys_typed_ahead_wait_for_the_next_question_unless_it_flushes() -> None:
    script, answers = asks(QUESTION, QUESTION, Ask(Prompt("menu"), flush=True))
    await talk(script, Screen("123", "7"))
    assert answers == [Digits("1"), Digits("2"), Digits("7")]


@pytest.mark.parametrize("typed", [[], ["/hangup"]])
async def test_hanging_up_and_the_end_of_the_input(typed: list[str]) -> None:
    script, answers = asks(QUESTION)
    screen = Screen(*typed)
    outcome, record = await talk(script, screen)
    assert outcome == Abandoned("")
    assert record.outcome == outcome
    assert answers == []
    assert screen.lines[-1] == ("note", "the caller hangs up")


async def test_an_unknown_command_explains_itself() -> None:
    script, answers = asks(QUESTION)
    screen = Screen("/help", "2")
    await talk(script, screen)
    assert screen.shown("note").count(HELP) == 1
    assert answers == [Digits("2")]


async def transferred() -> Outcome:
    match await Transfer("operators", priority=10):
        case Connected():
            return TalkedToPerson("operators")
        case _:
            await Say(Prompt("all_busy"))
            return Told("busy")


@pytest.mark.parametrize(
    ("typed", "operators", "outcome"),
    [
        (["a"], "ask", TalkedToPerson("operators")),
        (["what?", "b"], "ask", Told("busy")),
        (["/hangup"], "ask", LeftQueue("operators")),
        ([], "ask", LeftQueue("operators")),
        ([], "answer", TalkedToPerson("operators")),
        ([], "busy", Told("busy")),
    ],
)
async def test_a_transfer_asks_who_answers(typed: list[str], operators: Operators, outcome: Outcome) -> None:
    screen = Screen(*typed)
    assert (await talk(transferred, screen, operators=operators))[0] == outcome
    assert screen.shown("operator")[0] == "the call waits in the queue “operators” with priority 10"


async def reasoned() -> Outcome:
    await Enter("menu")
    await Note("the number is known")
    await Say(Prompt("hello"))
    await OpenTicket("t1", "no_power", "+79001231234", "")
    return Told("x")


async def test_why_shows_what_is_not_said() -> None:
    screen = Screen()
    await talk(reasoned, screen, why=True)
    assert screen.lines[1:-1] == [
        ("note", "node: menu"),
        ("note", "because: the number is known"),
        ("robot", "«hello»"),
        ("note", "errand: OpenTicket(topic=no_power, phone=***, category=notice, urgent=False) → "
                 "Ticket(number=100001, opened_at=25.11 09:00, topic=no_power, state=open, joined=False)"),
    ]  # fmt: skip
    silent = Screen()
    await talk(reasoned, silent)
    assert silent.shown("robot") == ["«hello»"]
    assert len(silent.shown("note")) == 2


async def test_a_sound_that_cannot_be_played_is_no_reason_to_stop() -> None:
    async def play(prompt: Prompt) -> None:
        raise VoiceFailed("no voice")

    screen = Screen()
    line = Console(Terminal(screen.read, screen.show, play), lambda prompt: "words")
    assert (await line.say(Say(Prompt("x")))).text == "words"
    assert screen.lines == [("robot", "words"), ("note", "cannot be played: no voice")]


def test_the_number_of_a_caller_is_checked(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("")
    result = CliRunner().invoke(command, ["--home", str(tmp_path), "--caller", "12"])
    assert result.exit_code == 2
    assert "not a telephone number: '12'" in result.output
    assert not (tmp_path / "var").exists()
