"""A hundred callers at once: each is told of their own address, and every record is right."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asterisk_server import program_tree
from hotline import NUMBER, Hotline, said_in
from own_grid import Resident
from sipp import Key, Load, scenario
from stage import fill

from ivr.app import open_house
from ivr.call.model import CallRecord, OutcomeClass
from ivr.store.calls import Wanted
from outage_feed.model import Kind

pytestmark = [pytest.mark.asterisk, pytest.mark.full, pytest.mark.timeout(300)]

CALLERS = 100
STREETS = ("ул. Полевая", "ул. Садовая", "ул. Мира", "пер. Лесной", "ул. Гагарина", "ул. Новая", "ул. Речная")
TALK_S = 22.0
CALLS_A_SECOND = 10.0
OWED_SILENCE_S = 2.0


def _residents() -> list[Resident]:
    """Each on a street and in a house of their own, some with a planned outage, some with an emergency."""
    return [
        Resident(
            f"+7906777{index:04d}",
            f"46777{index:05d}",
            STREETS[index % len(STREETS)],
            str(50 + index // len(STREETS)),
            Kind.PLANNED if index % 2 else Kind.EMERGENCY,
            until_h=2 + index % 5,
        )
        for index in range(CALLERS)
    ]


def _record(line: Hotline, resident: Resident) -> CallRecord:
    (record,) = line.records(resident.phone)
    return record


def test_a_hundred_calls_at_once(tmp_path: Path) -> None:
    residents = _residents()
    with Hotline(tmp_path / "instance") as line:
        fill(line, residents)
        line.engine.start()
        script = scenario([Key("1", TALK_S)], hang_up_after=3.0)
        calls = [(resident.phone, NUMBER, 9) for resident in residents]
        load = Load(program_tree("testcallers"), tmp_path / "sipp", line.sip, script, calls, rate=CALLS_A_SECOND)
        result = load.run(180)
        assert (result.successful, result.failed) == (CALLERS, 0), result.errors
        line.wait_gone(limit=10)
        records = {resident: _record(line, resident) for resident in residents}
        with open_house(line.settings) as house:
            rows = house.store.calls.all(Wanted(limit=2 * CALLERS))
    assert len(rows) == CALLERS
    assert {row.kind for row in rows} == {OutcomeClass.SERVED}
    for resident, record in records.items():
        (told,) = [
            prompt for prompt in said_in(record) if prompt.name.startswith(("outage_planned", "outage_emergency"))
        ]
        assert told.values["place"] == resident.place
        assert told.name == ("outage_planned" if resident.kind is Kind.PLANNED else "outage_emergency")
        assert record.longest_owed_silence <= OWED_SILENCE_S
    began, ended = max(r.call.started_at for r in records.values()), min(r.ended_at for r in records.values())
    assert ended - began > timedelta(seconds=1), "they were not all on the line at once"
