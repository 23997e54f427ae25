"""Errands: things done off the line while the caller waits, as data.

Their I/O side is in ``ivr/doing/`` (and ``robot/doing/`` for the operator's own errands), one file each; ``ivr/app.py``
joins the two. The runner waits: after ``patience`` seconds it fills the silence with «Одну минуту», after ``limit``
seconds the answer is :class:`Unavailable`. A *writing* errand is never cut off by a hang-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, TypeVar

from ivr.call.verbs import Verb

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """The errand could not be done (in time); ``why`` is for the record, never for the caller."""

    why: str


@dataclass(frozen=True, slots=True)
class Errand(Verb[T]):
    """Something done off the line. Every answer type includes :class:`Unavailable`, except :class:`Now`'s."""

    patience: ClassVar[float] = 1.0
    limit: ClassVar[float] = 8.0
    writes: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Now(Errand[datetime]):
    """What time it is (aware)."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """A registered обращение."""

    number: int
    """Unique; spoken to the caller digit by digit."""
    opened_at: datetime
    topic: str
    state: str
    """``open``, ``in_work``, ``done`` or ``rejected``."""
    joined: bool = False
    """True when an open ticket of the same phone or point and topic was found instead of a new one being made."""


@dataclass(frozen=True, slots=True)
class OpenTicket(Errand[Ticket | Unavailable]):
    """Register a contact (every contact is registered with date and number)."""

    writes: ClassVar[bool] = True

    call_id: str
    topic: str
    phone: str | None
    text: str
    point_id: str | None = None
    address: str = ""
    branch: str | None = None


@dataclass(frozen=True, slots=True)
class NoTicket:
    """There is no ticket of that number."""


@dataclass(frozen=True, slots=True)
class FindTicket(Errand[Ticket | NoTicket | Unavailable]):
    """The state of a ticket by its number."""

    number: int


@dataclass(frozen=True, slots=True)
class Announcement:
    """What the supervisors want every caller (of a branch) to hear first, as in a storm."""

    text: str
    set_at: datetime


@dataclass(frozen=True, slots=True)
class NoAnnouncement:
    """Nothing is announced now."""


@dataclass(frozen=True, slots=True)
class CurrentAnnouncement(Errand[Announcement | NoAnnouncement | Unavailable]):
    """What is announced to callers of ``branch`` now (``None`` = branch unknown)."""

    patience: ClassVar[float] = 0.5
    limit: ClassVar[float] = 1.0

    branch: str | None
