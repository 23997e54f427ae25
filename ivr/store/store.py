"""The families of tables put together, on one connection whose commits are on the disk when they return."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo
from pathlib import Path
from typing import ParamSpec, TypeVar

from ivr.store import (
    announcements,
    attempts,
    audit,
    calls,
    campaigns,
    consents,
    last_places,
    promises,
    sms,
    stop_list,
    tickets,
)
from ivr.store.announcements import Announcements
from ivr.store.attempts import Attempts
from ivr.store.audit import Audit
from ivr.store.calls import Calls
from ivr.store.campaigns import Campaigns
from ivr.store.consents import Consents
from ivr.store.database import BUSY_SECONDS, Connection
from ivr.store.last_places import LastPlaces
from ivr.store.promises import CALLBACK_WITHIN, Promises
from ivr.store.sms import Messages
from ivr.store.stop_list import StopList
from ivr.store.tickets import Tickets

P = ParamSpec("P")
T = TypeVar("T")

LOOK_SECONDS = 0.02
"""How long a look on the event loop may wait for a lock: all calls stand still meanwhile."""

FAMILIES = (
    calls.migrations,
    tickets.migrations,
    announcements.migrations,
    audit.migrations,
    consents.migrations,
    promises.migrations,
    sms.migrations,
    last_places.migrations,
    stop_list.migrations,
    campaigns.migrations,
    attempts.migrations,
)


def _one_thread() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(1, thread_name_prefix="store")


@dataclass(frozen=True, slots=True)
class Store:
    """What the switchboard keeps. Its members block (for some ms; at most for the busy limit when others write)."""

    tickets: Tickets
    consents: Consents
    promises: Promises
    sms: Messages
    last_places: LastPlaces
    announcements: Announcements
    calls: Calls
    audit: Audit
    stop_list: StopList
    campaigns: Campaigns
    attempts: Attempts
    _writing: Connection
    _reading: Connection
    _looking: Connection
    _thread: ThreadPoolExecutor = field(default_factory=_one_thread)

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        tz: tzinfo = UTC,
        ticket_start: int = 1,
        callback_within: timedelta = CALLBACK_WITHIN,
        busy_seconds: float = BUSY_SECONDS,
    ) -> Store:
        """Open (or make) the database at ``path``; times come back in ``tz``. Raises ``StoreBusy``."""
        writing = Connection.open(path, FAMILIES, durable=True, busy_seconds=busy_seconds)
        reading = Connection.open(path, FAMILIES, busy_seconds=busy_seconds)
        # A connection of its own for looks that are taken on the event loop: it never waits for a ticket's fsync, and
        # for whoever has locked the file hardly at all.
        looking = Connection.open(path, FAMILIES, busy_seconds=busy_seconds)
        looking.wait_at_most(min(busy_seconds, LOOK_SECONDS))
        return cls(
            Tickets(writing, tz, start=ticket_start),
            Consents(writing, tz),
            Promises(writing, tz, callback_within=callback_within),
            Messages(writing, tz),
            LastPlaces(writing),
            Announcements(writing, looking, tz),
            Calls(reading, tz),
            Audit(writing, tz),
            StopList(writing, tz),
            Campaigns(writing, tz),
            Attempts(writing, tz),
            writing,
            reading,
            looking,
        )

    async def in_thread(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function of the store off the event loop, one at a time."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: function(*args, **kwargs))

    def close(self) -> None:
        """Finish what is being written and close. Closing twice does no harm."""
        self._thread.shutdown(wait=True)
        self._writing.close()
        self._reading.close()
        self._looking.close()
