"""``ivr outages probable | confirm | reject``: what dispatchers do with what callers report."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.call.errands import OpenTicket
from ivr.cli import main
from ivr.store import Store
from outage_feed.clusters import Report
from outage_feed.model import MOSCOW
from outage_feed.store import GridStore
from outage_feed.telling import NoneKnown, NoTimeKnown, Reported, telling
from outage_feed.troubles import Troubles
from tests.feeds.places import VILLAGE, outage, point

POINTS = [point(VILLAGE, "ул. Ленина", str(house), id=f"p{house}") for house in (1, 3, 5, 7)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("[trouble]\ncalls = 3\n", encoding="utf-8")
    store = Store.open(tmp_path / "var" / "ivr.db", ticket_start=100_001)
    for number, each in enumerate(POINTS[:2]):
        store.tickets.open(OpenTicket(f"c{number}", "no_power", None, "no power", each.id), now=datetime.now(MOSCOW))
    store.close()
    with GridStore.open(tmp_path / "var" / "ivr.db") as grid:
        grid.save_points(POINTS)
        now = datetime.now(MOSCOW)
        for number, each in enumerate(POINTS[:3]):
            Troubles(grid).report(
                Report(now - timedelta(minutes=9 - number), each, f"c{number}", f"+7900000000{number}")
            )
    return tmp_path


def run(home: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["outages", words[0], "--home", str(home), *words[1:]], env={"COLUMNS": "160"})
    assert result.exit_code == code, result.output
    return result


def told(home: Path) -> object:
    with GridStore.open(home / "var" / "ivr.db") as grid:
        return telling(grid.find(POINTS[3], datetime.now(MOSCOW)))


def listed(home: Path, *words: str) -> Any:
    return json.loads(run(home, "probable", "--json", *words).stdout)


def audit(home: Path) -> list[tuple[str, str]]:
    store = Store.open(home / "var" / "ivr.db")
    try:
        return [(read.command, read.subject) for read in store.audit.latest()]
    finally:
        store.close()


def test_they_are_shown_without_telephones(home: Path) -> None:
    assert isinstance(told(home), Reported)
    shown = run(home, "probable").stdout
    assert "ул. Ленина, 1; ул. Ленина, 3; ул. Ленина, 5" in " ".join(shown.split())
    assert "+7900" not in shown
    (one,) = listed(home)
    assert (one["id"], one["state"], one["calls"]) == ("probable:1", "open", 3)
    assert one["tickets"] == [100_001, 100_002]


def test_confirmed(home: Path) -> None:
    said = run(home, "confirm", "probable:1", "--reason", "обрыв").stdout
    assert "dispatcher:1 is on the list" in said
    assert "No time yet" in said
    assert isinstance(told(home), NoTimeKnown)
    assert listed(home) == []
    assert [(one["state"], one["outage"]) for one in listed(home, "--all")] == [("confirmed", "dispatcher:1")]
    assert audit(home) == [("outages confirm", "probable:1")]
    assert "confirmed already" in run(home, "reject", "1", code=1).stderr


def test_confirmed_with_a_time(home: Path) -> None:
    made = json.loads(run(home, "confirm", "1", "--until", "+2h", "--whole", "--json").stdout)
    assert made["kind"] == "emergency"
    assert made["places"][0]["streets"][0]["whole"] is True
    assert "planned_end" in made


def test_rejected(home: Path) -> None:
    assert "probable:1 is rejected" in run(home, "reject", "1", "--reason", "проверено").stdout
    assert told(home) == NoneKnown()
    assert audit(home) == [("outages reject", "probable:1")]


def test_what_the_list_has_brought_is_joined_when_it_is_looked_at(home: Path) -> None:
    now = datetime.now(MOSCOW)
    with GridStore.open(home / "var" / "ivr.db") as grid:
        grid.save(outage("ул. Ленина 1, 3, 5", start=now, planned_end=now + timedelta(hours=1)), now)
    assert listed(home) == []
    assert [(one["state"], one["outage"]) for one in listed(home, "--all")] == [("joined", "test:1")]
    assert "joined already (test:1)" in run(home, "confirm", "1", code=1).stderr


def test_mistakes_are_told(home: Path) -> None:
    assert "no probable outage 7" in run(home, "confirm", "7", code=1).stderr
    assert "is no number of a probable outage" in run(home, "reject", "dispatcher:1", code=2).stderr
    assert "over already" in run(home, "confirm", "1", "--until", "-1h", code=2).stderr
    assert isinstance(told(home), Reported)
