"""Consents: provable, once per call, for one kind and phone, withdrawn at any time."""

import ast
import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from records import MOSCOW, NOON, call

from ivr.call.errands import Consent, FindConsent, KeepConsent, NoConsent, NotHeard
from ivr.call.journal import encode
from ivr.call.model import Abandoned, Answer, CallRecord, Digits, Entry, Outcome, Prompt, Told
from ivr.call.verbs import Ask
from ivr.doing.find_consent import find_consent
from ivr.doing.keep_consent import keep_consent
from ivr.doing.words import Words
from ivr.prompts import PromptBook
from ivr.runner import Runner
from ivr.settings import load_settings
from ivr.store import Store
from ivr.store.consents import KINDS, text_version
from ivr.store.transcript import masked, reasons
from tests.fakes import FakeChannel, FakeJournal

PHONE = "+79001231234"
ASKED = "Прислать вам время в СМС? Нажмите один."
WANTED = KeepConsent("sms", PHONE, "c1", "offer_sms", ASKED, how="1")
LATER = NOON + timedelta(days=3)
SOURCES = Path(__file__).parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


def test_a_consent_is_kept_with_all_that_proves_it(store: Store) -> None:
    given = store.consents.give(WANTED, now=NOON)
    assert given == Consent(given.id, "sms", PHONE, "c1", text_version(ASKED), NOON)
    (kept,) = store.consents.all(PHONE)
    assert (kept.phone, kept.call, kept.given_at, kept.text, kept.how, kept.prompt) == (
        PHONE,
        "c1",
        NOON,
        ASKED,
        "1",
        "offer_sms",
    )
    assert kept.text_version == given.text_version
    assert (kept.withdrawn_at, kept.withdrawn_by) == (None, None)


def test_other_words_are_another_version() -> None:
    assert text_version(ASKED) == text_version(str(ASKED))
    assert text_version(ASKED) != text_version(ASKED + " ")
    assert len(text_version("")) == 12


def test_trying_again_within_a_call_gives_the_same_consent(store: Store) -> None:
    first = store.consents.give(WANTED, now=NOON)
    assert store.consents.give(WANTED, now=LATER) == first
    assert store.consents.give(replace(WANTED, kind="survey"), now=NOON).id != first.id
    assert store.consents.give(replace(WANTED, call_id="c2"), now=LATER).id != first.id
    assert len(store.consents.all(PHONE)) == 3


@pytest.mark.parametrize("text", ["", "  "])
def test_words_that_are_not_known_prove_nothing(store: Store, text: str) -> None:
    with pytest.raises(ValueError, match="needs the words"):
        store.consents.give(replace(WANTED, text=text), now=NOON)
    assert store.consents.all(PHONE) == ()


def test_a_consent_is_for_its_own_kind_and_phone(store: Store) -> None:
    given = store.consents.give(WANTED, now=NOON)
    assert store.consents.of(PHONE, "sms") == given
    for kind in KINDS:
        if kind != "sms":
            assert store.consents.of(PHONE, kind) is None
    assert store.consents.of("+79007654321", "sms") is None
    assert store.consents.holds(given)
    assert not store.consents.holds(replace(given, phone="+79007654321"))
    assert not store.consents.holds(replace(given, kind="survey"))
    assert not store.consents.holds(replace(given, id=given.id + 1))


def test_withdrawing_ends_every_consent_of_the_kind_and_keeps_the_proof(store: Store) -> None:
    first = store.consents.give(WANTED, now=NOON)
    second = store.consents.give(replace(WANTED, call_id="c2"), now=NOON)
    other = store.consents.give(replace(WANTED, kind="survey"), now=NOON)
    assert store.consents.withdraw(PHONE, "sms", now=LATER, who="me") == 2
    assert not store.consents.holds(first)
    assert not store.consents.holds(second)
    assert store.consents.holds(other)
    assert store.consents.of(PHONE, "sms") is None
    withdrawn = [kept for kept in store.consents.all(PHONE) if kept.kind == "sms"]
    assert [(kept.withdrawn_at, kept.withdrawn_by, kept.text) for kept in withdrawn] == [(LATER, "me", ASKED)] * 2
    assert store.consents.withdraw(PHONE, "sms", now=LATER, who="me") == 0


