"""Reads the sources of outages again and again, over HTTP or from a dispatcher's file or drop folder.

A source that misbehaves never costs more than its own news: an answer that is late, too long, broken or nonsense leaves
the old data in use and ages them; a single bad record is set aside. After a failure the next try waits longer each
time, with some chance in it, so that many engines do not knock at once.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import aiohttp
import structlog

from outage_feed.errors import FeedError, Nonsense, StoreError
from outage_feed.feeds import FeedState
from outage_feed.formats import Context, Format, Parsed, Rejected, load_format
from outage_feed.model import MOSCOW, Outage, Status
from outage_feed.source import Source, faults, for_each_region
from outage_feed.store import Changes, GridStore

__all__ = ["MAX_BACKOFF", "Polled", "Poller", "Source", "faults", "for_each_region", "next_wait", "poll_once"]

log = structlog.get_logger("outage_feed")

MAX_BACKOFF = 900.0
_FIRST_BACKOFF = 15.0
_CHUNK = 65536
_CHORE_EVERY = 600.0


@dataclass(frozen=True, slots=True)
class _Body:
    """One document: its bytes, the charset that was announced with it, and the file it came from."""

    data: bytes
    charset: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a source gave; ``unchanged``: nothing since the last time (304)."""

    bodies: tuple[_Body, ...] = ()
    unchanged: bool = False
    etag: str = ""
    last_modified: str = ""

    def digest(self) -> str:
        """A hash by which a repeated answer is known without reading it again."""
        whole = hashlib.sha256()
        for body in self.bodies:
            whole.update(len(body.data).to_bytes(8, "big") + body.data)
        return whole.hexdigest()


@dataclass(frozen=True, slots=True)
class Polled:
    """The outcome of one reading of a source: its new state, and what it changed (None: nothing was taken in)."""

    state: FeedState
    changes: Changes | None = None


async def poll_once(session: aiohttp.ClientSession, source: Source, store: GridStore, now: datetime) -> Polled:
    """Read a source once and take in what it says; its failures end up in the state, never in an exception.

    Raises StoreError where our own database fails, and UnknownFormat.
    """
    known = await asyncio.to_thread(store.feed, source.name) or FeedState(source.name)
    address = source.address(now)
    before = replace(
        known if known.url == address else replace(known, etag="", last_modified="", digest=""),
        url=address,
        format=source.format,
        regions=source.regions,
        stale_after=timedelta(seconds=source.stale_after),
        last_attempt=now,
    )
    try:
        after, changes = await _read(session, source, store, before, now)
    except (FeedError, Nonsense) as error:
        after, changes = replace(before, failures=before.failures + 1, last_error=str(error)), None
        log.warning("feed failed", source=source.name, error=str(error), failures=after.failures)
    await asyncio.to_thread(store.save_feed, after)
    if changes and (changes.new or changes.changed or changes.withdrawn):
        log.info(
            "feed changed", source=source.name, new=changes.new, changed=changes.changed, withdrawn=changes.withdrawn
        )
    return Polled(after, changes)


async def _read(
    session: aiohttp.ClientSession, source: Source, store: GridStore, before: FeedState, now: datetime
) -> tuple[FeedState, Changes | None]:
    path = source.path
    if path is None:
        answer = await _read_http(session, source, before)
    else:
        answer = await asyncio.to_thread(_read_files, path, source)
    good = replace(before, last_success=now, last_error="", failures=0, empties=0)
    if answer.unchanged:
        return good, None
    good = replace(good, etag=answer.etag, last_modified=answer.last_modified, digest=answer.digest())
    if good.digest == before.digest and not before.pause_over(now):
        return good, None
    parsed = await asyncio.to_thread(_parse, load_format(source.format), answer, source, now)
    if not parsed.outages and parsed.rejected:
        raise Nonsense(f"all {len(parsed.rejected)} records are bad; the first: {parsed.rejected[0].reason}")
    if (
        not parsed.outages
        and source.snapshot
        and not before.empties
        and await asyncio.to_thread(_loses, store, source, now)
    ):
        # An empty list is what a broken server sends, too: it is believed when it comes twice.
        return replace(before, empties=1, last_error="an empty answer; it is believed if it comes again"), None
    changes = await asyncio.to_thread(
        store.take_in, source.name, parsed, now, snapshot=source.snapshot, sure=before.pause_over(now)
    )
    paused_since = (before.paused_since or now) if changes.doubtful else None
    return replace(good, records=len(parsed.outages), paused_since=paused_since), changes


def _loses(store: GridStore, source: Source, now: datetime) -> bool:
    """Whether an empty answer would withdraw anything."""
    return any(outage.status(now) is not Status.OVERDUE for outage in store.outages(source=source.name))


async def _read_http(session: aiohttp.ClientSession, source: Source, state: FeedState) -> _Answer:
    headers = dict(source.headers)
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    timeout = aiohttp.ClientTimeout(total=source.timeout)
    try:
        async with session.get(state.url, headers=headers, timeout=timeout, max_redirects=3) as response:
            if response.status == 304 and (state.etag or state.last_modified):
                return _Answer(unchanged=True)
            if response.status != 200:
                retryable = response.status >= 500 or response.status in (408, 425, 429)
                raise FeedError(f"answered {response.status} {response.reason or ''}".strip(), retryable=retryable)
            data = bytearray()
            async for chunk in response.content.iter_chunked(_CHUNK):
                data += chunk
                if len(data) > source.max_bytes:
                    raise FeedError(f"the answer is longer than {source.max_bytes} bytes")
            return _Answer(
                (_Body(bytes(data), response.charset or ""),),
                etag=response.headers.get("ETag", ""),
                last_modified=response.headers.get("Last-Modified", ""),
            )
    except TimeoutError:
        raise FeedError(f"no whole answer within {source.timeout:g} s") from None
    except aiohttp.InvalidURL as error:
        raise FeedError(f"«{error.url}» is no URL", retryable=False) from None
    except (aiohttp.ClientError, OSError) as error:
        raise FeedError(str(error) or type(error).__name__) from error


