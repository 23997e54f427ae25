"""◆ Whether a person is called now, later or never for an event, and why: the one place where it is decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ivr.campaigns.model import FINAL, OURS, TOLD, Exempt, Outcome, Rules
from ivr.campaigns.windows import next_open
from ivr.campaigns.zones import Zones

LOOK_AGAIN = timedelta(minutes=5)
"""When to look again at somebody whom another campaign is calling just now."""


class Why(StrEnum):
    """Why somebody is not called (any more) for this event."""

    TOLD = "told already"
    STOP_LIST = "on the stop list"
    NO_CONSENT = "no consent"
    NO_ZONE = "time zone not known"
    OPTED_OUT = "opted out"
    WRONG_NUMBER = "wrong number"
    IN_DOUBT = "an attempt is in doubt"
    BUDGET = "all attempts used"
    FAULTS = "the line failed too often"
    DEADLINE = "past the deadline"


class Until(StrEnum):
    """Why somebody is called later."""

    SPACING = "after the last attempt"
    HOURS = "calling hours"
    NOT_BEFORE = "not begun"
    ELSEWHERE = "being called just now"


@dataclass(frozen=True, slots=True)
class Tried:
    """An attempt that is over; of whatever campaign, for the same event."""

    at: datetime
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Standing:
    """How a person (a telephone) stands for one event, over all campaigns."""

    zones: Zones
    tried: tuple[Tried, ...] = ()
    """The oldest first."""
    stopped: bool = False
    """On the stop list, of this kind or of all."""
    allowed: bool = False
    """There is a consent (or a promise) that holds."""
    in_flight: bool = False
    """An attempt is open."""


@dataclass(frozen=True, slots=True)
class Now:
    """Call now."""


@dataclass(frozen=True, slots=True)
class Later:
    """Do not call before ``at``."""

    at: datetime
    until: Until


@dataclass(frozen=True, slots=True)
class Never:
    """Do not call for this event."""

    why: Why


Decision = Now | Later | Never

_FINALLY = {
    Outcome.OPTED_OUT: Why.OPTED_OUT,
    Outcome.WRONG_NUMBER: Why.WRONG_NUMBER,
    Outcome.IN_DOUBT: Why.IN_DOUBT,
    **dict.fromkeys(TOLD, Why.TOLD),
}


def next_attempt(standing: Standing, rules: Rules, now: datetime) -> Decision:
    """Decide. What forbids for good comes first; every doubt forbids."""
    if why := forbidden(standing, rules):
        return Never(why)
    if standing.in_flight:
        return Later(now + LOOK_AGAIN, Until.ELSEWHERE)
    earliest, until = now, Until.HOURS
    made = [tried for tried in standing.tried if tried.outcome is not Outcome.NOT_DIALLED]
    if made and (spaced := made[-1].at + rules.spacing_after(made[-1].outcome)) > earliest:
        earliest, until = spaced, Until.SPACING
    if rules.not_before is not None and rules.not_before > earliest:
        earliest, until = rules.not_before, Until.NOT_BEFORE
    at: datetime | None = earliest
    if Exempt.HOURS not in rules.exempt:
        at = next_open(rules.window, standing.zones, earliest)
    if at is None:
        return Never(Why.NO_ZONE)
    if rules.deadline is not None and at >= rules.deadline:
        return Never(Why.DEADLINE)
    if at <= now:
        return Now()
    return Later(at, until if at == earliest else Until.HOURS)


def forbidden(standing: Standing, rules: Rules) -> Why | None:
    """Why the person is not to be called for this event whatever the hour, if so."""
    final = [tried.outcome for tried in standing.tried if tried.outcome in FINAL]
    if final:
        return _FINALLY[final[-1]]
    if standing.stopped and Exempt.STOP_LIST not in rules.exempt:
        return Why.STOP_LIST
    if not standing.allowed and Exempt.CONSENT not in rules.exempt:
        return Why.NO_CONSENT
    if not standing.zones and Exempt.HOURS not in rules.exempt:
        return Why.NO_ZONE
    made = [tried.outcome for tried in standing.tried if tried.outcome is not Outcome.NOT_DIALLED]
    faults = sum(outcome in OURS for outcome in made)
    if len(made) - faults >= rules.attempts:
        return Why.BUDGET
    return Why.FAULTS if faults >= rules.faults else None
