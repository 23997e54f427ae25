"""The door: an AGI request becomes a :class:`ivr.call.model.Call` and goes to whoever holds it.

The contract with Asterisk's dialplan is in ``asterisk-conf/README.md``: paths ``/hotline``, ``/draft`` and ``/resume``;
arguments: 1 our call id (empty at first contact), 2 the dialled number, 3 the number that the call was redirected from,
4 the presentation of the caller's number, 5 why the call is back.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import structlog

from ivr.asterisk.fastagi import AgiServer
from ivr.asterisk.request import Request, caller_number, only_digits
from ivr.asterisk.session import AgiSession, Hangup
from ivr.asterisk.transfers import Transfers
from ivr.call.model import TRIAL, Call
from ivr.errors import AgiError
from ivr.masking import mask_phone
from ivr.settings import Agi

log = structlog.get_logger(__name__)

Kind = Literal["hotline", "draft", "after_transfer"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A call that has come to us and has no script yet."""

    kind: Kind
    """``hotline``: the usual; ``draft``: to be held by the plan on disk, not by the live one; ``after_transfer``: back
    from a queue, and the engine that knew the call is gone."""
    call: Call
    why: str = ""
    """After a transfer: why the caller is back (QUEUESTATUS)."""
    previous: str = ""
    """After a transfer: the id that the call had, if it had one."""
    queue: str = ""
    """After a transfer: the queue that nobody answered in, as the caller's channel remembers it."""
    priority: int = 0
    """After a transfer: the priority that the caller had there."""


Hold = Callable[[Arrival, AgiSession], Awaitable[None]]
"""Holds a call to its end. Runs in a task of its own; log lines carry the call's id."""


async def serve_agi(settings: Agi, *, transfers: Transfers, clock: Callable[[], datetime], hold: Hold) -> AgiServer:
    """Listen for Asterisk's requests. Raises ``OSError`` when the port is taken."""
    return await AgiServer.start(settings, Door(transfers, clock, hold).answer)


class Door:
    """Tells requests apart."""

    def __init__(self, transfers: Transfers, clock: Callable[[], datetime], hold: Hold) -> None:
        self._transfers = transfers
        self._clock = clock
        self._hold = hold

    async def answer(self, session: AgiSession) -> None:
        """Serve one request. Raises :class:`ivr.errors.AgiError` for a path that we do not have."""
        request = session.request
        if request.path not in ("hotline", "draft", "resume"):
            raise AgiError(f"no such path: /{request.path[:40]}")
        # Asterisk's guard against an engine that takes a call and never speaks: we are here. A caller who is gone by
        # now is found out by the script's first word, so that this call is recorded as well.
        with contextlib.suppress(Hangup):
            await session.set_variable("TIMEOUT(absolute)", "0")
        if request.path == "resume":
            known, why = request.arg(1), request.arg(5)
            if self._transfers.resume(known, session, why):
                await session.wait_closed()  # the script that waited has the session now
                return
            queue, priority = await _queue_of(session)
            arrival = Arrival("after_transfer", arriving_call(request, self._clock()), why, known, queue, priority)
        else:
            kind: Kind = "draft" if request.path == "draft" else "hotline"
            arrival = Arrival(kind, arriving_call(request, self._clock(), trial=kind == "draft"))
        call = arrival.call
        structlog.contextvars.bind_contextvars(call=call.id)
        log.info(
            "call", kind=arrival.kind, caller=mask_phone(call.caller), dialled=call.dialled, channel=request.channel
        )
        await self._hold(arrival, session)


async def _queue_of(session: AgiSession) -> tuple[str, int]:
    """The queue that the caller comes from, and the priority there; an engine that is gone has set both."""
    try:
        queue = await session.get_variable("IVR_QUEUE") or ""
        priority = await session.get_variable("IVR_PRIORITY") or ""
    except Hangup:  # found out by the script's first word
        return "", 0
    return queue, int(priority) if priority.isascii() and priority.isdigit() else 0


def arriving_call(request: Request, now: datetime, *, trial: bool = False) -> Call:
    """The facts of a call as Asterisk tells them, with a new id (which sorts by time)."""
    return Call(
        id=f"{TRIAL if trial else ''}{now:%y%m%d-%H%M%S}-{secrets.token_hex(3)}",
        caller=caller_number(
            request.headers.get("agi_callerid", ""), request.arg(4) or request.headers.get("agi_callingpres", "")
        ),
        dialled=only_digits(request.arg(2)) or only_digits(request.extension),
        started_at=now,
        diversion=only_digits(request.arg(3)) or None,
    )
