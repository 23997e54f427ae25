"""``ivr callbacks`` and ``ivr consents`` on a real database; and a whole call whose errands fill it."""

import json
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result

from ivr.app import open_house
from ivr.call.errands import Consent, KeepConsent, Promise, SendSms
from ivr.call.model import Answer, Call, Digits, Outcome, Prompt, Told
from ivr.call.verbs import Ask
from ivr.cli import main
from ivr.runner import Runner
from ivr.settings import load_settings
from ivr.store import Store
from tests.fakes import FakeChannel, FakeJournal

NOW = datetime.now(ZoneInfo("Europe/Moscow")).replace(microsecond=0)
ROOT = Path(__file__).parents[2]
PHONE = "+79001231234"
Cli = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("[line]\ncallback_hours = 3\n")
    shutil.copytree(ROOT / "prompts", tmp_path / "prompts")
    return tmp_path


@pytest.fixture
def cli(home: Path) -> Cli:
    def run(*args: str) -> Result:
        return CliRunner().invoke(main, [*args, "--home", str(home)], catch_exceptions=False)

    return run


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = Store.open(home / "var" / "ivr.db")
    yield opened
    opened.close()


def loaded(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def audited(cli: Cli) -> list[tuple[str, str]]:
    return [(read["command"], read["subject"]) for read in loaded(cli("calls", "audit", "--json"))]


# ── callbacks ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def promised(store: Store) -> None:
    long_ago = NOW - timedelta(hours=5)
    store.promises.make(Promise("callback", PHONE, "c1", "nobody answered", ticket=100_001), now=NOW)
    store.promises.make(Promise("callback", "+79007654321", "c2", "nobody answered"), now=long_ago)
    store.promises.make(Promise("restored_notice", PHONE, "c3", "outage", point_id="p1", outage="o1"), now=NOW)


@pytest.mark.usefixtures("promised")
def test_promises_are_listed_masked_those_due_first(cli: Cli) -> None:
    rows = loaded(cli("callbacks", "list", "--json"))
    assert [(row["call"], row["phone"], row["overdue"], row["point"]) for row in rows] == [
        ("c2", "+7***4321", True, None),
        ("c1", "+7***1234", False, None),
        ("c3", "+7***1234", False, None),
    ]
    table = cli("callbacks", "list").output
    assert "nobody answered" in table
    assert "9001231234" not in table
    assert audited(cli) == []


@pytest.mark.usefixtures("promised")
def test_full_numbers_are_shown_and_written_down(cli: Cli) -> None:
    rows = loaded(cli("callbacks", "list", "--kind", "callback", "--full", "--json"))
    assert [row["phone"] for row in rows] == ["+79007654321", PHONE]
    assert audited(cli) == [("callbacks list", "2 promises")]


@pytest.mark.usefixtures("promised")
def test_only_those_that_are_overdue(cli: Cli) -> None:
    assert [row["call"] for row in loaded(cli("callbacks", "list", "--overdue", "--json"))] == ["c2"]
    assert loaded(cli("callbacks", "list", "--overdue", "--kind", "restored_notice", "--json")) == []


@pytest.mark.usefixtures("promised")
def test_a_promise_is_closed_once(cli: Cli) -> None:
    assert "promise 2 is done now" in cli("callbacks", "done", "2").output
    again = cli("callbacks", "drop", "2")
    assert again.exit_code == 1
    assert "is done already" in again.stderr
    assert loaded(cli("callbacks", "drop", "1", "--json"))["state"] == "dropped"
    assert [row["id"] for row in loaded(cli("callbacks", "list", "--json"))] == [3]
    closed = loaded(cli("callbacks", "list", "--state", "done", "--json"))
    assert [(row["id"], bool(row["who"]), row["overdue"]) for row in closed] == [(2, True, False)]
    assert len(loaded(cli("callbacks", "list", "--all", "--json"))) == 3


@pytest.mark.usefixtures("promised")
def test_a_promise_that_is_not_there(cli: Cli) -> None:
    for command in ("done", "drop"):
        result = cli("callbacks", command, "77")
        assert result.exit_code == 2
        assert "no such promise: 77" in result.stderr
    assert cli("callbacks", "list", "--kind", "flowers").exit_code == 2


# ── consents ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def agreed(store: Store) -> None:
    store.consents.give(KeepConsent("sms", PHONE, "c1", "offer_sms", "Прислать время? [один]", how="1"), now=NOW)
    store.consents.give(KeepConsent("survey", PHONE, "c1", "offer_survey", "Ответить на вопрос?"), now=NOW)


@pytest.mark.usefixtures("agreed")
def test_consents_are_listed_with_their_words_and_the_read_is_written_down(cli: Cli) -> None:
    rows = loaded(cli("consents", "list", "8 900 123-12-34", "--json"))
    assert [(row["kind"], row["text"], row["how"], row["call"]) for row in rows] == [
        ("survey", "Ответить на вопрос?", "", "c1"),
        ("sms", "Прислать время? [один]", "1", "c1"),
    ]
    assert "[один]" in cli("consents", "list", PHONE).output
    assert loaded(cli("consents", "list", "+79990000000", "--json")) == []
    assert audited(cli) == [
        ("consents list", "+7***0000"),
        ("consents list", "+7***1234"),
        ("consents list", "+7***1234"),
    ]


@pytest.mark.usefixtures("agreed")
def test_the_newest_consents_of_all_phones_are_listed_masked_without_their_words(cli: Cli) -> None:
    rows = loaded(cli("consents", "list", "--json"))
    assert [(row["kind"], row["phone"], row["call"]) for row in rows] == [
        ("survey", "+7***1234", "c1"),
        ("sms", "+7***1234", "c1"),
    ]
    table = cli("consents", "list", "--limit", "1").output
    assert "survey" in table
    assert "sms" not in table
    assert "Ответить" not in table
    assert PHONE not in table
    assert audited(cli) == []


@pytest.mark.usefixtures("agreed")
def test_withdrawing(cli: Cli) -> None:
    done = cli("consents", "withdraw", PHONE, "sms")
    assert "withdrawn: sms of +7***1234" in done.output
    sms, survey = sorted(loaded(cli("consents", "list", PHONE, "--json")), key=lambda row: row["kind"])
    assert (bool(sms["withdrawn_at"]), bool(sms["withdrawn_by"]), survey["withdrawn_at"]) == (True, True, None)
    again = cli("consents", "withdraw", PHONE, "sms")
    assert again.exit_code == 1
    assert "no consent to sms of +7***1234" in again.stderr
    assert ("consents withdraw", "+7***1234 sms") in audited(cli)


@pytest.mark.usefixtures("agreed")
def test_what_is_no_number_and_no_kind(cli: Cli) -> None:
    assert cli("consents", "list", "dispatcher").exit_code == 2
    assert loaded(cli("consents", "list", "+375 29 123-45-67", "--json")) == []
    assert cli("consents", "withdraw", PHONE, "flowers").exit_code == 2


# ── all of it in a call ────────────────────────────────────────────────────────────────────────────────────────


async def test_a_call_fills_the_store_through_the_house(home: Path) -> None:
    """Consent, SMS and promise, by the handlers that the engine has, with the shipped prompts."""
    call = Call("c7", PHONE, "88002200220", NOW)
    answers: list[Answer] = [Digits("1")]
    given: list[object] = []

    async def script() -> Outcome:
        await Ask(Prompt("ticket_offer"))
        consent = await KeepConsent("sms", PHONE, call.id, "ticket_offer")
        assert isinstance(consent, Consent)
        given.append(consent)
        given.append(await SendSms(consent, Prompt("ticket_opened", number=100_204), call.id))
        given.append(await Promise("callback", PHONE, call.id, "nobody answered"))
        return Told("all")

    with open_house(load_settings(home, {}), lambda: NOW) as house:
        runner = Runner(house.handlers, FakeJournal(), house.clock)
        house.words.of_calls(runner.live)
        assert await runner.run_call(call, script, FakeChannel.with_answers(answers)) == Told("all")
        assert [type(answer).__name__ for answer in given] == ["Consent", "Sent", "Promised"]
        assert house.store.consents.of(PHONE, "sms") == given[0]
        assert [(kept.text, kept.how) for kept in house.store.consents.all(PHONE)] == [
            ("ticket_offer", "1")  # as FakeChannel says it
        ]
        assert [message.state for message in house.store.sms.of_call("c7")] == ["sent"]
        assert [kept.due_at for kept in house.store.promises.all()] == [NOW + timedelta(hours=3)]
    (line,) = (home / "var" / "sms" / "outbox.jsonl").read_text("utf-8").splitlines()
    assert json.loads(line)["text"] == "Обращение зарегистрировано. Номер 100204. Повторю: 100204."
