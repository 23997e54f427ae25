"""Callers who speak from sound files: when they speak, when they hang up, and what is shown of what was heard."""

import asyncio
import wave
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ivr.call.model import Abandoned, Call, Ended, Outcome, Prompt, Speech, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.console import Console, Terminal
from ivr.channels.handset import Exchange, Handset, Saying, as_fast_as
from ivr.channels.spoken import SpokenChannel, Typed
from ivr.channels.talking import TalkingChannel
from ivr.channels.voicing import Voicing
from ivr.hearing import Answered, Overheard, Words
from ivr.ports import Clip
from ivr.runner import Runner
from tests.fakes import FakeJournal

SECONDS = {"greeting": 2.0}
CALL = Call("c1", None, "8800", datetime(2026, 11, 25, tzinfo=UTC))


def saying(words: str, seconds: float = 0.5, into: float | None = None) -> Saying:
    """Sound that the ear below takes for these words: their number in every sample."""
    if words not in SAID:
        SAID.append(words)
    number = SAID.index(words) + 10
    return Saying(f"{words}.wav", number.to_bytes(2, "little") * int(seconds * 8000), into)


SAID: list[str] = []


@dataclass
class SimpleEar:
    """Hears the words that a sound stands for, 200 ms after it has ended."""

    told: Callable[[Overheard], None]
    words: str = ""
    silent: int = 0
    said: bool = False

    @property
    def speaking(self) -> bool:
        return bool(self.words)

    def expect(self, speech: Speech | None) -> None:
        pass

    def hear(self, samples: bytes) -> None:
        number = int.from_bytes(samples[:2], "little")
        if number:
            self.words, self.silent = SAID[number - 10], 0
            if not self.said:
                self.said = True
                self.told(Words(self.words))
        elif self.words:
            self.silent += 1
            if self.silent == 10:
                self.told(Answered(Utterance(self.words, 0.9, ("другое",)), asyncio.get_running_loop().time()))
                self.words, self.said = "", False

    def sent(self, samples: bytes) -> None:
        pass

    def close(self) -> None:
        pass


class SimpleHearing:
    def listen(self, told: Callable[[Overheard], None]) -> SimpleEar:
        return SimpleEar(told)


@dataclass
class Voice:
    folder: Path

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        path, seconds = self.folder / f"{prompt.name}.wav", SECONDS.get(prompt.name, 1.0)
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(8000)
            file.writeframes(b"\x01\x00" * int(seconds * 8000))
        return Clip(path, f"<{prompt.name}>", seconds)


@dataclass
class Held:
    shown: list[tuple[str, str]] = field(default_factory=list)
    begun: list[str] = field(default_factory=list)
    outcome: Outcome | None = None
    handset: Handset | None = None

    @property
    def heard(self) -> list[str]:
        return [text for who, text in self.shown if who == "heard"]


async def hold(folder: Path, script: Callable[[], object], *sayings: Saying) -> Held:
    held = Held()
    terminal = Terminal(lambda what: None, lambda who, text: held.shown.append((who, text)))
    console = Console(terminal, lambda prompt: f"<{prompt.name}>", operators="answer")
    handset = Handset(Exchange(), deque(sayings), as_fast_as(set), lambda each: held.begun.append(each.name))
    typed = Typed(console, handset)
    talking = TalkingChannel(
        typed, Voicing(Voice(folder)), handset.exchange, SimpleHearing(), lambda text: text == "оператор"
    )
    channel = SpokenChannel(talking, typed, terminal.show)
    runner = Runner({}, FakeJournal(), lambda: CALL.started_at)
    held.outcome = await runner.run_call(CALL, script, channel)  # type: ignore[arg-type]
    talking.close()
    held.handset = handset
    return held


QUESTION = Ask(Prompt("menu"), wait=1.0, speech=Speech("choice", ("нет света",)))


async def test_each_file_answers_the_next_question(tmp_path: Path) -> None:
    answers = []

    async def script() -> Outcome:
        await Say(Prompt("greeting"))
        answers.append(await QUESTION)
        answers.append(await QUESTION)
        return Ended("end")

    held = await hold(tmp_path, script, saying("нет света"), saying("да"))
    assert [answer.text for answer in answers] == ["нет света", "да"]
    assert held.outcome == Ended("end")
    assert held.begun == ["нет света.wav", "да.wav"]
    assert len(held.heard) == 2
    assert held.heard[0].startswith("«нет света» (confidence 0.90, or «другое», known ")
    assert "broke in" not in held.heard[0]


async def test_who_has_nothing_more_to_say_hangs_up(tmp_path: Path) -> None:
    async def script() -> Outcome:
        await QUESTION
        await QUESTION
        raise AssertionError

    held = await hold(tmp_path, script, saying("да"))
    assert held.outcome == Abandoned()
    assert held.handset is not None
    assert held.handset.hung_up


async def test_words_into_the_robots_words(tmp_path: Path) -> None:
    overheard = []

    async def script() -> Outcome:
        await Say(Prompt("greeting"))
        answer = await QUESTION
        overheard.append(answer)
        await Transfer("operators")
        return Ended("end")

    held = await hold(tmp_path, script, saying("да", into=1.0), saying("нет", into=0.2))
    assert overheard == [Utterance("нет", 0.9, ("другое",))]
    assert "broke in" in held.heard[-1]
    assert any("an operator takes the call" in text for _, text in held.shown)


async def test_words_into_the_next_words_wait_for_them_after_an_answer(tmp_path: Path) -> None:
    answers = []

    async def script() -> Outcome:
        await Say(Prompt("greeting"))
        answers.append(await QUESTION)
        answers.append(await QUESTION)
        return Ended("end")

    held = await hold(tmp_path, script, saying("нет света"), saying("да", into=0.2))
    assert [answer.text for answer in answers] == ["нет света", "да"]
    assert "broke in" in held.heard[-1]


async def test_what_is_being_said_when_a_question_begins_answers_it(tmp_path: Path) -> None:
    answers = []

    async def script() -> Outcome:
        await Say(Prompt("greeting"))
        answers.append(await QUESTION)
        answers.append(await QUESTION)
        return Ended("end")

    await hold(tmp_path, script, saying("у нас нет света", seconds=2.0, into=1.5), saying("да"))
    assert [answer.text for answer in answers] == ["у нас нет света", "да"]


async def test_files_that_nobody_asked_for_are_left(tmp_path: Path) -> None:
    async def script() -> Outcome:
        await QUESTION
        return Ended("end")

    held = await hold(tmp_path, script, saying("да"), saying("нет"))
    assert held.handset is not None
    assert [each.name for each in held.handset.sayings] == ["нет.wav"]


async def test_a_handset_runs_nothing_else(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no Queue"):
        await Handset(Exchange(), deque(), as_fast_as(set)).exec("Queue", "operators")
