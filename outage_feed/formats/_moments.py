"""Days, times of day and windows as Russian feeds and spreadsheets write them.

Days: «25.11.2026», «5.1.26г.», «25-11-2026», «2026-11-25», «25 ноября 2026 г.»; where it is allowed, without the year.
Times: «08:58», «9-00», «09=00», «16.30», «24:00», «9 ч», «9 ч 30 мин», «09:00:00». Windows: «с 9:00 до 17:00»,
«08:00-12:00, 13:00-17:00», «с 9 до 17». What cannot be read is None or nothing, never a guess.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from outage_feed.model import MOSCOW

_ISO_DAY = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_DAY = re.compile(r"(?<![\d.])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_MONTHS = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_WORDED = re.compile(r"(?<!\d)(\d{1,2})(?:-?го)?\s+([а-я]{3,8})\.?(?:\s+(\d{4}|\d{2})(?!\d)(?![:.]\d))?")
_SHORT_DAY = re.compile(r"(?<![\d.:])(\d{1,2})[./](\d{1,2})(?![\d.:/])")
_YEAR_MARK = re.compile(r"(?<=\d)\s*г(?:ода|\.)?(?![а-яё])")
_CLOCK = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})(?:\s*[:.=-]\s*(?P<minute>\d{2})(?::\d{2}(?:\.\d+)?)?(?!\d)"
    r"|\s*ч(?:ас(?:ов|а)?)?(?![а-яё])\.?(?:\s*(?P<minutes>\d{1,2})\s*м(?:ин(?:ут[аы]?)?)?(?![а-яё])\.?)?)"
)
_HOURS = re.compile(
    r"(?<!\d)(?:с\s*)?(\d{1,2})\s*(?:ч\w*\.?)?\s*(?:до|по|-|–|—)\s*(\d{1,2})\s*(?:ч\w*\.?)?(?![\d:.=-]\d|\d)"
)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s*(?:Z|[+-]\d{2}:?\d{2})?")
_NIGHT = timedelta(hours=12)


def find_day(text: str, near: date | None = None) -> date | None:
    """The first day named; one without its year is the one nearest to ``near``, where that is given."""
    text = text.casefold()
    if found := _ISO_DAY.search(text):
        return _day(int(found[1]), int(found[2]), int(found[3]))
    if found := _DAY.search(text):
        return _day(_century(found[4]), int(found[3]), int(found[1]))
    for found in _WORDED.finditer(text):
        month = _month(found[2])
        if month:
            if found[3]:
                return _day(_century(found[3]), month, int(found[1]))
            return _nearest(month, int(found[1]), near)
    if near is not None and (found := _SHORT_DAY.search(text)):
        return _nearest(int(found[2]), int(found[1]), near)
    return None


def find_times(text: str) -> list[timedelta]:
    """Every time of day in the text, as the distance from midnight; what is no time of day (25:70) is left out."""
    times = []
    for found in _CLOCK.finditer(_without_days(text)):
        minute = int(found["minute"] or found["minutes"] or 0)
        value = timedelta(hours=int(found["hour"]), minutes=minute)
        if minute < 60 and value <= timedelta(hours=24):
            times.append(value)
    return times


def find_windows(text: str) -> list[tuple[timedelta, timedelta | None]]:
    """Windows of a day, each with its start and end; nothing where the text cannot be read as such.

    «9-17» are the hours of a window, «9-30» is a time, and «9-15» may be either, so it is nothing. A single time is a
    start without an end.
    """
    plain = _without_days(text).strip(" .,;")
    if found := _HOURS.fullmatch(plain):
        first, last = int(found[1]), int(found[2])
        if first < last <= 24:
            doubtful = last % 5 == 0 and "-" in plain and "ч" not in plain
            return [] if doubtful else [(timedelta(hours=first), timedelta(hours=last))]
    times = find_times(plain)
    if len(times) == 1:
        return [(times[0], None)]
    return list(zip(times[::2], times[1::2], strict=True)) if len(times) % 2 == 0 else []


def find_moment(text: str, near: date | None = None) -> datetime | None:
    """A day and a time in one text, ISO 8601 with or without its offset among them; None where either is missing."""
    if found := _ISO.search(text):
        try:
            moment = datetime.fromisoformat(found[0].replace(" Z", "Z"))
            return (moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)).astimezone(MOSCOW)
        except (ValueError, OverflowError):
            return None
    day, times = find_day(text, near), find_times(text)
    return moment_of(day, times[0]) if day and len(times) == 1 else None


def moment_of(day: date, since_midnight: timedelta) -> datetime:
    """The moment of a day; «24:00» is the next day's midnight."""
    return datetime.combine(day, time(0), MOSCOW) + since_midnight


def end_of(start: datetime, end: datetime | None, *, same_day: bool) -> tuple[datetime | None, str]:
    """The end that can be believed, and what is wrong with the one that was written.

    An end on the day of the start but not after it, as in 22:00–06:00, is of the next day where the outage then lasts
    no longer than a night; any other end before its start is an end not known.
    """
    if end is None or end > start:
        return end, ""
    morning = end + timedelta(days=1)
    if same_day and start < morning <= start + _NIGHT:
        return morning, ""
    return None, f"the end {end:%d.%m.%Y %H:%M} is not after the start {start:%d.%m.%Y %H:%M}: not known"


def _without_days(text: str) -> str:
    text = _YEAR_MARK.sub("", text.casefold())
    for pattern in (_ISO_DAY, _DAY):
        text = pattern.sub(" ", text)
    return _WORDED.sub(lambda found: " " if _month(found[2]) else found[0], text)


def _month(word: str) -> int:
    """The number of a month by its name in any case, 0 for any other word."""
    found = [at for at, stem in enumerate(_MONTHS, 1) if word.startswith(stem)]
    if word in ("май", "мая") or (found and found[0] != 5):
        return 5 if word in ("май", "мая") else found[0]
    return 0


def _century(year: str) -> int:
    return int(year) + (2000 if len(year) == 2 else 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2100 else None


def _nearest(month: int, day: int, near: date | None) -> date | None:
    if near is None:
        return None
    days = [found for year in (near.year - 1, near.year, near.year + 1) if (found := _day(year, month, day))]
    return min(days, key=lambda found: abs(found - near), default=None)
