from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outage_feed.affecting import Explanation, Phase, affecting
from outage_feed.model import Kind, Outage
from outage_feed.telling import (
    Emergency,
    FeedStale,
    Found,
    NoneKnown,
    NoTimeKnown,
    OfUnknownKind,
    PastItsTime,
    Planned,
    Restored,
    telling,
)
from tests.feeds.places import HOUR, NOW, VILLAGE, outage, point

HERE = point(VILLAGE, "ул. Ленина", "5")
SET = NOW - timedelta(minutes=50)


def found(*outages: Outage, now: datetime = NOW, stale: tuple[str, ...] = ()) -> Found:
    return Found(HERE, affecting(HERE, outages, now), now, NOW - 3 * HOUR, stale)


def here(**changes: object) -> Outage:
    return outage("ул. Ленина 5", **{"set_at": SET, **changes})


@pytest.mark.parametrize(("kind", "told"), [(Kind.EMERGENCY, Emergency), (Kind.UNKNOWN, OfUnknownKind)])
def test_emergency_and_unknown_kind(kind: Kind, told: type) -> None:
    one = here(kind=kind)
    assert telling(found(one)) == told(found(one).explanations[0], NOW + 2 * HOUR, SET)


def test_planned() -> None:
    one = here(kind=Kind.PLANNED)
    assert telling(found(one)) == Planned(found(one).explanations[0], NOW - HOUR, NOW + 2 * HOUR, SET)


def test_restored() -> None:
    one = here(restored_at=NOW - timedelta(minutes=20))
    assert telling(found(one)) == Restored(found(one).explanations[0], NOW - timedelta(minutes=20))


def test_the_end_of_a_planned_time_is_no_restoration() -> None:
    for kind in Kind:
        one = here(kind=kind, planned_end=NOW)
        assert telling(found(one)) == PastItsTime(found(one).explanations[0])


def test_no_time_known() -> None:
    for kind in Kind:
        one = here(kind=kind, planned_end=None)
        assert telling(found(one)) == NoTimeKnown(found(one).explanations[0], SET)


def test_without_a_stated_moment_that_of_receipt_counts() -> None:
    told = telling(found(here(set_at=None, received_at=NOW - HOUR)))
    assert isinstance(told, Emergency)
    assert told.set_at == NOW - HOUR


def test_a_stale_source_quotes_no_time() -> None:
    one = here()
    assert telling(found(one, stale=("test",))) == FeedStale(found(one).explanations[0], NOW - 3 * HOUR)
    assert telling(found(stale=("test",))) == FeedStale(None, NOW - 3 * HOUR)
    # What a dispatcher entered himself is not made stale by a feed that has gone silent.
    assert isinstance(telling(found(one, stale=("other",))), Emergency)


def test_a_fresh_source_is_told_before_a_stale_one() -> None:
    old, fresh = here(id="old:1", source="old"), here(id="fresh:1", source="fresh", kind=Kind.PLANNED)
    told = telling(found(old, fresh, stale=("old",)))
    assert isinstance(told, Planned)
    assert told.explanation.outage == fresh
    # «Restored» of a fresh source is no proof that the outage of the stale one is over.
    over = replace(fresh, restored_at=NOW - HOUR / 2)
    assert isinstance(telling(found(old, over, stale=("old",))), FeedStale)


def test_none_known_and_what_is_to_come() -> None:
    assert telling(found()) == NoneKnown(None)
    later = here(start=NOW + 20 * HOUR, planned_end=NOW + 25 * HOUR, kind=Kind.PLANNED)
    assert telling(found(later)) == NoneKnown(found(later).explanations[0])


def test_what_is_on_now_goes_before_what_was_and_what_will_be() -> None:
    later = here(id="later", start=NOW + 20 * HOUR, planned_end=None)
    restored = here(id="restored", restored_at=NOW - HOUR / 2)
    possible = outage("ул. Ленина", id="possible")
    told = telling(found(later, restored, possible))
    assert isinstance(told, Emergency)
    assert told.explanation.outage.id == "possible"
    told = telling(found(later, restored))
    assert isinstance(told, Restored)


times = st.none() | st.integers(-2000, 2000).map(lambda minutes: NOW + timedelta(minutes=minutes))


@given(
    st.lists(
        st.builds(
            lambda start, end, restored, closed, kind, at: replace(
                outage("ул. Ленина 5"), start=start or NOW, planned_end=end, restored_at=restored, closed_at=closed,
                kind=kind, id=f"test:{at}",
            ),
            times, times, times, times, st.sampled_from(Kind), st.integers(),
        ),
        max_size=5,
    ),
    st.booleans(),
)  # fmt: skip
def test_no_time_that_is_past_is_ever_quoted(outages: list[Outage], stale: bool) -> None:
    told = telling(found(*outages, stale=("test",) if stale else ()))
    until = getattr(told, "until", None)
    assert until is None or until > NOW
    if isinstance(told, Restored):
        assert told.at <= NOW
    if stale:
        assert isinstance(told, FeedStale)
    if isinstance(told, NoneKnown) and told.upcoming:
        assert told.upcoming.phase is Phase.LATER
    explanation = getattr(told, "explanation", None)
    assert explanation is None or isinstance(explanation, Explanation)
