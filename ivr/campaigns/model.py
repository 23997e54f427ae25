"""◆ What a campaign is made of: kinds, outcomes, rules, exemptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from ivr.call.errands import ConsentKind, PromiseKind
from ivr.campaigns.windows import Window


class Kind(StrEnum):
    """What people are called for."""

    PLANNED = "planned"
    RESTORED = "restored"
    MOVED = "moved"
    """The time that was told does not hold any more."""
    WEATHER = "weather"
    SURVEY = "survey"


class Outcome(StrEnum):
    """What came of one attempt."""

    HEARD = "heard"
    """Heard to the end."""
    REPLIED = "replied"
    """Answered by key or voice."""
    MESSAGE_LEFT = "message_left"
    """A machine has recorded the whole message."""
    HUNG_UP = "hung_up"
    """A person hung up before the end."""
    OPTED_OUT = "opted_out"
    MACHINE = "machine"
    """A machine, and no message left."""
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    SWITCHED_OFF = "switched_off"
    REJECTED = "rejected"
    WRONG_NUMBER = "wrong_number"
    CONGESTION = "congestion"
    FAILED = "failed"
    """Something of ours or of the carrier's; nobody's telephone rang."""
    IN_DOUBT = "in_doubt"
    """It was dialled, and nobody can tell any more what came of it: it counts as made."""
    NOT_DIALLED = "not_dialled"
    """Claimed, and given back before anything was dialled: it counts as nothing."""


TOLD = frozenset({Outcome.HEARD, Outcome.REPLIED, Outcome.MESSAGE_LEFT})
FINAL = TOLD | {Outcome.OPTED_OUT, Outcome.WRONG_NUMBER, Outcome.IN_DOUBT}
"""After these nobody is called again by itself. In doubt: the person may have been told; a human decides."""
OURS = frozenset({Outcome.CONGESTION, Outcome.FAILED})
"""Nobody's telephone rang: counted apart from the contact's own budget."""

CONSENT_FOR: Mapping[Kind, ConsentKind] = MappingProxyType(
    {
        Kind.PLANNED: "outage_notices",
        Kind.RESTORED: "outage_notices",
        Kind.MOVED: "outage_notices",
        Kind.WEATHER: "outage_notices",
        Kind.SURVEY: "survey",
    }
)
"""The consent that each kind needs: notices and surveys need their own (DOMAIN section 3: 152-ФЗ)."""
PROMISED_BY: Mapping[Kind, PromiseKind] = MappingProxyType({Kind.RESTORED: "restored_notice"})
"""An open promise about the campaign's outage that is as good: the person has asked for this very call."""


class Exempt(StrEnum):
    """A rule that a named person may set aside for one campaign."""

    STOP_LIST = "stop-list"
    CONSENT = "consent"
    HOURS = "hours"


EXEMPTIBLE: Mapping[Kind, frozenset[Exempt]] = MappingProxyType(
    {
        Kind.WEATHER: frozenset(Exempt),  # a safety notice: the only kind that goes past the stop list
        Kind.PLANNED: frozenset({Exempt.CONSENT}),
        Kind.RESTORED: frozenset({Exempt.CONSENT}),
        Kind.MOVED: frozenset({Exempt.CONSENT}),
        Kind.SURVEY: frozenset(),
    }
)
"""Which rules may be set aside for which kind; whether the law asks consent for outage notices is not verified."""

SPACING: Mapping[Outcome, timedelta] = MappingProxyType(
    {
        Outcome.BUSY: timedelta(minutes=10),
        Outcome.NO_ANSWER: timedelta(hours=2),
        Outcome.SWITCHED_OFF: timedelta(hours=3),
        Outcome.REJECTED: timedelta(hours=4),
        Outcome.HUNG_UP: timedelta(hours=1),
        Outcome.MACHINE: timedelta(hours=3),
        Outcome.CONGESTION: timedelta(minutes=2),
        Outcome.FAILED: timedelta(minutes=5),
    }
)
"""How long after an outcome the same person may be called again: our defaults."""


@dataclass(frozen=True, slots=True)
class Rules:
    """By what a campaign calls. Raises ``ValueError`` where they contradict each other.

    ``attempts`` is the budget of one person for one event, whatever the outcomes; ``faults`` how often more the line
    may fail without a telephone having rung. ``deadline``: nobody is called for this after it. ``approver``: who has
    allowed ``exempt``.
    """

    window: Window = field(default_factory=Window)
    attempts: int = 3
    faults: int = 10
    spacing: Mapping[Outcome, timedelta] = field(default_factory=lambda: dict(SPACING))
    not_before: datetime | None = None
    deadline: datetime | None = None
    calls_per_minute: float = 60.0
    exempt: frozenset[Exempt] = frozenset()
    approver: str = ""

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.faults < 1:
            raise ValueError("a campaign needs at least one attempt for each contact")
        if self.calls_per_minute <= 0:
            raise ValueError("a campaign needs a pace above nought")
        if self.exempt and not self.approver.strip():
            raise ValueError(f"setting aside {', '.join(sorted(self.exempt))} needs the name of whoever allows it")
        if self.not_before and self.deadline and self.not_before >= self.deadline:
            raise ValueError("the deadline is before the campaign may begin")

    def spacing_after(self, outcome: Outcome) -> timedelta:
        """How long to wait after it; the default where the rules name none."""
        return self.spacing.get(outcome, SPACING.get(outcome, timedelta()))


def check_exemptions(kind: Kind, rules: Rules) -> None:
    """Raises ``ValueError`` where the rules set aside what nobody may set aside for this kind."""
    if too_much := rules.exempt - EXEMPTIBLE[kind]:
        allowed = ", ".join(sorted(EXEMPTIBLE[kind])) or "nothing"
        raise ValueError(f"{', '.join(sorted(too_much))} cannot be set aside for {kind} calls (only: {allowed})")
