"""Every conversation over fake wires: the real AGI server, channel, runner and stores; Asterisk is a loopback peer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from ivr.asterisk.ami import Ami
from ivr.asterisk.door import Arrival, serve_agi
from ivr.asterisk.session import AgiSession
from ivr.asterisk.transfers import Transfers
from ivr.call.errands import (
    ConsentKind,
    CurrentAnnouncement,
    FindConsent,
    FindTicket,
    KeepConsent,
    OpenTicket,
    Promise,
    SendSms,
    Sent,
    Unavailable,
)
from ivr.call.last_place import FindLastPlace, KeepLastPlace
from ivr.call.model import CallRecord, classify
from ivr.channels.asterisk import AsteriskChannel
from ivr.channels.scenario import RobotSays
from ivr.channels.voicing import Voicing
from ivr.dialplan.walk import walk
from ivr.doing.current_announcement import current_announcement
from ivr.doing.find_consent import find_consent
from ivr.doing.find_ticket import find_ticket
from ivr.doing.last_place import find_last_place, keep_last_place
from ivr.doing.open_ticket import open_ticket
from ivr.doing.promise import promise
from ivr.runner import Handlers, Runner
from ivr.settings import Agi
from ivr.store import Store
from outage_feed.model import MOSCOW
from outage_feed.store import GridStore
from robot.desk import handlers as robot_handlers
from robot.errands import FindOutages, FindServicePoints
from robot.topics import topics
from tests.conversation import Conversation, World
from tests.fake_asterisk import FakeAmi, FakeAsterisk, WordsVoice
from tests.fakes import FakeClock, FakeJournal
from tests.test_conversations import CONVERSATIONS, the_plan

BROKEN = {"points": FindServicePoints, "outages": FindOutages, "tickets": OpenTicket}
OWED_SILENCE_S = 2.0


@dataclass
class House:
    """An engine that is listening, with the world of one conversation in its databases."""

    port: int
    ami: FakeAmi
    voice: WordsVoice
    journal: FakeJournal
    store: Store


def fill(store: Store, world: World) -> None:
    """Put the tickets and the announcement into a real store that counts from the first ticket."""
    for facts, ticket in world.tickets:
        wanted = OpenTicket(f"before-{facts.number}", facts.topic, facts.phone, "earlier", facts.point)
        assert store.tickets.open(wanted, now=ticket.opened_at).number == facts.number
        store.tickets.set_state(facts.number, facts.state, now=ticket.opened_at, who="test")
    if world.last_place:
        store.last_places.keep("+79001234567", world.last_place, "earlier", now=world.now - timedelta(days=30))
    for kind in world.consents:
        agreed = KeepConsent(cast(ConsentKind, kind), "+79001234567", "earlier", "earlier", text="earlier words")
        store.consents.give(agreed, now=world.now - timedelta(days=30))
    if world.announcement:
        until = world.now + timedelta(hours=3)
        store.announcements.set(None, world.announcement, until=until, now=world.now, who="test")


def handlers(grid: GridStore, store: Store, clock: FakeClock, world: World) -> Handlers:
    async def broken(_: Any) -> Unavailable:
        return Unavailable("broken")

    return {
        OpenTicket: open_ticket(store, clock),
        KeepConsent: lambda errand: store.consents.give(replace(errand, text=errand.prompt), now=clock()),
        FindConsent: find_consent(store),
        Promise: promise(store, clock),
        SendSms: lambda errand: Sent("s1", clock()),
        FindTicket: find_ticket(store),
        FindLastPlace: find_last_place(store, clock),
        KeepLastPlace: keep_last_place(store, clock),
        CurrentAnnouncement: current_announcement(store, clock),
        **robot_handlers(grid, clock),
        **{BROKEN[name]: broken for name in world.broken},
    }


@contextlib.asynccontextmanager
async def house(folder: Path, world: World) -> AsyncIterator[House]:
    clock, journal, ami, plan = FakeClock(world.now), FakeJournal(), FakeAmi(), the_plan()
    transfers = Transfers(cast(Ami, ami))
    voice = WordsVoice(lambda prompt: plan.book.speak(prompt, clock()).text)
    first = min((ticket.number for _, ticket in world.tickets), default=world.first_ticket)
    with GridStore.open(folder / "ivr.db") as grid:
        store = Store.open(folder / "ivr.db", tz=MOSCOW, ticket_start=first)
        world.fill(grid)
        fill(store, world)
        runner = Runner(handlers(grid, store, clock, world), journal, clock)

        async def hold(arrival: Arrival, session: AgiSession) -> None:
            placed = plan.place(arrival.call)
            channel = AsteriskChannel(session, Voicing(voice), transfers, placed.call.id)
            script = walk(plan, placed.call, topics(), placed.entry)
            await runner.run_call(placed.call, script, channel, plan=plan.version)

        server = await serve_agi(Agi(port=0), transfers=transfers, clock=clock, hold=hold)
        try:
            yield House(server.port, ami, voice, journal, store)
        finally:
            await server.close(drain=1.0)
            store.close()


BY_KEYS = [each for each in CONVERSATIONS if not each.facts.talks]


@pytest.mark.parametrize("conversation", BY_KEYS, ids=lambda each: each.file)
async def test_conversation(conversation: Conversation, tmp_path: Path) -> None:
    facts, world = conversation.facts, conversation.world
    lines = conversation.spoken(the_plan().book)
    async with house(tmp_path, world) as engine:
        asterisk = FakeAsterisk(engine.port, engine.ami, engine.voice.files, lines)
        call = conversation.call
        left = await asterisk.call(call.caller, call.dialled, call.diversion)
        await asyncio.wait_for(engine.journal.some_ended.wait(), 5.0)
        opened = engine.store.tickets.all(limit=1)
    (record,) = engine.journal.ended
    assert asterisk.heard == [line.words for line in lines if isinstance(line, RobotSays)]
    # What the caller hung up on is not in the record: nobody can say how much of it was heard.
    whole = asterisk.heard[:-1] if left == "cut" else asterisk.heard
    assert said(record) == whole
    assert classify(record.outcome, 60.0) is facts.ends, record.outcome
    assert not facts.outcome or type(record.outcome).__name__ == facts.outcome, record.outcome
    assert record.longest_owed_silence < OWED_SILENCE_S
    assert record.call.branch == (facts.branch or record.call.branch)
    if facts.opens is not None:
        assert opened[0].number == facts.opens


def said(record: CallRecord) -> list[str]:
    """What the record says that the caller heard."""
    return [entry.said for entry in record.entries if entry.said]
