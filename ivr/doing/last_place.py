"""``FindLastPlace`` and ``KeepLastPlace``: what place was this telephone's last call about?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.last_place import FindLastPlace, KeepLastPlace, LastPlace
from ivr.store import Store


def find_last_place(store: Store, clock: Callable[[], datetime]) -> Callable[[FindLastPlace], Awaitable[LastPlace]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``."""

    async def do(errand: FindLastPlace) -> LastPlace:
        return LastPlace(await store.in_thread(store.last_places.of, errand.phone, now=clock()))

    return do


def keep_last_place(store: Store, clock: Callable[[], datetime]) -> Callable[[KeepLastPlace], Awaitable[LastPlace]]:
    """The handler, likewise."""

    async def do(errand: KeepLastPlace) -> LastPlace:
        await store.in_thread(store.last_places.keep, errand.phone, errand.point, errand.call_id, now=clock())
        return LastPlace(errand.point)

    return do
