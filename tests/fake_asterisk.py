"""The Asterisk side of one call over real loopback sockets: FastAGI as Asterisk 22 speaks it, and the news of queues.

The caller does what the lines of a conversation say. Nothing takes time: a sound is over when it is asked for, a wait
for a key that nobody presses ends at once.
"""

import asyncio
import re
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ivr.call.model import Prompt
from ivr.channels.scenario import HangsUp, IsSilent, Line, NobodyAnswers, OperatorTalks, Presses, RobotSays
from ivr.ports import Clip

REST_MS = "30000"
"""So long the engine listens when it asks for nothing: that wait ends with its next command."""


@dataclass
class WordsVoice:
    """A clip for every prompt, whose file name leads back to its words. Nothing is rendered."""

    words: Callable[[Prompt], str]
    files: dict[str, str] = field(default_factory=dict)

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        text = self.words(prompt)
        path = Path("/sounds") / f"{len(self.files)}-{prompt.name}.wav"
        self.files[str(path.with_suffix(""))] = text
        return Clip(path, text, 1.0)


@dataclass
class FakeAmi:
    """As much of ``ivr.asterisk.ami.Ami`` as transfers need: events reach those who asked for them."""

    listeners: dict[str, list[Callable[[Mapping[str, str]], None]]] = field(default_factory=dict)

    def on(self, event: str, callback: Callable[[Mapping[str, str]], None]) -> None:
        self.listeners.setdefault(event, []).append(callback)

    def tell(self, call_id: str, step: str) -> None:
        event = {"event": "UserEvent", "userevent": "IvrQueue", "step": step, "ivrcall": call_id}
        for callback in self.listeners.get("UserEvent", []):
            callback(event)

    async def action(self, name: str, **fields: str) -> Mapping[str, str]:
        return {}


class Strayed(AssertionError):
    """The call does not go as its lines say."""


@dataclass
class FakeAsterisk:
    """One call of a caller who does what ``lines`` say. ``files`` leads from sounds to their words."""

    port: int
    ami: FakeAmi
    files: Mapping[str, str]
    lines: tuple[Line, ...]
    variables: dict[str, str] = field(default_factory=dict)
    at: int = 0
    typed: deque[str] = field(default_factory=deque)
    gone: bool = False
    heard: list[str] = field(default_factory=list)

    async def call(self, caller: str | None, dialled: str, diversion: str | None) -> str:
        """Hold the call to its end, and tell it: ``hangup`` by the engine, ``cut`` by the caller in the middle of what
        was said, ``left`` by the caller in the queue, ``talked`` with an operator. Raises Strayed."""
        args = ["", dialled, diversion or "", "prohib_not_screened" if caller is None else "allowed", ""]
        number = "unknown" if caller is None else caller.removeprefix("+")
        path = "hotline"
        while True:
            await self._agi(path, number, args)
            if self.gone:
                return self._over("cut")
            match self.variables.pop("IVR_STAGE", ""):
                case "hangup":
                    return self._over("hangup")
                case "transfer":
                    ended = self._queue()
                    if ended:
                        return self._over(ended)
                    path, args = "resume", [self.variables["IVR_CALL"], *args[1:4], "TIMEOUT"]
                case stage:
                    raise Strayed(f"{self._where()}the engine left the call with the stage {stage!r}")

    def _over(self, how: str) -> str:
        if self.at < len(self.lines):
            raise Strayed(f"{self._where()}the call is over ({how}) before its end: {self.lines[self.at]}")
        return how

    def _queue(self) -> str:
        """What becomes of the caller in the queue; empty when nobody answers."""
        call_id = self.variables["IVR_CALL"]
        self.ami.tell(call_id, "entered")
        line = self.lines[self.at] if self.at < len(self.lines) else None
        self.at += 1
        match line:
            case OperatorTalks():
                self.ami.tell(call_id, "answered")
                self.ami.tell(call_id, "finished")
                return "talked"
            case NobodyAnswers():
                self.ami.tell(call_id, "unanswered")
                return ""
            case HangsUp(in_queue=True):
                self.ami.tell(call_id, "left")
                return "left"
        self.at -= 1
        raise Strayed(f"{self._where()}the caller is in the queue, but the lines say {line}")

    async def _agi(self, path: str, number: str, args: list[str]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        headers = {
            "agi_network": "yes",
            "agi_network_script": path,
            "agi_request": f"agi://127.0.0.1:{self.port}/{path}",
            "agi_channel": "PJSIP/test-00000001",
            "agi_uniqueid": "1.1",
            "agi_callerid": number,
            "agi_extension": "s",
            **{f"agi_arg_{index}": value for index, value in enumerate(args, 1)},
        }
        writer.write("".join(f"{name}: {value}\n" for name, value in headers.items()).encode() + b"\n")
        try:
            await self._serve(reader, lambda reply: self._send(writer, reply))
        finally:
            writer.close()
            await writer.wait_closed()

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, reply: str) -> None:
        writer.write(reply.encode() + b"\n")
        await writer.drain()

    async def _serve(self, reader: asyncio.StreamReader, send: Callable[[str], Awaitable[None]]) -> None:
        resting = False
        while line := (await reader.readline()).decode().rstrip("\n"):
            if resting:
                resting = False
                await send("200 result=1")  # the wait is ended by the command
            command = line.partition(" ")[0]
            if line == f"WAIT FOR DIGIT {REST_MS}" and not self.typed:
                resting = True
                continue
            if command == "STREAM":
                reply = self._stream(*_words(line)[2:])
            elif command == "WAIT":
                reply = self._wait()
            elif command == "SET":
                _, _, name, value = _words(line)
                self.variables[name] = value
                reply = "200 result=1"
            elif command == "NOOP":
                reply = "200 result=0"
            else:
                raise Strayed(f"an unknown command: {line}")
            if reply is None:
                self.gone = True  # AGIEXITONHANGUP=yes: Asterisk closes the connection
                return
            await send(reply)

    def _stream(self, name: str, keys: str, offset: str = "0") -> str | None:
        if offset == "0":
            said = self.files[name]
            self.heard.append(said)
            line = self.lines[self.at] if self.at < len(self.lines) else None
            if not isinstance(line, RobotSays) or line.words != said:
                raise Strayed(f"{self._where()}the robot says\n  {said}\nbut the lines say {line}")
            self.at += 1
        match self.lines[self.at] if self.at < len(self.lines) else None:
            case Presses(keys=pressed):
                self.at += 1
                self.typed.extend(pressed)
            case HangsUp(in_queue=False):
                self.at += 1
                return None
        if self.typed and self.typed[0] in keys:
            return f"200 result={ord(self.typed.popleft())} endpos=4000"
        return "200 result=0 endpos=8000"

    def _wait(self) -> str | None:
        if self.typed:
            return f"200 result={ord(self.typed.popleft())}"
        match self.lines[self.at] if self.at < len(self.lines) else None:
            case IsSilent():
                self.at += 1
            case HangsUp(in_queue=False):
                self.at += 1
                return None
        return "200 result=0"

    def _where(self) -> str:
        line = self.lines[min(self.at, len(self.lines) - 1)].line
        return f"line {line}: " if line else ""


def _words(line: str) -> list[str]:
    """A command's words; what stands in quotes is one of them."""
    return [quoted if quoted or bare == "" else bare for quoted, bare in re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)]
