from datetime import UTC, datetime, timedelta

from ivr.call.model import OutcomeClass as C
from ivr.store.summary import Profile, profile, summarise

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_classes_add_up_and_repeats_take_containment_away() -> None:
    measures = [
        (at(25, 9), C.SERVED, 40.0, 0.5, False),
        (at(25, 9, 30), C.SERVED, 50.0, 0.7, True),
        (at(25, 10), C.OPERATOR, 200.0, 1.0, False),
        (at(25, 11), C.SHORT_ABANDON, 2.0, 0.0, False),
        (at(27, 9), C.ERROR, None, 0.0, False),
    ]
    first, second, total = summarise(measures, "day", NOW)
    assert (first.begins, first.calls, first.repeated, first.contained) == (at(25, 0), 4, 1, 1)
    assert sum(first.classes.values()) == first.calls
    assert first.containment == round(1 / 3, 4)  # the short abandon is kept apart
    assert first.settled
    assert not second.settled
    assert second.seconds is None
    assert (total.begins, total.calls, total.settled) == (None, 5, False)


def test_hours_are_apart_and_empty_is_empty() -> None:
    hours = summarise(
        [(at(25, 9, 59), C.SERVED, 1.0, 0.0, False), (at(25, 10), C.SERVED, 1.0, 0.0, False)], "hour", NOW
    )
    assert [hour.begins for hour in hours] == [at(25, 9), at(25, 10), None]
    assert summarise([], "hour", NOW) == ()


def test_only_short_abandons_have_no_containment() -> None:
    (day, _) = summarise([(at(25, 9), C.SHORT_ABANDON, 1.0, 0.0, False)], "day", NOW)
    assert day.containment is None


def test_a_profile_is_made_of_values_that_occurred() -> None:
    assert profile([]) is None
    assert profile([3.0]) == Profile(3.0, 3.0, 3.0, 3.0)
    assert profile([float(n) for n in range(1, 101)]) == Profile(1.0, 50.0, 95.0, 100.0)
    assert profile([5.0, 1.0, 4.0, 2.0]) == Profile(1.0, 2.0, 5.0, 5.0)


def test_an_interval_settles_a_day_after_its_end() -> None:
    measure = (at(25, 9), C.SERVED, 1.0, 0.0, False)
    just_before = at(25, 9) + timedelta(hours=25)
    assert not summarise([measure], "hour", just_before)[0].settled
    assert summarise([measure], "hour", just_before + timedelta(seconds=1))[0].settled
