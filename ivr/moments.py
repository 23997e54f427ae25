"""Moments as people type them on the command line. Pure: ``now`` is an argument, and gives the time zone too."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

FORMS = "2026-11-25 09:00, 25.11 09:00, 09:00, today, yesterday 18:00, 2h (ago), +2h"
_DISTANCE = re.compile(r"([+-]?)\s*(\d{1,6})\s*(m|min|h|d)")
_UNITS = {"m": "minutes", "min": "minutes", "h": "hours", "d": "days"}
_DAYS = {"yesterday": -1, "вчера": -1, "today": 0, "сегодня": 0, "tomorrow": 1, "завтра": 1}
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?( .*)?")


def parse_moment(text: str, now: datetime) -> datetime:
    """What ``text`` means at ``now`` (aware), in the zone of ``now``; a day alone is its midnight.

    Raises ``ValueError`` with the forms that are understood.
    """
    words = text.strip().lower()
    if words == "now":
        return now
    if found := _DISTANCE.fullmatch(words):
        distance = timedelta(**{_UNITS[found[3]]: int(found[2])})
        return now + distance if found[1] == "+" else now - distance
    try:
        return _moment(words, now)
    except ValueError as error:
        raise ValueError(f"not a moment: {text!r} (understood: {FORMS})") from error


def _moment(words: str, now: datetime) -> datetime:
    day_word, _, clock = words.partition(" ")
    if day_word in _DAYS:
        day = now.date() + timedelta(days=_DAYS[day_word])
        return datetime.combine(day, _clock(clock) if clock.strip() else time(), now.tzinfo)
    if re.fullmatch(r"\d{1,2}:\d{2}(:\d{2})?", words):
        return datetime.combine(now.date(), _clock(words), now.tzinfo)
    if dotted := _DOTTED.fullmatch(words):
        day = date(int(dotted[3] or now.year), int(dotted[2]), int(dotted[1]))
        clock = (dotted[4] or "").strip()
        return datetime.combine(day, _clock(clock) if clock else time(), now.tzinfo)
    moment = datetime.fromisoformat(words.upper())
    return moment if moment.tzinfo else moment.replace(tzinfo=now.tzinfo)


def _clock(text: str) -> time:
    return time.fromisoformat(text.strip().rjust(5, "0") if len(text.strip()) == 4 else text.strip())
