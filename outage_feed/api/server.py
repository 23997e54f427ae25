"""The API's server: who may ask, how often and how much, and which function answers.

Everything that blocks is done in worker threads of its own: calls are held on this event loop.
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog
from aiohttp import web

from outage_feed.api import outages, probable
from outage_feed.api.answers import ApiError, answer
from outage_feed.api.openapi import document
from outage_feed.api.rate import Rates
from outage_feed.api.tokens import Token, Tokens
from outage_feed.errors import StoreError
from outage_feed.store import GridStore
from outage_feed.troubles import Troubles

log = structlog.get_logger("outage_feed.api")

T = TypeVar("T")
Audit = Callable[[str, str, str, str], None]
"""Writes down who did what, before it is done: (who, command, subject, fields). Blocking; what it raises stops it."""
STRANGERS_PER_MINUTE = 30
"""Requests without a good token from one address, so that tokens are not guessed at leisure."""
BODY_SECONDS = 30.0
WORKERS = 2
TOKEN: web.RequestKey[Token] = web.RequestKey("token", Token)
_OPEN_PATHS = ("/openapi.json", "/health")


@dataclass(frozen=True, slots=True)
class ApiSettings:
    """Where the API listens (port 0: a free one), whom it lets in, and what it bears."""

    host: str = "127.0.0.1"
    port: int = 0
    allow: tuple[str, ...] = ("127.0.0.1", "::1")
    requests_per_minute: int = 120
    max_bytes: int = 5_000_000


class Api:
    """The server; started with :meth:`start`, ended with :meth:`close`."""

    def __init__(
        self, settings: ApiSettings, grid: GridStore, troubles: Troubles, audit: Audit, clock: Callable[[], datetime]
    ) -> None:
        self._settings, self._grid, self._troubles, self._audit, self._clock = settings, grid, troubles, audit, clock
        self._networks = [ipaddress.ip_network(text, strict=False) for text in settings.allow]
        self._tokens = Tokens(grid)
        self._rates, self._strangers = Rates(settings.requests_per_minute), Rates(STRANGERS_PER_MINUTE)
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="api")
        self._used: dict[str, float] = {}
        self._runner: web.AppRunner | None = None
        self.port = 0

    @classmethod
    async def start(
        cls, settings: ApiSettings, grid: GridStore, troubles: Troubles, audit: Audit, clock: Callable[[], datetime]
    ) -> Api:
        """Listen. Raises OSError when the port is taken, ValueError where ``allow`` holds no address or network."""
        api = cls(settings, grid, troubles, audit, clock)
        app = web.Application(client_max_size=settings.max_bytes, middlewares=[api._guard])
        app.add_routes(
            [
                web.get("/openapi.json", api._document),
                web.get("/health", api._health),
                web.get("/v1/outages", api._reads(lambda r, now: outages.listed(api._grid, r.query, now))),
                web.post("/v1/outages", api._push),
                web.post("/v1/outages/{id:.+}/close", api._close),
                web.get("/v1/outages/{id:.+}", api._reads(
                    lambda r, now: outages.one(api._grid, r.match_info["id"], r.query, now))),
                web.get("/v1/affecting", api._reads(
                    lambda r, now: outages.affecting(api._grid, api._troubles, r.query, now))),
                web.get("/v1/probable", api._reads(lambda r, now: probable.listed(api._troubles, r.query, now))),
                web.get("/v1/probable/{id}", api._reads(
                    lambda r, now: probable.one(api._troubles, r.match_info["id"], now))),
                web.post("/v1/probable/{id}/confirm", api._confirm),
                web.post("/v1/probable/{id}/reject", api._reject),
            ]
        )  # fmt: skip
        api._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        try:
            await api._runner.setup()
            site = web.TCPSite(api._runner, settings.host, settings.port)
            await site.start()
        except BaseException:
            await api.close()
            raise
        api.port = int(api._runner.addresses[0][1])
        return api

    async def close(self) -> None:
        """Stop listening; closing twice does no harm."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
        await asyncio.to_thread(self._threads.shutdown)

    # Who may ask

    @web.middleware
    async def _guard(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Let in whoever may ask this; every error becomes an answer in JSON."""
        try:
            self._admit(request)
            if request.path not in _OPEN_PATHS:
                request[TOKEN] = await self._token(request)
            return await handler(request)
        except ApiError as error:
            return error.response()
        except web.HTTPRequestEntityTooLarge:
            message = f"the body is longer than {self._settings.max_bytes} bytes"
            return ApiError(413, "too_long", message).response()
        except web.HTTPMethodNotAllowed as error:
            message = f"allowed here: {', '.join(sorted(error.allowed_methods))}"
            return ApiError(405, "method_not_allowed", message).response()
        except web.HTTPNotFound:
            return ApiError(404, "no_such_path", "there is nothing here; see /openapi.json").response()
        except StoreError as error:
            log.error("request not answered", path=request.path, error=str(error))
            return ApiError(503, "store_unavailable", "the database cannot be used", retry_after=5).response()
        except web.HTTPException:
            raise
        except Exception:  # a mistake of ours costs this request, and is answered like everything else
            log.exception("request failed", path=request.path)
            return ApiError(500, "failed", "the request failed; it is in the log").response()

    def _admit(self, request: web.Request) -> None:
        try:
            address = ipaddress.ip_address((request.remote or "").split("%")[0])
        except ValueError:
            raise ApiError(403, "not_allowed", "this address may not connect") from None
        plain = getattr(address, "ipv4_mapped", None) or address
        if not any(plain in network for network in self._networks):
            raise ApiError(403, "not_allowed", "this address may not connect ([api] allow)")

    async def _token(self, request: web.Request) -> Token:
        scheme, _, text = request.headers.get("Authorization", "").partition(" ")
        known = None
        if scheme.lower() == "bearer" and text.strip():
            known = await self._in_thread(self._tokens.check, text.strip())
        now = time.monotonic()
        if known is None:
            if wait := self._strangers.take(request.remote or "", now):
                raise ApiError(429, "too_many", "too many requests without a good token", retry_after=wait)
            raise ApiError(401, "no_token", "send «Authorization: Bearer TOKEN» (made by: ivr api token add)")
        if wait := self._rates.take(known.name, now):
            message = f"more than {self._settings.requests_per_minute} requests a minute"
            raise ApiError(429, "too_many", message, retry_after=wait)
        if request.method not in ("GET", "HEAD") and known.scope != "write":
            raise ApiError(403, "read_only", f"the token «{known.name}» may only read")
        if now - self._used.get(known.name, float("-inf")) > 60:
            self._used[known.name] = now
            await self._in_thread(self._tokens.used, known, self._clock())
        return known

    # What is answered

    async def _document(self, _: web.Request) -> web.Response:
        return answer(document())

    async def _health(self, _: web.Request) -> web.Response:
        return answer({"ok": True})

    def _reads(
        self, look: Callable[[web.Request, datetime], Mapping[str, Any]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def handle(request: web.Request) -> web.Response:
            return answer(await self._in_thread(look, request, self._clock()))

        return handle

    async def _push(self, request: web.Request) -> web.Response:
        data, token, now = await _body(request), request[TOKEN], self._clock()

        def take() -> tuple[int, dict[str, Any]]:
            self._audit(f"token {token.name}", "api push", token.source, f"{len(data)} bytes of outages")
            return outages.pushed(self._grid, token.source, data, request.charset or "", request.query, now)

        status, said = await self._in_thread(take)
        log.info("outages pushed", token=token.name, status=status, rejected=len(said["rejected"]))
        return answer(said, status)

    async def _close(self, request: web.Request) -> web.Response:
        outage_id = request.match_info["id"]
        return await self._writes(
            request, "api close", outage_id, lambda data, _, now: outages.closed(self._grid, outage_id, data, now)
        )

    async def _confirm(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        return await self._writes(
            request,
            "api confirm",
            name,
            lambda *written: probable.confirmed(self._troubles, name, *written),
        )

    async def _reject(self, request: web.Request) -> web.Response:
        name = request.match_info["id"]
        return await self._writes(
            request, "api reject", name, lambda *written: probable.rejected(self._troubles, name, *written)
        )

    async def _writes(
        self,
        request: web.Request,
        command: str,
        subject: str,
        write: Callable[[bytes, str, datetime], Mapping[str, Any]],
    ) -> web.Response:
        data, now = await _body(request), self._clock()
        who = f"token {request[TOKEN].name}"

        def do() -> Mapping[str, Any]:
            self._audit(who, command, subject, "outage")
            return write(data, who, now)

        said = await self._in_thread(do)
        log.info("written", token=who, command=command, subject=subject)
        return answer(said)

    async def _in_thread(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *args)


async def _body(request: web.Request) -> bytes:
    """The whole body; whoever sends it a byte a minute is not waited for."""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError:
        raise ApiError(408, "too_slow", f"the body did not come within {BODY_SECONDS:g} seconds") from None
