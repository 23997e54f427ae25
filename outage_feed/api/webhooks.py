"""Webhooks: every change is posted to each address of the settings, in order, until it is taken.

The body is JSON; ``X-Ivr-Signature`` is ``sha256=`` and the HMAC-SHA256 of ``X-Ivr-Timestamp``, a dot and the body, by
which the other side knows that it comes from us and is not an old one sent again. Any 2xx takes it. Whatever else (and
no answer) is tried again later and later; what is older than a day then is given up, lest one event bar the way for
ever. An event may come twice: its ``seq`` tells.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import aiohttp
import structlog

from outage_feed.api import events
from outage_feed.api.events import Event, Told
from outage_feed.errors import StoreError
from outage_feed.store import GridStore
from outage_feed.troubles import Troubles

log = structlog.get_logger("outage_feed.webhooks")

LOOK_SECONDS = 1.0
"""How often is looked for new events."""
ANSWER_SECONDS = 10.0
GIVEN_UP_AFTER = timedelta(hours=24)
_BATCH = 50
_FIRST_WAIT, _LONGEST_WAIT = 2.0, 600.0


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What stands in ``X-Ivr-Signature``."""
    return "sha256=" + hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


def wait_after(failures: int, chance: float) -> float:
    """Seconds until the next try: doubling from 2 s up to 10 min, with some chance in it (0 to 1)."""
    return min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** min(failures - 1, 20)) * (0.75 + 0.5 * chance)


class Webhooks:
    """Tells every address of every change. ``run`` goes on until it is cancelled, and never raises for an address."""

    def __init__(
        self,
        urls: tuple[str, ...],
        secret: str,
        grid: GridStore,
        troubles: Troubles,
        clock: Callable[[], datetime],
        *,
        look_seconds: float = LOOK_SECONDS,
        wait: Callable[[int, float], float] = wait_after,
    ) -> None:
        self._urls, self._secret, self._grid, self._troubles, self._clock = urls, secret, grid, troubles, clock
        self._look_seconds, self._wait = look_seconds, wait

    async def run(self) -> None:
        """Tell each address at its own pace: one that does not answer keeps nobody else waiting."""
        async with aiohttp.ClientSession() as session, asyncio.TaskGroup() as group:
            for url in self._urls:
                group.create_task(self._keep_telling(session, url), name=f"webhook {url}")

    async def _keep_telling(self, session: aiohttp.ClientSession, url: str) -> None:
        trouble = 0
        while True:
            try:
                state = await self._tell(session, url)
                trouble = 0
                wait = self._wait(state.failures, random.random()) if state.failures else self._look_seconds
            except StoreError as error:
                trouble += 1
                log.error("webhook not served", url=url, error=str(error))
                wait = self._wait(trouble, random.random())
            except Exception:  # a mistake of ours costs this address a try, and never the other addresses
                trouble += 1
                log.exception("webhook not served", url=url)
                wait = self._wait(trouble, random.random())
            await asyncio.sleep(wait)

    async def _tell(self, session: aiohttp.ClientSession, url: str) -> Told:
        """Tell an address what is new; gives its state, with ``failures`` where it did not take it."""
        state = await asyncio.to_thread(events.told, self._grid, url)
        while new := await asyncio.to_thread(events.after, self._grid, state.position, _BATCH):
            for event in new:
                now = self._clock()
                body = await asyncio.to_thread(events.payload, self._grid, self._troubles, event, now)
                error = "" if body is None else await self._post(session, url, body, now)
                state = self._after(state, event, error, now)
                await asyncio.to_thread(events.keep_told, self._grid, state)
                if state.failures:
                    return state
        return state

    def _after(self, state: Told, event: Event, error: str, now: datetime) -> Told:
        if not error:
            return Told(state.url, event.seq, 0, now.timestamp())
        failures = state.failures + 1
        if now.timestamp() - event.at > GIVEN_UP_AFTER.total_seconds():
            log.error("event given up", url=state.url, seq=event.seq, error=error, tries=failures)
            return replace(state, position=event.seq, failures=0, last_error=error)
        log.warning("webhook did not take an event", url=state.url, seq=event.seq, error=error, tries=failures)
        return replace(state, failures=failures, last_error=error)

    async def _post(self, session: aiohttp.ClientSession, url: str, payload: dict[str, Any], now: datetime) -> str:
        """An empty text when it was taken, else what is wrong."""
        body = json.dumps(payload, ensure_ascii=False, default=_plain).encode()
        timestamp = str(int(now.timestamp()))
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "X-Ivr-Timestamp": timestamp,
            "X-Ivr-Signature": signature(self._secret, timestamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=ANSWER_SECONDS)
        try:
            async with session.post(url, data=body, headers=headers, timeout=timeout, allow_redirects=False) as said:
                return "" if 200 <= said.status < 300 else f"answered {said.status}"
        except TimeoutError:
            return f"no answer within {ANSWER_SECONDS:g} s"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return str(error) or type(error).__name__


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
