"""The line to a person at a terminal: the robot's words are printed, keys or words are typed.

Time limits are not real time here: an empty line is the caller's silence. While the person thinks, the event loop
stands still; nothing else runs in this process.
"""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from ivr.call.keys import take_keys
from ivr.call.model import (
    Answer,
    Call,
    Connected,
    Digits,
    NoInput,
    Prompt,
    TransferResult,
    Unanswered,
    Utterance,
)
from ivr.call.script import Script
from ivr.call.verbs import Ask, Say, Transfer
from ivr.errors import VoiceFailed
from ivr.hearing import Hearing
from ivr.ports import Asked, LineDropped, Said, Voice
from ivr.prompts import Spoken
from ivr.runner import Runner

HELP = "keys (0-9 * #) or words · empty line or /silence: say nothing · /hangup or Ctrl-D: hang up"
_KEYS = re.compile(r"[0-9*#]+")

Operators = Literal["ask", "answer", "busy"]
"""Who takes a transferred call: ask the person at the terminal, somebody at once, nobody."""


@dataclass(frozen=True, slots=True)
class TalkKit:
    """What ``ivr talk`` gets from the wiring room (``ivr.app.for_talk``)."""

    runner: Runner
    plan: str
    """The plan's version, for the record."""
    place: Callable[[Call], Call]
    """Fills in branch and РЭС from the dialled number or the diversion."""
    script: Callable[[Call], Script]
    words: Callable[[Prompt], str]
    """A prompt as a caller would write it down."""
    voice: Voice | None = None
    """The prompts' sound, for ``--play`` and ``--voice``."""
    spoken: Callable[[Prompt], Spoken] | None = None
    """A prompt in words for a caller who may speak, with its rough length."""
    hear: Callable[[], Hearing] | None = None
    """Makes what callers are heard with, as the engine does; blocking. Raises :class:`ivr.errors.IvrError`."""
    talks: bool = False
    """``words`` are those for a caller who may speak."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """The terminal, as functions."""

    read: Callable[[str], str | None]
    """Shows what is asked for and gives the line typed; ``None`` at the end of the input."""
    show: Callable[[str, str], None]
    """Prints a line: who (``robot``, ``caller``, ``operator``, ``note``) and what."""
    play: Callable[[Prompt], Awaitable[None]] | None = None
    """Plays a prompt. Raises :class:`ivr.errors.VoiceFailed`."""


class Console:
    """A :class:`ivr.ports.Channel` for one call. ``follow`` is called before anything is shown: it may print what the
    call has done since (nodes, errands) from the entries so far."""

    def __init__(
        self,
        terminal: Terminal,
        words: Callable[[Prompt], str],
        *,
        operators: Operators = "ask",
        follow: Callable[[], None] | None = None,
    ) -> None:
        self._terminal = terminal
        self._words = words
        self._operators = operators
        self._follow = follow or (lambda: None)
        self._typed = ""
        self.hung_up: Literal["", "caller", "robot"] = ""
        """Who ended the call."""

    async def say(self, say: Say) -> Said:
        """Print a prompt (and play it)."""
        sound_at = time.monotonic()
        text = await self._speak(say.prompt)
        return Said(sound_at, text)

    async def ask(self, ask: Ask) -> Asked:
        """Print a prompt and take what is typed; keys typed ahead are used first unless the question flushes them."""
        if ask.flush:
            self._typed = ""
        sound_at = time.monotonic()
        text = await self._speak(ask.prompt)
        answer = self._answer(ask)
        return Asked(sound_at, text, answer, time.monotonic())

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Ask who answers, or do as ``operators`` says."""
        self._typed = ""
        self._follow()
        self._terminal.show("operator", f"the call waits in the queue “{transfer.queue}”{_urgency(transfer)}")
        match self._operators:
            case "answer":
                return self._answered()
            case "busy":
                return self._unanswered()
            case _:
                return self._whoever(transfer)

    async def hang_up(self) -> None:
        """The robot ends the call."""
        self.hung_up = self.hung_up or "robot"

    async def _speak(self, prompt: Prompt) -> str:
        self._follow()
        text = self._words(prompt)
        self._terminal.show("robot", text)
        if self._terminal.play is not None:
            try:
                await self._terminal.play(prompt)
            except VoiceFailed as error:
                self._terminal.show("note", f"cannot be played: {error}")
        return text

    def _answer(self, ask: Ask) -> Answer:
        if not self._typed:
            line = self._read("")
            if not line:
                return NoInput()
            if not _KEYS.fullmatch(line):
                return Utterance(line)
            self._typed = line
        keys, self._typed = take_keys(self._typed, ask)
        if self._typed:
            self._terminal.show("note", f"“{self._typed}” is kept for the next question")
        return Digits(keys)

    def _read(self, what: str, queue: str | None = None) -> str:
        """A line typed, '' for silence. Raises :class:`LineDropped`."""
        while True:
            line = self._terminal.read(what)
            command = "/hangup" if line is None else line.strip()
            if command == "/hangup":
                self.hung_up = "caller"
                raise LineDropped(queue)
            if command in ("", "/silence"):
                return ""
            if not command.startswith("/"):
                return command
            self._terminal.show("note", HELP)

    def _whoever(self, transfer: Transfer) -> TransferResult:
        while True:
            match self._read("who answers? a = an operator, b = nobody (busy), /hangup", transfer.queue).lower():
                case "a" | "answer":
                    return self._answered()
                case "b" | "busy" | "":
                    return self._unanswered()

    def _answered(self) -> TransferResult:
        self._terminal.show("operator", "an operator takes the call, talks, and hangs up")
        return Connected()

    def _unanswered(self) -> TransferResult:
        self._terminal.show("operator", "nobody answers: the caller comes back")
        return Unanswered()


def _urgency(transfer: Transfer) -> str:
    return f" with priority {transfer.priority}" if transfer.priority else ""
