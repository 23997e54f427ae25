"""What a call is made of: the call itself, prompts, what the caller answers, and how calls end.

All values here are frozen: a call's facts never change while it runs; a fact found out later (the branch of a
service point, say) lives in the variables of the script that found it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum
from typing import Any, ClassVar, Literal

Value = str | int | datetime | date
"""What a prompt's placeholder may hold; the prompt's formatter turns it into words."""


@dataclass(frozen=True, slots=True, init=False)
class Prompt:
    """Something to be said: the *name* of a wording and the values it needs; never raw text.

    ``Prompt("ticket_opened", number=1204)``. The words live in ``prompts/ru/*.yaml``.
    """

    name: str
    pairs: tuple[tuple[str, Value], ...]

    def __init__(self, name: str, /, **values: Value) -> None:
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "pairs", tuple(sorted(values.items())))

    @property
    def values(self) -> Mapping[str, Value]:
        """The values by name."""
        return dict(self.pairs)


TRIAL = "try-"
"""So begin the ids of calls that try something out (``ivr talk``, the draft extension): recorded, but not counted."""


@dataclass(frozen=True, slots=True)
class Call:
    """One telephone conversation: facts known before the first word is said."""

    id: str
    """Our own identifier; it is in every log line and in the record."""
    caller: str | None
    """The caller's number as ``+7…``, or ``None`` when it is hidden."""
    dialled: str
    """The number that was dialled, as digits."""
    started_at: datetime
    """When the call reached us; aware."""
    direction: Literal["in", "out"] = "in"
    diversion: str | None = None
    """The number that the call was redirected from (SIP Diversion), as digits."""
    branch: str | None = None
    """The branch (филиал) as a region code, from the dialled number or the diversion: ``"46"``."""
    res: str | None = None
    """The РЭС, likewise."""


@dataclass(frozen=True, slots=True)
class Speech:
    """How a question may be answered in words, on a line that hears them. It guides the recogniser (``phrases`` are the
    usual answers) and the wait for the end of the answer: numbers are dictated slowly, a «да» is complete at once."""

    expects: Literal["choice", "yes_no", "digits", "address", "free"]
    phrases: tuple[str, ...] = ()
    digits: int = 0
    """For ``digits``: how many are usual."""
    or_yes_no: bool = False
    """For ``choice``: a yes or a no is an answer as well."""


# ── what comes back from a question ────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys pressed, in order: any of ``0123456789*#``; the finishing key is not part of it."""

    keys: str


@dataclass(frozen=True, slots=True)
class Utterance:
    """Words heard (or typed), with the recogniser's confidence from 0 to 1 and its other guesses."""

    text: str
    confidence: float = 1.0
    alternatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoInput:
    """The caller said and pressed nothing within the question's limit."""


@dataclass(frozen=True, slots=True)
class NoMatch:
    """Something was heard, and it was no words that could be meant."""

    heard: str = ""


Heard = Digits | Utterance
"""Something the caller really said or pressed."""
Answer = Digits | Utterance | NoInput | NoMatch
"""What a question can bring."""


# ── transfers ──────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Connected:
    """A person took the call and it has ended; ``waited`` and ``talked`` in seconds (0 when not known)."""

    waited: float = 0.0
    talked: float = 0.0


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Nobody took the call in time: the caller is back with us. ``why`` is Asterisk's QUEUESTATUS."""

    why: str = "TIMEOUT"


TransferResult = Connected | Unanswered


@dataclass(frozen=True, slots=True)
class HungUp:
    """What is journaled of the verb during which the caller hung up; no script ever gets it."""


# ── how calls end ──────────────────────────────────────────────────────────────────────────────────────────────


class OutcomeClass(Enum):
    """The classes that every ended call falls into, one each (they add up to the number of calls)."""

    SERVED = "served"
    OPERATOR = "operator"
    LEFT_QUEUE = "left_queue"
    MISSED = "missed"
    SHORT_ABANDON = "short_abandon"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a script ended. Topics return subclasses of their own with the facts that matter for the record."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.SERVED


@dataclass(frozen=True, slots=True)
class Ended(Outcome):
    """The dialplan came to its end at ``node`` without anything having been told or registered."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.MISSED
    node: str = ""


@dataclass(frozen=True, slots=True)
class Told(Outcome):
    """The caller heard the information asked for (``what`` names it)."""

    what: str = ""


@dataclass(frozen=True, slots=True)
class NeedsPerson(Outcome):
    """A topic could not or should not go on alone: the dialplan decides which queue takes over."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.MISSED
    why: str = ""


@dataclass(frozen=True, slots=True)
class TalkedToPerson(Outcome):
    """An operator took the call."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.OPERATOR
    queue: str = ""
    waited: float = 0.0


@dataclass(frozen=True, slots=True)
class HandedOver(Outcome):
    """The engine was stopped while the caller was with a queue: Asterisk saw the call through without us."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.OPERATOR
    queue: str = ""


@dataclass(frozen=True, slots=True)
class LeftQueue(Outcome):
    """The caller hung up while waiting for a person."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.LEFT_QUEUE
    queue: str = ""


@dataclass(frozen=True, slots=True)
class Abandoned(Outcome):
    """The caller hung up before the script had served them; ``node`` is where."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.MISSED
    node: str = ""


@dataclass(frozen=True, slots=True)
class Failed(Outcome):
    """We failed: the caller was sent to a person with an apology."""

    kind: ClassVar[OutcomeClass] = OutcomeClass.ERROR
    why: str = ""


SHORT_ABANDON_S = 4.0
"""Calls given up within so many seconds are counted apart: misdialled, not badly served."""


def classify(outcome: Outcome, seconds: float) -> OutcomeClass:
    """The class that a call of ``seconds`` with this outcome is counted in."""
    if isinstance(outcome, Abandoned) and seconds <= SHORT_ABANDON_S:
        return OutcomeClass.SHORT_ABANDON
    return outcome.kind


# ── the record ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Entry:
    """One verb and what it brought, as journaled. Times are seconds since the call started."""

    index: int
    at: float
    took: float
    verb: Any
    value: Any
    overheard: tuple[Heard, ...] = ()
    said: str = ""
    """The words that the caller heard, for verbs that speak."""
    owed_silence: float | None = None
    """Seconds between the caller's last act and our first sound, where the verb made one."""
    cut: bool = False
    """The caller spoke or keyed into our words, and they were stopped for that (barge-in)."""


@dataclass(frozen=True, slots=True)
class CallRecord:
    """All that is kept of an ended call."""

    call: Call
    plan: str
    """The version of the dialplan that the call was held by."""
    outcome: Outcome
    ended_at: datetime
    entries: tuple[Entry, ...] = field(default=())

    @property
    def seconds(self) -> float:
        """How long the call lasted."""
        return (self.ended_at - self.call.started_at).total_seconds()

    @property
    def longest_owed_silence(self) -> float:
        """The longest wait that the caller was owed a sound (seconds)."""
        return max((e.owed_silence for e in self.entries if e.owed_silence is not None), default=0.0)


def replace_call(call: Call, **changes: Any) -> Call:
    """The same call with other facts (used once, when the dialled number is looked up)."""
    return dataclasses.replace(call, **changes)
