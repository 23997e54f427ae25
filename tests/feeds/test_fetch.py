"""The poller against a feed server that misbehaves in every way a server can, and what callers are told then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from outage_feed.errors import FeedError, StoreLocked, UnknownFormat
from outage_feed.fetch import Polled, Poller, Source, for_each_region, next_wait, poll_once
from outage_feed.model import MOSCOW
from outage_feed.show import pause_text
from outage_feed.store import GridStore
from outage_feed.telling import Emergency, FeedStale, NoneKnown, telling
from tests.feeds.places import HOUR, NOW, VILLAGE, point
from tests.feeds.test_formats import a_record, row

HERE = point(VILLAGE, "ул. Ленина", "5")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def document(*records: dict[str, object]) -> str:
    return json.dumps({"outages": records}, ensure_ascii=False)


GOOD = document(a_record(planned_end="2026-11-26T16:30:00+03:00"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[GridStore]:
    with GridStore.open(tmp_path / "ivr.db") as store:
        yield store


class Server:
    """A feed server whose answers are set by the test; it notes what it was asked."""

    def __init__(self) -> None:
        self.answer: Handler = self.text("")
        self.asked: list[web.BaseRequest] = []
        self.url = ""

    @staticmethod
    def text(body: str | bytes, status: int = 200, **headers: str) -> Handler:
        async def answer(_: web.Request) -> web.StreamResponse:
            data = body if isinstance(body, bytes) else body.encode()
            return web.Response(body=data, status=status, headers=headers)

        return answer

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Server]:
        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            self.asked.append(request)
            return await self.answer(request)  # type: ignore[arg-type]

        runner = web.ServerRunner(web.Server(handle), shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/feed"
        try:
            yield self
        finally:
            await runner.cleanup()


class Feed:
    """A polled source over a server: ``await feed(handler)`` sets the answer and reads it once."""

    def __init__(self, server: Server, session: aiohttp.ClientSession, store: GridStore) -> None:
        self.server, self.session, self.store = server, session, store
        self.source = Source("feed", server.url, "json", timeout=5.0, stale_after=1800.0)
        self.now = NOW

    async def __call__(self, answer: Handler | str | bytes, *, after: timedelta = timedelta(minutes=1)) -> Polled:
        self.server.answer = answer if callable(answer) else Server.text(answer)
        self.now += after
        return await poll_once(self.session, self.source, self.store, self.now)

    def told(self) -> object:
        return telling(self.store.find(HERE, self.now))


@pytest.fixture
async def feed(store: GridStore) -> AsyncIterator[Feed]:
    async with Server().running() as server, aiohttp.ClientSession() as session:
        yield Feed(server, session, store)


async def test_a_good_answer_is_told(feed: Feed) -> None:
    polled = await feed(GOOD)
    assert polled.changes
    assert polled.changes.new == 1
    assert (polled.state.failures, polled.state.last_success, polled.state.records) == (0, feed.now, 1)
    told = feed.told()
    assert isinstance(told, Emergency)
    assert told.set_at == feed.now


async def test_a_bad_record_is_set_aside_and_the_rest_is_used(feed: Feed) -> None:
    polled = await feed(document(a_record(id="1"), a_record(id="2", start="вчера"), a_record(id="3")))
    assert polled.changes
    assert polled.changes.new == 2
    state = feed.store.feed("feed")
    assert state is not None
    assert (state.records, state.rejected, state.failures) == (2, 1, 0)


async def test_a_record_without_an_id_pauses_withdrawals_for_a_day_and_no_longer(feed: Feed) -> None:
    """It may have been the missing outage; but one such record must not keep a feed's old outages on for ever."""
    await feed(document(a_record(id="1"), a_record(id="2", planned_end="2026-11-28T16:30:00+03:00")))
    shorter = document(a_record(id="1"), {"start": "вчера"})
    polled = await feed(shorter)
    since = feed.now
    assert polled.changes
    assert (polled.changes.withdrawn, polled.state.paused_since) == (0, since)
    assert feed.store.feed("feed") == replace(polled.state, rejected=1)
    assert "not withdrawn until 26.11.2026 12:02" in pause_text(polled.state, feed.now)
    assert (await feed(shorter, after=23 * HOUR)).changes is None
    polled = await feed(shorter, after=HOUR)  # the same answer still
    assert polled.changes
    assert (polled.changes.withdrawn, polled.state.paused_since) == (1, since)
    assert "in spite of it" in pause_text(polled.state, feed.now)
    polled = await feed(document(a_record(id="1")))
    assert polled.state.paused_since is None
    assert pause_text(polled.state, feed.now) == ""


