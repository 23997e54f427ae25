"""``ivr outages told``: real calls over a real store, an outage that moves, and who is to be called back."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr import app
from ivr.call.memory import remembering
from ivr.call.model import Answer, Call, Digits, NoInput
from ivr.cli import main
from ivr.ports import LineDropped
from ivr.runner import Runner
from ivr.settings import load_settings
from ivr.store.journal import CallJournal
from outage_feed.model import MOSCOW, Outage
from outage_feed.store import GridStore
from robot.topics.no_power import no_power
from tests.fakes import FakeChannel, FakeClock
from tests.feeds.places import VILLAGE, outage, point

HERE = point(VILLAGE, "ул. Ленина", "5", id="p1", phones=("+79000000001", "+79000000002"), account="36")
MOVED_AT = datetime.now(MOSCOW).replace(microsecond=0)
OLD, NEW = MOVED_AT + timedelta(hours=2), MOVED_AT + timedelta(hours=6)
STORY = [  # caller, minutes from the change, answers
    ("+79000000001", -50, [NoInput()]),
    ("+79000000002", -40, [Digits("*"), NoInput()]),  # hears it twice
    ("+79000000002", 30, [NoInput()]),  # calls again, and hears today's time
]


async def held(home: Path, caller: str, at: datetime, answers: list[Answer | LineDropped]) -> None:
    clock = FakeClock(at)
    with app.open_house(load_settings(home, {}), clock) as house:
        journal = CallJournal.open(house.settings.database, home / "var" / "spool", reserve_bytes=0)
        try:
            call = Call(f"{at:%H%M}-{caller[-1]}", caller, "88002200220", at)
            runner = Runner(house.handlers, journal, clock)
            await runner.run_call(call, remembering(partial(no_power, call)), FakeChannel([*answers]), plan="plan-1")
        finally:
            journal.close()


def versions() -> tuple[Outage, Outage]:
    began = MOVED_AT - timedelta(hours=1)
    first = outage("ул. Ленина 5", start=began, planned_end=OLD)
    return first, replace(first, planned_end=NEW, set_at=None)


@pytest.fixture
async def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("", encoding="utf-8")
    first, second = versions()
    with GridStore.open(tmp_path / "var" / "ivr.db") as grid:
        grid.save_points([HERE])
        grid.save(first, MOVED_AT - timedelta(hours=1))
    for caller, minutes, answers in STORY[:2]:
        await held(tmp_path, caller, MOVED_AT + timedelta(minutes=minutes), answers)
    with GridStore.open(tmp_path / "var" / "ivr.db") as grid:
        grid.save(second, MOVED_AT)
    for caller, minutes, answers in STORY[2:]:
        await held(tmp_path, caller, MOVED_AT + timedelta(minutes=minutes), answers)
    return tmp_path


@pytest.fixture
def cli(home: Path) -> Callable[..., Result]:
    def run(*words: str) -> Result:
        arguments = ["outages", "told", "--home", str(home), *words]
        return CliRunner().invoke(main, arguments, env={"COLUMNS": "160"}, catch_exceptions=False)

    return run


def rows(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    told: list[dict[str, Any]] = json.loads(result.stdout)["told"]
    return told


def test_who_was_told_which_time_and_what_it_is_worth(cli: Callable[..., Result]) -> None:
    told = rows(cli("test:1", "--json"))
    assert [(one["phone"], one["standing"], one["version"]) for one in told] == [
        ("+7***0001", "moved since", 1),
        ("+7***0002", "moved since", 1),
        ("+7***0002", "moved since", 1),
        ("+7***0002", "holds", 2),
    ]
    assert {one["until"] for one in told[:3]} == {OLD.isoformat()}
    assert {one["place"] for one in told} == {"ул. Ленина, ***"}
    table = cli("test:1").stdout
    assert "moved since" in table
    assert "+7900" not in table


def test_who_is_to_be_called_back(cli: Callable[..., Result], home: Path) -> None:
    (one,) = rows(cli("test:1", "--moved", "--phones", "--json"))
    assert (one["phone"], one["place"], one["what"]) == ("+79000000001", "ул. Ленина, 5", "emergency")
    with app.open_house(load_settings(home, {})) as house:
        assert [(read.command, read.subject) for read in house.store.audit.latest()] == [("outages told", "test:1")]


def test_an_outage_that_nobody_was_told_of(cli: Callable[..., Result], home: Path) -> None:
    with GridStore.open(home / "var" / "ivr.db") as grid:
        grid.save(outage("ул. Мира 1", id="test:10"), MOVED_AT)
    assert rows(cli("test:10", "--json")) == []
    assert "no outage «99»" in cli("99").stderr
