"""Tickets: numbers that are unique, never lost, and shared by the calls about one thing."""

import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import sqlite_utils
from records import MOSCOW, NOON

from ivr.call.errands import FindTicket, NoTicket, OpenTicket, Ticket
from ivr.doing.find_ticket import find_ticket
from ivr.doing.open_ticket import open_ticket
from ivr.errors import StoreBusy
from ivr.store import Store
from ivr.store import tickets as tickets_module

WANTED = OpenTicket(
    "c1", "no_power", "+79001231234", "нет света", point_id="p1", address="г. Курск, ул. Ленина, 5", branch="46"
)
LATER = NOON + timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW, ticket_start=100_001)
    yield opened
    opened.close()


def test_numbers_begin_where_the_settings_say_and_go_on(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    second = store.tickets.open(replace(WANTED, call_id="c2", point_id="p2"), now=NOON)
    assert first == Ticket(100_001, NOON, "no_power", "open", joined=False)
    assert second.number == 100_002
    assert first.opened_at.tzinfo is MOSCOW


def test_a_higher_start_is_taken_up_and_a_lower_one_never(tmp_path: Path) -> None:
    numbers = []
    for n, start in enumerate((500, 900, 100)):
        store = Store.open(tmp_path / "ivr.db", ticket_start=start)
        numbers.append(store.tickets.open(replace(WANTED, call_id=f"c{n}", point_id=f"p{n}"), now=NOON).number)
        store.close()
    assert numbers == [500, 900, 901]


def test_a_number_is_not_given_again_after_a_deletion(store: Store) -> None:
    number = store.tickets.open(WANTED, now=NOON).number
    with store._writing.transaction() as conn:
        conn.execute("DELETE FROM ticket_events")
        conn.execute("DELETE FROM tickets")
    assert store.tickets.open(WANTED, now=NOON).number == number + 1


def test_trying_again_within_a_call_gives_the_same_ticket(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    assert store.tickets.open(WANTED, now=LATER) == first
    assert store.tickets.open(replace(WANTED, text="другими словами", point_id=None), now=LATER) == first
    store.tickets.set_state(first.number, "done", now=LATER, who="me")
    assert store.tickets.open(WANTED, now=LATER).number == first.number
    assert len(store.tickets.history(first.number)) == 2


def test_the_same_call_may_have_tickets_of_several_topics(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    other = store.tickets.open(replace(WANTED, topic="quality"), now=NOON)
    assert other.number != first.number


def test_an_open_ticket_of_the_same_point_is_joined_by_another_caller(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    neighbour = store.tickets.open(replace(WANTED, call_id="c2", phone="+79007654321"), now=LATER)
    assert neighbour == replace(first, joined=True)
    assert [event.kind for event in store.tickets.history(first.number)] == ["opened", "joined"]
    assert store.tickets.open(replace(WANTED, call_id="c2", phone="+79007654321"), now=LATER).joined


def test_a_phone_joins_unless_the_places_are_known_to_differ(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    no_place = replace(WANTED, call_id="c2", point_id=None)
    other_place = replace(WANTED, call_id="c3", point_id="p2")
    assert store.tickets.open(no_place, now=NOON).number == first.number
    assert store.tickets.open(other_place, now=NOON).number != first.number


def test_a_hidden_caller_without_a_place_joins_nobody(store: Store) -> None:
    hidden = replace(WANTED, phone=None, point_id=None)
    first = store.tickets.open(hidden, now=NOON)
    assert store.tickets.open(replace(hidden, call_id="c2"), now=NOON).number != first.number


def test_a_closed_ticket_is_not_joined(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    store.tickets.set_state(first.number, "in_work", now=NOON, who="me")
    assert store.tickets.open(replace(WANTED, call_id="c2"), now=NOON).joined
    store.tickets.set_state(first.number, "done", now=NOON, who="me")
    assert not store.tickets.open(replace(WANTED, call_id="c3"), now=NOON).joined


def test_states_and_their_history(store: Store) -> None:
    number = store.tickets.open(WANTED, now=NOON).number
    done = store.tickets.set_state(number, "done", now=LATER, who="me", text="починили")
    assert done is not None
    assert (done.state, done.closed_at) == ("done", LATER)
    reopened = store.tickets.set_state(number, "open", now=LATER, who="me")
    assert reopened is not None
    assert reopened.closed_at is None
    assert [(event.kind, event.state, event.text) for event in store.tickets.history(number)][1:] == [
        ("state", "done", "починили"),
        ("state", "open", ""),
    ]
    assert store.tickets.set_state(1, "done", now=LATER, who="me") is None
    with pytest.raises(ValueError, match="no such state: 'gone'"):
        store.tickets.set_state(number, "gone", now=LATER, who="me")


def test_lists_are_by_state_branch_and_topic(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON).number
    second = store.tickets.open(replace(WANTED, call_id="c2", point_id="p2", branch="36"), now=NOON).number
    store.tickets.set_state(first, "done", now=LATER, who="me")
    assert [ticket.number for ticket in store.tickets.all()] == [second]
    assert [ticket.number for ticket in store.tickets.all(states=("done", "open"))] == [second, first]
    assert [ticket.number for ticket in store.tickets.all(states=("done", "open"), branch="46")] == [first]
    assert store.tickets.all(topic="theft") == ()


def test_category_and_cause_are_kept_and_listed_by(store: Store) -> None:
    store.tickets.open(WANTED, now=NOON)
    store.tickets.open(replace(WANTED, call_id="c2", topic="voltage", category="complaint", cause="voltage"), now=NOON)
    (complaint,) = store.tickets.all(category="complaint")
    assert (complaint.category, complaint.cause, complaint.topic) == ("complaint", "voltage", "voltage")
    (notice,) = store.tickets.all(category="notice")
    assert (notice.category, notice.cause) == ("notice", "")


def test_a_database_from_before_keeps_its_numbers_and_gets_categories(tmp_path: Path) -> None:
    path = tmp_path / "ivr.db"
    old = sqlite_utils.Database(path)
    tickets_module.migrations.apply(old, stop_before="m002_category_and_cause")
    for number, topic in ((700, "no_power"), (701, "complaint"), (702, "quality"), (703, "something else")):
        old.execute(
            "INSERT INTO tickets(number, topic, state, phone, address, text, opened, call)"
            " VALUES (?, ?, 'open', '+79001231234', '', 'до обновления', 1764061200000, ?)",
            [number, topic, f"c{number}"],
        )
    old.conn.commit()
    old.close()
    store = Store.open(path, tz=MOSCOW, ticket_start=100)
    assert [(ticket.number, ticket.category, ticket.cause) for ticket in store.tickets.all()] == [
        (703, "notice", ""),
        (702, "notice", "voltage"),
        (701, "complaint", ""),
        (700, "notice", "no_power"),
    ]
    assert store.tickets.all()[0].text == "до обновления"
    assert store.tickets.open(replace(WANTED, phone="+79000000000"), now=NOON).number == 704
    store.close()
    again = Store.open(path, tz=MOSCOW)
    assert len(again.tickets.all()) == 5
    again.close()


@pytest.mark.parametrize("number", [0, -1, 100_000, 10**30])
def test_a_number_that_is_none(store: Store, number: int) -> None:
    assert store.tickets.find(number) == NoTicket()


async def test_the_errands(store: Store) -> None:
    opened = await open_ticket(store, lambda: NOON)(WANTED)
    assert await find_ticket(store)(FindTicket(opened.number)) == opened
    assert await find_ticket(store)(FindTicket(7)) == NoTicket()


async def test_a_locked_database_is_said_to_be_busy_and_nothing_is_written(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "ivr.db", busy_seconds=0.05)
    with sqlite3.connect(tmp_path / "ivr.db") as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreBusy, match="locked") as busy:
            await open_ticket(store, lambda: NOON)(WANTED)
        other.rollback()
    assert busy.value.retryable
    assert store.tickets.all() == ()
    assert store.tickets.open(WANTED, now=NOON).number == 1
    store.close()


def test_many_at_once_have_a_number_each(store: Store, tmp_path: Path) -> None:
    numbers: list[int] = []

    def caller(n: int) -> None:
        own = Store.open(tmp_path / "ivr.db", ticket_start=100_001)
        for k in range(10):
            wanted = replace(WANTED, call_id=f"c{n}-{k}", point_id=f"p{n}-{k}", phone=None)
            numbers.append(own.tickets.open(wanted, now=NOON).number)
        own.close()

    threads = [threading.Thread(target=caller, args=(n,)) for n in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(numbers) == list(range(100_001, 100_051))


SPEAKER = """
import sys
from dataclasses import replace
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_tickets import NOON, WANTED
from ivr.store import Store

store = Store.open(Path(sys.argv[1]) / "ivr.db", ticket_start=100_001)
for n in range(1_000_000):
    ticket = store.tickets.open(replace(WANTED, call_id=f"{sys.argv[3]}-{n}", point_id=f"{sys.argv[3]}-{n}"), now=NOON)
    print(ticket.number, flush=True)
"""


def test_killed_in_the_middle_every_spoken_number_is_kept_and_none_is_given_twice(tmp_path: Path) -> None:
    here = str(Path(__file__).parent)
    spoken: list[int] = []
    for life in range(3):
        command = [sys.executable, "-c", SPEAKER, str(tmp_path), here, str(life)]
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        spoken.extend(int(child.stdout.readline()) for _ in range(20))
        child.kill()
        rest = child.stdout.read().split("\n")
        spoken.extend(int(number) for number in rest[:-1])
        child.stdout.close()
        child.wait(10)
    assert len(set(spoken)) == len(spoken)
    store = Store.open(tmp_path / "ivr.db", ticket_start=100_001)
    kept = {ticket.number for ticket in store.tickets.all(limit=1_000_000)}
    store.close()
    assert set(spoken) <= kept
    assert len(kept) <= len(spoken) + 3  # at most one a life was kept and not yet spoken


def test_after_a_day_the_same_words_are_a_new_ticket_though_nobody_closed_the_old_one(store: Store) -> None:
    first = store.tickets.open(WANTED, now=NOON)
    within = store.tickets.open(replace(WANTED, call_id="c2"), now=NOON + timedelta(hours=23, minutes=59))
    after = store.tickets.open(replace(WANTED, call_id="c3"), now=NOON + timedelta(hours=24, minutes=1))
    assert (within.number, within.joined) == (first.number, True)
    assert (after.number, after.joined) == (first.number + 1, False)
    later = store.tickets.open(replace(WANTED, call_id="c4", point_id=None), now=NOON + timedelta(hours=25))
    assert (later.number, later.joined) == (after.number, True)


def test_a_ticket_tells_how_many_other_calls_joined_it(store: Store) -> None:
    number = store.tickets.open(WANTED, now=NOON).number
    for call in ("c2", "c3", "c3"):
        store.tickets.open(replace(WANTED, call_id=call), now=LATER)
    [listed] = store.tickets.all()
    kept = store.tickets.get(number)
    assert listed.joined == 2
    assert kept == listed


def test_what_was_opened_as_danger_before_there_was_a_mark_for_it_is_urgent(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "ivr.db", tz=MOSCOW, ticket_start=1)
    store.tickets.open(replace(WANTED, topic="danger"), now=NOON)
    store.tickets.open(replace(WANTED, call_id="c2"), now=NOON)
    store.close()
    database = sqlite_utils.Database(tmp_path / "ivr.db")
    database.execute("ALTER TABLE tickets DROP COLUMN urgent")
    database.execute("DELETE FROM _sqlite_migrations WHERE name = 'm003_urgent'")
    database.conn.commit()
    database.close()
    store = Store.open(tmp_path / "ivr.db", tz=MOSCOW, ticket_start=1)
    assert [ticket.urgent for ticket in store.tickets.all()] == [True, False]
    store.close()


def test_the_callers_words_stand_behind_ours(store: Store) -> None:
    number = store.tickets.open(replace(WANTED, words=" у нас \n темно "), now=NOON).number
    stored = store.tickets.get(number)
    assert stored is not None
    assert stored.text == "нет света; said: у нас темно"
    store.tickets.open(replace(WANTED, call_id="c2", words="и у нас"), now=NOON)
    assert [event.text for event in store.tickets.history(number)] == [stored.text, "нет света; said: и у нас"]
