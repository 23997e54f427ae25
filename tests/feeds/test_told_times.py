"""Whether what callers were told still holds (pure)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from outage_feed.model import Outage
from outage_feed.told_times import Judged, Standing, Telling, judge, left_behind
from tests.feeds.places import HOUR, NOW, outage

OLD, NEW = NOW + 2 * HOUR, NOW + 5 * HOUR
HISTORY = (
    outage("ул. Ленина 5", planned_end=OLD, received_at=NOW - HOUR),
    outage("ул. Ленина 5", planned_end=NEW, received_at=NOW, version=2),
)


def telling(until: datetime | None, at: datetime, phone: str = "+79000000001", call_id: str = "c1") -> Telling:
    return Telling(call_id, at, phone, "ул. Ленина, 5", "emergency", until, "said")


@pytest.mark.parametrize(
    ("until", "at", "standing", "version"),
    [
        (OLD, NOW - HOUR / 2, Standing.MOVED, 1),
        (OLD, NOW + HOUR, Standing.LATE, 2),
        (NEW, NOW + HOUR, Standing.HOLDS, 2),
        (None, NOW - HOUR / 2, Standing.NO_TIME, 1),
        (OLD, NOW - 9 * HOUR, Standing.MOVED, 1),  # the clocks differ: before it was known at all
    ],
)
def test_what_a_telling_is_worth(until: datetime | None, at: datetime, standing: Standing, version: int) -> None:
    judged = judge(telling(until, at), HISTORY)
    assert (judged.standing, judged.version) == (standing, version)


def test_a_time_that_is_not_known_any_more_was_moved_too() -> None:
    gone: tuple[Outage, ...] = (*HISTORY, replace(HISTORY[0], planned_end=None, version=3, received_at=NOW + HOUR))
    assert judge(telling(NEW, NOW + HOUR / 2), gone).standing is Standing.MOVED


def test_a_time_that_was_moved_back_holds_again() -> None:
    back = (*HISTORY, replace(HISTORY[0], version=3, received_at=NOW + HOUR))
    assert judge(telling(OLD, NOW - HOUR / 2), back).standing is Standing.HOLDS


def judged(*given: Telling) -> list[Judged]:
    return [judge(each, HISTORY) for each in given]


def test_who_is_called_back() -> None:
    put_right = judged(telling(OLD, NOW - HOUR / 2), telling(NEW, NOW + HOUR, call_id="c2"))
    assert left_behind(put_right) == ()
    again = judged(telling(OLD, NOW - HOUR / 2), telling(OLD, NOW - HOUR / 4, call_id="c2"))
    assert [one.telling.call_id for one in left_behind(again)] == ["c2"]
    no_time_since = judged(telling(OLD, NOW - HOUR / 2), telling(None, NOW + HOUR, call_id="c2"))
    assert [one.telling.call_id for one in left_behind(no_time_since)] == ["c1"]
    hidden = judged(telling(OLD, NOW - HOUR / 2, "", "h1"), telling(OLD, NOW - HOUR / 4, "", "h2"))
    assert [one.telling.call_id for one in left_behind(hidden)] == ["h1", "h2"]
