"""The wiring room's corner for the grid: feeds, and what makes callers' reports a probable outage, out of the settings.

Beside ``ivr/app.py`` the only module of the switchboard that knows ``outage_feed``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from ivr.errors import Problem
from ivr.settings import Settings, settings_problem
from outage_feed import example
from outage_feed.clusters import Rule
from outage_feed.fetch import Poller, Source, faults
from outage_feed.store import GridStore
from outage_feed.troubles import DISPATCHER, Troubles

NOT_FEEDS = (DISPATCHER, example.SOURCE, example.SILENT)
"""Sources that are in the database without being feeds: one of that name would take their outages away."""


def trouble_rule(settings: Settings) -> Rule:
    """When calls make a probable outage: ``[trouble]``."""
    about = settings.trouble
    return Rule(about.calls, timedelta(minutes=about.window_minutes), timedelta(minutes=about.lasts_minutes))


def poller(settings: Settings, grid: GridStore, clock: Callable[[], datetime]) -> Poller:
    """The poller of the configured feeds; it also settles probable outages and keeps the example alive."""
    rule = trouble_rule(settings)

    def settle(grid: GridStore, now: datetime) -> None:
        Troubles(grid, rule).settle(now)

    chores = (settle, *((example.move_example_on,) if settings.line.example else ()))
    return Poller(_sources(settings), grid, clock=clock, chores=chores)


def feed_problems(settings: Settings) -> Iterator[Problem]:
    """What is wrong with the feeds in ivr.toml beyond its form."""
    seen: set[str] = set()
    for number, source in enumerate(_sources(settings)):
        for key, message in faults(source):
            yield settings_problem(settings, ("feed", number, key), message)
        if source.name in seen or source.name in NOT_FEEDS or source.name.startswith("api-"):
            message = f"there is another source «{source.name}»"
            if source.name.startswith("api-"):
                message = f"«{source.name}»: sources named «api-…» are what comes through the API"
            yield settings_problem(settings, ("feed", number, "name"), message, "give this feed a name of its own")
        seen.add(source.name)


def _sources(settings: Settings) -> list[Source]:
    return [
        Source(
            name=feed.name,
            url=feed.url,
            format=feed.format,
            every=feed.every_seconds,
            stale_after=feed.stale_after_seconds,
            regions=feed.regions,
            snapshot=feed.snapshot,
            timeout=feed.timeout_seconds,
            max_bytes=feed.max_bytes,
            days_ahead=feed.days_ahead,
            base=settings.home,
            headers=feed.headers,
        )
        for feed in settings.feed
    ]
