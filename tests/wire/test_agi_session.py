"""An AGI session's commands, their limits, and every way in which a line can end."""

import asyncio
import time

import pytest
from peer import request_bytes

from ivr.asterisk.session import AgiSession, Hangup
from ivr.errors import AgiError


async def run(serve, call, commands, meanwhile=None, limits=None, **line_details):
    """Run ``commands(session)`` on a call; what it returned or raised, and the line."""
    result = asyncio.get_running_loop().create_future()

    async def hold(session: AgiSession) -> None:
        try:
            result.set_result(await commands(session))
        except (Hangup, AgiError) as error:
            result.set_result(error)
        except BaseException as error:
            result.set_exception(error)
            raise

    server = await serve(hold, **(limits or {}))
    line = await call(server, **line_details)
    if meanwhile is not None:
        await meanwhile(line)
    return await asyncio.wait_for(result, 5), line


async def test_variables(serve, call) -> None:
    async def commands(session: AgiSession):
        await session.set_variable("IVR_STAGE", "hangup")
        await session.set_variable("X", 'ул. "Мира" \\ 5')
        return [await session.get_variable(name) for name in ("IVR_STAGE", "X", "NONE")]

    values, line = await run(serve, call, commands)
    assert values == ["hangup", 'ул. "Мира" \\ 5', None]
    assert line.variables["IVR_STAGE"] == "hangup"


async def test_applications(serve, call) -> None:
    async def commands(session: AgiSession):
        assert await session.exec("Playback", "a", "b") == 0
        await session.exec("NoSuch")

    error, line = await run(serve, call, commands)
    assert isinstance(error, AgiError)
    assert line.commands[0] == 'EXEC Playback "a,b"'


async def test_a_refused_command_leaves_the_line_usable(serve, call) -> None:
    async def commands(session: AgiSession):
        for bad, code in (("NO SUCH", "510"), ("STREAM", "520")):
            with pytest.raises(AgiError, match=code):
                await session.command(bad)
        return await session.stream_file("/x/short", "", seconds=0.1)

    streamed, _ = await run(serve, call, commands)
    assert streamed.played


async def test_a_key_stops_a_sound_and_a_missing_file_is_no_hangup(serve, call) -> None:
    async def commands(session: AgiSession):
        missing = await session.stream_file("/x/none", "1")
        return missing, await session.stream_file("/x/long", "12", seconds=20)

    async def press(line) -> None:
        await line.until("STREAM", times=2)
        await line.press("32")

    (missing, stopped), line = await run(serve, call, commands, press)
    assert (missing.played, missing.key) == (False, None)
    assert (stopped.played, stopped.key) == (True, "2")
    assert line.lost_keys == "3"
    assert 0 < stopped.endpos < 8000


async def test_a_late_reply_ends_the_session(serve, call) -> None:
    async def commands(session: AgiSession):
        began = time.monotonic()
        with pytest.raises(AgiError, match=r"no reply to WAIT within 0\.2 s"):
            await session.wait_for_digit(0.1)
        assert 0.15 < time.monotonic() - began < 0.5
        await session.set_variable("A", "b")

    error, line = await run(serve, call, commands, limits={"command_seconds": 0.1}, deaf_to="WAIT")
    assert isinstance(error, AgiError)
    assert "broken" in str(error)
    assert "A" not in line.variables


async def test_a_reply_that_nobody_asked_for_ends_the_session(serve, call) -> None:
    async def commands(session: AgiSession):
        await asyncio.sleep(0.05)
        await session.set_variable("A", "b")

    async def babble(line) -> None:
        line.writer.write(b"200 result=1\n")

    error, _ = await run(serve, call, commands, babble)
    assert isinstance(error, AgiError)


async def test_garbage_instead_of_a_reply_ends_the_session(serve, call) -> None:
    async def commands(session: AgiSession):
        await session.wait_for_digit(5)

    async def babble(line) -> None:
        await line.until("WAIT")
        line.writer.write(b"HTTP/1.1 400 Bad Request\n")

    error, _ = await run(serve, call, commands, babble)
    assert isinstance(error, AgiError)


async def test_two_commands_at_once_are_refused_and_the_first_goes_on(serve, call) -> None:
    async def commands(session: AgiSession):
        first = asyncio.create_task(session.stream_file("/x/short", "", seconds=1))
        await asyncio.sleep(0)
        with pytest.raises(AgiError, match="at once"):
            await session.wait_for_digit(1)
        return await first

    streamed, _ = await run(serve, call, commands)
    assert streamed.played


async def test_a_cancelled_command_gives_the_line_back(serve, call) -> None:
    async def commands(session: AgiSession):
        task = asyncio.create_task(session.wait_for_digit(10))
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await session.set_variable("A", "b")

    error, line = await run(serve, call, commands)
    assert isinstance(error, Hangup)
    await line.over()


@pytest.mark.parametrize("exit_on_hangup", [True, False])
@pytest.mark.parametrize(
    ("state", "command"),
    [
        ("STREAM", lambda s: s.stream_file("/x/long", "1", seconds=20)),
        ("WAIT", lambda s: s.wait_for_digit(20)),
        ("idle", None),
    ],
)
async def test_a_hangup_in_every_state(serve, call, exit_on_hangup: bool, state: str, command) -> None:
    async def commands(session: AgiSession):
        if command is not None:
            with pytest.raises(Hangup):
                await command(session)
        else:
            await asyncio.sleep(0.1)
        assert session.hung_up
        await session.wait_for_digit(1)

    async def hang_up(line) -> None:
        await (asyncio.sleep(0.03) if state == "idle" else line.until(state))
        line.hang_up()

    began = time.monotonic()
    error, line = await run(serve, call, commands, hang_up, exit_on_hangup=exit_on_hangup)
    assert isinstance(error, Hangup)
    assert time.monotonic() - began < 1
    await line.over()


