"""Whether a time that a caller was told still holds: an outage's versions compared with what was said.

An outage that moves leaves people behind who wait for the old hour; they are owed a call.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from outage_feed.model import Outage


class Standing(StrEnum):
    """What a telling is worth now."""

    HOLDS = "holds"
    MOVED = "moved since"
    """The time was right when it was told, and is another one (or none) now."""
    LATE = "old when told"
    """Another time (or none) was on the list already: the caller was told an old one."""
    NO_TIME = "no time told"
    """That there is an outage was told, and no time."""


@dataclass(frozen=True, slots=True)
class Telling:
    """One caller told of an outage. ``phone`` is empty where the number is hidden; ``until`` the time that was told.

    ``how``: ``said``, ``cut short`` (the caller spoke, keyed or hung up over it) or ``sms``.
    """

    call_id: str
    at: datetime
    phone: str
    place: str
    what: str
    until: datetime | None
    how: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A telling, what it is worth now, and the version of the outage that it was told of."""

    telling: Telling
    standing: Standing
    version: int


def judge(telling: Telling, history: Sequence[Outage]) -> Judged:
    """Compare what was told with the versions of its outage (oldest first, at least one)."""
    in_force = history[0]
    for version in history:
        if version.received_at is not None and version.received_at <= telling.at:
            in_force = version
    if telling.until is None:
        standing = Standing.NO_TIME
    elif telling.until == history[-1].planned_end:
        standing = Standing.HOLDS
    elif telling.until == in_force.planned_end:
        standing = Standing.MOVED
    else:
        standing = Standing.LATE
    return Judged(telling, standing, in_force.version)


def left_behind(judged: Iterable[Judged]) -> tuple[Judged, ...]:
    """Whom the last time that they were told sends wrong: one telling for each telephone and place, oldest first.

    Who called again and heard today's time has been put right. A sentence that was cut short counts: whoever has heard
    half of it may have heard the time.
    """
    last: dict[tuple[str, str], Judged] = {}
    for each in sorted(judged, key=lambda one: one.telling.at):
        if each.standing is not Standing.NO_TIME:
            # Hidden numbers cannot be told apart; each of their calls stands for itself.
            last[each.telling.phone or each.telling.call_id, each.telling.place] = each
    wrong = [each for each in last.values() if each.standing in (Standing.MOVED, Standing.LATE)]
    return tuple(sorted(wrong, key=lambda one: one.telling.at))
