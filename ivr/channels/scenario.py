"""A line driven by a transcript: the caller does what the transcript says, and the robot must say what it says.

For tests of whole calls and for showing a call without a telephone. :class:`Transcript` is the pure part (a script can
be rehearsed against it without an event loop); :class:`ScenarioChannel` is the :class:`ivr.ports.Channel` on top.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import assert_never

from ivr.call.keys import take_keys
from ivr.call.model import Answer, Connected, Digits, Heard, NoInput, Prompt, TransferResult, Unanswered, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.errors import IvrError
from ivr.ports import Asked, LineDropped, Said


@dataclass(frozen=True, slots=True)
class RobotSays:
    """The robot says these words. ``line`` is where they stand in the transcript's file."""

    words: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Presses:
    """The caller presses keys: after a question as its answer, after anything else ahead of the next question."""

    keys: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Speaks:
    """The caller says something: after a question as its answer, after anything else into the middle of it."""

    words: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class IsSilent:
    """The caller lets a question pass."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class HangsUp:
    """The caller hangs up: while the words before are said, or while waiting for a person."""

    in_queue: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class OperatorTalks:
    """An operator takes the call after ``waited`` seconds."""

    waited: float = 0.0
    talked: float = 60.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class NobodyAnswers:
    """No operator takes the call within the queue's limit."""

    line: int = 0


Line = RobotSays | Presses | Speaks | IsSilent | HangsUp | OperatorTalks | NobodyAnswers


class Strayed(IvrError):
    """The call does not go as the transcript says."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(f"line {line}: {message}" if line else message)
        self.line = line


@dataclass(slots=True)
class Transcript:
    """The lines of a call, and how far it has come. Every method raises :class:`Strayed`.

    Keys pressed ahead answer the next question without its being asked: its words do not stand in the transcript.
    """

    lines: tuple[Line, ...]
    at: int = 0
    typed: str = ""
    """Keys pressed ahead, not yet asked for."""

    def say(self, words: str) -> tuple[Heard, ...]:
        """The robot says something; gives the keys that the caller presses meanwhile.

        Raises :class:`LineDropped` when the caller hangs up meanwhile.
        """
        self._hear(words)
        match self.ahead:
            case Presses(keys=keys):
                self.typed += keys
                self.at += 1
                return (Digits(keys),)
            case Speaks(words=spoken):
                self.at += 1
                return (Utterance(spoken),)
            case HangsUp(in_queue=False):
                self.at += 1
                raise LineDropped
        return ()

    def ask(self, words: str, ask: Ask) -> Answer:
        """The robot asks, and the caller answers. Raises :class:`LineDropped` when the caller hangs up instead."""
        if ask.flush:
            self.typed = ""
        if not self.typed:
            self._hear(words)
            match self.ahead:
                case Presses(keys=keys):
                    self.typed = keys
                case Speaks(words=spoken):
                    self.at += 1
                    return Utterance(spoken)
                case IsSilent():
                    self.at += 1
                    return NoInput()
                case HangsUp(in_queue=False):
                    self.at += 1
                    raise LineDropped
                case line:
                    raise self._strayed(f"the caller was asked something, but here stands {_name(line)}")
            self.at += 1
        keys, self.typed = take_keys(self.typed, ask)
        return Digits(keys)

    def transfer(self, queue: str) -> TransferResult:
        """The caller waits for a person. Raises :class:`LineDropped` when they give up."""
        self.typed = ""
        line = self.ahead
        self.at += 1
        match line:
            case OperatorTalks(waited=waited, talked=talked):
                return Connected(waited, talked)
            case NobodyAnswers():
                return Unanswered()
            case HangsUp(in_queue=True):
                raise LineDropped(in_queue=queue)
        self.at -= 1
        raise self._strayed(f"the caller waits in the queue “{queue}”, but here stands {_name(line)}")

    def finish(self) -> None:
        """The call is over: nothing may be left."""
        if self.ahead is not None:
            raise self._strayed(f"the call is over, but here stands {_name(self.ahead)}")

    @property
    def ahead(self) -> Line | None:
        """The line that is due next."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    def _hear(self, words: str) -> None:
        line = self.ahead
        if not isinstance(line, RobotSays) or line.words != words:
            raise self._strayed(f"the robot says\n  {words}\nbut here stands {_name(line)}")
        self.at += 1

    def _strayed(self, message: str) -> Strayed:
        line = self.ahead or (self.lines[-1] if self.lines else None)
        return Strayed(line.line if line else 0, message)


def _name(line: Line | None) -> str:
    match line:
        case None:
            return "the end of the transcript"
        case RobotSays(words=words):
            return f"what the robot says\n  {words}"
        case Presses(keys=keys):
            return f"that the caller presses {keys}"
        case Speaks(words=words):
            return f"that the caller says «{words}»"
        case IsSilent():
            return "that the caller is silent"
        case HangsUp():
            return "that the caller hangs up"
        case OperatorTalks():
            return "that an operator answers"
        case NobodyAnswers():
            return "that nobody answers"
        case _:
            assert_never(line)


@dataclass(slots=True)
class ScenarioChannel:
    """The line of one call that goes by ``transcript``; ``words`` puts prompts into words.

    When the call strays from the transcript, ``strayed`` says where and the line is dropped. Takes no time: waiting
    and speaking are over at once.
    """

    transcript: Transcript
    words: Callable[[Prompt], str]
    strayed: Strayed | None = None
    hung_up: bool = False
    said: list[str] = field(default_factory=list)

    async def say(self, say: Say) -> Said:
        """Say a prompt."""
        words = self._spoken(say.prompt)
        with self._following():
            overheard = self.transcript.say(words)
        return Said(time.monotonic(), words, overheard)

    async def ask(self, ask: Ask) -> Asked:
        """Ask, and answer as the transcript says."""
        words = self._spoken(ask.prompt)
        with self._following():
            answer = self.transcript.ask(words, ask)
        now = time.monotonic()
        return Asked(now, words, answer, now)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Wait for a person as the transcript says."""
        with self._following():
            return self.transcript.transfer(transfer.queue)

    async def hang_up(self) -> None:
        """The robot ends the call: the transcript must be at its end."""
        self.hung_up = True
        if self.strayed is None:
            try:
                self.transcript.finish()
            except Strayed as strayed:
                self.strayed = strayed

    @contextmanager
    def _following(self) -> Iterator[None]:
        try:
            yield
        except Strayed as strayed:
            self.strayed = strayed
            raise LineDropped from strayed

    def _spoken(self, prompt: Prompt) -> str:
        words = self.words(prompt)
        self.said.append(words)
        return words