def _read_files(path: Path, source: Source) -> _Answer:
    """A file, or every file of a folder whose names do not begin with a dot (half-written ones should).

    Nor with «~$»: those are the marks that Office leaves beside an open workbook.
    """
    try:
        if path.is_dir():
            files = sorted(file for file in path.iterdir() if file.is_file() and not file.name.startswith((".", "~$")))
        else:
            files = [path]
        bodies = []
        for file in files:
            if file.stat().st_size > source.max_bytes:
                raise FeedError(f"{file} is longer than {source.max_bytes} bytes")
            bodies.append(_Body(file.read_bytes(), file=str(file)))
    except OSError as error:
        raise FeedError(f"{error.filename or path}: {error.strerror}") from error
    return _Answer(tuple(bodies))


def _parse(reader: Format, answer: _Answer, source: Source, now: datetime) -> Parsed:
    """All documents of an answer as one; in a folder, one bad file does not cost the others."""
    outages: list[Outage] = []
    rejected: list[Rejected] = []
    for body in answer.bodies:
        try:
            layout = replace(source.layout, regions=source.regions)
            parsed = reader.parse(body.data, Context(source.name, now, source.encoding or body.charset, layout))
        except Nonsense as error:
            if len(answer.bodies) == 1:
                raise
            rejected.append(Rejected(body.file, str(error)))
        except Exception as error:  # a mistake of ours in a reader must not stop the feed for ever, nor pass unseen
            log.exception("reader failed", source=source.name, format=source.format)
            raise Nonsense(f"the reader failed on it: {error!r}") from error
        else:
            outages += parsed.outages
            where = f"{Path(body.file).name}: " if len(answer.bodies) > 1 else ""
            rejected += [replace(bad, reason=f"{where}{bad.reason}") for bad in parsed.rejected]
    return Parsed(tuple(outages), tuple(rejected))


def next_wait(every: float, failures: int, chance: float) -> float:
    """Seconds to wait for the next try: ``every`` ± 10 % when all is well, else doubling from 15 s up to 15 min.

    ``chance`` is a number from 0 to 1. A failing source is never asked more often than a good one would be.
    """
    if not failures:
        return every * (0.9 + 0.2 * chance)
    longest = max(MAX_BACKOFF, every)
    backoff = min(longest, min(_FIRST_BACKOFF, every) * 2.0 ** min(failures - 1, 20))
    return backoff * (0.75 + 0.5 * chance)


class Poller:
    """Keeps every source read. ``run`` goes on until it is cancelled.

    ``chores`` are done in a worker thread every ten minutes, such as moving the example on.

    Making one raises UnknownFormat or FeedError where the settings of a source cannot work.
    """

    def __init__(
        self,
        sources: Sequence[Source],
        store: GridStore,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(MOSCOW),
        chance: Callable[[], float] = random.random,
        chores: Sequence[Callable[[GridStore, datetime], object]] = (),
    ) -> None:
        self._sources = tuple(each for source in sources for each in for_each_region(source))
        for source in self._sources:
            load_format(source.format)
        self._store = store
        self._clock = clock
        self._chance = chance
        self._chores = tuple(chores)

    async def run(self) -> None:
        """Read each source at its pace, until cancelled."""
        await self._forget_strangers()
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            for source in self._sources:
                group.create_task(self._watch(session, source), name=f"feed {source.name}")
            for chore in self._chores:
                group.create_task(self._repeat(chore), name="feed chore")
            await asyncio.Event().wait()  # without sources, too, an end would mean that something is wrong

    async def _watch(self, session: aiohttp.ClientSession, source: Source) -> None:
        trouble = 0
        while True:
            try:
                polled = await poll_once(session, source, self._store, self._clock())
                failures, trouble = polled.state.failures, 0
            except StoreError as error:
                failures = trouble = trouble + 1
                log.error("feed not stored", source=source.name, error=str(error))
            except Exception:  # a mistake of ours costs this source a try, and never the other sources
                failures = trouble = trouble + 1
                log.exception("feed not read", source=source.name)
            await asyncio.sleep(next_wait(source.every, failures, self._chance()))

    async def _repeat(self, chore: Callable[[GridStore, datetime], object]) -> None:
        failures = 0
        await asyncio.sleep(_CHORE_EVERY)
        while True:
            try:
                await asyncio.to_thread(chore, self._store, self._clock())
                failures = 0
            except StoreError as error:
                failures += 1
                log.error("chore not done", error=str(error))
            except Exception:  # a mistake of ours in a chore must end neither it nor, by the task group, every feed
                failures += 1
                log.exception("chore not done")
            await asyncio.sleep(next_wait(_CHORE_EVERY, failures, self._chance()))

    async def _forget_strangers(self) -> None:
        """Sources that were taken out of the settings must not count as stale for ever."""
        names = {source.name for source in self._sources}
        try:
            feeds = await asyncio.to_thread(self._store.feeds)
            gone = [feed.name for feed in feeds if feed.name not in names and feed.url]
            await asyncio.to_thread(self._store.forget_feeds, gone, self._clock())
            if gone:
                log.info("feeds forgotten that are not in the settings any more", sources=gone)
        except StoreError as error:
            log.error("old feeds not forgotten", error=str(error))
        except Exception:  # a mistake of ours in tidying up must not keep the feeds from being read
            log.exception("old feeds not forgotten")
