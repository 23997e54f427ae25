"""What is known of outages at a service point? From the stored lists and what the dispatchers entered."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.errands import Unavailable
from outage_feed.errors import StoreError
from outage_feed.telling import Found
from robot.doing.reading import Reads
from robot.errands import FindOutages


def find_outages(
    reads: Reads, clock: Callable[[], datetime]
) -> Callable[[FindOutages], Awaitable[Found | Unavailable]]:
    """The handler of :class:`FindOutages`."""

    async def do(errand: FindOutages) -> Found | Unavailable:
        now = clock()
        try:
            return await reads(lambda grid: grid.find(errand.point, now))
        except StoreError as error:
            return Unavailable(f"outage list: {error}")

    return do
