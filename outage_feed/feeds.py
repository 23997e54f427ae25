"""What is known about a source of outages, and when its news is too old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

LONGEST_PAUSE = timedelta(hours=24)
"""How long a record set aside, of which not even the id could be read, keeps missing outages from being withdrawn."""


@dataclass(frozen=True, slots=True)
class FeedState:
    """The state of one source. ``stale_after`` None: a person's entries, which do not grow stale by silence.

    ``regions`` are the codes that the source covers, empty: all. ``digest`` and ``empties`` belong to the poller: the
    hash of the last body, and how many empty answers came in a row. ``paused_since``: since when every answer had a
    record that was set aside and may have been any of the outages that are missing; see :data:`LONGEST_PAUSE`.
    """

    name: str
    format: str = ""
    url: str = ""
    regions: tuple[str, ...] = ()
    stale_after: timedelta | None = None
    last_attempt: datetime | None = None
    last_success: datetime | None = None
    last_error: str = ""
    failures: int = 0
    etag: str = ""
    last_modified: str = ""
    digest: str = ""
    records: int = 0
    empties: int = 0
    rejected: int = 0
    paused_since: datetime | None = None

    def covers(self, region: str) -> bool:
        """Whether the source speaks of the region."""
        return not self.regions or region in self.regions

    def age(self, now: datetime) -> timedelta | None:
        """How long ago the source last answered as it should; None: never."""
        return None if self.last_success is None else now - self.last_success

    def stale(self, now: datetime) -> bool:
        """Whether its news is too old to be quoted."""
        if self.stale_after is None:
            return False
        age = self.age(now)
        return age is None or age > self.stale_after

    def pause_over(self, now: datetime) -> bool:
        """Whether withdrawals have been paused for so long that what is missing is taken for withdrawn after all."""
        return self.paused_since is not None and now - self.paused_since >= LONGEST_PAUSE
