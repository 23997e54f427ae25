"""Webhooks: every change is told, in order, signed, until it is taken; a receiver that misbehaves harms nobody."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from outage_feed.api import events
from outage_feed.api.events import KEPT
from outage_feed.api.webhooks import GIVEN_UP_AFTER, Webhooks, signature
from outage_feed.clusters import Report
from outage_feed.store import GridStore
from outage_feed.troubles import Troubles
from tests.feeds.places import HOUR, NOW, VILLAGE, outage, point

SECRET = "секрет"
QUICK = 0.01


@dataclass
class Receiver:
    """Another system: takes events as ``answers`` say, then all of them."""

    answers: list[int] = field(default_factory=list)
    got: list[dict[str, Any]] = field(default_factory=list)
    tries: int = 0
    some: asyncio.Event = field(default_factory=asyncio.Event)
    url: str = ""

    async def hear(self, request: web.Request) -> web.Response:
        body = await request.read()
        said = request.headers["X-Ivr-Signature"]
        assert said == signature(SECRET, request.headers["X-Ivr-Timestamp"], body)
        self.tries += 1
        self.some.set()
        status = self.answers.pop(0) if self.answers else 200
        if status == 200:
            self.got.append(json.loads(body))
        return web.Response(status=status, headers={"Location": "/"} if status == 302 else {})

    async def wait_for(self, done: Callable[[Receiver], bool]) -> None:
        async with asyncio.timeout(10):
            while not done(self):
                self.some.clear()
                await self.some.wait()


@contextlib.asynccontextmanager
async def receiving(*answers: int) -> AsyncIterator[Receiver]:
    receiver = Receiver([*answers])
    app = web.Application()
    app.add_routes([web.post("/hook", receiver.hear)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        await runner.cleanup()


@contextlib.asynccontextmanager
async def telling(grid: GridStore, *urls: str, now: datetime = NOW) -> AsyncIterator[None]:
    for url in urls:
        events.told(grid, url)  # from here on: without this the first look decides what is news
    hooks = Webhooks(
        urls, SECRET, grid, Troubles(grid), lambda: now, look_seconds=QUICK, wait=lambda failures, chance: QUICK
    )
    task = asyncio.create_task(hooks.run())
    try:
        yield
    finally:
        assert not task.done()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def until(holds: Callable[[], object]) -> None:
    """Wait for what is written in the database after an answer was given."""
    for _ in range(1000):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not come to hold within ten seconds")


@pytest.fixture
def grid(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "ivr.db") as grid:
        yield grid


async def test_every_change_is_told_in_order(grid: GridStore) -> None:
    grid.save(outage("ул. Мира 1", id="before:1"), NOW)  # before anybody listened
    async with receiving() as receiver, telling(grid, receiver.url):
        one = outage("ул. Ленина 5")
        grid.save(one, NOW)
        grid.save(replace(one, planned_end=NOW + 5 * HOUR, set_at=None), NOW)
        grid.save(replace(one, restored_at=NOW), NOW)
        await receiver.wait_for(lambda got: len(got.got) == 3)
    assert [(one["event"], one["outage"]["version"]) for one in receiver.got] == [
        ("outage", 1), ("outage", 2), ("outage", 3),
    ]  # fmt: skip
    assert receiver.got[1]["outage"]["planned_end"] == (NOW + 5 * HOUR).isoformat()
    assert receiver.got[2]["outage"]["status"] == "restored"
    seqs = [one["seq"] for one in receiver.got]
    assert seqs == sorted(set(seqs))


async def test_probable_outages_are_told_with_what_becomes_of_them(grid: GridStore) -> None:
    troubles = Troubles(grid)
    async with receiving() as receiver, telling(grid, receiver.url):
        for house in ("1", "3", "5"):
            at = point(VILLAGE, "ул. Ленина", house, id=f"p{house}")
            grid.save_points([at])
            troubles.report(Report(NOW, at, f"c{house}", f"+7900000000{house}"))
        await receiver.wait_for(lambda got: len(got.got) == 1)
        (made,) = receiver.got
        assert (made["event"], made["probable"]["calls"], made["probable"]["state"]) == ("probable", 3, "open")
        assert "+7900" not in json.dumps(made)
        troubles.reject(1, NOW, who="ivanova")
        await receiver.wait_for(lambda got: len(got.got) == 2)
    assert receiver.got[1]["probable"]["state"] == "rejected"


def test_of_a_probable_outage_only_the_newest_is_told(grid: GridStore) -> None:
    troubles = Troubles(grid)
    for house in range(1, 9):
        at = point(VILLAGE, "ул. Ленина", str(house), id=f"p{house}")
        grid.save_points([at])
        troubles.report(Report(NOW, at, f"c{house}", f"+7900000000{house}"))
    assert len(grid.rows("SELECT seq FROM grid_events")) > 1
    (one,) = events.after(grid, 0, 50)
    told = events.payload(grid, troubles, one, NOW)
    assert told is not None
    assert told["probable"]["calls"] == 8


async def test_what_is_not_taken_is_sent_again_before_anything_newer(grid: GridStore) -> None:
    async with receiving(500, 404, 302) as receiver, telling(grid, receiver.url):
        grid.save(outage("ул. Ленина 5"), NOW)
        grid.save(outage("ул. Мира 5", id="test:2"), NOW)
        await receiver.wait_for(lambda got: len(got.got) == 2)
    assert [one["outage"]["id"] for one in receiver.got] == ["test:1", "test:2"]
    assert receiver.tries == 5


async def test_a_dead_receiver_keeps_nobody_waiting_and_its_events_wait(grid: GridStore) -> None:
    async with receiving() as gone:
        dead = gone.url
    async with receiving() as receiver, telling(grid, dead, receiver.url):
        grid.save(outage("ул. Ленина 5"), NOW)
        await receiver.wait_for(lambda got: len(got.got) == 1)
        await until(lambda: events.told(grid, dead).failures)
        await until(lambda: not events.after(grid, events.told(grid, receiver.url).position, 10))
    states = {each.url: each for each in events.webhooks(grid)}
    assert states[dead].last_error
    assert len(events.after(grid, states[dead].position, 10)) == 1


async def test_after_a_restart_it_goes_on_where_it_was(grid: GridStore) -> None:
    async with receiving() as receiver:
        async with telling(grid, receiver.url):
            grid.save(outage("ул. Ленина 5"), NOW)
            await receiver.wait_for(lambda got: len(got.got) == 1)
            # Taken is not yet noted: without this wait the event may come twice, which is allowed.
            await until(lambda: not events.after(grid, events.told(grid, receiver.url).position, 10))
        grid.save(outage("ул. Мира 5", id="test:2"), NOW)
        async with telling(grid, receiver.url):
            await receiver.wait_for(lambda got: len(got.got) == 2)
    assert [one["outage"]["id"] for one in receiver.got] == ["test:1", "test:2"]


async def test_an_event_that_nobody_takes_for_a_day_is_given_up(grid: GridStore) -> None:
    late = NOW + GIVEN_UP_AFTER + timedelta(minutes=1)
    async with receiving(400) as receiver, telling(grid, receiver.url, now=late):
        grid.save(outage("ул. Ленина 5"), NOW)
        grid.save(outage("ул. Мира 5", id="test:2"), late)
        await receiver.wait_for(lambda got: len(got.got) == 1)
    assert receiver.got[0]["outage"]["id"] == "test:2"


async def test_an_outage_that_is_gone_bars_nothing(grid: GridStore) -> None:
    async with receiving() as receiver:
        events.told(grid, receiver.url)
        grid.save(outage("ул. Ленина 5", id="example:1", source="example"), NOW)
        grid.remove_source("example")
        grid.save(outage("ул. Мира 5", id="test:2"), NOW)
        async with telling(grid, receiver.url):
            await receiver.wait_for(lambda got: len(got.got) == 1)
    assert receiver.got[0]["outage"]["id"] == "test:2"


def test_old_events_are_forgotten(grid: GridStore) -> None:
    grid.save(outage("ул. Ленина 5"), NOW)
    events.forget(grid, NOW + KEPT - HOUR)
    assert len(events.after(grid, 0, 10)) == 1
    events.forget(grid, NOW + KEPT + HOUR)
    assert events.after(grid, 0, 10) == ()
    grid.save(outage("ул. Мира 5", id="test:2"), NOW)
    assert [one.seq for one in events.after(grid, 0, 10)] == [2], "no number is given twice"
