"""Whose telephone number or personal account is it? From the register of service points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.call.errands import Unavailable
from outage_feed.store import GridStore
from robot.doing.reading import Reads
from robot.errands import FindServicePoints, Points

Answer = Points | Unavailable


def find_service_points(reads: Reads) -> Callable[[FindServicePoints], Answer | Awaitable[Answer]]:
    """The handler of :class:`FindServicePoints`."""

    def do(errand: FindServicePoints) -> Answer | Awaitable[Answer]:
        def look(grid: GridStore) -> Points:
            if errand.phone is not None:
                return Points(grid.points_by_phone(errand.phone))
            return Points(grid.points_by_account(errand.account or ""))

        return reads(look, lambda error: Unavailable(f"register of service points: {error}"))

    return do
