"""``calendar.yaml``: working hours, holidays, short and moved working days, per branch where they differ."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cached_property
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, PlainValidator, WithJsonSchema

from ivr.dialplan.fields import Name, Part
from ivr.dialplan.findings import Finding, known_names, near

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MIDNIGHT_MINUTES = 24 * 60

_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
_DAYS_KEY = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?")

Hours = tuple[tuple[int, int], ...]
"""Open from … to …, in minutes after midnight."""


def parse_hours(text: str) -> Hours:
    """«08:00-12:00, 13:00-17:00» or «closed». Raises ``ValueError``."""
    if text == "closed":
        return ()
    found: list[tuple[int, int]] = []
    for part in text.split(","):
        begin, dash, end = part.strip().partition("-")
        if not dash:
            raise ValueError(f"{part.strip()!r} is not a time span such as 08:00-17:00, nor “closed”")
        start, stop = _minutes(begin), _minutes(end)
        if start >= stop:
            raise ValueError(f"{part.strip()!r} ends before it begins")
        if found and start < found[-1][1]:
            raise ValueError(f"{part.strip()!r} begins before the span before it has ended")
        found.append((start, stop))
    return tuple(found)


def _minutes(text: str) -> int:
    match = _CLOCK.fullmatch(text.strip())
    hour, minute = (int(match[1]), int(match[2])) if match else (99, 0)
    if minute > 59 or hour * 60 + minute > MIDNIGHT_MINUTES:
        raise ValueError(f"{text.strip()!r} is not a time of day such as 08:00")
    return hour * 60 + minute


def parse_week(value: Any) -> dict[str, Hours]:
    """``{mon-thu: 08:00-17:00, fri: 08:00-16:00}`` → hours by day; days not named are closed. Raises ``ValueError``."""
    if not isinstance(value, Mapping):
        raise ValueError("a week is written as {mon-fri: 08:00-17:00}")
    week: dict[str, Hours] = {}
    for key, text in value.items():
        for day in _days(str(key)):
            if day in week:
                raise ValueError(f"{day} is in two of the lines")
            week[day] = parse_hours(str(text))
    return week


def _days(key: str) -> tuple[str, ...]:
    match = _DAYS_KEY.fullmatch(key)
    first, last = (match[1], match[2] or match[1]) if match else ("", "")
    if first not in DAYS or last not in DAYS:
        raise ValueError(f"{key!r} is not a day or a span of days: mon tue wed thu fri sat sun, mon-fri")
    begin, end = DAYS.index(first), DAYS.index(last)
    if begin > end:
        raise ValueError(f"{key!r} ends before it begins")
    return DAYS[begin : end + 1]


def parse_dates(text: Any) -> tuple[date, date]:
    """«2027-01-01» or «2027-01-01..2027-01-08», first and last. Raises ``ValueError``."""
    first, _, last = str(text).partition("..")
    try:
        begin = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if last else begin
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date such as 2027-01-01, nor 2027-01-01..2027-01-08") from error
    if begin > end:
        raise ValueError(f"{text!r} ends before it begins")
    return begin, end


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError(f"no such time zone: {name!r}; Europe/Moscow, for one, exists") from error
    return name


_SPAN = r"closed|\d{1,2}:\d{2}-\d{1,2}:\d{2}(\s*,\s*\d{1,2}:\d{2}-\d{1,2}:\d{2})*"
_WEEK_SCHEMA = {
    "type": "object",
    "patternProperties": {r"^(mon|tue|wed|thu|fri|sat|sun)(-(mon|tue|wed|thu|fri|sat|sun))?$": {"pattern": _SPAN}},
    "additionalProperties": False,
}
_DATES_SCHEMA = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}(\.\.\d{4}-\d{2}-\d{2})?$"}

Week = Annotated[dict[str, Hours], PlainValidator(parse_week), WithJsonSchema(_WEEK_SCHEMA)]
Dates = Annotated[tuple[date, date], PlainValidator(parse_dates), PlainSerializer(str), WithJsonSchema(_DATES_SCHEMA)]


class Schedule(Part):
    """Working hours: of everybody, and of the branches that differ."""

    hours: Week
    branches: dict[str, Week] = Field({})


class Special(Part):
    """Days that differ from the week: for all branches, or those named."""

    days: Dates
    branches: tuple[str, ...] = ()
    note: str = ""

    def covers(self, day: date, branch: str | None) -> bool:
        """Whether it holds on ``day`` for ``branch``."""
        return self.days[0] <= day <= self.days[1] and (not self.branches or branch in self.branches)


class Moved(Special):
    """A weekend day that is worked, with the hours of another day of the week."""

    like: str = "mon"


def _days_only(value: object) -> object:
    return {"days": value} if isinstance(value, str) else value


SpecialUse = Annotated[Special, BeforeValidator(_days_only, json_schema_input_type=Dates | Special)]
MovedUse = Annotated[Moved, BeforeValidator(_days_only, json_schema_input_type=Dates | Moved)]


@dataclass(frozen=True, slots=True)
class Moment:
    """Whether somebody works at a moment, and why."""

    open: bool
    why: str
    free: bool = False
    """Nobody works on this day at all: a holiday, or a day off."""


class Calendar(Part):
    """The whole file."""

    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Moscow"
    schedules: dict[Name, Schedule] = Field({})
    holidays: tuple[SpecialUse, ...] = ()
    short_days: tuple[SpecialUse, ...] = ()
    """Days before holidays: work ends earlier (Labour Code, article 95)."""
    short_by_minutes: int = Field(60, ge=0, le=480)
    working_days: tuple[MovedUse, ...] = ()
    """Weekend days that are worked, as the government moves them each year."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The zone that all hours are meant in."""
        return ZoneInfo(self.timezone)

    def look_up(self, schedule: str, branch: str | None, now: datetime) -> Moment:
        """Whether ``schedule`` of ``branch`` is open at ``now`` (aware)."""
        here = now.astimezone(self.zone)
        day = here.date()
        plan = self.schedules[schedule]
        week = plan.branches.get(branch, plan.hours) if branch else plan.hours
        moved = _covering(self.working_days, day, branch)
        if moved is None and _covering(self.holidays, day, branch):
            return Moment(False, f"{day} is a holiday", free=True)
        weekday = moved.like if isinstance(moved, Moved) else DAYS[day.weekday()]
        hours = week.get(weekday, ())
        why = f"{day} works like {weekday}" if moved else weekday
        if _covering(self.short_days, day, branch):
            hours, why = _shortened(hours, self.short_by_minutes), f"{day} is a short day"
        minute = here.hour * 60 + here.minute
        is_open = any(begin <= minute < end for begin, end in hours)
        return Moment(is_open, f"{why}, {time(here.hour, here.minute):%H:%M}", free=not hours)

    def findings(self, branches: Collection[str]) -> Iterator[Finding]:
        """Branches that are not, and days of the week that are not."""
        for name, schedule in self.schedules.items():
            for branch in schedule.branches:
                if branch not in branches:
                    yield _unknown_branch(("schedules", name, "branches", branch), branch, branches, at_key=True)
        for field in ("holidays", "short_days", "working_days"):
            for index, special in enumerate(getattr(self, field)):
                for place, branch in enumerate(special.branches):
                    if branch not in branches:
                        yield _unknown_branch((field, index, "branches", place), branch, branches)
        for index, moved in enumerate(self.working_days):
            if moved.like not in DAYS:
                hint = near(moved.like, DAYS) or known_names(DAYS)
                yield Finding(("working_days", index, "like"), f"{moved.like!r} is not a day of the week", hint)

    def last_year(self) -> int | None:
        """The last year that a holiday is written down for; ``None`` when there is none at all."""
        return max((special.days[1].year for special in self.holidays), default=None)


def _covering(specials: Collection[Special], day: date, branch: str | None) -> Special | None:
    return next((special for special in specials if special.covers(day, branch)), None)


def _shortened(hours: Hours, by: int) -> Hours:
    """The same day, ending ``by`` minutes earlier."""
    if not hours:
        return hours
    last = hours[-1][1] - by
    return tuple((begin, min(end, last)) for begin, end in hours if begin < last)


def _unknown_branch(
    path: tuple[str | int, ...], branch: str, branches: Collection[str], *, at_key: bool = False
) -> Finding:
    return Finding(path, f"unknown branch {branch!r}", near(branch, branches) or known_names(branches), at_key)
