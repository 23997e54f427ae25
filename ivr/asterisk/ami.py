"""The manager interface (AMI): events come in, actions go out, and the connection is kept up.

The protocol is panoramisk's, through its ``Manager``. What it does by itself and what is done here instead
(panoramisk 1.4): it reconnects at a fixed pace, also after ``close()``; it sends unanswered actions *again* after a
reconnection (a person would be called twice); it logs such actions with their contents; it never notices a peer that
is silent; an exception in a callback ends the connection; bytes of one letter that arrive in two pieces are lost.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from panoramisk.actions import Action
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.manager import Manager

from ivr.errors import AmiError
from ivr.settings import Ami as AmiSettings

log = structlog.get_logger(__name__)

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
PING_EVERY_S = 15.0
MOST_BUFFERED = 1_000_000
"""Bytes of one message; Asterisk's own are a few hundred."""

OnEvent = Callable[[Mapping[str, str]], None]


@dataclass(frozen=True, slots=True)
class AmiState:
    """How the connection stands."""

    connected_since: datetime | None = None
    """When the login was accepted; ``None`` = not connected now."""
    last_error: str = ""
    attempts: int = 0
    """Attempts to connect since the last success."""


class _Protocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """panoramisk's protocol, fed whole lines only, whose open actions fail with the connection."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self._tail = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.factory = self._link
        self.encoding = "utf8"

    def data_received(self, data: bytes) -> None:
        whole, line_end, self._tail = (self._tail + data).rpartition(b"\r\n")
        if len(self._tail) + sum(map(len, self.queue)) > MOST_BUFFERED:
            self.transport.abort()
            return
        if line_end:
            super().data_received(whole + line_end)

    def close(self) -> None:
        for action in list(self.responses.values()):
            if not action.future.done():
                action.future.set_exception(AmiError("the manager connection was lost"))
                action.future.exception()  # whoever gave up waiting will not come to fetch it
        super().close()


class _Link(Manager):  # type: ignore[misc]  # panoramisk has no types
    """One connection, from its making to its loss; a new one is made for the next."""

    def __init__(self, settings: AmiSettings, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(host=settings.host, port=settings.port, encoding="utf8", loop=loop)
        self.lost: asyncio.Future[None] = loop.create_future()

    async def open(self) -> None:
        """Connect. Raises ``OSError``."""
        _, self.protocol = await self.loop.create_connection(
            lambda: _Protocol(self), self.config["host"], self.config["port"]
        )

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.lost.done():
            self.lost.set_result(None)


class Ami:
    """The manager connection of the engine: kept up from :meth:`start` to :meth:`close`.

    ``clock`` tells the time for :attr:`state`. The secret is in no log and in no representation of this object.
    """

    def __init__(
        self, settings: AmiSettings, secret: str, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._clock = clock
        self._state = AmiState()
        self._callbacks: dict[str, list[OnEvent]] = {}
        self._link: _Link | None = None
        self._connected = asyncio.Event()
        self._keeping: asyncio.Task[None] | None = None

    @property
    def state(self) -> AmiState:
        """How the connection stands."""
        return self._state

    def on(self, event: str, callback: OnEvent) -> None:
        """Have ``callback`` called for every event of this name, with its headers by lower-case name.

        It is called on the event loop and must be quick; what it raises is logged.
        """
        self._callbacks.setdefault(event.lower(), []).append(callback)

    async def start(self) -> None:
        """Begin to connect, and to reconnect with growing pauses. Returns at once."""
        if self._keeping is None:
            self._keeping = asyncio.create_task(self._keep(), name="ami")

    async def wait_connected(self, limit: float) -> None:
        """Until the login was accepted. Raises :class:`ivr.errors.AmiError` when it is not within ``limit`` seconds."""
        try:
            async with asyncio.timeout(limit):
                await self._connected.wait()
        except TimeoutError:
            raise AmiError(f"not connected to the manager within {limit:g} s: {self._state.last_error}") from None

    async def close(self) -> None:
        """Disconnect for good."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeping

    async def action(self, name: str, **fields: str | int) -> Mapping[str, str]:
        """Have Asterisk do something; its response's headers by lower-case name.

        Raises :class:`ivr.errors.AmiError` when there is no connection, Asterisk says no, or no answer comes within
        ``[ami] action_seconds``. An action is never sent twice.
        """
        link = self._link
        if link is None:
            raise AmiError(f"not connected to the manager: {self._state.last_error or 'not yet'}")
        return await self._send(link, name, fields)

    async def _send(self, link: _Link, name: str, fields: Mapping[str, str | int]) -> Mapping[str, str]:
        headers = {"Action": name, **{key: str(value) for key, value in fields.items()}}
        if any("\r" in text or "\n" in text for pair in headers.items() for text in pair):
            raise AmiError(f"a line break in the manager action {name}")
        action = Action(headers)
        try:
            async with asyncio.timeout(self._settings.action_seconds):
                answer = await link.protocol.send(action)
        except TimeoutError:
            link.protocol.responses.pop(action.id, None)
            raise AmiError(f"no answer to {name} within {self._settings.action_seconds:g} s") from None
        response = _headers(answer)
        if not answer.success:
            raise AmiError(f"Asterisk refused {name}: {response.get('message', 'no reason given')}")
        return response

    def _dispatch(self, _: Manager, event: Any) -> None:
        callbacks = self._callbacks.get(event.event.lower(), ())
        headers = _headers(event) if callbacks else {}
        for callback in callbacks:
            try:
                callback(headers)
            except Exception:  # one listener's mistake must not end the connection
                log.exception("event handler failed", event_name=event.event)

    async def _keep(self) -> None:
        pause = FIRST_PAUSE_S
        while True:
            self._state = AmiState(None, self._state.last_error, self._state.attempts + 1)
            try:
                await self._hold_connection()
            except (OSError, AmiError) as error:
                why = str(error) or type(error).__name__
            except (
                Exception
            ) as error:  # a bug of ours or panoramisk's: without this task no transfer is ever seen again
                log.exception("the manager connection broke")
                why = f"{type(error).__name__}: {error}"
            else:
                why = "connection lost"
            attempts = self._state.attempts
            if attempts == 0:  # it had been connected
                pause = FIRST_PAUSE_S
            self._state = AmiState(None, why, attempts)
            log.warning("no manager connection", error=why, attempts=attempts, next_in=round(pause, 1))
            # Not all engines of a house at the same moment.
            await asyncio.sleep(pause * random.uniform(0.8, 1.2))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _hold_connection(self) -> None:
        """Connect, log in, and stay until the connection is lost."""
        link = _Link(self._settings, asyncio.get_running_loop())
        link.register_event("*", self._dispatch)
        try:
            async with asyncio.timeout(self._settings.action_seconds):
                await link.open()
        except TimeoutError:
            raise AmiError(f"no connection within {self._settings.action_seconds:g} s") from None
        try:
            await self._send(link, "Login", {"Username": self._settings.user, "Secret": self._secret, "Events": "on"})
            self._link = link
            self._state = AmiState(self._clock(), "", 0)
            self._connected.set()
            log.info("manager connected")
            while True:
                await asyncio.wait({link.lost}, timeout=PING_EVERY_S)
                if link.lost.done():
                    return
                await self._send(link, "Ping", {})
        finally:
            self._link = None
            self._connected.clear()
            self._state = replace(self._state, connected_since=None)
            link.protocol.close()


def _headers(message: Any) -> dict[str, str]:
    """A panoramisk message as plain text by lower-case name; a header that came several times: its lines."""
    return {
        name.lower(): "\n".join(value) if isinstance(value, list) else value
        for name, value in message.items()
        if isinstance(value, str | list)
    }
