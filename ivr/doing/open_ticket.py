"""``OpenTicket``: written in the store's own thread; the number is on the disk before anybody says it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.errands import OpenTicket, Ticket
from ivr.store import Store


def open_ticket(store: Store, clock: Callable[[], datetime]) -> Callable[[OpenTicket], Awaitable[Ticket]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``."""

    async def do(errand: OpenTicket) -> Ticket:
        return await store.in_thread(store.tickets.open, errand, now=clock())

    return do
