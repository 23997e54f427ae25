"""The options of ``ivr campaign create`` that say by which rules people are called."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import time, timedelta
from typing import Any

import click

from ivr.campaigns.model import SPACING, Exempt, Kind, Outcome, Rules, check_exemptions
from ivr.campaigns.windows import Window
from ivr.cli.common import EXIT_USAGE, fail, moment, moment_option
from ivr.settings import Settings
from outage_feed.model import Outage

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPACING = ", ".join(f"{outcome}={gap.total_seconds() / 60:g}m" for outcome, gap in SPACING.items())


def rule_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options; the command gets them as keywords, for :func:`rules_of`."""
    options = (
        click.option(
            "--hours",
            default="9:00-20:00",
            show_default=True,
            help="When a contact may be called, by the contact's own clock.",
        ),
        click.option("--days", default="mon-sun", show_default=True, help="On which days: mon-fri, or mon,wed,sat."),
        click.option(
            "--attempts",
            type=click.IntRange(1, 20),
            default=3,
            show_default=True,
            help="Calls to one telephone at most for this event, whatever comes of them.",
        ),
        click.option(
            "--again", multiple=True, metavar="OUTCOME=TIME", help=f"How soon after it again. Default: {_SPACING}."
        ),
        click.option(
            "--per-minute",
            type=click.FloatRange(0, 6000, min_open=True),
            default=60.0,
            show_default=True,
            help="Calls begun in a minute at most.",
        ),
        moment_option("--not-before", "Nobody is called before it."),
        moment_option("--deadline", "Nobody is called after it; «check» warns when the pace will miss it."),
        click.option(
            "--days-before",
            type=click.IntRange(0, 60),
            help="With --outage: the deadline is so many days before it begins.",
        ),
        click.option(
            "--set-aside",
            multiple=True,
            type=click.Choice([each.value for each in Exempt]),
            help="A rule that does not hold here; --approved-by says who allows it. The stop list and the hours:"
            " for weather warnings only.",
        ),
        click.option("--approved-by", default="", metavar="NAME", help="Who allows what is set aside; it is kept."),
    )
    for option in reversed(options):
        function = option(function)
    return function


def rules_of(
    settings: Settings,
    kind: Kind,
    outage: Outage | None,
    *,
    hours: str,
    days: str,
    attempts: int,
    again: Sequence[str],
    per_minute: float,
    not_before: str | None,
    deadline: str | None,
    days_before: int | None,
    set_aside: Sequence[str],
    approved_by: str,
) -> Rules:
    """The rules that the options say; what makes no sense ends the command."""
    last = moment(deadline, settings)
    if days_before is not None:
        if outage is None or last is not None:
            fail("--days-before goes with --outage, and not with --deadline", code=EXIT_USAGE)
        last = outage.start - timedelta(days=days_before)
    try:
        opens, closes = _hours(hours)
        rules = Rules(
            Window(opens, closes, _days(days)),
            attempts,
            spacing={**SPACING, **dict(map(_spacing, again))},
            not_before=moment(not_before, settings),
            deadline=last,
            calls_per_minute=per_minute,
            exempt=frozenset(map(Exempt, set_aside)),
            approver=approved_by.strip(),
        )
        check_exemptions(kind, rules)
    except ValueError as error:
        fail(str(error), "ivr campaign create --help", EXIT_USAGE)
    return rules


def _hours(text: str) -> tuple[time, time]:
    found = re.fullmatch(r"(\d{1,2})(?::(\d{2}))?\s*[-–]\s*(\d{1,2})(?::(\d{2}))?", text.strip())
    try:
        if found:
            return time(int(found[1]), int(found[2] or 0)), time(int(found[3]), int(found[4] or 0))
    except ValueError:
        pass  # 25:00: said below
    raise ValueError(f"{text!r} are no hours (write them as 9:00-20:00)")


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        last = last or first
        if first not in DAYS or last not in DAYS or DAYS.index(first) > DAYS.index(last):
            raise ValueError(f"{part!r} are no days (write them as mon-fri, or mon,wed,sat)")
        days |= set(range(DAYS.index(first), DAYS.index(last) + 1))
    return frozenset(days)


def _spacing(text: str) -> tuple[Outcome, timedelta]:
    found = re.fullmatch(r"(\w+)\s*=\s*(\d{1,5})(m|h|d)", text.strip().lower())
    if not found or found[1] not in {outcome.value for outcome in SPACING}:
        raise ValueError(f"{text!r} is no wait (write it as busy=10m; there are: {', '.join(SPACING)})")
    return Outcome(found[1]), timedelta(**{{"m": "minutes", "h": "hours", "d": "days"}[found[3]]: int(found[2])})
