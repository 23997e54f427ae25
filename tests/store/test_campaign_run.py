"""Whole campaigns against a made-up carrier, by engines that die now and then: nobody twice, nobody forgotten."""

import random
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from records import MOSCOW, NOON

from ivr.campaigns.lists import Contact
from ivr.campaigns.model import OURS, TOLD, Exempt, Kind, Outcome, Rules
from ivr.campaigns.recovery import Seen, Step
from ivr.store import Store
from ivr.store.attempts import Attempt
from ivr.store.campaigns import CampaignState, ContactState

RULES = Rules(attempts=3, faults=4, exempt=frozenset({Exempt.CONSENT}), approver="Петров")
ENDS = [outcome for outcome in Outcome if outcome not in (Outcome.IN_DOUBT, Outcome.NOT_DIALLED)]
ZONES = (("Europe/Moscow",), ("Asia/Kamchatka",), ("Asia/Yakutsk", "Asia/Srednekolymsk"))
CONTACTS = 40


def one_call(store: Store, attempt: Attempt, chance: random.Random, now: datetime) -> Step:
    """Dial an attempt; gives the step at which its engine died, ``closed`` if it did not."""
    for step, go_on in (
        (Step.CLAIMED, lambda: store.attempts.dialling(attempt.id, now=now)),
        (Step.DIALLING, lambda: store.attempts.answered(attempt.id, now=now)),
        (Step.ANSWERED, lambda: store.attempts.close(attempt.id, chance.choice(ENDS), now=now)),
    ):
        if chance.random() < 0.04:
            return step
        assert go_on()
    return Step.CLOSED


@pytest.mark.parametrize("seed", range(4))
def test_nobody_is_told_twice_and_nobody_is_forgotten(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    store = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    campaigns = []
    for _ in range(2):  # half of the people are in both
        made = store.campaigns.make("one", Kind.PLANNED, RULES, now=NOON, who="t", event="planned:7")
        first = len(campaigns) * CONTACTS // 2
        people = range(first, first + CONTACTS)
        store.campaigns.add(made, [Contact(f"+7900{at:07}", ZONES[at % len(ZONES)]) for at in people])
        assert store.campaigns.move(made.id, CampaignState.DRAFT)
        assert store.campaigns.move(made.id, CampaignState.RUNNING)
        campaigns.append(made)
    zones = {each.contact.phone: each.contact.zones for made in campaigns for each in store.campaigns.contacts(made.id)}
    now, made_attempts, engines = NOON, [], 0
    for _ in range(600):
        for campaign in campaigns:
            owner = f"engine {engines}"
            claimed = store.attempts.claim(campaign.id, 5, now=now, owner=owner)
            made_attempts += [attempt.id for attempt in claimed]
            for attempt in claimed:
                for zone in zones[attempt.phone]:
                    assert 9 <= now.astimezone(ZoneInfo(zone)).hour < 20
                if one_call(store, attempt, chance, now) is not Step.CLOSED:
                    engines += 1
                    assert store.attempts.recover(owner, lambda _: Seen(), now=now) is not None
                    assert store.attempts.open_of(owner) == ()
                    break
        now += timedelta(minutes=20)
    attempts = [attempt for id in made_attempts if (attempt := store.attempts.get(id)) is not None]
    assert len({(attempt.phone, attempt.number) for attempt in attempts}) == len(attempts) == len(made_attempts)
    assert engines > 3
    told = Counter(attempt.phone for attempt in attempts if attempt.outcome in TOLD)
    assert max(told.values()) == 1
    uncounted = OURS | {Outcome.NOT_DIALLED}
    calls = Counter(attempt.phone for attempt in attempts if attempt.outcome not in uncounted)
    assert max(calls.values()) <= RULES.attempts
    for made in campaigns:
        contacts = list(store.campaigns.contacts(made.id))
        assert len(contacts) == CONTACTS
        for each in contacts:
            assert each.state in (ContactState.TOLD, ContactState.CLOSED), each
            assert each.state is ContactState.TOLD or each.why
        counts = store.campaigns.counts(made.id)
        assert sum(counts.values()) == CONTACTS
    assert set(told) == {
        each.contact.phone
        for made in campaigns
        for each in store.campaigns.contacts(made.id)
        if each.state is ContactState.TOLD
    }
    store.close()