async def test_a_hangup_that_nobody_told_of_is_seen_by_the_refused_command(serve, call) -> None:
    async def commands(session: AgiSession):
        await asyncio.sleep(0.05)
        assert not session.hung_up
        await session.wait_for_digit(1)

    async def hang_up(line) -> None:
        line.hang_up()

    error, _ = await run(serve, call, commands, hang_up, exit_on_hangup=False, says_hangup=False)
    assert isinstance(error, Hangup)


async def test_a_hangup_whose_reply_never_comes(serve, call) -> None:
    async def commands(session: AgiSession):
        await session.stream_file("/x/long", "1", seconds=20)

    async def hang_up(line) -> None:
        await line.until("STREAM")
        line.writer.write(b"HANGUP\n")

    began = time.monotonic()
    error, _ = await run(serve, call, commands, hang_up, deaf_to="STREAM")
    assert isinstance(error, Hangup)
    assert time.monotonic() - began < 2


async def test_a_connection_that_breaks(serve, call) -> None:
    async def commands(session: AgiSession):
        await session.wait_for_digit(20)

    async def cut(line) -> None:
        await line.until("WAIT")
        line.writer.transport.abort()

    error, _ = await run(serve, call, commands, cut)
    assert isinstance(error, Hangup)


async def test_keys_at_rest_are_kept_and_the_next_command_ends_the_listening(serve, call) -> None:
    pressed = asyncio.Event()

    async def commands(session: AgiSession):
        session.rest()
        await pressed.wait()
        began = time.monotonic()
        await session.set_variable("A", "b")
        streamed = await session.stream_file("/x/short", "1", seconds=0.03)
        return "".join(session.typed), streamed, time.monotonic() - began

    async def press(line) -> None:
        await line.until("WAIT")
        await line.press("47#")
        pressed.set()

    (typed, streamed, took), line = await run(serve, call, commands, press)
    assert typed == "47#"
    assert streamed.played
    assert took < 0.2
    assert line.lost_keys == ""
    assert line.variables == {"A": "b"}


async def test_listening_ends_also_when_asterisk_read_two_lines_at_one_go(serve) -> None:
    """As the real one does when it is slow: the second line is seen only when a third comes (tried on 22.10)."""
    rested, done = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def hold(session: AgiSession) -> None:
        session.rest()
        await rested.wait()
        began = time.monotonic()
        await session.set_variable("A", "b")
        done.set_result(time.monotonic() - began)

    server = await serve(hold)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request_bytes("hotline", ()))
    assert await reader.readline() == b"WAIT FOR DIGIT 30000\n"
    rested.set()
    assert [await reader.readline(), await reader.readline()] == [b"NOOP\n", b"NOOP\n"]
    for reply in (b"200 result=1\n", b"200 result=0\n"):
        writer.write(reply)
    with pytest.raises(TimeoutError):  # not before all that was sent is answered
        await asyncio.wait_for(reader.readline(), 0.1)
    writer.write(b"200 result=0\n")
    assert await reader.readline() == b'SET VARIABLE A "b"\n'
    writer.write(b"200 result=1\n")
    assert await asyncio.wait_for(done, 3) < 1
    writer.close()


async def test_whoever_hangs_up_while_listening_ends_has_hung_up(serve) -> None:
    rested, done = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def hold(session: AgiSession) -> None:
        session.rest()
        await rested.wait()
        try:
            await session.set_variable("A", "b")
        except Hangup as gone:
            done.set_result(gone)

    server = await serve(hold)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(request_bytes("hotline", ()))
    await reader.readline()
    rested.set()
    assert await reader.readline() == b"NOOP\n"
    writer.close()
    assert isinstance(await asyncio.wait_for(done, 3), Hangup)


async def test_typed_ahead_can_be_forgotten_also_what_is_on_its_way(serve, call) -> None:
    listening, pressed = asyncio.Event(), asyncio.Event()

    async def commands(session: AgiSession):
        session.rest()
        session.typed.append("1")
        await listening.wait()
        session.forget_typed()
        await pressed.wait()  # Asterisk took the key before it read our next command
        await session.set_variable("A", "b")
        first = "".join(session.typed)
        session.typed.append("5")
        return first, "".join(session.typed)

    async def press(line) -> None:
        await line.until("WAIT")
        listening.set()
        await line.press("7")
        pressed.set()

    typed, _ = await run(serve, call, commands, press)
    assert typed == ("", "5")


async def test_text_cannot_become_a_command(serve, call) -> None:
    async def commands(session: AgiSession):
        for bad in ("x\nHANGUP", "x\r\nHANGUP"):
            with pytest.raises(AgiError):
                await session.set_variable("A", bad)
            with pytest.raises(AgiError):
                await session.stream_file(bad, "")
        with pytest.raises(AgiError):
            await session.set_variable("A\nB", "x")
        with pytest.raises(AgiError):
            await session.command("NOOP\nHANGUP")
        return "safe"

    result, line = await run(serve, call, commands)
    assert result == "safe"
    assert line.commands == []
