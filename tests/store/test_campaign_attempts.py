"""Attempts in the database: claimed once, stepped forwards only, right after kill -9 between any two steps."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON

from ivr.call.errands import KeepConsent, Promise
from ivr.campaigns.lists import Contact
from ivr.campaigns.model import Exempt, Kind, Outcome, Rules
from ivr.campaigns.recovery import Seen, Step
from ivr.store import Store
from ivr.store.campaigns import Campaign, CampaignState, ContactState

WAIVED = Rules(exempt=frozenset({Exempt.CONSENT}), approver="главный инженер Петров")
ZONES = ("Europe/Moscow",)
MINUTE = timedelta(minutes=1)


def phone(number: int) -> str:
    return f"+7900{number:07}"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def running(
    store: Store,
    contacts: int = 3,
    rules: Rules = WAIVED,
    *,
    kind: Kind = Kind.PLANNED,
    event: str = "",
    outage: str = "",
) -> Campaign:
    made = store.campaigns.make("trial", kind, rules, now=NOON, who="tester", event=event, outage=outage)
    store.campaigns.add(made, [Contact(phone(number), ZONES) for number in range(contacts)])
    assert store.campaigns.move(made.id, CampaignState.DRAFT)
    assert store.campaigns.move(made.id, CampaignState.RUNNING)
    found = store.campaigns.get(made.id)
    assert found is not None
    return found


def states(store: Store, campaign: Campaign) -> list[tuple[str, str]]:
    return [(each.state.value, each.why) for each in store.campaigns.contacts(campaign.id)]


def test_an_attempt_from_claim_to_told(store: Store) -> None:
    campaign = running(store)
    first, second = store.attempts.claim(campaign.id, 2, now=NOON, owner="a")
    assert (first.id, first.number, first.step, first.phone) == (f"out-{campaign.id}-1-1", 1, Step.CLAIMED, phone(0))
    assert not store.attempts.answered(first.id, now=NOON)  # it was never dialled
    assert store.attempts.dialling(first.id, now=NOON + MINUTE)
    assert not store.attempts.dialling(first.id, now=NOON + MINUTE)
    assert store.attempts.answered(first.id, now=NOON + 2 * MINUTE)
    heard = timedelta(seconds=12.5)
    assert store.attempts.close(first.id, Outcome.REPLIED, now=NOON + 3 * MINUTE, cause=16, heard=heard, reply="1")
    assert not store.attempts.close(first.id, Outcome.BUSY, now=NOON + 3 * MINUTE)
    kept = store.attempts.get(first.id)
    assert kept is not None
    assert (kept.step, kept.outcome, kept.cause, kept.heard, kept.reply, kept.dialled_at, kept.closed_at) == (
        Step.CLOSED, Outcome.REPLIED, 16, heard, "1", NOON + MINUTE, NOON + 3 * MINUTE,
    )  # fmt: skip
    assert states(store, campaign) == [("told", ""), ("calling", ""), ("waiting", "")]
    assert [each.id for each in store.attempts.open_of("a")] == [second.id]
    assert store.attempts.outcomes(campaign.id) == {Outcome.REPLIED: 1}
    assert store.campaigns.counts(campaign.id)[ContactState.TOLD, ""] == 1


def test_only_a_running_campaign_is_claimed_of(store: Store) -> None:
    campaign = running(store)
    assert store.campaigns.move(campaign.id, CampaignState.PAUSED)
    assert store.attempts.claim(campaign.id, 9, now=NOON, owner="a") == ()
    assert store.attempts.claim(77, 9, now=NOON, owner="a") == ()
    assert not store.campaigns.move(campaign.id, CampaignState.DONE)
    assert store.campaigns.move(campaign.id, CampaignState.STOPPED)
    assert not store.campaigns.move(campaign.id, CampaignState.RUNNING)


def test_retries_follow_the_rules_and_the_budget_ends_them(store: Store) -> None:
    campaign = running(store, 1, Rules(attempts=2, exempt=WAIVED.exempt, approver="Петров"))
    for number, now in ((1, NOON), (2, NOON + 10 * MINUTE)):
        (attempt,) = store.attempts.claim(campaign.id, 5, now=now, owner="a")
        assert attempt.number == number
        assert store.attempts.dialling(attempt.id, now=now)
        assert store.attempts.close(attempt.id, Outcome.BUSY, now=now)
        assert store.attempts.claim(campaign.id, 5, now=now + 9 * MINUTE, owner="a") == ()
    assert states(store, campaign) == [("closed", "all attempts used")]


def test_nobody_is_called_for_one_event_by_two_campaigns(store: Store) -> None:
    one, other = running(store, 3, event="planned:7"), running(store, 3, event="planned:7")
    assert store.campaigns.also_in(other) == {one.id: 3}
    busy, heard = store.attempts.claim(one.id, 2, now=NOON, owner="a")
    (third,) = store.attempts.claim(other.id, 9, now=NOON, owner="b")  # the other two are being called
    assert third.phone == phone(2)
    for attempt, outcome in ((busy, Outcome.BUSY), (heard, Outcome.HEARD), (third, Outcome.HEARD)):
        assert store.attempts.dialling(attempt.id, now=NOON)
        assert store.attempts.close(attempt.id, outcome, now=NOON)
    later = NOON + 11 * MINUTE
    (again,) = store.attempts.claim(other.id, 9, now=later, owner="b")
    assert (again.phone, again.number) == (phone(0), 2)  # one budget for both
    assert store.attempts.claim(one.id, 9, now=later, owner="a") == ()
    assert states(store, one) == [("waiting", ""), ("told", ""), ("closed", "told already")]
    assert states(store, other) == [("calling", ""), ("closed", "told already"), ("told", "")]


def test_stop_list_and_consent_at_the_moment_of_the_call(store: Store) -> None:
    campaign = running(store, 4, Rules())
    for number in (0, 1):
        store.consents.give(KeepConsent("outage_notices", phone(number), "c1", "q", "Сообщать?"), now=NOON)
    store.consents.give(KeepConsent("survey", phone(2), "c1", "q", "Опрос?"), now=NOON)
    store.stop_list.add(phone(1), None, reason="asked", source="tester", now=NOON)
    (only,) = store.attempts.claim(campaign.id, 9, now=NOON, owner="a")
    assert only.phone == phone(0)
    assert states(store, campaign) == [
        ("calling", ""), ("closed", "on the stop list"), ("closed", "no consent"), ("closed", "no consent"),
    ]  # fmt: skip


def test_a_promise_to_tell_when_the_light_is_back_is_leave_for_that_outage_only(store: Store) -> None:
    for number, outage in ((0, "mrsk:7"), (1, "mrsk:8")):
        store.promises.make(Promise("restored_notice", phone(number), f"c{number}", "why", outage=outage), now=NOON)
    campaign = running(store, 2, Rules(), kind=Kind.RESTORED, outage="mrsk:7")
    assert [each.phone for each in store.attempts.claim(campaign.id, 9, now=NOON, owner="a")] == [phone(0)]
    moved = running(store, 2, Rules(), kind=Kind.MOVED, outage="mrsk:7")
    assert store.attempts.claim(moved.id, 9, now=NOON, owner="a") == ()


def test_who_opts_out_is_on_the_stop_list_of_that_kind(store: Store) -> None:
    campaign = running(store, 1)
    (attempt,) = store.attempts.claim(campaign.id, 1, now=NOON, owner="a")
    store.attempts.dialling(attempt.id, now=NOON)
    store.attempts.close(attempt.id, Outcome.OPTED_OUT, now=NOON)
    assert states(store, campaign) == [("closed", "opted out")]
    assert store.stop_list.stops(phone(0), Kind.PLANNED)
    assert not store.stop_list.stops(phone(0), Kind.SURVEY)
    (row,) = store.stop_list.latest(5)
    assert (row.source, row.reason) == (attempt.id, "opted out")


def test_an_attempt_cannot_end_against_its_step(store: Store) -> None:
    campaign = running(store, 1)
    (attempt,) = store.attempts.claim(campaign.id, 1, now=NOON, owner="a")
    with pytest.raises(ValueError, match="cannot end as busy"):
        store.attempts.close(attempt.id, Outcome.BUSY, now=NOON)
    assert store.attempts.dialling(attempt.id, now=NOON)
    with pytest.raises(ValueError, match="cannot end as not_dialled"):
        store.attempts.close(attempt.id, Outcome.NOT_DIALLED, now=NOON)
    assert not store.attempts.close("out-9-9-9", Outcome.BUSY, now=NOON)


def test_out_of_hours_contacts_wait_and_are_not_looked_at_again(store: Store) -> None:
    campaign = running(store, 2)
    night = NOON.replace(hour=22)
    assert store.attempts.claim(campaign.id, 9, now=night, owner="a") == ()
    morning = NOON.replace(hour=9) + timedelta(days=1)
    assert [each.next_at for each in store.campaigns.contacts(campaign.id)] == [morning, morning]
    assert len(store.attempts.claim(campaign.id, 9, now=morning, owner="a")) == 2


def test_a_campaign_that_is_not_whole_cannot_be_used(store: Store) -> None:
    made = store.campaigns.make("half", Kind.PLANNED, WAIVED, now=NOON, who="tester")
    assert store.campaigns.add(made, [Contact(phone(1), ZONES), Contact(phone(1), ZONES)]) == 1
    assert not store.campaigns.move(made.id, CampaignState.RUNNING)
    whole = running(store, 1)
    with pytest.raises(ValueError, match="not being made"):
        store.campaigns.add(whole, [Contact(phone(9), ZONES)])
    assert store.campaigns.forget(made.id)
    assert not store.campaigns.forget(made.id)
    assert not store.campaigns.forget(whole.id)  # it has begun
    assert [each.id for each in store.campaigns.latest(9)] == [whole.id]
    assert list(store.campaigns.contacts(made.id)) == []
    with pytest.raises(ValueError, match="cannot be set aside"):
        store.campaigns.make("x", Kind.SURVEY, WAIVED, now=NOON, who="tester")


CLAIMER = """
import sys
from datetime import datetime
from pathlib import Path
from ivr.store import Store

