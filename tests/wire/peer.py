"""Asterisk's side of a FastAGI connection, over a real socket, behaving as 22.10 was seen to behave.

Keys pressed while no command runs are thrown away; ``WAIT FOR DIGIT`` ended by the next command brings ``result=1``;
``STREAM FILE`` ended by the next command brings no reply; a file that is not there brings -1; after a hang-up either
the connection is closed (``AGIEXITONHANGUP=yes``) or ``HANGUP`` is sent and commands bring 511.
"""

from __future__ import annotations

import asyncio
import contextlib
import shlex
from dataclasses import dataclass, field

from audio_side import AudioSide

HEADERS = """agi_network: yes
agi_network_script: {path}
agi_request: agi://127.0.0.1:4573/{path}
agi_channel: PJSIP/caller-0000002a
agi_language: en
agi_type: PJSIP
agi_uniqueid: 1795571772.1
agi_version: 22.10.1
agi_callerid: {caller}
agi_calleridname: unknown
agi_callingpres: {presentation}
agi_callingani2: 0
agi_callington: 0
agi_callingtns: 0
agi_dnid: unknown
agi_rdnis: unknown
agi_context: ivr-robot
agi_extension: robot
agi_priority: 3
agi_enhanced: 0.0
agi_accountcode:
agi_threadid: 139920467953344
"""
SAMPLES = 8000


def request_bytes(
    path: str = "hotline", args: tuple[str, ...] = (), *, caller="+74951234567", presentation="0"
) -> bytes:
    lines = HEADERS.format(path=path, caller=caller, presentation=presentation)
    return (lines + "".join(f"agi_arg_{n}: {arg}\n" for n, arg in enumerate(args, 1)) + "\n").encode()