def test_who_withdrew_may_agree_again_in_the_same_call(store: Store) -> None:
    first = store.consents.give(WANTED, now=NOON)
    store.consents.withdraw(PHONE, "sms", now=NOON, who="me")
    again = store.consents.give(WANTED, now=LATER)
    assert again.id != first.id
    assert store.consents.of(PHONE, "sms") == again


def test_only_the_store_makes_consents() -> None:
    """126-ФЗ: a Consent in a script's hands is a row on the disk."""
    makers = set()
    for package in ("ivr", "robot", "outage_feed"):
        for path in (SOURCES / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "Consent":
                    makers.add(str(path.relative_to(SOURCES)))
    assert makers == {"ivr/store/consents.py"}


# ── the errand ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def words(tmp_path: Path) -> Words:
    (tmp_path / "ivr.toml").write_text("")
    made = Words(load_settings(tmp_path, {}), lambda: NOON)
    made.by_book(lambda: PromptBook.parse({"a.yaml": 'offer_sms:\n  says: "Прислать сообщение? Нажмите один."\n'}))
    return made


async def test_what_is_kept_is_what_the_call_really_heard(store: Store, words: Words) -> None:
    consents: list[object] = []

    async def script() -> Outcome:
        await Ask(Prompt("offer_sms"))
        consents.append(await KeepConsent("sms", PHONE, "c9", "offer_sms", "what the script believes", how="1"))
        return Told("sms")

    runner = Runner({KeepConsent: keep_consent(store, lambda: NOON, words)}, FakeJournal(), lambda: NOON)
    words.of_calls(runner.live)
    answers: list[Answer] = [Digits("1")]
    await runner.run_call(call("c9"), script, FakeChannel.with_answers(answers))
    (kept,) = store.consents.all(PHONE)
    assert consents == [store.consents.of(PHONE, "sms")]
    assert kept.text == "offer_sms"  # as FakeChannel says it
    assert kept.call == "c9"


async def test_what_the_running_call_has_not_heard_is_not_agreed_to(store: Store, words: Words) -> None:
    answers: list[object] = []

    async def script() -> Outcome:
        answers.append(await KeepConsent("sms", PHONE, "c9", "offer_sms", "what the script believes", how="3"))
        return Told("sms")

    runner = Runner({KeepConsent: keep_consent(store, lambda: NOON, words)}, FakeJournal(), lambda: NOON)
    words.of_calls(runner.live)
    await runner.run_call(call("c9"), script, FakeChannel.with_answers([]))
    assert answers == [NotHeard()]
    assert store.consents.all(PHONE) == ()


async def test_without_a_running_call_the_words_are_those_of_the_script_or_of_the_book(
    store: Store, words: Words
) -> None:
    do = keep_consent(store, lambda: NOON, words)
    await do(WANTED)
    await do(replace(WANTED, call_id="c2", text=""))
    assert [kept.text for kept in store.consents.all(PHONE)] == ["Прислать сообщение? Нажмите один.", ASKED]


async def test_many_at_once_are_one_consent_per_call(store: Store, words: Words) -> None:
    do = keep_consent(store, lambda: NOON, words)
    given = await asyncio.gather(*(do(WANTED) for _ in range(20)))
    assert len({consent.id for consent in given}) == 1


def test_a_call_with_a_consent_is_shown_masked(store: Store) -> None:
    consent = store.consents.give(WANTED, now=NOON)
    entries = (Entry(0, 0.0, 0.1, WANTED, consent),)
    of = call("c1")
    record = CallRecord(of, "plan-1", Abandoned(), NOON, entries)
    shown = json.dumps(masked(encode(record)), ensure_ascii=False)
    lines = " ".join(line.text for line in reasons(record, Told().kind, full=False))
    assert "9001231234" not in shown
    assert "9001231234" not in lines
    assert "offer_sms" in lines


async def test_a_consent_that_holds_is_found_and_a_withdrawn_one_is_not(store: Store) -> None:
    find = find_consent(store)
    assert await find(FindConsent("sms", PHONE)) == NoConsent()
    given = store.consents.give(WANTED, now=NOON)
    assert await find(FindConsent("sms", PHONE)) == given
    assert await find(FindConsent("outage_notices", PHONE)) == NoConsent(), "each kind needs its own"
    store.consents.withdraw(PHONE, "sms", now=NOON, who="test")
    assert await find(FindConsent("sms", PHONE)) == NoConsent()
