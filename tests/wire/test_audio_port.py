"""The AudioSocket port: who may connect, what goes out to the fiftieth of a second, and how lines end."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from ivr.asterisk.audio_server import AudioServer
from ivr.asterisk.audiosocket import FRAME_BYTES, SILENCE, Kind, encode

LOOPBACK = ("127.0.0.0/8",)


@pytest.fixture
async def port() -> AsyncIterator[AudioServer]:
    server = await AudioServer.start("127.0.0.1", 0, allow=LOOPBACK, connections=2)
    yield server
    await server.close()


async def connect(server: AudioServer) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", server.port)


async def is_refused(reader: asyncio.StreamReader) -> bool:
    try:
        return await asyncio.wait_for(reader.read(1), 2) == b""
    except ConnectionError:
        return True


async def test_a_uuid_that_nobody_expects_is_refused(port: AudioServer) -> None:
    reader, writer = await connect(port)
    writer.write(encode(Kind.UUID, uuid4().bytes))
    assert await is_refused(reader)
    assert (port.counts.refused, port.calls) == (1, 0)


async def test_a_uuid_is_good_for_one_connection(port: AudioServer) -> None:
    with port.expect() as (call, coming):
        _, writer = await connect(port)
        writer.write(encode(Kind.UUID, call.bytes))
        await asyncio.wait_for(coming, 2)
        again, other = await connect(port)
        other.write(encode(Kind.UUID, call.bytes))
        assert await is_refused(again)
    assert port.calls == 1


async def test_no_more_than_so_many_connections(port: AudioServer) -> None:
    held = [await connect(port) for _ in range(2)]
    reader, _ = await connect(port)
    assert await is_refused(reader)
    assert port.counts.accepted == len(held)


async def test_an_address_that_is_not_allowed() -> None:
    server = await AudioServer.start("127.0.0.1", 0, allow=("192.0.2.0/24",), connections=2)
    reader, _ = await connect(server)
    assert await is_refused(reader)
    await server.close()


@pytest.mark.parametrize("nonsense", [b"GET / HTTP/1.1\r\n\r\n", encode(Kind.AUDIO, bytes(320)), b"\x01\x00\x02ab"])
async def test_nonsense_is_refused(port: AudioServer, nonsense: bytes) -> None:
    reader, writer = await connect(port)
    writer.write(nonsense)
    assert await is_refused(reader)
    assert port.calls == 0


async def test_whoever_says_nothing_is_refused(port: AudioServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ivr.asterisk.audio_server.FIRST_FRAME_S", 0.1)
    reader, _ = await connect(port)
    assert await is_refused(reader)


async def test_silence_goes_out_when_there_is_nothing_to_say_and_sound_when_there_is(port: AudioServer) -> None:
    with port.expect() as (call, coming):
        reader, writer = await connect(port)
        writer.write(encode(Kind.UUID, call.bytes))
        line = await asyncio.wait_for(coming, 2)
    assert await reader.readexactly(len(SILENCE)) == SILENCE
    loop = asyncio.get_running_loop()
    began = loop.time()
    played = line.play(b"\1\0" * (FRAME_BYTES // 2 * 10 + 5))
    assert await played
    assert loop.time() - began > 0.15
    sound = b""
    while sound.count(b"\1\0" * 5 + bytes(FRAME_BYTES - 10)) == 0:
        sound += await asyncio.wait_for(reader.readexactly(len(SILENCE)), 2)
    assert sound.count(encode(Kind.AUDIO, b"\1\0" * (FRAME_BYTES // 2))) == 10


async def test_a_prompt_that_is_cut_stops_within_a_frame(port: AudioServer) -> None:
    with port.expect() as (call, coming):
        _, writer = await connect(port)
        writer.write(encode(Kind.UUID, call.bytes))
        line = await asyncio.wait_for(coming, 2)
    played = line.play(b"\1\0" * 80_000)
    line.cut()
    assert await played is False


async def test_sound_and_keys_reach_the_call_in_order(port: AudioServer) -> None:
    happened: list[str | int] = []
    come = asyncio.Event()
    with port.expect() as (call, coming):
        _, writer = await connect(port)
        writer.write(encode(Kind.UUID, call.bytes))
        line = await asyncio.wait_for(coming, 2)
    line.on_audio = lambda samples: happened.append(len(samples))

    def key(key: str) -> None:
        happened.append(key)
        if key == "#":
            come.set()

    line.on_key = key
    for piece in (encode(Kind.AUDIO, bytes(320)), encode(Kind.KEY, b"7"), b"\x42\0\0", encode(Kind.KEY, b"#")):
        writer.write(piece)
    await asyncio.wait_for(come.wait(), 2)
    assert happened == [320, "7", "#"]
    writer.write(encode(Kind.HANGUP))
    await asyncio.wait_for(asyncio.shield(line.over), 2)
    assert await line.play(b"\1\0" * 160) is False


async def test_a_peer_that_takes_nothing_more_is_not_waited_for(
    port: AudioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ivr.asterisk.audio_line.LINGER_S", 0.1)
    with port.expect() as (call, coming):
        _, writer = await connect(port)
        writer.write(encode(Kind.UUID, call.bytes))
        line = await asyncio.wait_for(coming, 2)
    assert line._transport is not None
    line._transport.write(bytes(50_000_000))  # more than the system's buffers hold for a peer that does not read
    line.leave()
    await asyncio.wait_for(asyncio.shield(line.over), 2)
    assert port.calls == 0
