"""A small manager (AMI) server: banner, login, actions, events; it can drop, fall silent, and refuse."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

SECRET = "s3cret"


@dataclass
class ManagerServer:
    """Listens on a free port. ``gone``: channels that Getvar says do not exist."""

    port: int = 0
    logins: int = 0
    actions: list[dict[str, str]] = field(default_factory=list)
    silent: bool = False
    """Takes actions and answers nothing."""
    variables: dict[str, str] = field(default_factory=dict)
    gone: bool = False
    split: int = 0
    """Bytes per piece that messages are sent in; 0 = whole."""
    writers: list[asyncio.StreamWriter] = field(default_factory=list)
    _server: asyncio.Server | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def start(self) -> ManagerServer:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def stop(self) -> None:
        """Nobody listens any more, and those who were connected are not."""
        self._server.close()
        self.drop()
        await self._server.wait_closed()

    def drop(self) -> None:
        for writer in self.writers:
            writer.transport.abort()
        self.writers.clear()

    async def until(self, what) -> None:
        async with asyncio.timeout(3), self._news:
            await self._news.wait_for(what)

    async def event(self, **headers: str) -> None:
        for writer in self.writers:
            await self._send(writer, headers)

    async def _send(self, writer: asyncio.StreamWriter, headers: dict[str, str]) -> None:
        data = "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode() + b"\r\n"
        for start in range(0, len(data), self.split or len(data)):
            writer.write(data[start : start + (self.split or len(data))])
            await writer.drain()
            if self.split:
                await asyncio.sleep(0.0005)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/12.0.0\r\n")
        try:
            while True:
                block = (await reader.readuntil(b"\r\n\r\n")).decode()
                action = dict(line.split(": ", 1) for line in block.strip().split("\r\n"))
                self.actions.append(action)
                if not self.silent:
                    await self._answer(writer, action)
                async with self._news:
                    self._news.notify_all()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, action: dict[str, str]) -> None:
        reply = {"Response": "Success", "ActionID": action["ActionID"], "Message": "fine"}
        match action["Action"]:
            case "Login" if action["Secret"] != SECRET:
                reply |= {"Response": "Error", "Message": "Authentication failed"}
            case "Login":
                self.logins += 1
                self.writers.append(writer)
            case "Ping":
                reply |= {"Ping": "Pong"}
            case "Getvar" if self.gone:
                reply |= {"Response": "Error", "Message": "No such channel"}
            case "Getvar":
                reply |= {"Variable": action["Variable"], "Value": self.variables.get(action["Variable"], "")}
            case "Originate":
                reply |= {"Message": "Originate successfully queued"}
            case _:
                reply |= {"Response": "Error", "Message": "Permission denied"}
        await self._send(writer, reply)
        if action["Action"] == "Login" and reply["Response"] == "Success":
            await self._send(writer, {"Event": "FullyBooted", "Status": "Fully Booted"})
