from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from ivr.moments import parse_moment

NOW = datetime(2026, 11, 25, 14, 20, 30, tzinfo=ZoneInfo("Europe/Moscow"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "2026-11-25T14:20:30+03:00"),
        ("2026-11-24", "2026-11-24T00:00:00+03:00"),
        ("2026-11-24 09:05", "2026-11-24T09:05:00+03:00"),
        ("2026-11-24T09:05:00+00:00", "2026-11-24T09:05:00+00:00"),
        ("24.11.2026", "2026-11-24T00:00:00+03:00"),
        ("4.1.2027 9:05", "2027-01-04T09:05:00+03:00"),
        ("24.11 18:30", "2026-11-24T18:30:00+03:00"),
        ("9:05", "2026-11-25T09:05:00+03:00"),
        ("today", "2026-11-25T00:00:00+03:00"),
        ("Yesterday 18:00", "2026-11-24T18:00:00+03:00"),
        ("завтра 9:00", "2026-11-26T09:00:00+03:00"),
        ("2h", "2026-11-25T12:20:30+03:00"),
        ("+30m", "2026-11-25T14:50:30+03:00"),
        ("7d", "2026-11-18T14:20:30+03:00"),
    ],
)
def test_what_people_type(text: str, meant: str) -> None:
    found = parse_moment(text, NOW)
    assert found == datetime.fromisoformat(meant)
    assert found.utcoffset() is not None


@pytest.mark.parametrize("text", ["", "soon", "25:00", "32.01.2026", "2026-13-01", "today 9", "5", "9:5"])
def test_nonsense_is_refused_with_what_is_understood(text: str) -> None:
    with pytest.raises(ValueError, match="understood: 2026-11-25"):
        parse_moment(text, NOW)


def test_a_distance_is_exact() -> None:
    assert parse_moment("90min", NOW) == NOW - timedelta(minutes=90)
