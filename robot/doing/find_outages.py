"""What is known of outages at a service point? From the stored lists and what the dispatchers entered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime

from ivr.call.errands import Unavailable
from outage_feed.errors import StoreError
from outage_feed.store import GridStore
from outage_feed.telling import Found
from robot.errands import FindOutages


def find_outages(
    grid: GridStore, clock: Callable[[], datetime], readers: Executor
) -> Callable[[FindOutages], Awaitable[Found | Unavailable]]:
    """The handler of :class:`FindOutages`; it reads in the threads of ``readers``."""

    async def do(errand: FindOutages) -> Found | Unavailable:
        try:
            return await asyncio.get_running_loop().run_in_executor(readers, grid.find, errand.point, clock())
        except StoreError as error:
            return Unavailable(f"outage list: {error}")

    return do
