"""The FastAGI port: its limits, what it refuses, and that nothing stops it."""

import asyncio
import contextlib
import time

import pytest
import structlog
import uvloop
from peer import Line, request_bytes

from ivr.asterisk.fastagi import AgiServer, AgiSession
from ivr.settings import Agi


async def greet(session: AgiSession) -> None:
    await session.stream_file("/sounds/short", "1", seconds=0.03)


async def connect(server: AgiServer):
    return await asyncio.open_connection("127.0.0.1", server.port)


async def closed_within(reader: asyncio.StreamReader, seconds: float) -> bytes:
    """What came before the connection was closed, which must be within ``seconds``."""
    async with asyncio.timeout(seconds):
        with contextlib.suppress(ConnectionResetError):
            return await reader.read()
    return b""


async def until_idle(server: AgiServer) -> None:
    async with asyncio.timeout(2):
        while server.calls:  # noqa: ASYNC110  # the server tells nobody when a connection ends
            await asyncio.sleep(0.005)


async def test_a_request_split_at_every_byte(serve) -> None:
    seen = []

    async def note(session: AgiSession) -> None:
        seen.append((session.request.path, session.request.arg(2)))

    server = await serve(note)
    data = request_bytes("hotline", ("", "88002200220"))
    for at in (*range(1, len(data), 23), len(data) - 2, len(data) - 1):
        reader, writer = await connect(server)
        writer.write(data[:at])
        await asyncio.sleep(0.001)
        writer.write(data[at:])
        assert await closed_within(reader, 1) == b""
        writer.close()
    assert set(seen) == {("hotline", "88002200220")}
    reader, writer = await connect(server)
    for byte in data:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert await closed_within(reader, 1) == b""
    writer.close()


async def test_the_header_has_a_deadline_also_for_one_who_sends_slowly(serve) -> None:
    server = await serve(greet, header_seconds=0.2)
    reader, writer = await connect(server)

    async def drip() -> None:
        with contextlib.suppress(ConnectionError):
            for byte in request_bytes():
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(0.02)

    dripping = asyncio.create_task(drip())
    began = time.monotonic()
    assert await closed_within(reader, 1) == b""
    assert 0.15 < time.monotonic() - began < 0.6
    dripping.cancel()
    assert server.counts["bad_requests"] == 1
    writer.close()


async def test_a_request_without_end_is_refused(serve) -> None:
    server = await serve(greet, header_bytes=1024)
    reader, writer = await connect(server)
    writer.write(b"agi_x: " + b"x" * 5000)
    await closed_within(reader, 1)
    assert server.counts["bad_requests"] == 1
    writer.close()