async def slow(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError("nobody waits that long")


async def endless(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65536)


async def trickle(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b" ")
        await asyncio.sleep(0.01)


async def cut_off(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Length": str(len(GOOD.encode()))})
    await response.prepare(request)
    await response.write(GOOD.encode()[:100])
    assert request.transport is not None
    request.transport.abort()
    return response


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def round_and_round(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/feed")


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (slow, "no whole answer within 0.2 s"),
        (trickle, "no whole answer within 0.2 s"),
        (endless, "longer than 1000000 bytes"),
        (cut_off, ""),
        (hang_up, ""),
        (round_and_round, ""),
        (Server.text("oops", 500), "answered 500"),
        (Server.text("no", 404), "answered 404"),
        (Server.text("", 304), "answered 304"),  # to a question that named no version
        (Server.text("<html>maintenance</html>"), "not JSON"),
        (Server.text(GOOD[:100]), "not JSON"),
        (Server.text(GOOD.encode("utf-16")), "not JSON"),
        (Server.text('{"rows": []}'), "neither an array"),
        (Server.text(document(a_record(start="?"))), "all 1 records are bad; the first: outages[0]: start"),
        (Server.text(b"x", **{"Content-Encoding": "gzip"}), ""),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
async def test_misbehaviour_keeps_the_old_news_and_ages_it(feed: Feed, answer: Handler, error: str) -> None:
    await feed(GOOD)
    good_at = feed.now
    feed.source = replace(feed.source, timeout=0.2 if answer in (slow, trickle) else 5.0, max_bytes=1_000_000)
    polled = await feed(answer)
    assert polled.changes is None
    assert error in polled.state.last_error
    assert polled.state.last_error
    assert (polled.state.failures, polled.state.last_success) == (1, good_at)
    assert isinstance(feed.told(), Emergency)
    polled = await feed(answer, after=HOUR)
    assert polled.state.failures == 2
    assert feed.told() == FeedStale(feed.store.find(HERE, feed.now).explanations[0], good_at)
    polled = await feed(GOOD)
    assert (polled.state.failures, polled.state.last_error) == (0, "")
    assert isinstance(feed.told(), Emergency)


async def test_nobody_listening(feed: Feed) -> None:
    feed.source = replace(feed.source, url="http://127.0.0.1:1/feed")
    polled = await feed(GOOD)
    assert polled.state.failures == 1
    assert feed.told() == FeedStale(None, None)
    feed.source = replace(feed.source, url="http://")
    assert (await feed(GOOD)).state.failures == 2


async def test_not_modified(feed: Feed) -> None:
    await feed(Server.text(GOOD, ETag='"v1"', **{"Last-Modified": "Wed, 25 Nov 2026 09:00:00 GMT"}))
    polled = await feed(Server.text("", 304))
    asked = feed.server.asked[-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"v1"', "Wed, 25 Nov 2026 09:00:00 GMT")
    assert (polled.changes, polled.state.failures, polled.state.last_success) == (None, 0, feed.now)
    assert isinstance(feed.told(), Emergency)
    # Another day, another address: the old version says nothing about it.
    feed.source = replace(feed.source, url=feed.server.url + "?start={start}")
    await feed(GOOD)
    assert "If-None-Match" not in feed.server.asked[-1].headers
    assert feed.server.asked[-1].query["start"] == "24.11.2026"


async def test_the_same_bytes_are_not_read_twice(feed: Feed) -> None:
    await feed(GOOD)
    polled = await feed(GOOD, after=HOUR)
    assert (polled.changes, polled.state.last_success) == (None, feed.now)


async def test_an_empty_list_is_believed_when_it_comes_twice(feed: Feed) -> None:
    await feed(GOOD)
    polled = await feed(document())
    assert polled.changes is None
    assert "believed if it comes again" in polled.state.last_error
    assert isinstance(feed.told(), Emergency)
    polled = await feed(document())
    assert polled.changes
    assert polled.changes.withdrawn == 1
    assert feed.told() == NoneKnown()
    # With nothing to lose there is nothing to doubt.
    assert (await feed(document() + " ")).state.last_error == ""


async def test_a_feed_of_changes_withdraws_nothing(feed: Feed) -> None:
    feed.source = replace(feed.source, snapshot=False)
    await feed(GOOD)
    await feed(document(a_record(id="8")))
    assert isinstance(feed.told(), Emergency)


async def test_changed_columns(feed: Feed) -> None:
    feed.source = replace(feed.source, format="mrsk")
    await feed(row(disconn_end_time="20:00"))
    polled = await feed(row(disconn_end_time="20:00").replace("location", "settlement"))
    assert "columns have changed" in polled.state.last_error
    assert feed.store.outages()


async def test_encodings_of_the_server(feed: Feed) -> None:
    feed.source = replace(feed.source, format="mrsk")
    page = row().encode("cp1251")
    await feed(Server.text(page, **{"Content-Type": "text/html; charset=windows-1251"}))
    (one,) = feed.store.outages()
    assert one.areas[0].settlement.name == "Бабяково"


async def test_a_mistake_in_a_reader_is_seen_and_stops_nothing(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    await feed(GOOD)

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("outage_feed.formats.json.parse", broken)
    polled = await feed(GOOD + " ")
    assert "ZeroDivisionError" in polled.state.last_error
    assert isinstance(feed.told(), Emergency)


async def test_a_file_and_a_drop_folder(store: GridStore, tmp_path: Path) -> None:
    folder = tmp_path / "drop here"
    folder.mkdir()
    async with aiohttp.ClientSession() as session:
        source = Source("drop", "file:drop%20here", "json", base=tmp_path)
        assert (await poll_once(session, source, store, NOW)).state.failures == 0
        (folder / "a.json").write_text(GOOD, encoding="utf-8")
        (folder / ".half").write_text("{", encoding="utf-8")
        assert isinstance(await told_after(session, source, store), Emergency)
        (folder / "b.json").write_text("{", encoding="utf-8")
        polled = await poll_once(session, source, store, NOW)
        assert polled.state.failures == 0
        (bad,) = store.rejected("drop")
        assert bad.record.endswith("b.json")
        assert isinstance(telling(store.find(HERE, NOW)), Emergency)
        one = replace(source, name="one", url=f"file:{folder / 'none.json'}".replace(" ", "%20"))
        polled = await poll_once(session, one, store, NOW)
        assert "none.json: No such file" in polled.state.last_error


async def told_after(session: aiohttp.ClientSession, source: Source, store: GridStore) -> object:
    await poll_once(session, source, store, NOW)
    return telling(store.find(HERE, NOW))


def test_dates_in_the_address_have_no_leading_zeros() -> None:
    source = Source("mrsk", "http://h/list?region=36&start={start}&end={end}", "mrsk", days_ahead=30)
    assert (
        source.address(datetime(2026, 3, 5, 12, tzinfo=MOSCOW)) == "http://h/list?region=36&start=4.3.2026&end=4.4.2026"
    )
    late = datetime(2026, 3, 4, 22, tzinfo=MOSCOW).astimezone(tz=None)
    assert "start=3.3.2026" in source.address(late)


def test_one_source_for_each_region() -> None:
    source = Source("planned", "http://h/{region}?s={start}", "mrsk", regions=("36", "48"))
    assert [(one.name, one.url, one.regions) for one in for_each_region(source)] == [
        ("planned-36", "http://h/36?s={start}", ("36",)),
        ("planned-48", "http://h/48?s={start}", ("48",)),
    ]
    with pytest.raises(FeedError, match="regions"):
        for_each_region(replace(source, regions=()))


def test_waiting_grows_with_failures_up_to_a_limit() -> None:
    assert next_wait(300, 0, 0.5) == 300
    assert (next_wait(300, 0, 0.0), next_wait(300, 0, 1.0)) == pytest.approx((270, 330))
    waits = [next_wait(300, failures, 0.5) for failures in range(1, 12)]
    assert waits[:6] == [15, 30, 60, 120, 240, 480]
    assert waits[-1] == 900
    assert next_wait(300, 3, 0.0) < next_wait(300, 3, 1.0)
    assert max(next_wait(3600, failures, 1.0) for failures in range(1, 60)) <= 3600 * 1.25


def test_a_poller_refuses_settings_that_cannot_work(store: GridStore) -> None:
    with pytest.raises(UnknownFormat):
        Poller([Source("a", "http://127.0.0.1/", "xml")], store)


@pytest.mark.parametrize("trouble", [StoreLocked("busy"), ZeroDivisionError("a mistake of ours")])
async def test_chores_are_done_again_and_again_whatever_happens(
    store: GridStore, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr("outage_feed.fetch._CHORE_EVERY", 0.01)
    done = 0
    enough = asyncio.Event()
    loop = asyncio.get_running_loop()

    def chore(_: GridStore, now: datetime) -> None:
        nonlocal done
        assert now == NOW
        done += 1
        if done == 3:
            loop.call_soon_threadsafe(enough.set)
        raise trouble

    running = asyncio.create_task(Poller([], store, clock=lambda: NOW, chores=[chore]).run())
    async with asyncio.timeout(5):
        await enough.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_mistake_in_one_source_does_not_end_the_others(feed: Feed, monkeypatch: pytest.MonkeyPatch) -> None:
    sources = [Source("odd", feed.server.url, "json"), Source("good", feed.server.url, "json", every=0.02)]
    feed.server.answer = Server.text(GOOD)
    real = poll_once

    async def sometimes(session: aiohttp.ClientSession, source: Source, store: GridStore, now: datetime) -> Polled:
        if source.name == "odd":
            raise ZeroDivisionError
        return await real(session, source, store, now)

    monkeypatch.setattr("outage_feed.fetch.poll_once", sometimes)
    running = asyncio.create_task(Poller(sources, feed.store, clock=lambda: NOW, chance=lambda: 0.5).run())
    async with asyncio.timeout(5):
        while len(feed.server.asked) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_mistake_in_tidying_up_does_not_keep_the_feeds_from_being_read(
    feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: GridStore, names: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(GridStore, "forget_feeds", broken)
    feed.server.answer = Server.text(GOOD)
    running = asyncio.create_task(Poller([feed.source], feed.store, clock=lambda: NOW).run())
    async with asyncio.timeout(5):
        while not feed.server.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_the_last_feed_taken_out_of_the_settings_is_forgotten_too(feed: Feed) -> None:
    """Without any source left nobody waits for news of its regions; its outages are withdrawn."""
    await feed(GOOD)
    feed.now += 5 * HOUR
    assert isinstance(feed.told(), FeedStale)
    running = asyncio.create_task(Poller([], feed.store, clock=lambda: NOW).run())
    async with asyncio.timeout(5):
        while feed.store.feeds():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert not running.done()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert feed.store.feeds() == feed.store.outages() == ()
    assert isinstance(feed.told(), NoneKnown)


async def test_the_poller_reads_every_source_again_and_again(feed: Feed) -> None:
    """One source fails, the other goes on; a source that has left the settings is forgotten; cancelling ends it."""
    await feed(GOOD)
    sources = [
        Source("good", feed.server.url, "json", every=0.02),
        Source("dead", "http://127.0.0.1:1/", "json", every=0.02),
    ]
    feed.server.answer = Server.text(GOOD)
    before = len(feed.server.asked)
    running = asyncio.create_task(Poller(sources, feed.store, clock=lambda: NOW, chance=lambda: 0.5).run())
    async with asyncio.timeout(5):
        while len(feed.server.asked) < before + 3 or feed.store.feed("dead") is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert {state.name for state in feed.store.feeds()} == {"good", "dead"}
    assert feed.store.outages(source="good")
