"""The wiring room's corner for the grid: feeds, probable outages, the way in for other systems, out of the settings.

Beside ``ivr/app.py`` the only module of the switchboard that knows ``outage_feed``.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime, timedelta

import structlog

from ivr.bringup.addresses import secret
from ivr.errors import Problem
from ivr.settings import Settings, settings_problem
from ivr.store.audit import Audit
from outage_feed import example
from outage_feed.api import events
from outage_feed.api.server import Api, ApiSettings
from outage_feed.api.webhooks import Webhooks
from outage_feed.clusters import Rule
from outage_feed.fetch import Poller, Source, faults
from outage_feed.formats import Layout
from outage_feed.model import Kind
from outage_feed.store import GridStore
from outage_feed.troubles import DISPATCHER, Troubles

log = structlog.get_logger(__name__)

NOT_FEEDS = (DISPATCHER, example.SOURCE, example.SILENT)
"""Sources that are in the database without being feeds: one of that name would take their outages away."""


def trouble_rule(settings: Settings) -> Rule:
    """When calls make a probable outage: ``[trouble]``."""
    about = settings.trouble
    return Rule(about.calls, timedelta(minutes=about.window_minutes), timedelta(minutes=about.lasts_minutes))


def poller(settings: Settings, grid: GridStore, clock: Callable[[], datetime]) -> Poller:
    """The poller of the configured feeds; it also settles probable outages, drops old events, moves the example on."""
    rule = trouble_rule(settings)

    def settle(grid: GridStore, now: datetime) -> None:
        troubles = Troubles(grid, rule)
        troubles.settle(now)
        troubles.forget(now)
        events.forget(grid, now)

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
            encoding=feed.encoding,
            layout=Layout(feed.columns, feed.sheet, feed.regions, Kind(feed.kind)),
        )
        for feed in settings.feed
    ]


@contextlib.asynccontextmanager
async def way_in(
    settings: Settings, grid: GridStore, audit: Audit, clock: Callable[[], datetime]
) -> AsyncIterator[Api | None]:
    """The API and its webhooks, for as long as this is entered; ``None`` where ``[api]`` is off.

    ``None``, too, where it cannot listen or has no secret: the log says so, and calls are answered all the same.
    """
    about = settings.api

    def write_down(who: str, what: str, subject: str, fields: str) -> None:
        audit.write(what, subject, fields, now=clock(), who=who)

    troubles = Troubles(grid, trouble_rule(settings))
    bears = ApiSettings(about.host, about.port, about.allow, about.requests_per_minute, about.max_bytes)
    api, key = None, ""
    try:
        if about.on and about.webhooks:
            key = await asyncio.to_thread(secret, settings.webhook_secret_file)
        if about.on:
            api = await Api.start(bears, grid, troubles, write_down, clock)
            log.info("the API listens", host=about.host, port=api.port)
    except OSError as error:
        log.error("the API cannot serve", host=about.host, port=about.port, error=str(error))
    async with contextlib.AsyncExitStack() as running:
        if api is not None:
            running.push_async_callback(api.close)
        if api is not None and about.webhooks:
            telling = asyncio.create_task(Webhooks(about.webhooks, key, grid, troubles, clock).run(), name="webhooks")
            running.push_async_callback(_ended, telling)
        yield api


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