path, campaign, owner, now = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])
store = Store.open(path)
print("ready", flush=True)
sys.stdin.readline()
while found := store.attempts.claim(campaign, 3, now=now, owner=owner):
    for attempt in found:
        print(attempt.id, attempt.phone, flush=True)
"""


def started(script: str, *args: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", script, *args], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_two_processes_claim_at_once_and_nobody_is_claimed_twice(store: Store) -> None:
    one, other = running(store, 120, event="e"), running(store, 120, event="e")
    args = [(str(campaign.id), owner) for campaign in (one, other) for owner in (f"a{campaign.id}", f"b{campaign.id}")]
    path = str(store.stop_list._db.path)
    processes = [started(CLAIMER, path, *each, NOON.isoformat()) for each in args]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    claimed = [line for process in processes for line in process.communicate(timeout=60)[0].splitlines()]
    assert [process.returncode for process in processes] == [0] * 4
    ids, phones = zip(*(line.split() for line in claimed), strict=True)
    assert len(set(ids)) == len(ids)
    assert sorted(phones) == [phone(number) for number in range(120)]


DYING = """
import os, signal, sys
from datetime import datetime
from pathlib import Path
from ivr.campaigns.model import Outcome
from ivr.store import Store

path, campaign, step, now = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], datetime.fromisoformat(sys.argv[4])
store = Store.open(path)
print("ready", flush=True)

