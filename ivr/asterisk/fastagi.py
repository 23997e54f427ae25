"""The FastAGI port: takes Asterisk's connections, within limits, and starts one task for each request.

Whoever is not to be served is disconnected at once; Asterisk then goes on in its own dialplan (apology and queue).
panoramisk's own accept loop is not used: a peer that connects and closes makes it spin for ever (DESIGN section 9).
"""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass

import structlog

from ivr.asterisk.session import AgiSession, Hangup
from ivr.errors import AgiError
from ivr.settings import Agi

__all__ = ["AgiServer", "AgiSession", "Counts", "Hangup", "OnSession"]

log = structlog.get_logger(__name__)

OnSession = Callable[[AgiSession], Awaitable[None]]
"""Serves one request; when it returns or raises, the connection is closed."""

BACKLOG = 1024
"""Connections that may wait to be accepted: a storm's worth."""
COMPLAIN_EVERY_S = 1.0
STOP_S = 5.0
"""How long cancelled calls may take to write their records."""


@dataclass(slots=True)
class Counts:
    """What has come to the port since the start."""

    accepted: int = 0
    refused_full: int = 0
    refused_address: int = 0
    bad_requests: int = 0
    failed: int = 0
    """Requests that ended by an exception."""


class AgiServer:
    """The listening port. Made by :meth:`start`."""

    def __init__(self, settings: Agi, on_session: OnSession) -> None:
        self._settings = settings
        self._on_session = on_session
        self._networks = [_network(text) for text in settings.allow]
        self._known_peers: dict[str, bool] = {}
        self._counts = Counts()
        self._open: set[AgiSession] = set()
        self._tasks: dict[asyncio.Task[None], AgiSession] = {}
        self._complained: dict[str, tuple[float, int]] = {}
        self._server: asyncio.Server | None = None

    @classmethod
    async def start(cls, settings: Agi, on_session: OnSession) -> AgiServer:
        """Listen on ``settings.host`` and ``settings.port`` (0: a free one). Raises ``OSError`` when it is taken,
        ``ValueError`` when ``settings.allow`` holds something that is no address."""
        server = cls(settings, on_session)
        loop = asyncio.get_running_loop()
        server._server = await loop.create_server(server._session, settings.host, settings.port, backlog=BACKLOG)
        return server

    @property
    def port(self) -> int:
        """The port that is listened on."""
        sockets = self._server.sockets if self._server is not None else ()
        return int(sockets[0].getsockname()[1]) if sockets else 0

    @property
    def calls(self) -> int:
        """Connections that are open now."""
        return len(self._open)

    @property
    def counts(self) -> Mapping[str, int]:
        """What has come since the start, by name."""
        return asdict(self._counts)

    async def close(self, *, drain: float = 0.0) -> None:
        """Take no more connections, let the open ones go on for ``drain`` seconds, then leave the rest to Asterisk.

        Calls that are still held then are cancelled, those that wait in Asterisk's queues as well.
        """
        if self._server is None:
            return
        self._server.close()
        on_the_line = [task for task, session in self._tasks.items() if not session.closed]
        if on_the_line and drain > 0:
            log.info("waiting for calls to end", calls=len(on_the_line), seconds=drain)
            await asyncio.wait(on_the_line, timeout=drain)
        left = [task for task in self._tasks if not task.done()]
        for task in left:
            task.cancel()
        if left:
            _, stuck = await asyncio.wait(left, timeout=STOP_S)
            if stuck:
                log.error("calls did not end", calls=len(stuck))
        for session in list(self._open):
            session.close()

    def _session(self) -> AgiSession:
        return AgiSession(
            self._settings, admit=self._admit, opened=self._opened, refused=self._refused, ended=self._open.discard
        )

    def _admit(self, session: AgiSession) -> bool:
        if not self._allowed(session.peer):
            self._counts.refused_address += 1
            self._complain("connection from an address that is not allowed", session.peer)
            return False
        if len(self._open) >= self._settings.connections:
            self._counts.refused_full += 1
            self._complain("more connections than allowed", session.peer)
            return False
        self._counts.accepted += 1
        self._open.add(session)
        return True

    def _allowed(self, peer: str) -> bool:
        known = self._known_peers.get(peer)
        if known is None:
            try:
                address = ipaddress.ip_address(peer.partition("%")[0])
            except ValueError:
                return False
            mapped = getattr(address, "ipv4_mapped", None)
            known = any((mapped or address) in network for network in self._networks)
            if len(self._known_peers) < 1000:
                self._known_peers[peer] = known
        return known

    def _refused(self, session: AgiSession, why: str) -> None:
        self._counts.bad_requests += 1
        self._complain(why, session.peer)

    def _opened(self, session: AgiSession) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(session))
        self._tasks[task] = session
        task.add_done_callback(self._tasks.pop)

    async def _serve(self, session: AgiSession) -> None:
        try:
            await self._on_session(session)
        except Hangup:
            log.debug("caller gone")
        except AgiError as error:
            self._counts.failed += 1
            log.warning("AGI request ended", error=str(error))
        except Exception:  # one call's failure is never the server's
            self._counts.failed += 1
            log.exception("AGI request failed")
        finally:
            session.close()

    def _complain(self, what: str, peer: str) -> None:
        """Log a refusal, at most once a second each: a flood of connections must not become a flood of lines."""
        now = time.monotonic()
        last, kept_back = self._complained.get(what, (0.0, 0))
        if now - last < COMPLAIN_EVERY_S and last:
            self._complained[what] = (last, kept_back + 1)
            return
        if len(self._complained) > 100:
            self._complained.clear()
        self._complained[what] = (now, 0)
        log.warning("refused", why=what, peer=peer, kept_back=kept_back)


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise ValueError(f"[agi] allow: {text!r} is no address or network") from error
