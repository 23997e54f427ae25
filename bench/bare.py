"""The least that a menu over AGI can cost in Python: a protocol that sends the same commands and knows nothing.

No plan, no script, no register, no record, no limits, no keys typed ahead. It shows which part of the engine's price is
AGI's own. Started by the bench as a process: ``python -m bench.bare PORT FILE.json``.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import cast

import uvloop


class Menu(asyncio.Protocol):
    """One call: greeting, menu, the caller's sentence, the offer."""

    def __init__(self, sounds: dict[str, str]) -> None:
        self._sounds = sounds
        self._buffer = b""
        self._transport: asyncio.Transport | None = None
        self._commands: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._commands:
            if not self._buffer.endswith(b"\n\n"):
                return
            caller = self._buffer.partition(b"agi_callerid: ")[2].partition(b"\n")[0].decode()
            names = ("greeting", "menu_main", caller, "outage_offer_sms")
            self._commands = [f'STREAM FILE "{self._sounds[name]}" "0123456789*#"' for name in names]
            self._commands = ['SET VARIABLE TIMEOUT(absolute) "0"', *self._commands, 'SET VARIABLE IVR_STAGE "hangup"']
        elif not self._buffer.endswith(b"\n"):
            return
        self._buffer = b""
        if len(self._commands) == 1:
            self._transport.close()  # type: ignore[union-attr]
            return
        self._transport.write(self._commands.pop(0).encode() + b"\n")  # type: ignore[union-attr]


async def serve(port: int, sounds: dict[str, str]) -> None:
    """Answer until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Menu(sounds), "127.0.0.1", port, backlog=1024)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text(encoding="utf-8"))))
