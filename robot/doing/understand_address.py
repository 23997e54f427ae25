"""Which address of the register was said? The register's places are in memory, read or made anew when it changed.

Neither the making (by a process of its own where the register is big) nor the understanding (some milliseconds) is done
on the event loop.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor

import structlog

from ivr.call.errands import Unavailable
from outage_feed.errors import StoreError
from outage_feed.places import Places
from outage_feed.store import GridStore
from robot.doing.kept_places import BIG, kept_places, make_places, make_places_apart
from robot.errands import UnderstandAddress
from robot.understanding.address import understand_address as understand
from robot.understanding.understood import Understood

log = structlog.get_logger(__name__)

Answer = Understood | Unavailable


class PlacesInUse:
    """The places of the register as it is now. Blocking: call it in a worker thread; safe from several."""

    def __init__(self, grid: GridStore) -> None:
        self._grid = grid
        self._making = threading.Lock()
        self._made: tuple[int, Places] | None = None

    def current(self) -> Places:
        """The places of today's register. Raises StoreError.

        While one thread makes them anew, the others go on with the old ones; only the first ones are waited for.
        """
        version = self._grid.register_version()
        made = self._made
        if made is not None and made[0] == version:
            return made[1]
        if not self._making.acquire(blocking=made is None):
            assert made is not None
            return made[1]
        try:
            return self._make(version)
        finally:
            self._making.release()

    def warm(self) -> None:
        """Have the places made before the first caller waits for them. A store that cannot be read is only logged."""
        try:
            self.current()
        except StoreError as error:
            log.warning("the register's places cannot be had yet", error=str(error))

    @property
    def made(self) -> Places | None:
        """The places as they were when last asked for; ``None``: never yet. Waits for nothing."""
        return None if self._made is None else self._made[1]

    def _make(self, version: int) -> Places:
        if self._made is not None and self._made[0] == version:  # another thread has made them while this one waited
            return self._made[1]
        places = kept_places(self._grid)
        if places is None and self._grid.many_points(BIG):
            places = make_places_apart(self._grid)
        if places is None:
            places = make_places(self._grid)
        self._made = version, places
        log.info("places of the register are in memory", version=version, houses=places.houses)
        return places


def understand_address(places: PlacesInUse, threads: Executor) -> Callable[[UnderstandAddress], Awaitable[Answer]]:
    """The handler of :class:`UnderstandAddress`."""

    def in_thread(errand: UnderstandAddress) -> Understood:
        return understand(errand.heard, places.current(), errand.so_far, errand.hints)

    async def do(errand: UnderstandAddress) -> Answer:
        try:
            return await asyncio.get_running_loop().run_in_executor(threads, in_thread, errand)
        except StoreError as error:
            return Unavailable(f"register of places: {error}")

    return do
