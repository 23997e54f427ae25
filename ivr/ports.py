"""What the runner needs of the world, as protocols; the adapters at the rim fulfil them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from ivr.call.model import Answer, CallRecord, Heard, Prompt, TransferResult
from ivr.call.verbs import Ask, Say, Transfer


class LineDropped(Exception):
    """The caller is gone (or the line with them); ``in_queue`` names the queue they were waiting in."""

    def __init__(self, in_queue: str | None = None) -> None:
        super().__init__(in_queue)
        self.in_queue = in_queue


@dataclass(frozen=True, slots=True)
class Said:
    """A prompt was said. Times are the clock of ``time.monotonic()``."""

    sound_at: float
    """When our sound began."""
    text: str
    """The words, as a caller would write them down."""
    overheard: tuple[Heard, ...] = ()
    voiced: bool = True
    """False when there was no sound: the caller has heard nothing of it."""
    cut: bool = False
    """The caller spoke or keyed into it, and it was stopped for that."""
    answered_at: float | None = None
    """When the words or keys in ``overheard`` ended, where the script goes on because of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question was asked and answered (or not)."""

    sound_at: float
    text: str
    answer: Answer
    answered_at: float
    """When the caller's last key or word ended; for ``NoInput`` when the wait was over."""
    cut: bool = False
    """The caller answered into the question, and it was stopped for that."""


class Channel(Protocol):
    """The line to the caller. Every method raises :class:`LineDropped` once the caller is gone, and
    :class:`ivr.errors.ProtocolError` when the peer speaks nonsense.

    Keys typed ahead are kept by the channel for the next ``ask`` unless that says ``flush``.
    """

    async def say(self, say: Say) -> Said:
        """Say a prompt to its end or to the first key."""
        ...

    async def ask(self, ask: Ask) -> Asked:
        """Say a prompt and wait for keys (or words)."""
        ...

    async def transfer(self, transfer: Transfer) -> TransferResult:
        """Hand the call to a queue and come back when it is over or nobody answered."""
        ...

    async def hang_up(self) -> None:
        """End the call on purpose. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class Clip:
    """A prompt ready to be played."""

    path: Path
    """An 8 kHz sound file that Asterisk plays without transcoding."""
    text: str
    seconds: float = 0.0


class Voice(Protocol):
    """Turns a prompt into words and sound."""

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        """The prompt's sound, worded for a caller who may answer in words if ``talk``; without its names when those
        cannot be voiced in time. Raises :class:`ivr.errors.VoiceFailed` when not even that can be had."""
        ...


class Journal(Protocol):
    """Where the records of calls go."""

    async def begin(self, record: CallRecord) -> None:
        """A call has begun (``record.entries`` is empty): should the engine die, it is not lost."""
        ...

    async def end(self, record: CallRecord) -> None:
        """A call has ended. Never raises: a full disk must not harm the next call; it is logged."""
        ...


@dataclass(frozen=True, slots=True)
class TextMessage:
    """An SMS to be sent. ``phone`` is ``+7…``; ``id`` is the same however often it is tried."""

    id: str
    phone: str
    text: str


class SmsGateway(Protocol):
    """Who takes our SMS."""

    async def send(self, message: TextMessage) -> None:
        """Hand a message over; two of one id are one message. Returns once the gateway has taken it.

        Raises :class:`ivr.errors.SmsFailed` when it has not, or nobody knows (within the gateway's deadline).
        """
        ...
