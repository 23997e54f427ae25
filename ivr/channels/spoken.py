"""The line to a caller who speaks from sound files, as it is shown in a terminal (``ivr talk --voice``)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from ivr.call.model import Answer, Digits, NoInput, NoMatch, TransferResult, Utterance
from ivr.call.verbs import Ask, Say, Transfer
from ivr.channels.console import Console
from ivr.channels.handset import Handset
from ivr.channels.keys_line import Session
from ivr.channels.talking import TalkingChannel
from ivr.ports import Asked, Said

Show = Callable[[str, str], None]
"""Prints a line: who and what, as :class:`ivr.channels.console.Terminal` does."""


@dataclass(frozen=True, slots=True)
class Typed:
    """The way to go on where callers are not heard (:class:`ivr.channels.keys_line.KeysLine`): the terminal. Transfers
    are its affair as well."""

    console: Console
    handset: Handset

    @property
    def session(self) -> Session:
        """What the call is in AudioSocket with."""
        return self.handset

    async def say(self, say: Say) -> Said:
        """Print a sentence."""
        return await self.console.say(say)

    async def ask(self, ask: Ask) -> Asked:
        """Print a question; it is answered by typing."""
        return await self.console.ask(ask)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """As the terminal does it."""
        return await self.console.transfer(transfer)

    async def hang_up(self) -> None:
        """The robot ends the call."""
        await self.console.hang_up()


@dataclass(slots=True)
class SpokenChannel:
    """A :class:`ivr.ports.Channel`: the talking channel of a real call, with what was heard shown."""

    talking: TalkingChannel
    typed: Typed
    show: Show
    follow: Callable[[], None] = lambda: None
    """Called before what was heard is shown: what the call has done since (nodes, errands) comes first."""

    async def say(self, say: Say) -> Said:
        """Say a sentence; what was said into it is shown."""
        self.follow()
        said = await self.talking.say(say)
        for heard in said.overheard:
            self._show_heard(heard, said.answered_at, cut=said.cut)
        return said

    async def ask(self, ask: Ask) -> Asked:
        """Ask; the next sound file is the answer."""
        self.follow()
        self.typed.handset.asked()
        asked = await self.talking.ask(ask)
        self._show_heard(asked.answer, asked.answered_at, cut=asked.cut)
        return asked

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Wait for a person, as the terminal says."""
        self.follow()
        return await self.talking.transfer(transfer)

    async def hang_up(self) -> None:
        """The robot ends the call."""
        await self.talking.hang_up()

    def _show_heard(self, answer: Answer, ended_at: float | None, *, cut: bool) -> None:
        into = ["broke in"] if cut else []
        match answer:
            case Utterance(text=text, confidence=confidence, alternatives=others):
                late = [] if ended_at is None else [f"known {time.monotonic() - ended_at:.2f} s after its end"]
                parts = [f"confidence {confidence:.2f}", *(f"or «{other}»" for other in others), *late, *into]
                self.show("heard", f"«{text}» ({', '.join(parts)})")
            case Digits(keys=keys):
                self.show("heard", f"[{keys}]")
            case NoMatch():
                self.show("heard", "(speech that is no words)")
            case NoInput():
                self.show("heard", "(nothing)")
