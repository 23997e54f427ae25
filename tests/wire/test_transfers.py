"""What becomes of a caller in Asterisk's queue: told by events, by a return, or found out."""

import asyncio

import pytest
from fake_manager import SECRET, ManagerServer

from ivr.asterisk.ami import Ami
from ivr.asterisk.session import Hangup
from ivr.asterisk.transfers import Back, Transfers
from ivr.call.model import Connected
from ivr.settings import Ami as AmiSettings

CALL = "261125-020704-990801"


@pytest.fixture
async def server():
    server = await ManagerServer().start()
    yield server
    await server.stop()


@pytest.fixture
async def ami(server):
    ami = Ami(AmiSettings(port=server.port), SECRET)
    await ami.start()
    await ami.wait_connected(2)
    yield ami
    await ami.close()


async def outcome(transfers: Transfers) -> Back | Hangup:
    with transfers.expect(CALL, "PJSIP/caller-1") as waiting:
        try:
            return await asyncio.wait_for(transfers.outcome(waiting), 3)
        except Hangup as gone:
            return gone


async def tell(server: ManagerServer, step: str, call: str = CALL) -> None:
    await server.event(Event="UserEvent", UserEvent="IvrQueue", Step=step, IvrCall=call, Queue="operators")


async def test_answered_and_over(server, ami) -> None:
    waiting = asyncio.create_task(outcome(Transfers(ami)))
    await asyncio.sleep(0.01)
    await tell(server, "entered")
    await asyncio.sleep(0.1)
    await tell(server, "answered")
    await asyncio.sleep(0.25)
    await tell(server, "finished")
    back = await waiting
    assert isinstance(back, Back)
    assert back.session is None
    assert isinstance(back.result, Connected)
    assert 0.1 <= back.result.waited < 0.3
    assert 0.2 <= back.result.talked < 0.5


async def test_left_the_queue(server, ami) -> None:
    waiting = asyncio.create_task(outcome(Transfers(ami)))
    await asyncio.sleep(0.01)
    await tell(server, "entered")
    await tell(server, "left")
    assert isinstance(await waiting, Hangup)


async def test_news_of_other_calls_and_a_timeout_that_looks_like_leaving_change_nothing(server, ami) -> None:
    transfers = Transfers(ami, limit=0.4)
    waiting = asyncio.create_task(outcome(transfers))
    await asyncio.sleep(0.01)
    await tell(server, "left", "another call")
    await server.event(Event="QueueCallerAbandon", Uniqueid="1.1", IvrCall=CALL)
    await server.event(Event="UserEvent", UserEvent="Other", Step="left", IvrCall=CALL)
    await tell(server, "unanswered")
    await asyncio.sleep(0.1)
    assert not waiting.done()
    assert isinstance(await waiting, Hangup)
    assert len(transfers) == 0


async def test_an_end_that_nobody_told_of_is_found_out(server, ami) -> None:
    transfers = Transfers(ami, look_every=0.05)
    waiting = asyncio.create_task(outcome(transfers))
    await asyncio.sleep(0.12)
    assert not waiting.done()
    server.gone = True
    assert isinstance(await waiting, Hangup)


async def test_a_talk_that_nobody_told_of_is_found_out(server, ami) -> None:
    server.variables["MEMBERINTERFACE"] = "PJSIP/operator1"
    waiting = asyncio.create_task(outcome(Transfers(ami, look_every=0.05)))
    await asyncio.sleep(0.12)
    server.gone = True
    back = await waiting
    assert isinstance(back, Back)
    assert isinstance(back.result, Connected)


async def test_who_comes_back_after_all_was_decided_needs_a_new_script() -> None:
    transfers = Transfers()
    with transfers.expect(CALL, "PJSIP/caller-1") as waiting:
        waiting.settle(Hangup())
        assert not transfers.resume(CALL, object(), "TIMEOUT")  # type: ignore[arg-type]  # it is not looked at
    assert not transfers.resume(CALL, object(), "TIMEOUT")  # type: ignore[arg-type]


async def test_without_ami_the_wait_ends(server, ami) -> None:
    await ami.close()
    assert isinstance(await outcome(Transfers(ami, limit=0.2, look_every=0.05)), Hangup)
    assert isinstance(await outcome(Transfers(limit=0.1)), Hangup)
