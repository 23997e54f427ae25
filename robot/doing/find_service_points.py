"""Whose telephone number or personal account is it? From the register of service points."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

from ivr.call.errands import Unavailable
from outage_feed.errors import StoreError
from outage_feed.store import GridStore
from robot.errands import FindServicePoints, Points


def find_service_points(
    grid: GridStore, readers: Executor
) -> Callable[[FindServicePoints], Awaitable[Points | Unavailable]]:
    """The handler of :class:`FindServicePoints`; it reads in the threads of ``readers``."""

    def look(errand: FindServicePoints) -> Points:
        if errand.phone is not None:
            return Points(grid.points_by_phone(errand.phone))
        return Points(grid.points_by_account(errand.account or ""))

    async def do(errand: FindServicePoints) -> Points | Unavailable:
        try:
            return await asyncio.get_running_loop().run_in_executor(readers, look, errand)
        except StoreError as error:
            return Unavailable(f"register of service points: {error}")

    return do