@pytest.mark.parametrize("garbage", [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n\n\n", b"\0" * 50 + b"\n\n", b"\n\n"])
async def test_garbage_is_refused_and_the_next_call_is_served(serve, call, garbage: bytes) -> None:
    server = await serve(greet)
    reader, writer = await connect(server)
    writer.write(garbage)
    await closed_within(reader, 1)
    writer.close()
    line = await call(server)
    await line.over()
    assert [name for name, _, _ in line.played] == ["short"]


async def test_more_connections_than_allowed_are_refused_at_once(serve, call) -> None:
    stay = asyncio.Event()

    async def hold(session: AgiSession) -> None:
        await session.wait_for_digit(0.01)
        await stay.wait()

    server = await serve(hold, connections=2)
    first, second = await call(server), await call(server)
    await first.until("WAIT")
    await second.until("WAIT")
    reader, writer = await connect(server)
    assert await closed_within(reader, 0.5) == b""
    writer.close()
    assert server.counts["refused_full"] == 1
    stay.set()
    await first.over()
    await second.over()
    await until_idle(server)
    third = await call(server)
    await third.until("WAIT")


async def test_strangers_are_refused(serve) -> None:
    server = await serve(greet, allow=("192.0.2.0/24", "::1"))
    reader, writer = await connect(server)
    writer.write(request_bytes())
    assert await closed_within(reader, 0.5) == b""
    writer.close()
    assert server.counts["refused_address"] == 1
    assert server.calls == 0


async def test_networks_may_be_allowed(serve, call) -> None:
    server = await serve(greet, allow=("127.0.0.0/8",))
    line = await call(server)
    await line.over()
    assert line.played


async def test_an_allow_list_that_is_none_is_an_error() -> None:
    with pytest.raises(ValueError, match="localhost"):
        await AgiServer.start(Agi(port=0, allow=("localhost",)), greet)


async def test_a_failing_call_costs_no_other(serve, call) -> None:
    async def fail(session: AgiSession) -> None:
        raise KeyError("a bug")

    server = await serve(fail)
    for _ in range(3):
        line = await call(server)
        await line.over()
    assert server.counts["failed"] == 3
    assert server.calls == 0


async def _storm(server: AgiServer, count: int) -> None:
    async def one(number: int) -> None:
        _, writer = await connect(server)
        if number % 3:
            writer.write(request_bytes()[: number % 200])
        if number % 2:
            writer.transport.abort()
        writer.close()

    for start in range(0, count, 50):
        await asyncio.gather(*(one(number) for number in range(start, min(start + 50, count))))


async def _beat(gaps: list[float]) -> None:
    while True:
        began = time.monotonic()
        await asyncio.sleep(0.01)
        gaps.append(time.monotonic() - began)


async def check_connect_and_close() -> None:
    """Six hundred peers that connect and close; meanwhile calls are served and the loop beats."""
    server = await AgiServer.start(Agi(port=0), greet)
    gaps: list[float] = []
    beating = asyncio.create_task(_beat(gaps))
    storm = asyncio.create_task(_storm(server, 600))
    served = 0
    while not storm.done() or served < 5:
        line = await Line.dial(server.port)
        await line.over()
        assert line.played
        served += 1
    await storm
    await until_idle(server)
    await asyncio.sleep(0.1)
    beating.cancel()
    assert len(gaps) >= 10
    assert max(gaps) < 0.5, "the loop stood still"
    before = time.process_time()
    await asyncio.sleep(0.2)
    assert time.process_time() - before < 0.1, "something spins"
    await server.close()
    assert len(asyncio.all_tasks()) == 1


async def test_connect_and_close_neither_blocks_nor_leaks() -> None:
    await check_connect_and_close()


def test_connect_and_close_neither_blocks_nor_leaks_on_uvloop() -> None:
    uvloop.run(check_connect_and_close())


async def test_refusals_are_not_logged_without_end(serve) -> None:
    server = await serve(greet, allow=())
    with structlog.testing.capture_logs() as logs:
        for _ in range(20):
            reader, writer = await connect(server)
            await closed_within(reader, 1)
            writer.close()
    assert len([entry for entry in logs if entry["event"] == "refused"]) == 1
    assert server.counts["refused_address"] == 20


async def test_a_stopping_server_lets_calls_go_on_and_takes_no_new_ones(serve, call) -> None:
    server = await serve(greet)
    line = await call(server, sounds={"short": 0.2})
    await line.until("STREAM")
    port = server.port
    await server.close(drain=5)
    assert line.played[0][2] == 1600
    with pytest.raises(OSError):  # noqa: PT011  # refused, whatever the system calls it
        await asyncio.open_connection("127.0.0.1", port)


async def test_what_outlives_the_drain_is_cancelled_and_left_to_asterisk(serve, call) -> None:
    ends = []

    async def endless(session: AgiSession) -> None:
        try:
            await session.wait_for_digit(60)
        except asyncio.CancelledError:
            ends.append("cancelled")
            raise

    server = await serve(endless)
    line = await call(server)
    await line.until("WAIT")
    await server.close(drain=0.05)
    await line.over()
    assert ends == ["cancelled"]
    assert server.calls == 0
