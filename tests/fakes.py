"""Small, honest stand-ins with the same protocols as the real things."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ivr.call.model import Answer, CallRecord, Connected, NoInput, Prompt, TransferResult
from ivr.call.verbs import Ask, Say, Transfer
from ivr.errors import VoiceFailed
from ivr.ports import Asked, Clip, LineDropped, Said


@dataclass
class FakeClock:
    """A clock that goes when it is told to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class FakeJournal:
    """Keeps the records in memory."""

    begun: list[CallRecord] = field(default_factory=list)
    ended: list[CallRecord] = field(default_factory=list)
    some_ended: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once a call has ended."""

    async def begin(self, record: CallRecord) -> None:
        self.begun.append(record)

    async def end(self, record: CallRecord) -> None:
        self.ended.append(record)
        self.some_ended.set()


@dataclass
class FakeVoice:
    """A clip for every prompt: the file's name is the prompt's, its text shows the values. Nothing is rendered."""

    folder: Path = Path("/nowhere")
    mute: frozenset[str] = frozenset()
    """Prompts that cannot be voiced."""

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        if prompt.name in self.mute:
            raise VoiceFailed(f"no voice for {prompt.name}")
        values = ", ".join(f"{name}={value}" for name, value in prompt.pairs)
        return Clip(self.folder / f"{prompt.name}.wav", f"{prompt.name}({values})" if values else prompt.name, 1.0)


@dataclass
class FakeChannel:
    """A line that gives the next of ``answers`` to every question and transfer, and takes no time.

    An exception among the answers is raised. Without answers left, callers are silent and operators talk.
    """

    answers: list[Answer | TransferResult | LineDropped] = field(default_factory=list)
    did: list[Say | Ask | Transfer | str] = field(default_factory=list)

    @classmethod
    def with_answers(cls, answers: Iterable[Answer | TransferResult | LineDropped]) -> "FakeChannel":
        return cls(list(answers))

    async def say(self, say: Say) -> Said:
        self.did.append(say)
        return Said(time.monotonic(), say.prompt.name)

    async def ask(self, ask: Ask) -> Asked:
        self.did.append(ask)
        answer = self._next() or NoInput()
        assert not isinstance(answer, TransferResult), "the next answer is one of a transfer"
        now = time.monotonic()
        return Asked(now, ask.prompt.name, answer, now)

    async def transfer(self, transfer: Transfer) -> TransferResult:
        self.did.append(transfer)
        result = self._next() or Connected()
        assert isinstance(result, TransferResult), "the next answer is one of a question"
        return result

    async def hang_up(self) -> None:
        self.did.append("hang up")

    def _next(self) -> Answer | TransferResult | None:
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, LineDropped):
            raise answer
        return answer
