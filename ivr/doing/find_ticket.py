"""``FindTicket``: the state of a ticket by its number."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from ivr.call.errands import FindTicket, NoTicket, Ticket
from ivr.store import Store


def find_ticket(store: Store) -> Callable[[FindTicket], Awaitable[Ticket | NoTicket]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``."""

    async def do(errand: FindTicket) -> Ticket | NoTicket:
        return await store.in_thread(store.tickets.find, errand.number)

    return do
