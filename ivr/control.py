"""The running engine's control socket: HTTP on a Unix socket that only the engine's own user can open.

``GET /status`` · ``GET /live`` · ``GET /plans`` · ``POST /reload`` ``{"to": null | "version"}`` · ``POST /stop``;
answers are JSON. ``GET /events`` goes on until the asker leaves: one JSON object a line, for everything that happens in
calls (``ivr/live_lines.py`` says what is in it). It begins with what has happened so far in the calls held now, then
``{"watching": true}``; an empty object is a sign of life. ``?call=ID`` (or its beginning) and ``?caller=NUMBER`` leave
other calls out. The command line talks to it through ``ivr/control_client.py``.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import structlog
from aiohttp import web

from ivr import unix_socket
from ivr.errors import ConfigError, IvrError
from ivr.live import LiveCall, Watchers
from ivr.live_lines import EventLine, lines_of, lines_so_far
from ivr.masking import mask_phone

log = structlog.get_logger(__name__)

REQUEST_BYTES = 64 * 1024
CLOSE_SECONDS = 1.0
SIGN_OF_LIFE_SECONDS = 2.0


class EngineAlreadyRunning(IvrError):
    """Another engine listens on this instance's control socket."""


@dataclass(frozen=True, slots=True)
class Controls:
    """What can be asked of a running engine."""

    status: Callable[[], Mapping[str, object]]
    """Facts about the engine, for ``GET /status``; the process's id and uptime are added here."""
    live: Callable[[], Iterable[LiveCall]]
    """The calls that are held now."""
    reload: Callable[[str | None], Awaitable[Mapping[str, object]]]
    """Take the edited plan (``None``) or go back to a version. Raises ``ConfigError`` when it is not good."""
    stop: Callable[[], None]
    """Begin to stop: no new calls, live ones may go on for the drain time."""
    plans: Callable[[], Mapping[str, object]] = dict
    """Which versions of the plan there are, and which is live."""
    watchers: Watchers = field(default_factory=Watchers)
    """Where to hear what happens in calls."""


def live_view(call: LiveCall, now: float) -> dict[str, object]:
    """A live call as ``ivr calls live`` shows it. ``now`` is the clock of ``time.monotonic()``."""
    return {
        "id": call.call.id,
        "caller": mask_phone(call.call.caller),
        "dialled": call.call.dialled,
        "branch": call.call.branch,
        "plan": call.plan,
        "node": call.node,
        "verb": call.doing,
        "where": call.where,
        "seconds": round(now - call.began, 1),
        "steps": len(call.entries),
    }


class Control:
    """The server side; started with :meth:`start`, ended with :meth:`close`."""

    def __init__(self, path: Path, controls: Controls) -> None:
        self._path = path
        self._controls = controls
        self._began = time.monotonic()
        self._runner: web.AppRunner | None = None
        self._reloading = asyncio.Lock()

    @classmethod
    async def start(cls, path: Path, controls: Controls) -> Control:
        """Listen at ``path``. Raises :class:`EngineAlreadyRunning`, and ``OSError`` when it cannot be made there."""
        try:
            listener = unix_socket.listen(path)
        except FileExistsError as error:
            raise EngineAlreadyRunning(f"an engine of this instance is running already ({path})") from error
        control = cls(path, controls)
        app = web.Application(client_max_size=REQUEST_BYTES)
        app.add_routes(
            [
                web.get("/status", control._status),
                web.get("/live", control._live),
                web.get("/events", control._events),
                web.get("/plans", control._plans),
                web.post("/reload", control._reload),
                web.post("/stop", control._stop),
            ]
        )
        control._runner = web.AppRunner(app, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        try:
            await control._runner.setup()
            await web.SockSite(control._runner, listener).start()
        except BaseException:
            await control.close()
            listener.close()
            raise
        return control

    async def close(self) -> None:
        """Stop listening and remove the socket; closing twice does no harm."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()
            self._path.unlink(missing_ok=True)

    async def _status(self, request: web.Request) -> web.Response:
        about = {"pid": os.getpid(), "uptime": round(time.monotonic() - self._began, 1)}
        return _json({**about, **self._controls.status()})

    async def _live(self, request: web.Request) -> web.Response:
        now = time.monotonic()
        calls = sorted(self._controls.live(), key=lambda call: call.began)
        return _json({"calls": [live_view(call, now) for call in calls]})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        call_id, caller = request.query.get("call", ""), request.query.get("caller")

        def wanted(live: LiveCall) -> bool:
            return live.call.id.startswith(call_id) and caller in (None, live.call.caller)

        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
        await response.prepare(request)
        with self._controls.watchers.watch() as watcher:
            calls = sorted(filter(wanted, self._controls.live()), key=lambda live: live.began)
            begun = [line for live in calls for line in lines_so_far(live)]
            await response.write(_ndjson([*begun, {"watching": True}]))
            while not watcher.left_behind:
                lines: list[EventLine] = [{}]
                with contextlib.suppress(TimeoutError):
                    live, what = await asyncio.wait_for(watcher.next(), SIGN_OF_LIFE_SECONDS)
                    lines = list(lines_of(live, what)) if wanted(live) else []
                if lines:
                    await response.write(_ndjson(lines))
        return response

    async def _plans(self, request: web.Request) -> web.Response:
        return _json(self._controls.plans())

    async def _reload(self, request: web.Request) -> web.Response:
        try:
            wanted = await request.json() if request.can_read_body else {}
            version = wanted.get("to")
        except (ValueError, AttributeError):
            return _json({"error": "not a JSON object"}, 400)
        if version is not None and not isinstance(version, str):
            return _json({"error": "to must be a version or null"}, 400)
        async with self._reloading:  # two administrators at once: one after the other
            try:
                done = await self._controls.reload(version)
            except ConfigError as error:
                return _json({"error": "the plan is not good", "problems": [asdict(p) for p in error.problems]}, 409)
            except IvrError as error:
                return _json({"error": str(error)}, 409)
        return _json(done)

    async def _stop(self, request: web.Request) -> web.Response:
        log.info("asked to stop through the control socket")
        self._controls.stop()
        return _json({"stopping": True})


def _ndjson(lines: Iterable[EventLine]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False, default=str) + "\n" for line in lines).encode()


def _json(value: Mapping[str, object], status: int = 200) -> web.Response:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return web.json_response(text=text, status=status)
