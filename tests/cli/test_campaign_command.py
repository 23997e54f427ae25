"""``ivr campaign`` on a real database: made of lists and outages, checked, shown; nothing is unmasked unasked."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.call.errands import KeepConsent, Promise
from ivr.campaigns.lists import Contact
from ivr.campaigns.model import Kind, Outcome, Rules
from ivr.cli import main
from ivr.store import Store
from ivr.store.campaigns import CampaignState
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Address, Outage, ServicePoint, Street
from outage_feed.model import Kind as OutageKind
from outage_feed.names import parse_settlement
from outage_feed.store import GridStore

NOW = datetime.now(MOSCOW).replace(microsecond=0)
VILLAGE = parse_settlement("с. Бабяково", district="Новоусманский р-н", region="36")
Cli = Callable[..., Result]


def phone(number: int) -> str:
    return f"+7900123450{number}"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("")
    return tmp_path


@pytest.fixture
def cli(home: Path) -> Cli:
    def run(*args: str) -> Result:
        return CliRunner().invoke(main, [*args, "--home", str(home)], catch_exceptions=False)

    return run


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    opened = Store.open(home / "var" / "ivr.db", tz=MOSCOW)
    yield opened
    opened.close()


@pytest.fixture
def list_file(home: Path) -> Path:
    file = home / "heads.csv"
    lines = [
        "Телефон;Регион;Адрес",
        f"{phone(1)};36;ул. Мира, 5",
        f"{phone(2)};;ул. Мира, 7",
        "нет;36;",
        f"{phone(1)};36;",
    ]
    file.write_text("\n".join(lines), "utf-8")
    return file


def loaded(result: Result, code: int = 0) -> Any:
    assert result.exit_code == code, result.output
    return json.loads(result.stdout)


def audited(store: Store) -> list[tuple[str, str]]:
    return [(read.command, read.subject) for read in store.audit.latest()]


def agree(store: Store, *numbers: int) -> None:
    for number in numbers:
        store.consents.give(KeepConsent("outage_notices", phone(number), f"c{number}", "q", "Сообщать?"), now=NOW)


@pytest.fixture
def outage(store: Store, home: Path) -> Outage:
    """One that begins in five days at ул. Мира 1 to 9 of Бабяково, where four points have three telephones."""
    with GridStore.open(home / "var" / "ivr.db") as grid:
        houses = (("p1", "1", (1,)), ("p2", "3", (1, 2)), ("p3", "5", ()), ("p4", "11", (3,)))
        grid.save_points(
            ServicePoint(id, Address(VILLAGE, Street("Мира", "ул"), house), phones=tuple(map(phone, numbers)))
            for id, house, numbers in houses
        )
        start = NOW + timedelta(days=5)
        area = parse_area(VILLAGE, "ул. Мира 1, 3, 5")
        wanted = Outage(
            "", "dispatcher", start, (area,), "ул. Мира", "36", OutageKind.PLANNED, start + timedelta(hours=4)
        )
        return grid.add(wanted, NOW)


@pytest.mark.usefixtures("store")
def test_a_list_becomes_a_campaign_with_an_error_file(cli: Cli, list_file: Path, store: Store) -> None:
    agree(store, 1, 2)
    made = loaded(cli("campaign", "create", "--kind", "planned", "--list", str(list_file), "--json"), 1)
    assert (made["id"], made["contacts"], made["bad"], made["repeated"], made["event"]) == (1, 2, 1, 1, "campaign:1")
    assert (made["reachable"], made["unreachable"]) == (1, {"time zone not known": 1})
    errors = list(csv.DictReader(io.StringIO(Path(made["errors"]).read_text("utf-8-sig"))))
    assert [(row["line"], row["problem"]) for row in errors] == [
        ("4", "not a telephone number: нет"),
        ("5", "the same telephone as in line 2"),
    ]
    (only,) = store.campaigns.latest(9)
    assert (only.name, only.state) == ("heads", CampaignState.DRAFT)


@pytest.mark.usefixtures("store")
def test_in_words_no_telephone_is_shown(cli: Cli, list_file: Path) -> None:
    shown = cli("campaign", "create", "--kind", "planned", "--list", str(list_file), "--region", "36")
    assert shown.exit_code == 1
    assert "2 contacts, 1 bad rows, 1 repeated telephones left out" in shown.stdout
    assert "cannot be called: 2: no consent" in shown.stdout
    assert "line 4: not a telephone number" in shown.stderr
    assert "900123" not in shown.output
    assert "campaign check 1" in shown.stdout


@pytest.mark.usefixtures("store")
def test_a_dry_run_keeps_nothing(cli: Cli, list_file: Path, store: Store) -> None:
    told = loaded(cli("campaign", "create", "--kind", "survey", "--list", str(list_file), "--dry-run", "--json"), 1)
    assert (told["contacts"], told["errors"]) == (2, None)
    assert store.campaigns.latest(9) == ()
    assert [file.name for file in list_file.parent.glob("*.csv")] == ["heads.csv"]


@pytest.mark.usefixtures("store")
def test_what_makes_no_sense_is_said_and_nothing_is_kept(cli: Cli, list_file: Path, store: Store) -> None:
    listed = ("campaign", "create", "--list", str(list_file), "--kind")
    for wrong, message in (
        (("planned", "--outage", "7"), "either --list FILE or --outage ID"),
        (("planned", "--hours", "20-9"), "must open before they close"),
        (("planned", "--hours", "9-25"), "are no hours"),
        (("planned", "--days", "fri-mon"), "are no days"),
        (("planned", "--again", "heard=5m"), "is no wait"),
        (("planned", "--days-before", "2"), "goes with --outage"),
        (("planned", "--region", "Марс"), "not a region"),
        (("planned", "--timezone", "Mars/Base"), "no such time zone"),
        (("planned", "--set-aside", "consent"), "needs the name"),
        (("planned", "--set-aside", "stop-list", "--approved-by", "Петров"), "cannot be set aside for planned"),
        (("survey", "--set-aside", "consent", "--approved-by", "Петров"), "cannot be set aside for survey"),
        (("planned", "--errors", str(list_file)), "names the list itself"),
    ):
        result = cli(*listed, *wrong)
        assert result.exit_code == 2, (wrong, result.output)
        assert message in " ".join(result.stderr.split()), wrong
    assert cli("campaign", "create", "--kind", "planned", "--outage", "nothing:7").exit_code == 2
    list_file.write_text("Телефон\nнет\n", "utf-8")
    nobody = cli(*listed, "planned")
    assert nobody.exit_code == 1
    assert "there is nobody to call" in nobody.stderr
    assert store.campaigns.latest(9) == ()


def test_an_outage_gives_its_addresses_telephones_and_deadline(cli: Cli, outage: Outage, store: Store) -> None:
    agree(store, 1)
    made = loaded(
        cli(
            "campaign",
            "create",
            "--kind",
            "planned",
            "--outage",
            "1",
            "--days-before",
            "2",
            "--attempts",
            "2",
            "--json",
        )
    )
    assert (made["contacts"], made["event"]) == (2, "planned:dispatcher:1")  # p3 has no telephone, p4 is elsewhere
    assert (made["reachable"], made["unreachable"], made["deadline_missed"]) == (1, {"no consent": 1}, False)
    (campaign,) = store.campaigns.latest(9)
    assert (campaign.outage, campaign.rules.deadline, campaign.rules.attempts) == (
        outage.id, outage.start - timedelta(days=2), 2,
    )  # fmt: skip
    kept = [each.contact for each in store.campaigns.contacts(1)]
    assert [(each.phone, each.zones, each.point) for each in kept] == [
        (phone(1), ("Europe/Moscow",), "p1"),
        (phone(2), ("Europe/Moscow",), "p2"),
    ]
    again = loaded(cli("campaign", "create", "--kind", "planned", "--outage", outage.id, "--json"))
    assert again["also_in"] == {"1": 2}
    wrong = cli("campaign", "create", "--kind", "restored", "--outage", outage.id)
    assert wrong.exit_code == 2
    assert "is planned: nobody is called that it is restored" in " ".join(wrong.stderr.split())


def test_who_asked_to_be_told_is_called_when_the_light_is_back(
    cli: Cli, outage: Outage, store: Store, home: Path
) -> None:
    for number, id in ((2, outage.id), (7, outage.id), (8, "other:1")):
        store.promises.make(
            Promise("restored_notice", phone(number), f"c{number}", "asked", point_id="p1", outage=id), now=NOW
        )
    with GridStore.open(home / "var" / "ivr.db") as grid:
        grid.save(replace(outage, start=NOW - timedelta(hours=2), restored_at=NOW - timedelta(minutes=1)), NOW)
    made = loaded(cli("campaign", "create", "--kind", "restored", "--outage", outage.id, "--json"))
    assert (made["contacts"], made["reachable"], made["unreachable"]) == (3, 2, {"no consent": 1})
    assert [each.contact.phone for each in store.campaigns.contacts(1)] == [phone(1), phone(2), phone(7)]


def test_check_names_whom_it_cannot_call_masked_unless_asked(cli: Cli, list_file: Path, store: Store) -> None:
    agree(store, 1, 2)
    cli("campaign", "create", "--kind", "planned", "--list", str(list_file), "--region", "36")
    assert cli("campaign", "check", "1").exit_code == 0
    cli("campaign", "stop-list", "add", phone(2))
    shown = cli("campaign", "check", "1")
    assert "on the stop list" in shown.stdout
    assert "+7***4502" in shown.stdout
    assert "900123" not in shown.output
    assert audited(store) == []
    found = loaded(cli("campaign", "check", "1", "--phones", "--json"))
    assert found["unreachable_contacts"] == [{"phone": phone(2), "address": "ул. Мира, 7", "why": "on the stop list"}]
    assert audited(store) == [("campaign check", "campaign 1")]
    assert cli("campaign", "check", "9").exit_code == 2


def test_check_warns_of_a_deadline_that_the_pace_misses(cli: Cli, store: Store) -> None:
    rules = Rules(deadline=NOW + timedelta(days=2), calls_per_minute=0.01)
    campaign = store.campaigns.make("slow", Kind.PLANNED, rules, now=NOW, who="tester")
    agree(store, *range(10))
    store.campaigns.add(campaign, [Contact(phone(number), ("Europe/Moscow",)) for number in range(10)] * 2)
    unmade = cli("campaign", "check", str(campaign.id))
    assert "its making was cut off" in unmade.stderr
    store.campaigns.move(campaign.id, CampaignState.DRAFT)
    few = cli("campaign", "check", str(campaign.id), "--calls-each", "10")
    assert few.exit_code == 1
    assert "would be missed for" in few.stdout


def test_list_show_and_results(cli: Cli, list_file: Path, store: Store) -> None:
    agree(store, 1, 2)
    deadline = ("--deadline", "+3d")
    cli(
        "campaign",
        "create",
        "--kind",
        "planned",
        "--list",
        str(list_file),
        "--region",
        "36",
        "--name",
        "Опоры",
        *deadline,
    )
    noon = (NOW + timedelta(days=1)).replace(hour=12)
    store.campaigns.move(1, CampaignState.RUNNING)
    first, second = store.attempts.claim(1, 5, now=noon, owner="t")
    for attempt, outcome in ((first, Outcome.REPLIED), (second, Outcome.BUSY)):
        store.attempts.dialling(attempt.id, now=noon)
        store.attempts.close(attempt.id, outcome, now=noon, heard=timedelta(seconds=9), reply="1")
    (line,) = loaded(cli("campaign", "list", "--json"))
    assert (line["name"], line["state"], line["contacts"]) == (
        "Опоры", "running", {"waiting": 1, "calling": 0, "told": 1, "closed": 0},
    )  # fmt: skip
    assert "Опоры" in cli("campaign", "list").stdout
    shown = cli("campaign", "show", "1").stdout
    assert "09:00-20:00" in shown
    assert "replied" in shown
    assert loaded(cli("campaign", "show", "1", "--json"))["outcomes"] == {"replied": 1, "busy": 1}
    masked = list(csv.DictReader(io.StringIO(cli("campaign", "results", "1").stdout)))
    assert [
        (row["phone"], row["address"], row["state"], row["last_outcome"], row["deadline_met"]) for row in masked
    ] == [
        ("+7***4501", "ул. Мира, ***", "told", "replied", "yes"),
        ("+7***4502", "ул. Мира, ***", "waiting", "busy", "no"),
    ]
    assert audited(store) == []
    told, waiting = loaded(cli("campaign", "results", "1", "--json", "--phones"))
    assert (told["phone"], told["heard_s"], told["reply"], told["told_at"]) == (phone(1), 9.0, "1", noon.isoformat())
    assert (waiting["attempts"], waiting["told_at"]) == (1, None)
    assert audited(store) == [("campaign results", "campaign 1")]
    file = list_file.with_name("told.csv")
    assert cli("campaign", "results", "1", "--out", str(file)).exit_code == 0
    assert len(file.read_text("utf-8-sig").splitlines()) == 3
    assert cli("campaign", "results", "1", "--out", str(file)).exit_code == 1
    assert cli("campaign", "results", "1", "--out", str(file), "--force", "--json").exit_code == 0
    assert len(json.loads(file.read_text("utf-8"))) == 2


def test_a_campaign_that_never_began_can_be_dropped(cli: Cli, list_file: Path, store: Store) -> None:
    for _ in range(2):
        cli("campaign", "create", "--kind", "planned", "--list", str(list_file))
    store.campaigns.move(2, CampaignState.RUNNING)
    assert cli("campaign", "drop", "1").exit_code == 1  # nobody has said yes
    assert "forgotten, with 2 contacts" in cli("campaign", "drop", "1", "--yes").stdout
    assert [each.id for each in store.campaigns.latest(9)] == [2]
    begun = cli("campaign", "drop", "2", "--yes")
    assert begun.exit_code == 1
    assert "has begun" in begun.stderr
    assert cli("campaign", "drop", "1", "--yes").exit_code == 2


def test_the_stop_list(cli: Cli, store: Store) -> None:
    stop = ("campaign", "stop-list")
    assert "+7***4501 is on the stop list for all calls" in cli(*stop, "add", "8 900 123-45-01").stdout
    assert cli(*stop, "add", phone(1)).exit_code == 1
    assert loaded(cli(*stop, "add", phone(1), "--kind", "survey", "--json"))["kind"] == "survey"
    assert cli(*stop, "remove", phone(1), "--kind", "weather").exit_code == 1
    assert cli(*stop, "remove", phone(1)).exit_code == 0
    listed = loaded(cli(*stop, "list", "--json"))
    assert [(row["phone"], row["kind"]) for row in listed] == [("+7***4501", "survey")]
    assert "900123" not in cli(*stop, "list").output
    assert audited(store) == []
    everything = loaded(cli(*stop, "list", phone(1), "--all", "--phones", "--json"))
    assert [(row["phone"], bool(row["removed_by"])) for row in everything] == [(phone(1), False), (phone(1), True)]
    assert audited(store) == [("campaign stop-list list", "+7***4501")]
    assert cli(*stop, "add", "диспетчер").exit_code == 2
