"""The SMS gateways: the log's file, and HTTP against a service that misbehaves."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from ivr.call.model import TRIAL
from ivr.errors import SettingsError, SmsFailed
from ivr.ports import TextMessage
from ivr.settings import load_settings
from ivr.sms import make_gateways
from ivr.sms.http import HttpGateway
from ivr.sms.log import LogGateway

MESSAGE = TextMessage("id-1", "+79001231234", "Светлая линия: ул. Ленина, 5. Свет дадут к 18:00 25.11.")


@dataclass
class Service:
    """Answers the next of ``answers`` to each message: a status, or something worse; at last 200."""

    answers: list[int | Callable[[web.Request], Awaitable[web.StreamResponse]]] = field(default_factory=list)
    asked: list[tuple[dict[str, str], dict[str, Any]]] = field(default_factory=list)
    url: str = ""

    async def take(self, request: web.Request) -> web.StreamResponse:
        body = await (request.json() if request.content_type == "application/json" else request.post())
        self.asked.append((dict(request.headers), dict(body)))
        answer = self.answers.pop(0) if self.answers else 200
        return web.Response(status=answer) if isinstance(answer, int) else await answer(request)


async def hang(request: web.Request) -> web.StreamResponse:
    await asyncio.sleep(60)
    raise AssertionError("nobody waits so long")


async def close(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def elsewhere(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound("/elsewhere")


@asynccontextmanager
async def serving(*answers: Any) -> AsyncIterator[Service]:
    service = Service(list(answers))
    app = web.Application()
    app.router.add_post("/sms", service.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    service.url = f"http://127.0.0.1:{runner.addresses[0][1]}/sms"
    try:
        yield service
    finally:
        await runner.cleanup()


def gateway(service: Service, tmp_path: Path, **options: Any) -> HttpGateway:
    return HttpGateway(service.url, secret_file=tmp_path / "sms", **options)


async def test_a_message_is_posted_with_its_id_and_the_token(tmp_path: Path) -> None:
    (tmp_path / "sms").write_text("s3cret\n")
    async with serving() as service:
        await gateway(service, tmp_path, sender="Svetlaya").send(MESSAGE)
    ((headers, body),) = service.asked
    assert headers["Authorization"] == "Bearer s3cret"
    assert headers["Idempotency-Key"] == "id-1"
    assert body == {"id": "id-1", "to": MESSAGE.phone, "text": MESSAGE.text, "from": "Svetlaya"}


async def test_a_form_and_no_token(tmp_path: Path) -> None:
    async with serving() as service:
        await gateway(service, tmp_path, format="form").send(MESSAGE)
    ((headers, body),) = service.asked
    assert "Authorization" not in headers
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert body == {"id": "id-1", "to": MESSAGE.phone, "text": MESSAGE.text}


@pytest.mark.parametrize("trouble", [500, 503, 429, close], ids=str)
async def test_trouble_that_passes_is_tried_again_with_the_same_id(tmp_path: Path, trouble: Any) -> None:
    async with serving(trouble, trouble) as service:
        await gateway(service, tmp_path).send(MESSAGE)
    assert [headers["Idempotency-Key"] for headers, _ in service.asked] == ["id-1"] * 3


async def test_a_service_that_hangs_once_leaves_time_for_another_try(tmp_path: Path) -> None:
    async with serving(hang) as service:
        await gateway(service, tmp_path, seconds=1.5).send(MESSAGE)
    assert len(service.asked) == 2


async def test_one_that_takes_nothing_is_given_up_in_time(tmp_path: Path) -> None:
    began = asyncio.get_running_loop().time()
    async with serving(hang, hang, hang) as service:
        with pytest.raises(SmsFailed, match=r"not taken within 0\.6 s \(no answer within 0\.2 s\)") as failed:
            await gateway(service, tmp_path, seconds=0.6).send(MESSAGE)
    assert failed.value.retryable
    assert asyncio.get_running_loop().time() - began < 3
    async with serving(500, 500, 500) as service:
        with pytest.raises(SmsFailed, match=r"not taken in 3 tries \(HTTP 500\)"):
            await gateway(service, tmp_path).send(MESSAGE)
    assert len(service.asked) == 3


async def test_a_duplicate_is_one_that_was_taken(tmp_path: Path) -> None:
    """The first answer was lost: the service knows the id by now."""
    async with serving(close, 409) as service:
        await gateway(service, tmp_path).send(MESSAGE)
    assert len(service.asked) == 2


@pytest.mark.parametrize("refusal", [400, 401, 403, 404, 422, elsewhere], ids=str)
async def test_a_refusal_is_final(tmp_path: Path, refusal: Any) -> None:
    async with serving(refusal) as service:
        with pytest.raises(SmsFailed, match="refuses it: HTTP") as failed:
            await gateway(service, tmp_path).send(MESSAGE)
    assert not failed.value.retryable
    assert len(service.asked) == 1


async def test_nobody_there(tmp_path: Path) -> None:
    async with serving() as service:
        pass
    with pytest.raises(SmsFailed, match="not taken in 3 tries"):
        await gateway(service, tmp_path).send(MESSAGE)


async def test_a_token_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "sms").mkdir()
    async with serving() as service:
        with pytest.raises(SmsFailed, match="cannot be read"):
            await gateway(service, tmp_path).send(MESSAGE)
    assert service.asked == []


async def test_logs_hold_neither_number_nor_words(tmp_path: Path) -> None:
    with capture_logs() as told:
        async with serving(500) as service:
            await gateway(service, tmp_path).send(MESSAGE)
        await LogGateway(tmp_path / "outbox.jsonl").send(MESSAGE)
    assert len(told) == 3
    text = json.dumps(told, ensure_ascii=False)
    assert "+7***1234" in text
    assert "9001231234" not in text
    assert "Ленина" not in text


# ── the log ────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_log_gateway_writes_a_file_of_its_owner(tmp_path: Path) -> None:
    outbox = tmp_path / "var" / "sms" / "outbox.jsonl"
    log = LogGateway(outbox, sender="Svetlaya")
    await log.send(MESSAGE)
    await log.send(MESSAGE)
    await log.send(TextMessage("id-2", "+79007654321", "Второе."))
    lines = [json.loads(line) for line in outbox.read_text("utf-8").splitlines()]
    assert [(line["id"], line["to"], line["from"]) for line in lines] == [
        ("id-1", MESSAGE.phone, "Svetlaya"),
        ("id-2", "+79007654321", "Svetlaya"),
    ]
    assert lines[0]["text"] == MESSAGE.text
    assert outbox.stat().st_mode & 0o777 == 0o600
    assert outbox.parent.stat().st_mode & 0o077 == 0


async def test_a_file_that_cannot_be_written_is_said_and_may_be_tried_again(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox.jsonl"
    outbox.mkdir()
    log = LogGateway(outbox)
    with pytest.raises(SmsFailed, match=re.escape(str(outbox))):
        await log.send(MESSAGE)
    outbox.rmdir()
    await log.send(MESSAGE)
    assert outbox.read_text("utf-8").count("\n") == 1


# ── settings ───────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_settings_choose(tmp_path: Path) -> None:
    (tmp_path / "ivr.toml").write_text("")
    log = make_gateways(load_settings(tmp_path, {}))
    assert isinstance(log.of("c1"), LogGateway)
    (tmp_path / "ivr.toml").write_text('[sms]\ngateway = "http"\nurl = "https://sms.local/send"\n')
    http = make_gateways(load_settings(tmp_path, {}))
    assert isinstance(http.of("c1"), HttpGateway)
    assert isinstance(http.of(f"{TRIAL}c1"), LogGateway)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('gateway = "http"', 'gateway = "http" needs a url'),
        ('url = "sms.local"', "is no address of a web service"),
        ('gateway = "fax"', "sms.gateway: must be"),
        ("seconds = 60", "sms.seconds: must be 7.5 or less"),
        ('sender_name = "x"', "unknown setting sms.sender_name"),
    ],
)
def test_mistakes_in_the_settings_are_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "ivr.toml").write_text(f"[sms]\n{text}\n")
    with pytest.raises(SettingsError, match=re.escape(problem)) as error:
        load_settings(tmp_path, {})
    assert error.value.problems[0].line > 0
