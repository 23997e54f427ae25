"""What watchers of a call are told, and when: through the real runner, and over the real control socket."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ivr import live as live_module
from ivr.call.model import (
    Answer,
    Call,
    CallRecord,
    Connected,
    Digits,
    Entry,
    HungUp,
    Outcome,
    Prompt,
    TalkedToPerson,
    Told,
    TransferResult,
)
from ivr.call.verbs import Ask, Enter, Note, Say, Transfer
from ivr.control import Control, Controls
from ivr.control_client import ControlClient
from ivr.live import Announcing, Begun, LiveCall, Queued, Speaking, Watchers
from ivr.live_lines import lines_of, lines_so_far
from ivr.ports import Asked, LineDropped, Said
from ivr.runner import Runner
from tests.fakes import FakeJournal, FakeVoice

NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
CALL = Call("c1", "+79001234567", "88002200220", NOW)


def runner() -> Runner:
    return Runner({}, FakeJournal(), lambda: NOW + timedelta(seconds=30))


@dataclass
class Line:
    """A line that waits in each sentence until it is let go on, as playing does."""

    runner: Runner
    on: asyncio.Event = field(default_factory=asyncio.Event)
    answer: Answer = field(default_factory=lambda: Digits("1"))
    dropped: bool = False

    async def _hear(self, prompt: Prompt) -> str:
        voice = Announcing(FakeVoice(), lambda prompt, words: self.runner.speaking(CALL.id, prompt, words))
        clip = await voice.clip(prompt)
        await self.on.wait()
        if self.dropped:
            raise LineDropped
        return clip.text

    async def say(self, say: Say) -> Said:
        return Said(time.monotonic(), await self._hear(say.prompt))

    async def ask(self, ask: Ask) -> Asked:
        return Asked(time.monotonic(), await self._hear(ask.prompt), self.answer, time.monotonic())

    async def transfer(self, transfer: Transfer) -> TransferResult:
        await self.on.wait()
        self.runner.answered(CALL.id)
        return Connected(2.0, 5.0)

    async def hang_up(self) -> None:
        pass


async def script() -> Outcome:
    await Enter("hotline:menu")
    await Ask(Prompt("menu_main"))
    await Note("the caller +79001234567 wants a person")
    await Transfer("operators")
    return TalkedToPerson("operators")


async def test_words_are_told_when_they_begin_and_the_answer_when_it_is_given() -> None:
    here = runner()
    line = Line(here)
    told: list[Mapping[str, object]] = []
    with here.watchers.watch() as watcher:

        async def take(count: int) -> None:
            while len(told) < count:
                told.extend(lines_of(*await asyncio.wait_for(watcher.next(), 5)))

        call = asyncio.create_task(here.run_call(CALL, script, line))
        await take(3)
        assert [line["who"] for line in told] == ["call", "node", "robot"]
        assert (told[2]["prompt"], told[2]["text"]) == ("menu_main", "menu_main")
        assert "owed" in told[2]
        live = here.live[CALL.id]
        assert live.saying is not None
        assert [line["who"] for line in lines_so_far(live)] == ["call", "node", "robot"]
        line.on.set()
        await call
        await take(9)
    assert [(line["who"], line["text"]) for line in told[3:]] == [
        ("caller", "[1]"),
        ("because", "the caller +7***4567 wants a person"),
        ("queue", "waits in the queue operators"),
        ("operator", "takes the call from the queue operators"),
        ("transfer", "to the queue operators: a person answered after 2 s and talked for 5 s"),
        ("end", "TalkedToPerson(queue=operators, waited=0.0), counted as operator"),
    ]
    assert told[-1]["class"] == "operator"
    assert told[0]["text"] == "from +7***4567 to 88002200220"


async def test_hanging_up_is_told() -> None:
    here = runner()
    line = Line(here, dropped=True)
    line.on.set()
    with here.watchers.watch() as watcher:
        await here.run_call(CALL, script, line)
        told = []
        while not told or told[-1]["who"] != "end":
            told.extend(lines_of(*await asyncio.wait_for(watcher.next(), 5)))
    assert [line["who"] for line in told] == ["call", "node", "robot", "caller", "end"]
    assert told[3]["text"] == "hangs up"
    journal = here.journal
    assert isinstance(journal, FakeJournal)
    (record,) = journal.ended
    last = record.entries[-1]
    assert (last.value, last.said) == (HungUp(), "menu_main"), "the words that the caller hung up on are kept"
    assert last.owed_silence is not None


def test_the_line_in_an_ended_call_is_that_of_its_record() -> None:
    live = LiveCall(CALL, "plan", lambda: NOW)
    entries = (Entry(0, 0.0, 2.0, Say(Prompt("greeting")), HungUp(), (), "Здравствуйте", 1.25),)
    record = CallRecord(CALL, "plan", Told("time"), NOW + timedelta(seconds=9), entries)
    (line,) = lines_of(live, record)
    assert (line["at"], line["owed"], line["class"]) == (9.0, 1.25, "served")


def test_who_does_not_keep_up_is_left_behind(monkeypatch: Any) -> None:
    monkeypatch.setattr(live_module, "WATCHER_HOLDS", 2)
    watchers = Watchers()
    live = LiveCall(CALL, "plan", lambda: NOW)
    with watchers.watch() as slow, watchers.watch() as other:
        for _ in range(3):
            watchers.tell(live, Begun())
        assert slow.left_behind
        assert other.left_behind
    watchers.tell(live, Begun())  # nobody is left to be told


async def test_events_over_the_control_socket(tmp_path: Path) -> None:
    watchers = Watchers()
    early, late = (LiveCall(Call(name, phone, "220", NOW), "plan", lambda: NOW) for name, phone in CALLERS)
    early.saying = Speaking(1.5, "greeting", "Здравствуйте", 0.25)
    controls = Controls(status=dict, live=lambda: [early], reload=_never, stop=lambda: None, watchers=watchers)
    control = await Control.start(tmp_path / "control.sock", controls)
    told: asyncio.Queue[Mapping[str, Any]] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def follow() -> None:
        for line in ControlClient(tmp_path / "control.sock").events():
            if line:
                loop.call_soon_threadsafe(told.put_nowait, line)
            if line.get("who") == "queue":
                return

    following = asyncio.create_task(asyncio.to_thread(follow))
    try:
        first = [await asyncio.wait_for(told.get(), 5) for _ in range(3)]
        assert [line.get("who") for line in first] == ["call", "robot", None]
        assert first[1] == {
            "call": "one", "at": 1.5, "who": "robot", "text": "Здравствуйте", "owed": 0.25, "prompt": "greeting",
        }  # fmt: skip
        assert first[2] == {"watching": True}
        watchers.tell(late, Begun())
        assert (await asyncio.wait_for(told.get(), 5))["call"] == "two"
        watchers.tell(late, Queued(2.0, "operators"))
        assert (await asyncio.wait_for(told.get(), 5))["queue"] == "operators"
        await asyncio.wait_for(following, 5)
    finally:
        await control.close()


CALLERS = (("one", "+79001110001"), ("two", "+79001110002"))


async def test_only_the_calls_asked_for(tmp_path: Path) -> None:
    watchers = Watchers()
    calls = [LiveCall(Call(name, phone, "220", NOW), "plan", lambda: NOW) for name, phone in CALLERS]
    controls = Controls(status=dict, live=lambda: calls, reload=_never, stop=lambda: None, watchers=watchers)
    control = await Control.start(tmp_path / "control.sock", controls)

    def so_far(**asked: str) -> list[str]:
        seen = []
        for line in ControlClient(tmp_path / "control.sock").events(**asked):
            if line.get("watching"):
                break
            seen.append(line["call"])
        return seen

    try:
        assert await asyncio.to_thread(so_far) == ["one", "two"]
        assert await asyncio.to_thread(lambda: so_far(call="tw")) == ["two"]
        assert await asyncio.to_thread(lambda: so_far(caller="+79001110001")) == ["one"]
        assert await asyncio.to_thread(lambda: so_far(caller="")) == []
    finally:
        await control.close()


async def _never(version: str | None) -> Mapping[str, object]:
    raise AssertionError("nobody reloads here")
