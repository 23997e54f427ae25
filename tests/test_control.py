"""The control socket, over a real Unix socket."""

import asyncio
import os
import socket
import stat
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ivr.call.model import Call
from ivr.control import Control, Controls, EngineAlreadyRunning
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning, ReloadRefused
from ivr.errors import DialplanError, IvrError, Problem
from ivr.live import LiveCall

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
PROBLEM = Problem("dialplans/hotline.yaml", 3, 5, "no such node: 'operatr'", "did you mean 'operator'?")


class Engine:
    """What a control socket asks, answered from memory."""

    def __init__(self) -> None:
        self.asked: list[str | None] = []
        self.stopped = 0
        call = LiveCall(Call("c1", "+79001231234", "88002200220", NOW, branch="46"), "plan-1", lambda: NOW)
        call.node, call.doing, call.where = "menu", "Ask", "/x/ivr/dialplan/nodes/menu.py:31"
        self.live = [call]

    @property
    def controls(self) -> Controls:
        return Controls(
            status=lambda: {"plan": "plan-1"},
            live=lambda: self.live,
            reload=self.reload,
            stop=self.stop,
            plans=lambda: {"live": "plan-1", "versions": []},
        )

    async def reload(self, version: str | None) -> Mapping[str, object]:
        self.asked.append(version)
        if version == "bad":
            raise DialplanError([PROBLEM])
        if version == "unknown":
            raise IvrError("there is no version unknown")
        return {"version": version or "plan-2", "before": "plan-1"}

    def stop(self) -> None:
        self.stopped += 1


async def ask(path: Path, what: str, *args: Any, **options: Any) -> Any:
    return await asyncio.to_thread(getattr(ControlClient(path, **options), what), *args)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "control.sock"


async def test_what_can_be_asked(path: Path) -> None:
    engine = Engine()
    control = await Control.start(path, engine.controls)
    try:
        status = await ask(path, "status")
        assert (status["plan"], status["pid"]) == ("plan-1", os.getpid())
        (call,) = await ask(path, "live")
        assert (call["id"], call["node"], call["verb"]) == ("c1", "menu", "Ask")
        assert call["caller"] == "+7***1234"
        assert call["where"].endswith("menu.py:31")
        assert (await ask(path, "plans"))["live"] == "plan-1"
        assert await ask(path, "reload") == {"version": "plan-2", "before": "plan-1"}
        assert (await ask(path, "reload", "plan-0"))["version"] == "plan-0"
        with pytest.raises(ReloadRefused) as refused:
            await ask(path, "reload", "bad")
        assert refused.value.problems == (PROBLEM,)
        with pytest.raises(ControlFailed, match="no version unknown"):
            await ask(path, "reload", "unknown")
        assert engine.asked == [None, "plan-0", "bad", "unknown"]
        await ask(path, "stop")
        assert engine.stopped == 1
    finally:
        await control.close()


async def test_only_the_user_may_open_it_and_closing_removes_it(path: Path) -> None:
    control = await Control.start(path, Engine().controls)
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600  # noqa: PTH116 - a look at a file in /tmp
    await control.close()
    await control.close()
    assert os.listdir(path.parent) == []  # noqa: PTH208
    with pytest.raises(EngineNotRunning):
        await ask(path, "status")


async def test_a_second_engine_is_refused_and_the_first_goes_on(path: Path) -> None:
    control = await Control.start(path, Engine().controls)
    with pytest.raises(EngineAlreadyRunning):
        await Control.start(path, Engine().controls)
    assert (await ask(path, "status"))["plan"] == "plan-1"
    await control.close()


async def test_a_dead_engines_socket_is_taken_over(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    with pytest.raises(EngineNotRunning):
        await ask(path, "status")
    control = await Control.start(path, Engine().controls)
    assert (await ask(path, "status"))["plan"] == "plan-1"
    await control.close()


async def test_paths_longer_than_the_kernel_takes(tmp_path: Path) -> None:
    path = tmp_path / ("long" * 30) / "run" / "control.sock"
    control = await Control.start(path, Engine().controls)
    assert (await ask(path, "status"))["plan"] == "plan-1"
    with pytest.raises(EngineAlreadyRunning):
        await Control.start(path, Engine().controls)
    await control.close()
    assert not path.exists()


@pytest.mark.parametrize("body", ["[]", "nonsense", '{"to": 5}', "3"])
async def test_nonsense_is_refused(path: Path, body: str) -> None:
    engine = Engine()
    control = await Control.start(path, engine.controls)
    reader, writer = await asyncio.open_unix_connection(str(path))
    writer.write(f"POST /reload HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    assert b" 400 " in await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    await writer.wait_closed()
    assert engine.asked == []
    await control.close()


async def test_an_engine_that_does_not_answer_is_not_waited_for(path: Path) -> None:
    path.parent.mkdir()
    server = await asyncio.start_unix_server(lambda reader, writer: asyncio.sleep(30), str(path))
    with pytest.raises(ControlFailed, match=r"within 0\.1 s"):
        await ask(path, "status", answer_seconds=0.1)
    server.close()


async def test_an_engine_that_talks_nonsense(path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        writer.close()

    path.parent.mkdir()
    server = await asyncio.start_unix_server(talk, str(path))
    with pytest.raises(ControlFailed, match="no JSON"):
        await ask(path, "status")
    server.close()
