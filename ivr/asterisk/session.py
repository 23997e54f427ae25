"""One FastAGI connection, from Asterisk's request to its end: typed commands, each with a limit.

What Asterisk 22.10 was seen to do, and what is built on it here:

- Between two commands it throws keys away. So a session that rests (an errand is being done) keeps a
  ``WAIT FOR DIGIT`` running: :meth:`AgiSession.rest`. The next line ends it: its reply is then ``result=1``.
- Two lines that it reads at one go are not two commands: it runs the first, and looks for the second only when still
  more bytes come. That second command would then wait for ever, with a caller in silence (seen at 300 calls at once).
  So nothing is sent before the reply to what was sent, and listening is ended by a ``NOOP``, as many as it takes.
- A file that is not there and a caller who is gone both bring ``-1`` from ``STREAM FILE``; they are told apart by
  asking once more (``NOOP``), before whose reply the hang-up would have been told.
- After a hang-up: the connection is closed (``AGIEXITONHANGUP=yes``, our configuration), or a line ``HANGUP`` comes and
  commands bring 511.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from ivr.asterisk.replies import AgiReply, ReplyReader, quoted, variable_name
from ivr.asterisk.request import END_OF_HEADERS, Request, parse_request
from ivr.errors import AgiError
from ivr.settings import Agi

REST_AFTER_S = 0.03
"""A session that is not asked for anything for so long listens for keys. Less than any two keys are apart (a key and
the pause after it are 40 ms each at least: ITU-T Q.24), more than the usual errand takes: listening costs two
commands."""
REST_MS = 30_000
NUDGE_S = 0.05
"""When listening is still not over so long after our ``NOOP``, Asterisk read both at one go: another one is sent."""
LONGEST_SOUND_S = 120.0
"""The limit for a sound of unknown length."""
AFTER_HANGUP_S = 1.0
"""How long the reply to a running command may take once the caller is known to be gone."""
MOST_TYPED_AHEAD = 64


class Hangup(Exception):
    """The caller is gone, or Asterisk is: no command reaches the line any more."""


@dataclass(frozen=True, slots=True)
class Streamed:
    """A sound file was played: to its end, or to a key."""

    key: str | None
    endpos: int
    """Where it stopped, in samples."""
    played: bool = True
    """False when Asterisk could not open the file."""


class AgiSession(asyncio.Protocol):
    """A connection of Asterisk's. One command at a time.

    Every command raises :class:`Hangup` when the caller is gone, and :class:`ivr.errors.AgiError` when Asterisk refuses
    it, is late or speaks nonsense; the last two end the session.
    """

    def __init__(
        self,
        settings: Agi,
        *,
        admit: Callable[[AgiSession], bool],
        opened: Callable[[AgiSession], None],
        refused: Callable[[AgiSession, str], None],
        ended: Callable[[AgiSession], None],
    ) -> None:
        self.typed: deque[str] = deque(maxlen=MOST_TYPED_AHEAD)
        """Keys that came when nobody asked, in order."""
        self.peer = ""
        self.hung_up = False
        self._settings = settings
        self._admit, self._opened, self._refused, self._ended = admit, opened, refused, ended
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._request: Request | None = None
        self._header = bytearray()
        self._reader = ReplyReader()
        self._waiter: asyncio.Future[AgiReply] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rest_timer: asyncio.TimerHandle | None = None
        self._resting = False
        self._nudges = 0
        self._nudge_timer: asyncio.TimerHandle | None = None
        self._rest_over: asyncio.Future[None] | None = None
        self._drop_rested = False
        self._broken = ""
        self._closed: asyncio.Future[None] = self._loop.create_future()

    # ── the connection ─────────────────────────────────────────────────────────────────────────────────────────

    @property
    def request(self) -> Request:
        """What Asterisk asked for."""
        if self._request is None:
            raise AgiError("no request yet")
        return self._request

    @property
    def closed(self) -> bool:
        """Whether the connection is over."""
        return self._closed.done()

    async def wait_closed(self) -> None:
        """Until the connection is over, whoever ends it."""
        await asyncio.shield(self._closed)

    def close(self) -> None:
        """Leave AGI: Asterisk goes on in its dialplan. Harmless when that is done already."""
        self._end_timers()
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asterisk (or somebody) has connected."""
        self._transport = cast(asyncio.Transport, transport)
        self.peer = str((transport.get_extra_info("peername") or ("?",))[0])
        if not self._admit(self):
            self._transport.abort()
            return
        self._timer = self._loop.call_later(self._settings.header_seconds, self._refuse, "no request in time")

    def data_received(self, data: bytes) -> None:
        """Bytes have come: the request's, then replies."""
        if self._request is None:
            self._read_header(data)
            return
        try:
            replies = self._reader.feed(data)
        except AgiError as error:
            self._break(error)
            return
        for reply in replies:
            if isinstance(reply, str):
                self._note_hangup()
            elif self._resting:
                self._rested(reply)
            elif self._nudges:
                self._nudged(reply)
            elif self._waiter is not None and not self._waiter.done():
                self._waiter.set_result(reply)
            else:
                self._break(AgiError(f"a reply that nobody asked for: {reply}"))
                return

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        self._end_timers()
        self.hung_up = True
        self._fail(Hangup())
        if not self._closed.done():
            self._closed.set_result(None)
        self._ended(self)

    def _read_header(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        seen = len(self._header)
        self._header += data
        # The two line ends may have come in two pieces: look one byte back, and not at everything again.
        end = self._header.find(END_OF_HEADERS, max(0, seen - 1))
        if end < 0 or end > self._settings.header_bytes:
            if len(self._header) > self._settings.header_bytes:
                self._refuse("request too long")
            return
        try:
            self._request = parse_request(bytes(self._header[:end]))
        except AgiError as error:
            self._refuse(str(error))
            return
        rest = bytes(self._header[end + len(END_OF_HEADERS) :])
        self._header.clear()
        self._end_timers()
        self._opened(self)
        if rest:
            self.data_received(rest)

    def _refuse(self, why: str) -> None:
        self._end_timers()
        self._refused(self, why)
        if self._transport is not None:
            self._transport.abort()

    def _break(self, error: AgiError) -> None:
        """Nothing that comes over this connection can be trusted any more."""
        self._broken = str(error)
        self._fail(error)
        self._end_timers()
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        """Whoever waits for a reply waits in vain."""
        awaited = self._waiter if self._rest_over is None else self._rest_over
        if awaited is not None and not awaited.done():
            awaited.set_exception(error)

    def _note_hangup(self) -> None:
        self.hung_up = True
        if self._waiter is not None and not self._waiter.done():
            # The reply comes first or at once; should it never come, the script must not wait for the sound's length.
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self._loop.call_later(AFTER_HANGUP_S, self.close)

    def _end_timers(self) -> None:
        for timer in (self._timer, self._rest_timer, self._nudge_timer):
            if timer is not None:
                timer.cancel()
        self._timer = self._rest_timer = self._nudge_timer = None

    def _late(self, line: str, limit: float) -> None:
        self._break(AgiError(f"no reply to {line.split(' ')[0]} within {limit:g} s"))

    # ── commands ───────────────────────────────────────────────────────────────────────────────────────────────

    async def command(self, line: str, *, seconds: float = 0.0) -> AgiReply:
        """Send one command that itself takes ``seconds`` at most, and wait for its reply.

        ``line`` is sent as it is: put foreign text into it with :func:`ivr.asterisk.replies.quoted`.
        """
        if self._broken:
            raise AgiError(f"the AGI session is broken: {self._broken}")
        if self.hung_up or self._transport is None or self._transport.is_closing():
            raise Hangup
        if self._waiter is not None:
            raise AgiError("two AGI commands at once on one line")
        if "\n" in line:
            raise AgiError("a line break in an AGI command")
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None
        self._waiter = self._loop.create_future()
        limit = seconds + self._settings.command_seconds
        self._timer = self._loop.call_later(limit, self._late, line, limit)
        try:
            if self._resting:
                await self._end_rest()
            self._transport.write(line.encode() + b"\n")
            reply = await self._waiter
        except asyncio.CancelledError:
            self.close()  # its reply would be taken for the next command's
            raise
        finally:
            self._waiter = None
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        if reply.code == 200:
            return reply
        if reply.code == 511:
            self.hung_up = True
            raise Hangup
        raise AgiError(f"Asterisk refused {line.split(' ')[0]}: {reply.code} {reply.data[:200]}")

    async def stream_file(self, name: str, keys: str = "", *, offset: int = 0, seconds: float = 0.0) -> Streamed:
        """Play the sound file ``name`` (without its ending) from ``offset`` (samples) to its end or to one of ``keys``.

        ``seconds``: how long the sound is; 0 = not known.
        """
        start = f" {offset}" if offset else ""
        reply = await self.command(
            f"STREAM FILE {quoted(name)} {quoted(keys)}{start}", seconds=seconds or LONGEST_SOUND_S
        )
        if reply.result < 0:
            await self._still_there()
            return Streamed(None, reply.endpos, played=False)
        return Streamed(reply.key, reply.endpos)

    async def wait_for_digit(self, seconds: float) -> str | None:
        """A key, or ``None`` when none was pressed within ``seconds``."""
        reply = await self.command(f"WAIT FOR DIGIT {int(seconds * 1000)}", seconds=seconds)
        if reply.result < 0:
            self.hung_up = True
            raise Hangup
        return reply.key

    async def set_variable(self, name: str, value: str) -> None:
        """Set a variable of the caller's channel, or a function that can be written (``TIMEOUT(absolute)``)."""
        await self.command(f"SET VARIABLE {variable_name(name)} {quoted(value)}")

    async def get_variable(self, name: str) -> str | None:
        """The value of a channel variable; ``None`` when it is not set."""
        reply = await self.command(f"GET VARIABLE {variable_name(name)}")
        return reply.data if reply.result == 1 else None

    async def exec(self, application: str, *args: str, seconds: float = 0.0) -> int:
        """Run an application of the dialplan that takes ``seconds`` at most; what it returned.

        Raises :class:`AgiError` when there is no such application.
        """
        reply = await self.command(f"EXEC {variable_name(application)} {quoted(','.join(args))}", seconds=seconds)
        if reply.result == -2:
            raise AgiError(f"Asterisk has no application {application}")
        if reply.result < 0:
            await self._still_there()
        return reply.result

    async def _still_there(self) -> None:
        """After a ``-1``: raise :class:`Hangup` if it was one."""
        await self.command("NOOP")
        if self.hung_up:
            raise Hangup

    # ── between commands ───────────────────────────────────────────────────────────────────────────────────────

    def rest(self) -> None:
        """Nothing is asked of the line for now: keys pressed from here on go to :attr:`typed`."""
        if not (self.hung_up or self._broken or self._resting or self._rest_timer or self._waiter):
            self._rest_timer = self._loop.call_later(REST_AFTER_S, self._listen)

    def forget_typed(self) -> None:
        """Throw away what was typed ahead, also what is on its way to us."""
        self.typed.clear()
        self._drop_rested = self._resting

    def _listen(self) -> None:
        self._rest_timer = None
        if self._transport is not None and not self._transport.is_closing():
            self._resting = True
            self._transport.write(f"WAIT FOR DIGIT {REST_MS}\n".encode())

    def _rested(self, reply: AgiReply) -> None:
        """The reply to the listening: a key, its time over, ended by our next command, or the caller gone."""
        self._resting = False
        if reply.code != 200 or reply.result < 0:
            self.hung_up = True
        elif reply.key is not None and not self._drop_rested:
            self.typed.append(reply.key)
        self._drop_rested = False
        if self._waiter is None and not self.hung_up:
            if reply.key is not None:
                self._listen()  # more will follow
            else:
                self.rest()

    async def _end_rest(self) -> None:
        """Until Asterisk is ready for a command: it has answered the listening and all that we ended it with."""
        self._rest_over = self._loop.create_future()
        self._nudge()
        try:
            await self._rest_over
        finally:
            self._rest_over = None
            if self._nudge_timer is not None:
                self._nudge_timer.cancel()
                self._nudge_timer = None
        if self.hung_up:
            raise Hangup

    def _nudge(self) -> None:
        self._nudge_timer = None
        if self._resting and self._transport is not None and not self._transport.is_closing():
            self._nudges += 1
            self._transport.write(b"NOOP\n")
            self._nudge_timer = self._loop.call_later(NUDGE_S, self._nudge)

    def _nudged(self, reply: AgiReply) -> None:
        self._nudges -= 1
        if reply.code == 511:
            self.hung_up = True
        if self._nudges == 0 and self._rest_over is not None and not self._rest_over.done():
            self._rest_over.set_result(None)
