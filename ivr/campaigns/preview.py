"""◆ What a campaign would do if it began now: who can be called, who cannot and why, when it would be through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ivr.campaigns.forecast import Forecast, forecast
from ivr.campaigns.model import Rules
from ivr.campaigns.plan import Decision, Never, Standing, Why, next_attempt
from ivr.campaigns.zones import Zones


@dataclass(frozen=True, slots=True)
class Preview:
    """``reachable``: contacts by their zones; ``unreachable``: how many by why; ``forecast``: of the reachable ones."""

    reachable: Mapping[Zones, int]
    unreachable: Mapping[Why, int]
    forecast: Forecast


class Previewing:
    """Takes in contacts one by one; few stand differently, so each way of standing is decided on once."""

    def __init__(self, rules: Rules, now: datetime) -> None:
        self._rules = rules
        self._now = now
        self._decided: dict[Standing, Decision] = {}
        self._reachable: Counter[Zones] = Counter()
        self._unreachable: Counter[Why] = Counter()

    def take(self, standing: Standing) -> Why | None:
        """Count a contact; gives why it cannot be called, if so."""
        decision = self._decided.get(standing)
        if decision is None:
            decision = self._decided[standing] = next_attempt(standing, self._rules, self._now)
        if isinstance(decision, Never):
            self._unreachable[decision.why] += 1
            return decision.why
        self._reachable[standing.zones] += 1
        return None

    def preview(self, *, calls_each: float = 1.0) -> Preview:
        """What has been taken in, with the forecast (``calls_each`` calls a contact)."""
        ahead = forecast(self._reachable, self._rules, self._now, calls_each=calls_each)
        return Preview(dict(self._reachable), dict(self._unreachable), ahead)
