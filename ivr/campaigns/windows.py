"""◆ Calling hours: whether somebody may be called by the clock on their own wall, and when next.

9 to 20 is our default; no rule of the land was found for outage notices (DOMAIN section 3, confidence C).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ivr.campaigns.zones import Zones

_AHEAD_DAYS = 8
"""Any week has all its weekdays within so many days of any moment, in all zones."""


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of the contact's own day: from ``opens`` until before ``closes`` on ``days`` (0 = Monday).

    Raises ``ValueError`` where nobody could ever be called.
    """

    opens: time = time(9)
    closes: time = time(20)
    days: frozenset[int] = frozenset(range(7))

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"calling hours must open before they close: {self.opens:%H:%M}-{self.closes:%H:%M}")
        if not self.days or not self.days <= set(range(7)):
            raise ValueError("calling hours need at least one day of the week")


def is_open(window: Window, zones: Zones, now: datetime) -> bool:
    """Whether the hours allow a call at ``now`` in every zone given. Where no zone is known they never do."""
    return bool(zones) and all(_open_in(window, zone, now) for zone in zones)


def next_open(window: Window, zones: Zones, now: datetime) -> datetime | None:
    """The first moment from ``now`` on (in UTC) at which a call is allowed; ``None``: there is none, or no zone."""
    if not zones:
        return None
    moments = {now.astimezone(UTC)} | {moment for zone in zones for moment in _openings(window, zone, now)}
    return min((each for each in moments if each >= now and is_open(window, zones, each)), default=None)


def _open_in(window: Window, zone: str, now: datetime) -> bool:
    local = now.astimezone(ZoneInfo(zone))
    return local.weekday() in window.days and window.opens <= local.time() < window.closes


def _openings(window: Window, zone: str, now: datetime) -> list[datetime]:
    tz = ZoneInfo(zone)
    today = now.astimezone(tz).date()
    days = (today + timedelta(days=ahead) for ahead in range(_AHEAD_DAYS))
    return [datetime.combine(day, window.opens, tz).astimezone(UTC) for day in days]
