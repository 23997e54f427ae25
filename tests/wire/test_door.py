"""From Asterisk's request to a call: who calls, what was dialled, and who is not let in."""

import asyncio
from datetime import UTC, datetime

import pytest
import structlog
from peer import Line

from ivr.asterisk.door import Arrival, serve_agi
from ivr.asterisk.fastagi import AgiSession
from ivr.asterisk.transfers import Transfers
from ivr.settings import Agi

NOW = datetime(2026, 11, 25, 2, 7, 4, tzinfo=UTC)


@pytest.fixture
async def arrive():
    """``arrival, line = await arrive("hotline", …)``; ``None`` when nobody was let in."""
    arrivals: list[Arrival] = []

    async def hold(arrival: Arrival, session: AgiSession) -> None:
        arrivals.append(arrival)
        structlog.get_logger().info("held")

    server = await serve_agi(Agi(port=0), transfers=Transfers(), clock=lambda: NOW, hold=hold)

    async def dial(path: str, *args: str, **details: str) -> tuple[Arrival | None, Line]:
        line = await Line.dial(server.port, path, args, **details)
        await line.over()
        return (arrivals.pop() if arrivals else None), line

    yield dial
    await server.close()


async def test_the_facts_of_a_call(arrive) -> None:
    arrival, line = await arrive("hotline", "", "88002200220", "84712345678", "allowed_not_screened", "")
    assert arrival.kind == "hotline"
    call = arrival.call
    assert (call.caller, call.dialled, call.diversion) == ("+74951234567", "88002200220", "84712345678")
    assert (call.started_at, call.direction, call.branch) == (NOW, "in", None)
    assert call.id.startswith("261125-020704-")
    assert line.variables == {"TIMEOUT(absolute)": "0"}, "the first command lifts Asterisk's guard"


async def test_every_call_has_an_id_of_its_own(arrive) -> None:
    ids = {(await arrive("hotline"))[0].call.id for _ in range(20)}
    assert len(ids) == 20


async def test_a_hidden_number_and_no_diversion(arrive) -> None:
    arrival, _ = await arrive("hotline", "", "88002200220", "", "prohib_passed_screen", "")
    assert (arrival.call.caller, arrival.call.diversion) == (None, None)
    arrival, _ = await arrive("hotline", caller="anonymous")
    assert arrival.call.caller is None
    arrival, _ = await arrive("hotline", presentation="35")
    assert arrival.call.caller is None


async def test_the_draft_is_another_kind(arrive) -> None:
    arrival, _ = await arrive("draft", "", "88002200220")
    assert arrival.kind == "draft"


@pytest.mark.parametrize("path", ["", "hot", "HOTLINE", "../hotline", "outbound", "hotline/x"])
async def test_a_path_that_we_do_not_have_is_closed_at_once(arrive, path: str) -> None:
    arrival, line = await arrive(path)
    assert arrival is None
    assert line.commands == []


async def test_log_lines_carry_the_call_and_no_phone(arrive) -> None:
    with structlog.testing.capture_logs(processors=[structlog.contextvars.merge_contextvars]) as logs:
        arrival, _ = await arrive("hotline", "", "88002200220")
    assert [entry["call"] for entry in logs] == [arrival.call.id] * 2
    assert logs[0]["caller"] == "+7***4567"
    assert "4951234567" not in str(logs)
    await asyncio.sleep(0)
    assert "call" not in structlog.contextvars.get_contextvars(), "one call's id does not stick to the next"
