"""◆ When a campaign will have called everybody at its pace within everybody's hours, against its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from ivr.campaigns.model import Exempt, Rules
from ivr.campaigns.windows import is_open, next_open
from ivr.campaigns.zones import Zones

STEP = timedelta(minutes=5)
HORIZON = timedelta(days=60)
"""A campaign that takes longer is said to have no end."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """``end`` (to within five minutes) is ``None`` where there is none within 60 days; ``called_in_time``: contacts."""

    end: datetime | None
    called_in_time: int
    contacts: int

    @property
    def late(self) -> bool:
        """Whether somebody will not have been called by the deadline."""
        return self.called_in_time < self.contacts


def forecast(waiting: Mapping[Zones, int], rules: Rules, now: datetime, *, calls_each: float = 1.0) -> Forecast:
    """How long the contacts of each group of zones take at the rules' pace.

    ``calls_each``: how many calls a contact takes on the average. Waits between them are left out, so it is the best
    case. Whose zone is not known is left out.
    """
    left = {zones: float(count) for zones, count in waiting.items() if count and (zones or _any_hour(rules))}
    total = sum(int(count) for count in left.values())
    at = max(now, rules.not_before or now)
    last, step_calls = at + HORIZON, rules.calls_per_minute * STEP.total_seconds() / 60 / calls_each
    in_time, end = 0.0, at
    while left and at < last:
        room = step_calls
        open_now = [zones for zones in left if _any_hour(rules) or is_open(rules.window, zones, at)]
        if not open_now:
            opening = min((next_open(rules.window, zones, at) or last for zones in left), default=last)
            at = max(at + timedelta(seconds=1), opening)
            continue
        for zones in open_now:
            called = min(room, left[zones])
            room -= called
            left[zones] -= called
            if rules.deadline is None or at + STEP <= rules.deadline:
                in_time += called
            if left[zones] <= 1e-6:
                del left[zones]
        at += STEP
        end = at
    return Forecast(None if left else end, min(total, int(in_time + 1e-6)), total)


def _any_hour(rules: Rules) -> bool:
    return Exempt.HOURS in rules.exempt
