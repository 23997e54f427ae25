"""◆ What a channel needs of whoever hears, as protocols and events; ``robot/hearing`` fulfils them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ivr.call.model import NoMatch, Prompt, Speech, Utterance

NOT_HEARING = Prompt("hearing_lost")
"""Said when the ear is lost in the middle of a call: from here on the caller answers with keys."""


@dataclass(frozen=True, slots=True)
class Words:
    """So much has been recognised of what the caller is saying; only words that are worth stopping a prompt for."""

    text: str


@dataclass(frozen=True, slots=True)
class Answered:
    """The caller has finished. ``ended_at`` is when the last sound of it came (``time.monotonic()``)."""

    answer: Utterance | NoMatch
    ended_at: float
    muttered: bool = False
    """«Угу» and the like, where no yes or no was asked for, or words that do not stand out from the voices of a room:
    nothing to stop a sentence of ours for."""


@dataclass(frozen=True, slots=True)
class Deaf:
    """Nothing more will be heard in this call: the recogniser has failed, or cannot keep up."""

    why: str


Overheard = Words | Answered | Deaf


class Ear(Protocol):
    """Listens to one call. Made by :class:`Hearing`; everything is called on the event loop."""

    @property
    def speaking(self) -> bool:
        """Whether the caller is saying something just now."""
        ...

    def expect(self, speech: Speech | None) -> None:
        """What is asked now; ``None``: nothing, the robot only tells something."""
        ...

    def hear(self, samples: bytes) -> None:
        """What the caller's line brings: slin, 8 kHz."""
        ...

    def sent(self, frame: bytes) -> None:
        """What is played to the caller meanwhile, frame by frame (empty: silence): it may come back as an echo."""
        ...

    def close(self) -> None:
        """Listen no more."""
        ...


class Hearing(Protocol):
    """Hears callers, as many at once as the machine can decode in real time."""

    def listen(self, told: Callable[[Overheard], None]) -> Ear | None:
        """An ear for a call, which tells what it hears; ``None`` when there are as many as can be heard."""
        ...
