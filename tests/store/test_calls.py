"""Reading the records of calls."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON, AskAbout, call, ended

from ivr.call.errands import Errand, OpenTicket
from ivr.call.journal import Unknown
from ivr.call.model import Abandoned, CallRecord, Entry, LeftQueue, OutcomeClass
from ivr.store import Store
from ivr.store.calls import AmbiguousCall, Line, Wanted, branch_of, line_of, point_of, put


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def keep(store: Store, *records: CallRecord) -> None:
    with store._writing.transaction() as conn:
        put(conn, [line_of(record) for record in records])


def ids(store: Store, **wanted: object) -> list[str]:
    return [row.id for row in store.calls.all(Wanted(**wanted))]


def test_a_call_comes_back_with_its_record(store: Store) -> None:
    record = ended(call("c1"))
    keep(store, record)
    found = store.calls.get("c1")
    assert found is not None
    assert found.record == record
    assert (found.row.kind, found.row.seconds, found.row.owed) == (OutcomeClass.SERVED, 30.0, 0.35)
    assert (found.row.node, found.row.outcome, found.row.branch) == ("menu", "Told", "46")
    assert found.row.started_at == NOON
    assert found.row.started_at.tzinfo is MOSCOW


def test_the_branch_of_the_place_goes_before_what_the_numbers_told() -> None:
    @dataclass(frozen=True)
    class Point:
        id: str
        region: str
        res: str

    @dataclass(frozen=True)
    class LookUp(Errand[None]):
        point: Point

    asked = Entry(1, 0.0, 0.0, LookUp(Point("p1", "67", "Вяземский РЭС")), None)
    assert branch_of(ended(call("c1", branch="46"), extra=[asked])) == ("67", "Вяземский РЭС")
    assert branch_of(ended(call("c1", branch="46"))) == ("46", None)


def test_values_of_classes_not_known_here_are_kept_as_they_are(store: Store) -> None:
    keep(store, ended(call("c1"), point="p1"))
    found = store.calls.get("c1")
    assert found is not None
    assert found.record.entries[-1].verb == Unknown("AskAbout", (("point", Unknown("Place", (("id", "p1"),))),))
    assert found.row.point == "p1"


def test_the_same_call_stored_twice_is_one_call(store: Store) -> None:
    keep(store, ended(call("c1"), Abandoned()), ended(call("c2")))
    keep(store, ended(call("c1")))
    assert sorted(ids(store)) == ["c1", "c2"]
    found = store.calls.get("c1")
    assert found is not None
    assert found.row.outcome == type(found.record.outcome).__name__ == "Told"


def test_filters(store: Store) -> None:
    keep(
        store,
        ended(call("a", at=NOON)),
        ended(call("b", at=NOON + timedelta(hours=1), caller="+79007654321"), LeftQueue("operators")),
        ended(call("c", at=NOON + timedelta(hours=2), caller=None, branch="36"), Abandoned(), seconds=3),
    )
    assert ids(store) == ["c", "b", "a"]
    assert ids(store, limit=1) == ["c"]
    assert ids(store, since=NOON + timedelta(hours=1)) == ["c", "b"]
    assert ids(store, until=NOON + timedelta(hours=1)) == ["a"]
    assert ids(store, kinds=(OutcomeClass.SHORT_ABANDON, OutcomeClass.LEFT_QUEUE)) == ["c", "b"]
    assert ids(store, branch="36") == ["c"]
    assert ids(store, caller="21") == ["b"]
    assert ids(store, caller="54321") == ["b"]
    assert ids(store, caller="79001231234") == ["a"]
    assert ids(store, caller="8765") == []


def test_repeats_are_by_number_or_place_within_a_day(store: Store) -> None:
    day = timedelta(hours=24)
    keep(
        store,
        ended(call("first")),
        ended(call("again", at=NOON + day + timedelta(seconds=30))),  # 24 h after the first one's end
        ended(call("other number", caller="+79007771234", at=NOON + timedelta(minutes=2))),  # the same last digits
        ended(call("hidden", caller=None, at=NOON)),
        ended(call("hidden too", caller=None, at=NOON + timedelta(hours=1))),
        ended(call("place", caller="+79000000001"), point="p1"),
        ended(call("place again", caller="+79000000002", at=NOON + timedelta(hours=5)), point="p1"),
    )
    assert {row.id for row in store.calls.all(Wanted()) if row.repeated} == {"first", "place"}
    keep(store, ended(call("again", at=NOON + day + timedelta(seconds=31))))  # later than that
    assert {row.id for row in store.calls.all(Wanted()) if row.repeated} == {"place"}
    measures = list(store.calls.measures(Wanted()))
    assert sum(again for *_, again in measures) == 1


def test_calls_held_in_the_terminal_are_listed_but_not_counted(store: Store) -> None:
    keep(store, ended(call("c1")), ended(call("try-1", at=NOON + timedelta(hours=1))))
    assert [(row.id, row.repeated) for row in store.calls.all(Wanted())] == [("try-1", False), ("c1", False)]
    assert len(list(store.calls.measures(Wanted()))) == 1


def test_a_call_is_found_by_the_beginning_of_its_id(store: Store) -> None:
    keep(store, ended(call("abc1")), ended(call("abd2", at=NOON + timedelta(seconds=1))))
    found = store.calls.get("abc")
    assert found is not None
    assert found.row.id == "abc1"
    last = store.calls.get("last")
    assert last is not None
    assert last.row.id == "abd2"
    assert store.calls.get("x") is None
    assert store.calls.get("") is None
    with pytest.raises(AmbiguousCall, match="ab"):
        store.calls.get("ab")


def test_text_that_was_no_utf8_on_the_wire_can_be_stored(store: Store) -> None:
    odd = "Иван \udcff"
    keep(store, ended(call("c1", branch=odd), extra=[Entry(9, 1.0, 0.0, Unknown("X", (("name", odd),)), None)]))
    found = store.calls.get("c1")
    assert found is not None
    assert found.row.branch == "Иван \\udcff"


def test_the_point_is_that_of_the_last_verb_about_one() -> None:
    opened = Entry(9, 9.0, 0.1, OpenTicket("c1", "no_power", None, "", point_id="p2"), None)
    assert point_of(ended(call("c1"))) is None
    assert point_of(ended(call("c1"), point="p1")) == "p1"
    assert point_of(ended(call("c1"), point="p1", extra=[opened])) == "p2"
    assert AskAbout.__name__ == "AskAbout"


def test_a_line_comes_back_from_the_spool_and_nonsense_does_not() -> None:
    line = line_of(ended(call("c1")))
    assert "\n" not in line.to_json()
    assert Line.from_json(line.to_json()) == line
    for nonsense in ("", "{}", "[]", line.to_json()[:-5]):
        with pytest.raises((ValueError, KeyError)):
            Line.from_json(nonsense)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (Wanted(), "calls_started"),
        (Wanted(since=NOON, until=NOON), "calls_started"),
        (Wanted(kinds=(OutcomeClass.ERROR,)), "calls_class"),
        (Wanted(branch="46"), "calls_branch"),
        (Wanted(caller="1234"), "calls_tail"),
    ],
)
def test_every_filter_has_its_index(store: Store, wanted: Wanted, index: str) -> None:
    asked: list[str] = []
    store._reading.db.conn.set_trace_callback(asked.append)
    store.calls.all(wanted)
    store._reading.db.conn.set_trace_callback(None)
    plan = [row[3] for row in store._reading.rows(f"EXPLAIN QUERY PLAN {asked[-1]}")]
    assert any(f"INDEX {index}" in step for step in plan), plan
    assert any("INDEX calls_tail" in step for step in plan), plan  # the look for repeats
    assert any("INDEX calls_point" in step for step in plan), plan
    assert not any(step.startswith("SCAN") and "INDEX" not in step and step != "SCAN c" for step in plan), plan
