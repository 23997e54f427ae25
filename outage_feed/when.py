"""Moments as dispatchers write them: «16:30», «25.11 16:30», «25.11.2026 16:30», «tomorrow 09:00», «+2h», ISO 8601."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from outage_feed.model import MOSCOW

_DAYS = {"today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1, "yesterday": -1, "вчера": -1}
_WRITTEN = re.compile(
    r"(?:(?P<word>[a-zа-я]+)\s+|(?P<day>\d{1,2})\.(?P<month>\d{1,2})(?:\.(?P<year>\d{4}|\d{2}))?\s+)?"
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})"
)
_DISTANCE = re.compile(r"(?P<sign>[+-])\s*(?:(?P<hours>\d{1,3})\s*[hч])?\s*(?:(?P<minutes>\d{1,4})\s*[mм])?")


def parse_when(text: str, now: datetime) -> datetime:
    """The moment meant, in UTC+3; a day without a year is in the year of ``now``. Raises ValueError with a reason."""
    text, now = text.strip().casefold(), now.astimezone(MOSCOW)
    if text in ("now", "сейчас"):
        return now.replace(second=0, microsecond=0)
    if (found := _DISTANCE.fullmatch(text)) and (found["hours"] or found["minutes"]):
        distance = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
        return (now + distance if found["sign"] == "+" else now - distance).replace(second=0, microsecond=0)
    if found := _WRITTEN.fullmatch(text):
        return _written(found, now)
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError(f"«{text}» is no time; write 16:30, 25.11 16:30, tomorrow 09:00 or +2h") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)).astimezone(MOSCOW)


def _written(found: re.Match[str], now: datetime) -> datetime:
    if found["word"] and found["word"] not in _DAYS:
        raise ValueError(f"«{found['word']}» is no day; write today, tomorrow or a date like 25.11")
    try:
        if found["day"]:
            year = int(found["year"] or now.year)
            day = date(year + 2000 if year < 100 else year, int(found["month"]), int(found["day"]))
        else:
            day = now.date() + timedelta(days=_DAYS[found["word"]] if found["word"] else 0)
        hour = int(found["hour"])
        return datetime.combine(day, time(hour % 24 if hour == 24 else hour, int(found["minute"])), MOSCOW) + timedelta(
            days=hour == 24
        )
    except ValueError:
        raise ValueError(f"«{found[0]}» is no date and time") from None
