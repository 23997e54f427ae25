"""The manager connection: login, events, actions with a limit, loss and return."""

import asyncio
import time

import pytest
import structlog
from fake_manager import SECRET, ManagerServer

from ivr.asterisk import ami as ami_module
from ivr.asterisk.ami import Ami
from ivr.errors import AmiError
from ivr.settings import Ami as AmiSettings


@pytest.fixture
async def server():
    server = await ManagerServer().start()
    yield server
    await server.stop()


@pytest.fixture
async def connect(monkeypatch):
    """``ami = await connect(server)``; pauses are short here."""
    monkeypatch.setattr(ami_module, "FIRST_PAUSE_S", 0.05)
    opened = []

    async def start(server: ManagerServer, secret: str = SECRET, limit: float = 1.0) -> Ami:
        ami = Ami(AmiSettings(port=server.port, action_seconds=limit), secret)
        opened.append(ami)
        await ami.start()
        return ami

    yield start
    for ami in opened:
        await ami.close()


async def test_login_and_an_action(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    server.variables["MEMBERINTERFACE"] = "PJSIP/operator1"
    reply = await ami.action("Getvar", Channel="PJSIP/x", Variable="MEMBERINTERFACE")
    assert reply["value"] == "PJSIP/operator1"
    assert ami.state.connected_since is not None
    assert ami.state.last_error == ""
    assert ami.state.attempts == 0
    assert server.actions[0]["Events"] == "on"


async def test_an_answer_that_is_queued_is_an_answer(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    reply = await ami.action("Originate", Channel="PJSIP/x", Async="true", Timeout=30_000)
    assert reply["message"] == "Originate successfully queued"
    assert server.actions[-1]["Timeout"] == "30000"


async def test_a_refused_action(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    with pytest.raises(AmiError, match="refused Command: Permission denied"):
        await ami.action("Command", Command="core stop now")


async def test_an_action_is_not_waited_for_longer_than_its_limit(server, connect) -> None:
    ami = await connect(server, limit=0.15)
    await ami.wait_connected(2)
    server.silent = True
    began = time.monotonic()
    with pytest.raises(AmiError, match=r"no answer to Getvar within 0\.15 s"):
        await ami.action("Getvar", Channel="x", Variable="y")
    assert time.monotonic() - began < 1


async def test_no_line_break_gets_into_an_action(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    before = len(server.actions)
    with pytest.raises(AmiError, match="line break"):
        await ami.action("Getvar", Channel="x\r\nAction: Originate", Variable="y")
    assert len(server.actions) == before


async def test_without_a_connection_an_action_fails_at_once(server, connect) -> None:
    await server.stop()
    ami = await connect(server)
    with pytest.raises(AmiError, match="not connected"):
        await ami.action("Ping")
    with pytest.raises(AmiError, match=r"within 0\.2 s"):
        await ami.wait_connected(0.2)
    assert ami.state.connected_since is None
    assert "refused" in ami.state.last_error.lower() or "connect" in ami.state.last_error.lower()
    assert ami.state.attempts >= 2
    await server.start()
    await ami.wait_connected(2)


@pytest.mark.parametrize("split", [0, 1, 5])
async def test_events_reach_their_listeners_however_they_are_cut(server, connect, split: int) -> None:
    ami = await connect(server)
    heard = []
    ami.on("UserEvent", heard.append)
    await ami.wait_connected(2)
    server.split = split
    await server.event(Event="Hangup", Uniqueid="1.1")
    await server.event(Event="UserEvent", UserEvent="IvrQueue", Name="Иванов Иван — дежурный")
    async with asyncio.timeout(2):
        while not heard:  # noqa: ASYNC110  # nothing tells when a callback was called
            await asyncio.sleep(0.005)
    assert [(event["userevent"], event["name"]) for event in heard] == [("IvrQueue", "Иванов Иван — дежурный")]


async def test_a_failing_listener_harms_nobody(server, connect) -> None:
    ami = await connect(server)
    heard = []

    def fail(event: object) -> None:
        raise KeyError("a bug")

    ami.on("Hangup", fail)
    ami.on("Hangup", heard.append)
    await ami.wait_connected(2)
    await server.event(Event="Hangup", Uniqueid="1.1")
    await ami.action("Originate", Channel="x")
    assert len(heard) == 1
    assert server.logins == 1


async def test_a_lost_connection_comes_back_and_open_actions_fail_and_are_not_repeated(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    server.silent = True
    action = asyncio.create_task(ami.action("Originate", Channel="PJSIP/x"))
    await server.until(lambda: server.actions[-1]["Action"] == "Originate")
    server.silent = False
    server.drop()
    with pytest.raises(AmiError, match="connection was lost"):
        await action
    await server.until(lambda: server.logins == 2)
    await ami.wait_connected(2)
    await ami.action("Getvar", Channel="x", Variable="y")
    assert [action["Action"] for action in server.actions].count("Originate") == 1


async def test_pauses_between_attempts_grow(server, connect, monkeypatch) -> None:
    await server.stop()
    monkeypatch.setattr(ami_module, "LONGEST_PAUSE_S", 0.2)
    with structlog.testing.capture_logs() as logs:
        await connect(server)
        async with asyncio.timeout(3):
            while len(logs) < 4:  # noqa: ASYNC110  # the log is all that tells
                await asyncio.sleep(0.01)
    assert [entry["next_in"] for entry in logs[:4]] == [0.1, 0.1, 0.2, 0.2]
    assert [entry["attempts"] for entry in logs[:4]] == [1, 2, 3, 4]


async def test_a_peer_that_falls_silent_is_left(server, connect, monkeypatch) -> None:
    monkeypatch.setattr(ami_module, "PING_EVERY_S", 0.1)
    ami = await connect(server, limit=0.15)
    await ami.wait_connected(2)
    server.silent = True
    async with asyncio.timeout(2):
        while ami.state.connected_since is not None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert "no answer to Ping" in ami.state.last_error or "no answer to Login" in ami.state.last_error


async def test_a_wrong_secret_is_said_and_told_to_nobody(server, connect, caplog) -> None:
    caplog.set_level(0)
    with structlog.testing.capture_logs() as logs:
        ami = await connect(server, secret="hunter2-wrong")
        with pytest.raises(AmiError, match="Authentication failed"):
            await ami.wait_connected(0.3)
        server.drop()
    assert "hunter2" not in str(logs) + caplog.text + repr(ami) + str(ami.state)
    assert server.logins == 0


async def test_closing_is_for_good(server, connect) -> None:
    ami = await connect(server)
    await ami.wait_connected(2)
    await ami.close()
    await asyncio.sleep(0.2)
    assert server.logins == 1
    with pytest.raises(AmiError):
        await ami.action("Ping")
