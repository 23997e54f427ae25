"""◆ What becomes of an attempt that was open when the engine died, from what Asterisk still knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivr.campaigns.model import Outcome


class Step(StrEnum):
    """How far an attempt is. It only ever goes forwards."""

    CLAIMED = "claimed"
    """In the database; nothing sent yet."""
    DIALLING = "dialling"
    """Written before Originate is sent: from here on a telephone may have rung."""
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Seen:
    """What Asterisk tells of the attempt's channel: it is alive, or what its call detail record says."""

    alive: bool = False
    recorded: Outcome | None = None


@dataclass(frozen=True, slots=True)
class StillOn:
    """The call goes on: leave the attempt open."""


@dataclass(frozen=True, slots=True)
class Over:
    """Close the attempt with this outcome."""

    outcome: Outcome


def settled(step: Step, seen: Seen) -> StillOn | Over:
    """Decide over one open attempt.

    Originate is sent after ``dialling`` is on the disk, so what is only claimed was never dialled, and is given back.
    Of whatever may have been dialled and has left no trace (Asterisk died, too) nobody can tell: it counts as made.
    Raises ``ValueError`` for an attempt that is closed.
    """
    if step is Step.CLOSED:
        raise ValueError("a closed attempt is settled")
    if seen.alive:
        return StillOn()
    if seen.recorded is not None:
        return Over(seen.recorded)
    return Over(Outcome.NOT_DIALLED if step is Step.CLAIMED else Outcome.IN_DOUBT)
