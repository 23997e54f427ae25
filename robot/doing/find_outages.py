"""What is known of outages at a service point? From the stored lists and what the dispatchers entered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.errands import Unavailable
from outage_feed.telling import Found
from robot.doing.reading import Reads
from robot.errands import FindOutages

Answer = Found | Unavailable


def find_outages(reads: Reads, clock: Callable[[], datetime]) -> Callable[[FindOutages], Answer | Awaitable[Answer]]:
    """The handler of :class:`FindOutages`."""

    def do(errand: FindOutages) -> Answer | Awaitable[Answer]:
        now = clock()
        return reads(lambda grid: grid.find(errand.point, now), lambda error: Unavailable(f"outage list: {error}"))

    return do
