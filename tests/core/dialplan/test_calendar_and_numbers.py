"""Working hours with holidays, short and moved days; what numbers tell of the branch."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from ivr.call.model import Call
from ivr.dialplan.calendar import Calendar, parse_hours, parse_week
from ivr.dialplan.numbers import Numbers, Origin, canonical, is_landline
from ivr.dialplan.parse import parse_files

FILES = Path(__file__).parents[2] / "wire" / "dialplans" / "good"
PARSED = parse_files({name: (FILES / name).read_text(encoding="utf-8") for name in ("calendar.yaml", "numbers.yaml")})
MOSCOW = timezone(timedelta(hours=3))


def calendar() -> Calendar:
    assert PARSED.calendar is not None
    return PARSED.calendar


def numbers() -> Numbers:
    assert PARSED.numbers is not None
    return PARSED.numbers


@pytest.mark.parametrize(
    ("day", "clock", "branch", "open_"),
    [
        ("2026-11-25", "07:59", None, False),
        ("2026-11-25", "08:00", None, True),
        ("2026-11-25", "12:00", None, False),  # lunch
        ("2026-11-25", "13:00", None, True),
        ("2026-11-25", "17:00", None, False),
        ("2026-11-25", "17:30", "46", True),  # this branch works longer
        ("2026-11-25", "08:30", "46", False),
        ("2026-11-25", "12:30", "36", False),  # a branch without hours of its own works like all
        ("2026-11-28", "10:00", None, False),  # Saturday, said to be closed
        ("2026-11-29", "10:00", None, False),  # Sunday, not mentioned
        ("2026-11-04", "10:00", None, False),  # holiday
        ("2027-01-08", "10:00", None, False),  # the last day of a span
        ("2026-05-19", "10:00", "46", False),  # a holiday of one branch only
        ("2026-05-19", "10:00", "36", True),
        ("2026-11-03", "15:29", None, True),  # short by 90 minutes
        ("2026-11-03", "15:30", None, False),
        ("2026-11-07", "10:00", None, True),  # a worked Saturday, like Monday
        ("2026-11-14", "16:30", None, False),  # … like Friday
    ],
)
def test_hours(day: str, clock: str, branch: str | None, open_: bool) -> None:
    now = datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=MOSCOW)
    assert calendar().look_up("office", branch, now).open is open_
    assert calendar().look_up("office", branch, now.astimezone(UTC)).open is open_


@pytest.mark.parametrize(
    ("day", "free"), [("2026-11-04", True), ("2026-11-28", True), ("2026-11-25", False), ("2026-11-07", False)]
)
def test_a_day_on_which_nobody_works_is_told_apart_from_a_closed_hour(day: str, free: bool) -> None:
    night = datetime.fromisoformat(f"{day}T23:00").replace(tzinfo=MOSCOW)
    assert calendar().look_up("office", None, night).free is free


def test_round_the_clock_has_no_gap() -> None:
    midnight = datetime(2026, 11, 24, tzinfo=MOSCOW)
    for minute in range(0, 2 * 24 * 60, 7):
        assert calendar().look_up("emergency", None, midnight + timedelta(minutes=minute)).open


def test_spans() -> None:
    assert parse_hours("08:00-12:00, 13:00-17:00") == ((480, 720), (780, 1020))
    assert parse_hours("00:00-24:00") == ((0, 1440),)
    assert parse_week({"mon-wed": "closed", "sun": "9:05-10:00"}) == {
        "mon": (), "tue": (), "wed": (), "sun": ((545, 600),),
    }  # fmt: skip


@pytest.mark.parametrize("text", ["8-17", "08:00", "08:00-25:00", "08:60-09:00", "12:00-11:00", "8:00-9:00,8:30-10:00"])
def test_spans_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_hours(text)


def test_a_short_day_can_swallow_a_whole_span() -> None:
    short = Calendar.model_validate(
        {"schedules": {"s": {"hours": {"fri": "08:00-12:00, 16:30-17:00"}}}, "short_days": ["2026-11-27"]}
    )
    at = [datetime(2026, 11, 27, hour, minute, tzinfo=MOSCOW) for hour, minute in ((11, 59), (16, 45))]
    assert [short.look_up("s", None, moment).open for moment in at] == [True, False]


def test_the_last_year_with_holidays() -> None:
    assert calendar().last_year() == date(2027, 1, 8).year
    assert Calendar().last_year() is None


# ── numbers ────────────────────────────────────────────────────────────────────────────────────────────────────

CALL = Call("c", "+79001234567", "88002200220", datetime(2026, 11, 25, tzinfo=UTC))


@pytest.mark.parametrize(
    ("written", "digits"),
    [("8 (800) 220-0-220", "78002200220"), ("+7 800 220 02 20", "78002200220"), ("220", "220"), ("", "")],
)
def test_one_spelling(written: str, digits: str) -> None:
    assert canonical(written) == digits


@pytest.mark.parametrize(
    ("number", "landline"),
    [
        ("+74712000101", True),
        ("84951234567", True),
        ("+78122000101", True),
        ("+79001234567", False),
        ("+78002200220", False),
        ("220", False),
        ("+375291234567", False),
    ],
)
def test_landlines(number: str, landline: bool) -> None:
    assert is_landline(number) is landline


def test_the_diversion_says_more_than_the_dialled_number() -> None:
    call, entry = numbers().locate(replace(CALL, diversion="84712000101"))
    assert (call.branch, call.res, entry) == ("46", "Курский РЭС", "hotline:a")
    dialled, entry = numbers().locate(replace(CALL, dialled="74712000101"))
    assert (dialled.branch, entry) == ("46", "hotline:a")


def test_the_lines_own_number_only_says_where_to_start() -> None:
    call, entry = numbers().locate(CALL)
    assert (call.branch, call.res, entry) == (None, None, "hotline:a")
    assert numbers().locate(replace(CALL, dialled="99999"))[1] is None


@pytest.mark.parametrize(
    ("caller", "origin", "branch"),
    [
        ("+74732000101", Origin.SERVED, "36"),
        ("+74714512345", Origin.SERVED, "46"),
        ("+74951234567", Origin.OUTSIDE, None),
        ("+79001234567", Origin.UNKNOWN, None),
        (None, Origin.UNKNOWN, None),
        ("+375171234567", Origin.UNKNOWN, None),
    ],
)
def test_a_landline_tells_the_region_and_a_mobile_nothing(
    caller: str | None, origin: Origin, branch: str | None
) -> None:
    call, _ = numbers().locate(replace(CALL, caller=caller))
    assert call.branch == branch
    assert numbers().origin(call)[0] is origin


def test_a_redirected_number_outweighs_the_callers_area_code() -> None:
    call, _ = numbers().locate(replace(CALL, caller="+74732000101", diversion="+74712000101"))
    assert call.branch == "46"
    moscow, _ = numbers().locate(replace(CALL, caller="+74951234567", diversion="+74712000101"))
    assert numbers().origin(moscow)[0] is Origin.SERVED
