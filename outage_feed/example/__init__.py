"""The example grid of the first run: some forty service points, and an outage for each sentence a caller can hear.

Addresses, telephone numbers and accounts are made up. Outages lie around *now*, so the example is alive whenever it is
loaded; loading it again moves on only those that no longer show what they are for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from typing import Any

from outage_feed.affecting import Phase, phase_of
from outage_feed.feeds import FeedState
from outage_feed.model import MOSCOW, Outage, ServicePoint
from outage_feed.record import read_record
from outage_feed.register import load_points
from outage_feed.store import GridStore

SOURCE = "example"
SILENT = "example-silent"
"""The source of the Kostroma example, which «has not answered» for five hours."""
_SILENT_FOR = timedelta(hours=5)
_STALE_AFTER = timedelta(hours=1)
_LASTS = timedelta(minutes=45)


@dataclass(frozen=True, slots=True)
class TestCaller:
    """A caller to try the hotline with: what to call from, what to key in, and what is heard then."""

    __test__ = False  # not a test, whatever pytest makes of the name

    phone: str
    account: str
    address: str
    shows: str
    meaning: str


_SHOWS = {
    "+79000000001": ("planned", "planned outage, until a stated time"),
    "+79000000002": ("emergency", "emergency, expected time of restoration"),
    "+79000000003": ("restored", "supply was restored a while ago"),
    "+79000000004": ("past_its_time", "the stated time has passed, nobody says it is back"),
    "+79000000005": ("no_time_known", "emergency, no time known yet"),
    "+79000000006": ("feed_stale", "the region's feed has gone silent: no time is quoted"),
    "+79000000007": ("none_known", "no outage known: a ticket"),
    "+79000000008": ("possible", "the list is unclear: «возможно»"),
    "+79000000009": ("upcoming", "nothing now, planned work tomorrow"),
    "+79000000010": ("unknown_kind", "an outage, not said whether planned"),
    "+79000000012": ("by_substation", "planned, known by the substation (ТП)"),
    "+79000000013": ("two_addresses", "one telephone, two addresses, no outage"),
    "+79000000021": ("other_side", "neighbour on the even side of the street: not affected"),
}


def example_points() -> tuple[ServicePoint, ...]:
    """The service points of the example."""
    with resources.as_file(resources.files(__name__) / "points.csv") as path:
        return load_points(path).points


def example_outages(now: datetime) -> tuple[Outage, ...]:
    """The outages of the example as they stand around ``now``."""
    document = json.loads((resources.files(__name__) / "outages.json").read_text(encoding="utf-8"))
    return tuple(_outage(dict(raw), now.astimezone(MOSCOW)) for raw in document["outages"])


def test_callers() -> tuple[TestCaller, ...]:
    """Whom to call as, one caller for each sentence."""
    return tuple(_callers())


test_callers.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test otherwise


def _callers() -> Iterator[TestCaller]:
    points = {phone: point for point in reversed(example_points()) for phone in point.phones}
    for phone, (shows, meaning) in _SHOWS.items():
        point = points[phone]
        yield TestCaller(phone, point.account, str(point.address), shows, meaning)


def load_example(store: GridStore, now: datetime) -> tuple[TestCaller, ...]:
    """Put the example into the store, around ``now``; gives the callers to try. Call it at a start. Raises StoreError.

    An outage that will show its sentence for another 45 minutes stays as it is.
    """
    if not store.points_by_phone(next(iter(_SHOWS))):
        store.save_points(example_points())
    _around(store, now, leave_closed=False)
    return test_callers()


def move_example_on(store: GridStore, now: datetime) -> None:
    """Move a loaded example on to ``now``; what somebody has closed to try it out stays closed. Raises StoreError."""
    if store.points_by_phone(next(iter(_SHOWS))):
        _around(store, now, leave_closed=True)


def _around(store: GridStore, now: datetime, *, leave_closed: bool) -> None:
    for outage in example_outages(now):
        wanted = phase_of(outage, now)
        stored = store.outage(outage.id)
        if stored is not None and {phase_of(stored, now), phase_of(stored, now + _LASTS)} == {wanted}:
            continue
        closed = stored is not None and (stored.restored_at or stored.closed_at) and wanted is not Phase.RESTORED
        if not (leave_closed and closed):
            store.save(outage, now)
    silent_since = now - _SILENT_FOR
    store.save_feed(FeedState(SOURCE, format="example", last_attempt=now, last_success=now, records=9))
    store.save_feed(
        FeedState(
            SILENT,
            format="example",
            regions=("44",),
            stale_after=_STALE_AFTER,
            last_attempt=now,
            last_success=silent_since,
            last_error="no whole answer within 30 s",
            failures=20,
            records=1,
        )
    )


def remove_example(store: GridStore) -> bool:
    """Take the example out again; a real register and real outages are not touched. False: there was none."""
    if not (store.points_by_phone(next(iter(_SHOWS))) or any(store.feed(source) for source in (SOURCE, SILENT))):
        return False
    store.remove_points(point.id for point in example_points())
    for source in (SOURCE, SILENT):
        store.remove_source(source)
    return True


def _outage(raw: dict[str, Any], now: datetime) -> Outage:
    source = raw.pop("source")
    for name in ("start", "planned_end", "set_at", "restored_at"):
        if name in raw:
            raw[name] = _relative(raw[name], now).isoformat()
    return read_record(raw, source=source, received_at=now)


def _relative(text: str, now: datetime) -> datetime:
    """«-2h30m», «+45m», «tomorrow 09:00» as a moment; in steps of 5 minutes, whole hours in steps of half an hour."""
    if found := re.fullmatch(r"tomorrow (\d\d):(\d\d)", text):
        return now.replace(hour=int(found[1]), minute=int(found[2]), second=0, microsecond=0) + timedelta(days=1)
    found = re.fullmatch(r"([+-])(?:(\d+)h)?(?:(\d+)m)?", text)
    if found is None:
        raise ValueError(f"«{text}» is no relative time")
    distance = timedelta(hours=int(found[2] or 0), minutes=int(found[3] or 0))
    moment = now + distance if found[1] == "+" else now - distance
    step = timedelta(minutes=5 if found[3] else 30)
    return moment - (moment - moment.replace(hour=0, minute=0, second=0, microsecond=0)) % step