def die_at(name):
    if name == step:
        os.kill(os.getpid(), signal.SIGKILL)

class Dying:
    '''The connection that dies inside of a transaction, before it is committed.'''
    def __init__(self, real): self.real = real
    def __getattr__(self, name): return getattr(self.real, name)
    def transaction(self):
        import contextlib
        @contextlib.contextmanager
        def inside():
            with self.real.transaction() as conn:
                yield conn
                os.kill(os.getpid(), signal.SIGKILL)
        return inside()

def dies_within(name):
    if name == step:
        store.attempts._db = Dying(store.attempts._db)

dies_within("within claim")
(attempt,) = store.attempts.claim(campaign, 1, now=now, owner="dead")
die_at("claimed")
dies_within("within dialling")
store.attempts.dialling(attempt.id, now=now)
die_at("dialling")
dies_within("within answered")
store.attempts.answered(attempt.id, now=now)
die_at("answered")
dies_within("within close")
store.attempts.close(attempt.id, Outcome.HEARD, now=now)
die_at("closed")
"""
GONE, ALIVE, BUSY = Seen(), Seen(alive=True), Seen(recorded=Outcome.BUSY)


@pytest.mark.parametrize(
    ("step", "seen", "after"),
    [
        ("within claim", GONE, "waiting"),
        ("claimed", GONE, "waiting"),
        ("within dialling", GONE, "waiting"),
        ("dialling", GONE, "in doubt"),
        ("dialling", ALIVE, "calling"),
        ("dialling", BUSY, "busy"),
        ("within answered", GONE, "in doubt"),
        ("answered", GONE, "in doubt"),
        ("answered", ALIVE, "calling"),
        ("within close", GONE, "in doubt"),
        ("within close", Seen(recorded=Outcome.HEARD), "told"),
        ("closed", GONE, "told"),
    ],
)
def test_killed_at_any_step_nobody_is_called_twice_and_nobody_forgotten(
    store: Store, step: str, seen: Seen, after: str
) -> None:
    campaign = running(store, 1)
    process = started(DYING, str(store.stop_list._db.path), str(campaign.id), step, NOON.isoformat())
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert store.attempts.claim(campaign.id, 1, now=NOON, owner="new") == () or step == "within claim"
    for _ in range(2):  # killed during recovery itself, it is done again
        doubtful = store.attempts.recover("dead", lambda _: seen, now=NOON)
    assert doubtful == ()
    (contact,) = store.campaigns.contacts(campaign.id)
    if step == "within claim":
        assert contact.state is ContactState.CALLING  # claimed by the new engine, above
        return
    again = store.attempts.claim(campaign.id, 1, now=NOON, owner="new")
    assert len(again) == (after == "waiting")
    expected = {
        "waiting": (ContactState.WAITING, Outcome.NOT_DIALLED, ""),
        "in doubt": (ContactState.CLOSED, Outcome.IN_DOUBT, "an attempt is in doubt"),
        "calling": (ContactState.CALLING, None, ""),
        "busy": (ContactState.WAITING, Outcome.BUSY, ""),
        "told": (ContactState.TOLD, Outcome.HEARD, ""),
    }
    assert (contact.state, contact.outcome, contact.why) == expected[after]
