"""Verbs: what a script can do, as values that can be awaited.

A call script is an ``async def`` that awaits verbs and nothing else. Awaiting a verb hands it to whoever runs the
call (``ivr/runner.py``, a test, a replay) and brings back its answer. **It only looks like asyncio**: there is no
event loop in a script, so no ``gather``, no ``sleep``, no ``timeout``; waiting belongs to the runner.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ivr.call.model import Answer, Heard, Prompt, Speech, TransferResult

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reply(Generic[T]):
    """What a verb brought, and what the caller said or keyed meanwhile."""

    value: T
    overheard: tuple[Heard, ...] = ()
    voiced: bool = True
    """False for a :class:`Say` that could not be made to sound: the caller has heard nothing of it."""


@dataclass(frozen=True, slots=True)
class Verb(Generic[T]):
    """Awaiting a verb hands it to whoever runs the call; ``T`` is what comes back."""

    def __await__(self) -> Generator[Verb[Any], Reply[T], T]:
        reply = yield self
        return reply.value


# ── on the line (voice verbs): these raise CallerHungUp when the caller is gone ────────────────────────────────


@dataclass(frozen=True, slots=True)
class Say(Verb[None]):
    """Say a prompt. A key stops it (and is kept for the next :class:`Ask`) unless ``interruptible`` is false,
    which is for legal notices only."""

    prompt: Prompt
    interruptible: bool = True


@dataclass(frozen=True, slots=True)
class Ask(Verb[Answer]):
    """Say a prompt and wait for the caller's answer; a key stops the prompt.

    ``wait``: seconds to the first key after the prompt; ``most``: at most so many keys; ``between``: seconds
    between keys (what has been keyed by then is the answer); ``finish``: the key that ends an answer early
    (it is an answer of its own when it comes first). ``flush`` throws away keys typed ahead. ``speech``: how it may be
    answered in words as well; ``None``: by keys alone.
    """

    prompt: Prompt
    wait: float = 5.0
    most: int = 1
    between: float = 1.8
    finish: str = "#"
    flush: bool = False
    speech: Speech | None = None


@dataclass(frozen=True, slots=True)
class Transfer(Verb[TransferResult]):
    """Hand the call to the people of ``queue``; comes back when they are done or nobody answered.

    A caller who hangs up while waiting ends the script with ``CallerHungUp(in_queue=queue)``. ``context`` is what
    the operator's side is told (short keys, short texts), ``whisper`` what whoever takes the call hears before the two
    are joined (see :mod:`ivr.call.handover`).
    """

    queue: str
    priority: int = 0
    """0 usual, 10 danger to life: larger goes first."""
    patience: float | None = None
    """Seconds to wait for a person; ``None`` = the queue's own timeout."""
    context: tuple[tuple[str, str], ...] = ()
    whisper: tuple[Prompt, ...] = ()


# ── for the record: they do nothing on the line and cannot fail ────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Enter(Verb[None]):
    """The script has come to ``node`` of the dialplan (for the record, the live view and the «why»)."""

    node: str


@dataclass(frozen=True, slots=True)
class Note(Verb[None]):
    """Why the script goes on as it does, for ``ivr calls why``. No personal data in here."""

    text: str


VoiceVerb = Say | Ask | Transfer
