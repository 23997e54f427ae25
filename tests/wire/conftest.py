"""An AGI port of ours, and an Asterisk that calls it."""

from collections.abc import AsyncIterator, Callable

import pytest
from peer import Line

from ivr.asterisk.fastagi import AgiServer, OnSession
from ivr.settings import Agi


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., object]]:
    """Start an AGI port: ``server = await serve(on_session, connections=2, …)``."""
    servers = []

    async def start(on_session: OnSession, **limits: object) -> AgiServer:
        server = await AgiServer.start(Agi(**{"port": 0, **limits}), on_session)
        servers.append(server)
        return server

    yield start
    for server in servers:
        await server.close()


@pytest.fixture
async def call() -> AsyncIterator[Callable[..., object]]:
    """Let Asterisk call a port: ``line = await call(server, "hotline")``."""
    lines = []

    async def dial(server: AgiServer, path: str = "hotline", *args: str, **details: object) -> Line:
        line = await Line.dial(server.port, path, args, **details)
        lines.append(line)
        return line

    yield dial
    for line in lines:
        await line.close()