@dataclass
class Line:
    """A caller's channel in AGI. ``sounds``: seconds by file name (without folder)."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    sounds: dict[str, float]
    exit_on_hangup: bool = True
    says_hangup: bool = True
    """Whether ``HANGUP`` is sent (``AGISIGHUP=yes``) when the connection stays open."""
    commands: list[str] = field(default_factory=list)
    played: list[tuple[str, int, int]] = field(default_factory=list)
    """File name, from, until (samples)."""
    variables: dict[str, str] = field(default_factory=dict)
    lost_keys: str = ""
    deaf_to: str = ""
    """A command whose reply never comes."""
    sound: AudioSide | None = None
    """What ``EXEC AudioSocket`` connects."""
    dead: bool = False
    _keys: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    _listening: bool = False
    _next: asyncio.Task[bytes] | None = None
    _gone: asyncio.Event = field(default_factory=asyncio.Event)
    _running: asyncio.Task[None] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @classmethod
    async def dial(
        cls,
        port,
        path="hotline",
        args=(),
        *,
        sounds=None,
        variables=None,
        exit_on_hangup=True,
        says_hangup=True,
        deaf_to="",
        sound=None,
        **details,
    ) -> Line:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_bytes(path, args, **details))
        line = cls(
            reader,
            writer,
            sounds or {"short": 0.03, "long": 20.0},
            exit_on_hangup,
            says_hangup,
            deaf_to=deaf_to,
            sound=sound,
        )
        line.variables.update(variables or {})
        line._running = asyncio.create_task(line._run())
        return line

    async def press(self, keys: str) -> None:
        for key in keys:
            if self._listening:
                self._keys.put_nowait(key)
                while not self._keys.empty():  # noqa: ASYNC110  # until the running command has taken it
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.01)  # no two keys are nearer to each other
            else:
                self.lost_keys += key

    def hang_up(self) -> None:
        self._gone.set()

    async def until(self, command: str, times: int = 1) -> None:
        """Until such a command has come (so often) and, if it listens for keys, is listening."""

        def come() -> bool:
            found = [i for i, sent in enumerate(self.commands) if sent.startswith(command)]
            return len(found) >= times and (found[times - 1] < len(self.commands) - 1 or not self._about_to_listen())

        async with asyncio.timeout(3), self._news:
            await self._news.wait_for(come)

    def _about_to_listen(self) -> bool:
        listens = self.commands[-1].startswith(("WAIT", "STREAM"))
        return listens and not (self._listening or self.dead or self.deaf_to)

    async def over(self) -> None:
        """Until the connection has been closed."""
        await asyncio.wait_for(asyncio.shield(self._running), 3)

    async def close(self) -> None:
        self._running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._running
        self.writer.close()

    async def _run(self) -> None:
        try:
            while not self.reader.at_eof():
                command = await self._read()
                if not command:
                    return
                text = command.decode().rstrip("\n")
                self.commands.append(text)
                await self._tell()
                if text.startswith(self.deaf_to or "\0"):
                    await asyncio.Event().wait()
                reply = await self._do(text)
                self._listening = False
                if reply:
                    self.writer.write(reply.encode() + b"\n")
                if self._gone.is_set() and self.exit_on_hangup:
                    return
                await self._tell()
        except ConnectionError:
            return
        finally:
            self.writer.close()

    async def _tell(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _read(self) -> bytes:
        """The next command; a caller who hangs up meanwhile is told of."""
        if self._next is None:
            self._next = asyncio.create_task(self.reader.readline())
        if not self.dead:
            gone = asyncio.create_task(self._gone.wait())
            await asyncio.wait({self._next, gone}, return_when=asyncio.FIRST_COMPLETED)
            gone.cancel()
            if self._gone.is_set():
                self.dead = True
                if self.exit_on_hangup:
                    self._next.cancel()
                    return b""
                if self.says_hangup:
                    self.writer.write(b"HANGUP\n")
        command, self._next = await self._next, None
        return command

    async def _do(self, command: str) -> str:
        match shlex.split(command):
            case ["SET", "VARIABLE", name, value] if not (name == "TIMEOUT(absolute)" and self.dead):
                self.variables[name.lstrip("_")] = value
                return "200 result=1"
            case ["GET", "VARIABLE", name]:
                return f"200 result=1 ({self.variables[name]})" if name in self.variables else "200 result=0"
            case ["NOOP"]:
                return "200 result=0"
            case _ if self.dead:
                return "511 Command Not Permitted on a dead channel or intercept routine"
            case ["STREAM", "FILE", path, keys, *offset]:
                return await self._stream(path.rpartition("/")[2], keys, int(offset[0]) if offset else 0)
            case ["WAIT", "FOR", "DIGIT", ms]:
                result = await self._listen(int(ms) / 1000, "0123456789*#")
                return f"200 result={ {None: 1, '': 0, '-1': -1}.get(result, ord(result[0]) if result else 0) }"
            case ["EXEC", "NoSuch", *_]:
                return "200 result=-2"
            case ["EXEC", "AudioSocket", where] if self.sound is not None:
                await self._on_audio(self.sound, where)
                return "200 result=-1" if self.dead or not self.sound.connects else "200 result=0"
            case ["EXEC", *_]:
                return "200 result=0"
            case ["STREAM", *_]:
                return (
                    "520-Invalid command syntax.  Proper usage follows:\nSend the given file\n520 End of proper usage."
                )
        return "510 Invalid or unknown command"

    async def _on_audio(self, sound: AudioSide, where: str) -> None:
        """In AudioSocket until the other side ends it or the caller hangs up."""
        over = asyncio.create_task(sound.run(where))
        gone = asyncio.create_task(self._gone.wait())
        await asyncio.wait({over, gone}, return_when=asyncio.FIRST_COMPLETED)
        self.dead = self.dead or gone.done()
        gone.cancel()
        if self.dead:
            await sound.close()
        await over

    async def _stream(self, name: str, keys: str, offset: int) -> str:
        if name not in self.sounds:
            return "200 result=-1 endpos=0"
        loop = asyncio.get_running_loop()
        began, left = loop.time(), self.sounds[name] - offset / SAMPLES
        result = await self._listen(left, keys)
        stopped = offset + int(min(loop.time() - began, left) * SAMPLES)
        self.played.append((name, offset, stopped))
        if result is None:
            return ""
        code = {"": 0, "-1": -1}.get(result, ord(result[0]) if result else 0)
        return f"200 result={code} endpos={stopped}"

    async def _listen(self, seconds: float, keys: str) -> str | None:
        """A key of ``keys``, «» when the time is over, «-1» for a hang-up, None when the next command came."""
        ends = asyncio.get_running_loop().time() + seconds
        self._listening = True
        await self._tell()
        self._next = self._next or asyncio.create_task(self.reader.readline())
        while True:
            key = asyncio.create_task(self._keys.get())
            gone = asyncio.create_task(self._gone.wait())
            left = ends - asyncio.get_running_loop().time()
            await asyncio.wait({key, gone, self._next}, timeout=max(left, 0), return_when=asyncio.FIRST_COMPLETED)
            for task in (key, gone):
                task.cancel()
            if key.done() and not key.cancelled():
                if key.result() in keys:
                    return key.result()
                self.lost_keys += key.result()
            elif self._gone.is_set():
                return "-1"
            elif self._next.done():
                return None
            else:
                return ""
