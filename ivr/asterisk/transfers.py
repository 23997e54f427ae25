"""Calls that have left AGI for a queue of Asterisk's, whose scripts wait for what becomes of the caller.

Three things can tell: Asterisk's dialplan by ``UserEvent(IvrQueue, …)`` over AMI, the caller's return by an AGI request
``/resume`` with the call's id, and, should events have been lost with the AMI connection, a look at the channel. With
all of them silent the wait still ends.

``QueueCallerAbandon`` is not listened to: Asterisk 22 sends it also when the time in the queue is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

import structlog

from ivr.asterisk.ami import Ami
from ivr.asterisk.session import AgiSession, Hangup
from ivr.call.model import Connected, TransferResult, Unanswered
from ivr.errors import AmiError

log = structlog.get_logger(__name__)

EVENT = "IvrQueue"
LOOK_EVERY_S = 30.0
LIMIT_S = 4 * 3600.0
"""No wait and talk together takes longer; then the script ends as if the caller had hung up."""
GONE = "No such channel"
"""What Asterisk says of a channel that is over."""


@dataclass(frozen=True, slots=True)
class Back:
    """What became of a transfer. ``session`` is the new line to the caller, ``None`` when the call is over."""

    result: TransferResult
    session: AgiSession | None = None


@dataclass(slots=True)
class Waiting:
    """One script that waits. Made by :meth:`Transfers.expect`."""

    channel: str
    began: float = field(default_factory=time.monotonic)
    answered: float | None = None
    future: asyncio.Future[Back] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def settle(self, back: Back | Hangup) -> None:
        """Tell the script; what comes later is too late."""
        if self.future.done():
            return
        if isinstance(back, Hangup):
            self.future.set_exception(back)
            self.future.exception()  # the script may have been cancelled meanwhile: not an error of ours
        else:
            self.future.set_result(back)

    def finish(self) -> None:
        """The call is over after a person took it."""
        now = time.monotonic()
        waited = 0.0 if self.answered is None else self.answered - self.began
        talked = 0.0 if self.answered is None else now - self.answered
        self.settle(Back(Connected(round(waited, 1), round(talked, 1))))


class Transfers:
    """All scripts of this engine that wait for people. ``ami`` may be ``None``: then only a return is noticed.

    ``answered`` is told the id of a call that a person has taken, at that moment.
    """

    def __init__(
        self,
        ami: Ami | None = None,
        *,
        limit: float = LIMIT_S,
        look_every: float = LOOK_EVERY_S,
        answered: Callable[[str], None] = lambda call_id: None,
    ) -> None:
        self._ami = ami
        self._answered = answered
        self._limit = limit
        self._look_every = look_every
        self._waiting: dict[str, Waiting] = {}
        if ami is not None:
            ami.on("UserEvent", self._on_event)

    def __len__(self) -> int:
        """How many scripts wait."""
        return len(self._waiting)

    @contextmanager
    def expect(self, call_id: str, channel: str) -> Iterator[Waiting]:
        """Be ready for news of a call that is about to leave AGI on ``channel``. To be entered before it leaves."""
        waiting = self._waiting[call_id] = Waiting(channel)
        try:
            yield waiting
        finally:
            if self._waiting.get(call_id) is waiting:
                del self._waiting[call_id]

    async def outcome(self, waiting: Waiting) -> Back:
        """Wait for what becomes of it. Raises :class:`Hangup` when the caller left the queue (or nothing was ever
        heard of them again)."""
        ends = waiting.began + self._limit
        while True:
            left = ends - time.monotonic()
            await asyncio.wait({waiting.future}, timeout=min(self._look_every, max(left, 0.0)))
            if waiting.future.done():
                return waiting.future.result()
            if left <= self._look_every:
                log.error("nothing heard of a transferred call", limit=self._limit)
                raise Hangup
            await self._look(waiting)

    def resume(self, call_id: str, session: AgiSession, why: str) -> bool:
        """The caller is back, because of ``why`` (QUEUESTATUS). False when no script waits for that call."""
        waiting = self._waiting.get(call_id)
        if waiting is None or waiting.future.done():
            return False
        if waiting.answered is not None or why == "CONTINUE":
            now = time.monotonic()
            answered = waiting.answered if waiting.answered is not None else now
            talk = Connected(round(answered - waiting.began, 1), round(now - answered, 1))
            waiting.settle(Back(talk, session))
        else:
            waiting.settle(Back(Unanswered(why or "TIMEOUT"), session))
        return True

    def _on_event(self, event: Mapping[str, str]) -> None:
        if event.get("userevent") != EVENT:
            return
        waiting = self._waiting.get(event.get("ivrcall", ""))
        if waiting is None:
            return
        match event.get("step"):
            case "answered":
                waiting.answered = time.monotonic()
                self._answered(event["ivrcall"])
            case "left":
                waiting.settle(Hangup())
            case "finished":
                waiting.finish()
            case _:  # entered, unanswered: the caller's return says more
                pass

    async def _look(self, waiting: Waiting) -> None:
        """Ask Asterisk whether the channel is still there: an event may have been lost."""
        if self._ami is None:
            return
        try:
            reply = await self._ami.action("Getvar", Channel=waiting.channel, Variable="MEMBERINTERFACE")
        except AmiError as error:
            if GONE in str(error):
                log.warning("a transferred call ended unnoticed", answered=waiting.answered is not None)
                if waiting.answered is None:
                    waiting.settle(Hangup())
                else:
                    waiting.finish()
            return
        if reply.get("value") and waiting.answered is None:
            waiting.answered = time.monotonic()
