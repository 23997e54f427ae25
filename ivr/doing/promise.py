"""``Promise``: written in the store's own thread, before the caller is told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.errands import Promise, Promised
from ivr.store import Store


def promise(store: Store, clock: Callable[[], datetime]) -> Callable[[Promise], Awaitable[Promised]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``."""

    async def do(errand: Promise) -> Promised:
        return await store.in_thread(store.promises.make, errand, now=clock())

    return do
