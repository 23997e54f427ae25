"""Whose telephone number, personal account or address is it? From the register of service points."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from ivr.call.errands import Unavailable
from outage_feed.model import Address, ServicePoint
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
            if errand.address is not None:
                return Points(_points_of_house(grid, errand.address))
            if errand.id is not None:
                return Points(grid.points_by_id(errand.id))
            return Points(grid.points_by_account(errand.account or ""))

        return reads(look, lambda error: Unavailable(f"register of service points: {error}"))

    return do


def _points_of_house(grid: GridStore, address: Address) -> tuple[ServicePoint, ...]:
    wanted = replace(address, flat="")
    found = grid.points_at(address.settlement, address.street)
    return tuple(point for point in found if replace(point.address, flat="") == wanted)
