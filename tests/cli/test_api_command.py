"""``ivr api``, and the API as the engine starts it: settings, audit, webhooks."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
from pathlib import Path

import aiohttp
import pytest
from click.testing import CliRunner, Result

from ivr import app
from ivr.app_grid import way_in
from ivr.cli import main
from ivr.errors import SettingsError
from ivr.settings import Settings, load_settings
from outage_feed.api import events
from outage_feed.api.webhooks import signature
from tests.feeds.test_webhooks import until


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("[api]\non = true\nport = 0\n", encoding="utf-8")
    with app.open_house(load_settings(tmp_path, {})):
        pass
    return tmp_path


def run(home: Path, *words: str, code: int = 0) -> Result:
    arguments = ["api", *words] if words == ("openapi",) else ["api", *words, "--home", str(home)]
    result = CliRunner().invoke(main, arguments, env={"COLUMNS": "160"})
    assert result.exit_code == code, result.output
    return result


def audit(home: Path) -> list[tuple[str, str, str]]:
    with app.open_house(load_settings(home, {})) as house:
        return [(read.who, read.command, read.subject) for read in house.store.audit.latest()][::-1]


def test_tokens_are_made_listed_and_revoked(home: Path) -> None:
    made = run(home, "token", "add", "scada", "--scope", "write")
    text = made.stdout.strip()
    assert text.startswith("ivr_")
    assert "not shown again" in made.stderr
    assert "there is a token «scada» already" in run(home, "token", "add", "scada", code=1).stderr
    assert "no name for a token" in run(home, "token", "add", "Нет", code=1).stderr
    listed = run(home, "token", "list").stdout
    assert "scada" in listed
    assert text not in listed + run(home, "token", "list", "--json").stdout
    run(home, "token", "revoke", "scada")
    assert "no token «scada» that holds" in run(home, "token", "revoke", "scada", code=1).stderr
    assert [(what, subject) for _, what, subject in audit(home)] == [
        ("api token add", "scada"), ("api token add", "scada"), ("api token add", "Нет"),
        ("api token revoke", "scada"), ("api token revoke", "scada"),
    ]  # fmt: skip


def test_the_document_is_printed(home: Path) -> None:
    assert json.loads(run(home, "openapi").stdout)["openapi"] == "3.1.0"


def settings(home: Path, **environ: str) -> Settings:
    return load_settings(home, environ)


async def test_the_engine_s_api_writes_down_who_pushed(home: Path) -> None:
    token = json.loads(run(home, "token", "add", "scada", "--scope", "write", "--json").stdout)["token"]
    known = settings(home)
    with app.open_house(known) as house:
        async with (
            way_in(known, house.grid, house.store.audit, house.clock) as api,
            aiohttp.ClientSession(headers={"Authorization": f"Bearer {token}"}) as session,
        ):
            assert api is not None
            async with session.post(f"http://127.0.0.1:{api.port}/v1/outages", json={"outages": []}) as response:
                assert response.status == 200
    assert audit(home)[-1] == ("token scada", "api push", "api-scada")
    assert "api-scada" in CliRunner().invoke(main, ["outages", "feeds", "--home", str(home)]).stdout


async def test_off_it_does_not_listen(home: Path) -> None:
    known = settings(home, IVR_API__ON="false")
    with app.open_house(known) as house:
        async with way_in(known, house.grid, house.store.audit, house.clock) as api:
            assert api is None
    assert not known.webhook_secret_file.exists()


async def test_a_port_that_is_taken_keeps_no_call_from_being_answered(home: Path) -> None:
    with contextlib.closing(socket.socket()) as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen(1)
        known = settings(home, IVR_API__PORT=str(holder.getsockname()[1]))
        with app.open_house(known) as house:
            async with way_in(known, house.grid, house.store.audit, house.clock) as api:
                assert api is None


async def test_webhooks_of_the_settings_are_told_and_shown(home: Path) -> None:
    heard: asyncio.Queue[bool] = asyncio.Queue()

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if line)
        body = await reader.readexactly(int(headers["Content-Length"]))
        secret = settings(home).webhook_secret_file.read_text().strip()
        heard.put_nowait(headers["X-Ivr-Signature"] == signature(secret, headers["X-Ivr-Timestamp"], body))
        writer.write(b"HTTP/1.1 500 no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(hear, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    toml = f'[api]\non = true\nport = 0\nwebhooks = ["{url}"]\n'
    (home / "ivr.toml").write_text(toml, encoding="utf-8")
    known = settings(home)
    async with server:
        with app.open_house(known) as house:
            events.told(house.grid, url)
            arguments = ["outages", "add", "--region", "36", "--place", "с. Бабяково", "--whole", "--home", str(home)]
            assert CliRunner().invoke(main, arguments).exit_code == 0
            async with way_in(known, house.grid, house.store.audit, house.clock):
                assert await asyncio.wait_for(heard.get(), 10)
                await until(lambda: events.told(house.grid, url).failures)
    assert "answered 500" in run(home, "webhooks", code=1).stdout
    (state,) = json.loads(run(home, "webhooks", "--json", code=1).stdout)
    assert (state["waiting"], state["failures"]) == (1, 1)


@pytest.mark.parametrize(
    ("toml", "what"),
    [
        ('[api]\nallow = ["everybody"]', "no address or network"),
        ('[api]\nwebhooks = ["ftp://x"]', "no address of a web service"),
        ("[api]\nprot = 1", "did you mean 'port'"),
        ("[trouble]\ncalls = 1", "must be 2 or more"),
    ],
)
def test_mistakes_in_the_settings_are_named(tmp_path: Path, toml: str, what: str) -> None:
    (tmp_path / "ivr.toml").write_text(toml, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path, {})
    assert what in str(caught.value.problems[0])


def test_a_feed_may_not_take_the_api_s_name(tmp_path: Path) -> None:
    feed = '[[feed]]\nname = "api-scada"\nformat = "json"\nurl = "file:x.json"\n'
    (tmp_path / "ivr.toml").write_text(feed, encoding="utf-8")
    problems = [str(problem) for problem in app.settings_problems(load_settings(tmp_path, {}))]
    assert any("come" in problem and "through the API" in problem for problem in problems), problems
