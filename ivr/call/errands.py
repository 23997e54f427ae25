"""Errands: things done off the line while the caller waits, as data.

Their I/O side is in ``ivr/doing/`` (and ``robot/doing/`` for the operator's own errands), one file each; ``ivr/app.py``
joins the two. The runner waits: after ``patience`` seconds it fills the silence with «Одну минуту», after ``limit``
seconds the answer is :class:`Unavailable`. A *writing* errand is never cut off by a hang-up.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal, TypeVar

from ivr.call.model import Prompt
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
    category: str = "notice"
    """One of the six of :mod:`ivr.call.categories`, which also tells what a topic usually is."""
    cause: str = ""
    """What it is about in a word (:data:`ivr.call.categories.CAUSES`); empty when that is not known."""
    urgent: bool = False
    """Danger to life: it goes before all others."""
    words: str = ""
    """What the caller said of it; the store puts it behind ``text``."""


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


ConsentKind = Literal["sms", "outage_notices", "survey", "callback"]
"""What callers are asked leave for; each needs a consent of its own (DOMAIN section 3: 152-ФЗ)."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A leave that was given and can be proved: who, when, in which call, to which words (126-ФЗ ст. 44.1).

    The store alone makes one, out of the row it has just written; nobody else's is worth anything.
    """

    id: int
    kind: ConsentKind
    phone: str
    call_id: str
    text_version: str
    """A short hash of the words that were heard."""
    given_at: datetime


@dataclass(frozen=True, slots=True)
class NotHeard:
    """The question was answered by a key typed ahead: what has not been heard cannot be agreed to. Ask it again."""


@dataclass(frozen=True, slots=True)
class KeepConsent(Errand[Consent | NotHeard | Unavailable]):
    """Write down that the caller has just agreed to ``kind``, asked with the prompt named ``prompt``.

    Within a call the same kind is written down once, however often the errand is tried again.
    """

    writes: ClassVar[bool] = True

    kind: ConsentKind
    phone: str
    """The telephone that the consent is about."""
    call_id: str
    prompt: str
    """The name of the question that was agreed to."""
    text: str = ""
    """Its words, where the script knows them; what the call's own journal says was heard comes first."""
    how: str = ""
    """What the caller answered: the key or the words."""


@dataclass(frozen=True, slots=True)
class NoConsent:
    """There is none that holds."""


@dataclass(frozen=True, slots=True)
class FindConsent(Errand[Consent | NoConsent | Unavailable]):
    """The consent of this kind and phone that still holds, so that nobody is asked twice for the same leave."""

    kind: ConsentKind
    phone: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The gateway has taken the message."""

    id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SendSms(Errand[Sent | Unavailable]):
    """Send the words of ``text_prompt`` to the telephone of ``consent``; without a valid one nothing is sent.

    Trying the same text again within a call never sends it twice.
    """

    writes: ClassVar[bool] = True

    consent: Consent
    text_prompt: Prompt
    call_id: str = ""
    """The call that it is sent in; empty: the one that the consent was given in."""


PromiseKind = Literal["callback", "restored_notice", "outage_notices"]
"""What callers are promised: to be called back, to be told when the light is back, to be told of outages."""


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise that is written down."""

    id: int
    kind: PromiseKind
    due_at: datetime | None
    """By when; ``None`` when it hangs on something else (the light being back)."""


@dataclass(frozen=True, slots=True)
class Promise(Errand[Promised | Unavailable]):
    """Write down what the caller was promised, so that somebody keeps it. Once per call and kind.

    Without ``due`` a callback is due within the setting ``[line] callback_hours`` (Order 186: 4 hours).
    """

    writes: ClassVar[bool] = True

    kind: PromiseKind
    phone: str
    call_id: str
    why: str
    """For whoever keeps it, in a few words; no personal data."""
    due: datetime | None = None
    ticket: int | None = None
    point_id: str | None = None
    outage: str | None = None
    """The id of the outage that it hangs on."""
