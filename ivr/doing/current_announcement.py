"""``CurrentAnnouncement``: what supervisors announce to the branch's callers now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from ivr.call.errands import Announcement, CurrentAnnouncement, NoAnnouncement
from ivr.store import Store


def current_announcement(
    store: Store, clock: Callable[[], datetime]
) -> Callable[[CurrentAnnouncement], Awaitable[Announcement | NoAnnouncement]]:
    """The handler. It raises ``StoreBusy``, which the runner turns into ``Unavailable``.

    Every call asks this, so it is answered on the event loop: a look into an index of a few rows takes some 10 µs,
    a thread would take ten times that, and readers of a WAL database wait for nobody.
    """

    async def do(errand: CurrentAnnouncement) -> Announcement | NoAnnouncement:
        return store.announcements.current(errand.branch, clock())

    return do
