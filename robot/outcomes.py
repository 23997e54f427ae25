"""How the robot's topics end, beyond what every call script knows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from ivr.call.model import Outcome, OutcomeClass


@dataclass(frozen=True, slots=True)
class Informed(Outcome):
    """The caller heard what is known of the outage at their address."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.SERVED

    what: str
    """Which of the sentences: ``planned``, ``emergency``, ``restored`` …"""
    outage: str
    """The outage's id."""
    until: datetime | None = None
    """The time that was quoted, if one was."""


@dataclass(frozen=True, slots=True)
class Ticketed(Outcome):
    """An обращение was registered and its number was spoken."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.SERVED

    number: int
    topic: str


@dataclass(frozen=True, slots=True)
class CallbackLeft(Outcome):
    """Nobody answered, and an обращение was registered instead: somebody still has to call back, nobody was served."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.MISSED

    number: int
    topic: str


@dataclass(frozen=True, slots=True)
class NothingToTell(Outcome):
    """The topic had nothing for this caller and said nothing: the call goes on as if it had not been there."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.MISSED
