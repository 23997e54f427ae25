"""The commands about what is stored, through click's runner, on a real database."""

import asyncio
import contextlib
import json
import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner, Result
from rich.console import ColorSystem

from ivr.call.errands import OpenTicket
from ivr.call.model import Abandoned, Call, CallRecord, Digits, Entry, Prompt, Told
from ivr.call.verbs import Ask, Enter
from ivr.cli import main
from ivr.control import Control, Controls
from ivr.live import LiveCall, Watcher, Watchers
from ivr.store import Store
from ivr.store.journal import CallJournal

NOW = datetime.now(ZoneInfo("Europe/Moscow")).replace(microsecond=0)
ROOT = Path(__file__).parents[2]
PHONE = "+79001231234"
Cli = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("[line]\nticket_start = 500\n")
    for folder in ("dialplans", "prompts"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.fixture
def cli(home: Path) -> Cli:
    def run(*args: str) -> Result:
        return CliRunner().invoke(main, [*args, "--home", str(home)], catch_exceptions=False)

    return run


def made(id: str, minutes_ago: int, outcome: Any, seconds: float) -> CallRecord:
    call = Call(id, PHONE, "88002200220", NOW - timedelta(minutes=minutes_ago), branch="46")
    entries = (
        Entry(0, 0.0, 0.0, Enter("menu"), None),
        Entry(1, 0.1, 3.0, Ask(Prompt("account")), Digits("3612345678"), said="Назовите счёт.", owed_silence=2.4),
    )
    return CallRecord(call, "plan-1", outcome, call.started_at + timedelta(seconds=seconds), entries)


@pytest.fixture
def stored(home: Path) -> Iterator[Store]:
    journal = CallJournal.open(home / "var" / "ivr.db", home / "var" / "spool", reserve_bytes=0)
    for record in (made("a1", 30, Told("planned"), 40), made("b2", 20, Abandoned("menu"), 3)):
        asyncio.run(journal.end(record))
    journal.close()
    store = Store.open(home / "var" / "ivr.db", ticket_start=500)
    yield store
    store.close()


def loaded(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


# ── calls ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.usefixtures("stored")
def test_calls_are_listed_masked(cli: Cli) -> None:
    rows = loaded(cli("calls", "list", "--json"))
    assert [(row["id"], row["class"], row["caller"]) for row in rows] == [
        ("b2", "short_abandon", "+7***1234"),
        ("a1", "served", "+7***1234"),
    ]
    assert [row["repeated"] for row in rows] == [False, True]
    assert loaded(cli("calls", "audit", "--json")) == []
    table = cli("calls", "list")
    assert table.exit_code == 0
    assert "a1" in table.output


def test_a_narrow_terminal_cuts_no_id(cli: Cli, stored: Store, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = CallJournal.open(home / "var" / "ivr.db", home / "var" / "spool", reserve_bytes=0)
    asyncio.run(journal.end(made("try-270125-093100-ab12", 5, Told("emergency"), 33)))
    journal.close()
    monkeypatch.setattr("ivr.cli.common.out.width", 80)
    narrow = cli("calls", "list").output
    assert "try-270125-093100-ab12" in narrow
    assert "…" not in narrow
    assert "too narrow for: node, branch" in narrow
    monkeypatch.setattr("ivr.cli.common.out.width", 90)
    assert "owed" in cli("calls", "list").output.splitlines()[0], "it is the last to go"
    assert all(len(line) <= 80 for line in narrow.splitlines()[:-1])
    monkeypatch.setattr("ivr.cli.common.out.width", 160)
    assert "too narrow" not in cli("calls", "list").output


@pytest.mark.usefixtures("stored")
def test_the_longest_owed_silence_says_where_it_was_and_is_red(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "at most 2.40 s before “account”, 0.1 s into the call" in cli("calls", "show", "a1").output
    monkeypatch.setattr("ivr.cli.common.out._color_system", ColorSystem.STANDARD)
    monkeypatch.setattr("ivr.cli.common.out._force_terminal", True)
    for command in (("list",), ("show", "a1")):
        assert "\x1b[1;31m2.4" in cli("calls", *command).output


@pytest.mark.usefixtures("stored")
def test_full_numbers_are_shown_and_written_down(cli: Cli) -> None:
    rows = loaded(cli("calls", "list", "--full", "--class", "served", "--json"))
    assert [row["caller"] for row in rows] == [PHONE]
    (read,) = loaded(cli("calls", "audit", "--json"))
    assert (read["command"], read["subject"], read["fields"]) == ("calls list", "1 calls", "caller")
    assert read["who"]


@pytest.mark.usefixtures("stored")
def test_filters_of_the_list(cli: Cli) -> None:
    def listed(*options: str) -> list[str]:
        return [row["id"] for row in loaded(cli("calls", "list", "--json", *options))]

    assert listed("--since", "25m") == ["b2"]
    assert listed("--until", "25m") == ["a1"]
    assert listed("--caller", "1234", "--limit", "1") == ["b2"]
    assert listed("--caller", "0000") == []
    assert listed("--branch", "36") == []
    assert cli("calls", "list", "--since", "soon").exit_code == 2
    assert cli("calls", "list", "--class", "nice").exit_code == 2


@pytest.mark.usefixtures("stored")
def test_a_call_is_shown_and_explained(cli: Cli) -> None:
    shown = cli("calls", "show", "a1").output
    assert "Назовите счёт.  (2.40 s)" in shown
    assert "[***78] (10 keys)" in shown
    assert PHONE not in shown
    assert "3612345678" not in shown
    reasons = cli("calls", "why", "a").output
    assert "node      menu" in reasons
    assert "Told(what=planned), counted as served" in reasons
    full = loaded(cli("calls", "show", "last", "--full", "--json"))
    assert (full["id"], full["caller"]) == ("b2", PHONE)
    assert "3612345678" in json.dumps(full["record"])
    masked = loaded(cli("calls", "show", "last", "--json"))
    assert "3612345678" not in json.dumps(masked)
    assert "9001231234" not in json.dumps(masked)
    assert [line["who"] for line in masked["transcript"]] == ["robot", "caller"]
    assert loaded(cli("calls", "why", "a1", "--json"))["steps"][0]["who"] == "node"
    commands = [read["command"] for read in loaded(cli("calls", "audit", "--json"))]
    assert commands == ["calls why", "calls show", "calls show", "calls why", "calls show"]


@pytest.mark.usefixtures("stored")
def test_a_call_that_is_not_there(cli: Cli) -> None:
    result = cli("calls", "show", "zz")
    assert result.exit_code == 1
    assert "no such call: 'zz'" in result.stderr


@pytest.mark.usefixtures("stored")
def test_the_summary_counts(cli: Cli) -> None:
    *_, total = loaded(cli("calls", "summary", "--since", "1d", "--json"))
    assert (total["calls"], total["repeated"], total["contained"]) == (2, 1, 0)
    assert total["classes"]["short_abandon"] == 1
    assert total["owed"]["most"] == 2.4
    assert cli("calls", "summary", "--by", "hour").exit_code == 0


@pytest.mark.parametrize("command", [("calls", "list"), ("tickets", "list"), ("announce", "list")])
def test_without_a_database_it_says_how_one_is_made(cli: Cli, home: Path, command: tuple[str, str]) -> None:
    result = cli(*command)
    assert result.exit_code == 1
    assert "ivr run" in result.stderr
    assert not (home / "var").exists()


def test_without_an_engine_live_says_how_to_start_it(cli: Cli) -> None:
    result = cli("calls", "live")
    assert result.exit_code == 3
    assert "the engine is not running" in result.stderr
    assert "start it with" in result.stderr


class OneEnds(Watchers):
    def __init__(self, live: LiveCall) -> None:
        super().__init__()
        self.ending = live

    @contextlib.contextmanager
    def watch(self) -> Iterator[Watcher]:
        with super().watch() as watcher:
            call = self.ending.call
            ended_at = call.started_at + timedelta(seconds=7)
            watcher.tell(self.ending, CallRecord(call, "plan-1", Told("planned"), ended_at))
            yield watcher


@pytest.fixture
def engine(home: Path) -> Iterator[None]:
    """A control socket with one live call, in a thread of its own; the call ends as soon as somebody follows it."""
    live = LiveCall(Call("c1", PHONE, "88002200220", NOW), "plan-1", lambda: NOW)
    live.node, live.doing, live.where = "menu", "Ask", "/somewhere/robot/topics/no_power.py:31"

    async def reload(version: str | None) -> dict[str, object]:
        return {}

    async def serve() -> None:
        stop = asyncio.Event()
        controls = Controls(status=dict, live=lambda: [live], reload=reload, stop=stop.set, watchers=OneEnds(live))
        control = await Control.start(home / "var" / "run" / "control.sock", controls)
        ready.set()
        loop_and_stop.append((asyncio.get_running_loop(), stop))
        await asyncio.wait_for(stop.wait(), 30)
        await control.close()

    ready, loop_and_stop = threading.Event(), []
    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(10)
    yield
    loop, stop = loop_and_stop[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)


@pytest.mark.usefixtures("engine")
def test_live_calls_are_shown(cli: Cli) -> None:
    (call,) = loaded(cli("calls", "live", "--json"))
    assert (call["id"], call["node"], call["verb"], call["caller"]) == ("c1", "menu", "Ask", "+7***1234")
    table = cli("calls", "live", "--once").output
    assert "1 live call" in table
    assert "no_power" in table


@pytest.mark.usefixtures("engine", "stored")
def test_a_call_is_followed_to_its_end(cli: Cli) -> None:
    told = [json.loads(line) for line in cli("calls", "live", "--follow", "c", "--json").output.splitlines()]
    assert [(line["who"], line["at"]) for line in told] == [("call", 0.0), ("end", 7.0)]
    assert "calls live" in cli("calls", "audit").output
    unknown = cli("calls", "live", "--follow", "zzz")
    assert unknown.exit_code == 1
    assert "no live call" in unknown.stderr


# ── tickets ────────────────────────────────────────────────────────────────────────────────────────────────────


def opened(store: Store, id: str = "a1") -> int:
    wanted = OpenTicket(id, "no_power", PHONE, "нет света", point_id=id, address="ул. Ленина, 5", branch="46")
    return store.tickets.open(wanted, now=NOW).number


def test_tickets_are_listed_masked_shown_and_closed(cli: Cli, stored: Store) -> None:
    number = opened(stored)
    assert number == 500
    (ticket,) = loaded(cli("tickets", "list", "--json"))
    assert (ticket["number"], ticket["phone"], ticket["address"]) == (500, "+7***1234", "***")
    assert loaded(cli("calls", "audit", "--json")) == []
    (ticket,) = loaded(cli("tickets", "list", "--full", "--json"))
    assert (ticket["phone"], ticket["address"]) == (PHONE, "ул. Ленина, 5")
    assert "in_work" in cli("tickets", "set-state", "500", "in_work").output
    assert loaded(cli("tickets", "close", "500", "--comment", "починили", "--json"))["state"] == "done"
    assert loaded(cli("tickets", "list", "--json")) == []
    assert len(loaded(cli("tickets", "list", "--all", "--json"))) == 1
    shown = loaded(cli("tickets", "show", "500", "--json"))
    assert [event["state"] for event in shown["history"]] == [None, "in_work", "done"]
    assert shown["history"][-1]["text"] == "починили"
    assert [read["command"] for read in loaded(cli("calls", "audit", "--json"))] == ["tickets show", "tickets list"]
    assert PHONE in cli("tickets", "show", "500").output


def test_danger_is_listed_first_and_the_callers_own_words_are_not_shown(cli: Cli, stored: Store) -> None:
    danger = OpenTicket("d1", "danger", PHONE, "danger", urgent=True, words="сосед иванов на столбе")
    stored.tickets.open(danger, now=NOW)
    opened(stored)
    first, second = loaded(cli("tickets", "list", "--json"))
    assert (first["number"], first["urgent"], first["text"]) == (500, True, "danger; said: ***")
    assert (second["number"], second["urgent"]) == (501, False)
    listed = cli("tickets", "list").output
    assert "urgent" in listed
    assert "иванов" not in listed
    assert loaded(cli("tickets", "list", "--full", "--json"))[0]["text"] == "danger; said: сосед иванов на столбе"
    cli("tickets", "close", "500")
    assert [each["number"] for each in loaded(cli("tickets", "list", "--all", "--json"))] == [501, 500]


def test_tickets_tell_category_and_cause(cli: Cli, stored: Store) -> None:
    opened(stored)
    complaint = OpenTicket("b2", "quality", PHONE, "моргает", category="complaint", cause="voltage")
    stored.tickets.open(complaint, now=NOW)
    (ticket,) = loaded(cli("tickets", "list", "--category", "complaint", "--json"))
    assert (ticket["number"], ticket["category"], ticket["cause"]) == (501, "complaint", "voltage")
    assert "complaint" in cli("tickets", "list").output
    shown = " ".join(cli("tickets", "show", "501").output.split())
    assert "category complaint (жалоба)" in shown
    assert "cause voltage (качество электроэнергии)" in shown
    assert cli("tickets", "list", "--category", "wish").exit_code == 2


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("command", [("show", "7"), ("close", "7"), ("set-state", "7", "done")])
def test_a_ticket_that_is_not_there(cli: Cli, command: tuple[str, ...]) -> None:
    result = cli("tickets", *command)
    assert result.exit_code == 2
    assert "no such ticket: 7" in result.stderr


def test_a_rejected_ticket(cli: Cli, stored: Store) -> None:
    opened(stored)
    assert loaded(cli("tickets", "close", "500", "--rejected", "--json"))["state"] == "rejected"


def test_brackets_and_colons_of_people_are_shown_as_they_stand(cli: Cli, stored: Store) -> None:
    opened(stored)
    assert cli("tickets", "close", "500", "--comment", "[/b] [red]x[/] hotline.yaml:100:3").exit_code == 0
    assert "[/b] [red]x[/] hotline.yaml:100:3" in " ".join(cli("tickets", "show", "500").output.split())
    missing = cli("calls", "show", "[/b]:100:")
    assert missing.exit_code == 1
    assert "no such call: '[/b]:100:'" in missing.stderr


# ── announcements ──────────────────────────────────────────────────────────────────────────────────────────────

TEXT = "Из-за ветра нет света в нескольких районах."


@pytest.mark.usefixtures("stored")
def test_announcing_and_ending_it(cli: Cli) -> None:
    made = loaded(cli("announce", "set", "--branch", "Курскэнерго", "--until", "+3h", TEXT, "--json"))
    assert (made["branch"], made["text"]) == ("46", TEXT)
    (one,) = loaded(cli("announce", "list", "--json"))
    assert (one["branch"], one["text"], one["off_at"]) == ("46", TEXT, None)
    assert cli("announce", "off").exit_code == 1  # nothing is announced to all
    assert cli("announce", "off", "--branch", "46").exit_code == 0
    assert loaded(cli("announce", "list", "--json")) == []
    assert len(loaded(cli("announce", "list", "--all", "--json"))) == 1


@pytest.mark.usefixtures("stored")
def test_a_prompt_is_announced_by_its_name(cli: Cli) -> None:
    made = loaded(cli("announce", "set", "--until", "+3h", "storm_announcement", "--json"))
    assert made["text"] == "storm_announcement"


@pytest.mark.usefixtures("stored")
def test_a_mistyped_name_of_a_prompt_gets_the_name_that_was_meant(cli: Cli) -> None:
    refused = cli("announce", "set", "--until", "+3h", "storm_anouncement")
    assert refused.exit_code == 1
    assert "did you mean 'storm_announcement'?" in refused.stderr
    assert "Latin" not in refused.stderr
    assert loaded(cli("announce", "list", "--json")) == []


@pytest.mark.usefixtures("stored")
def test_a_broken_plan_is_said_and_nothing_announced(cli: Cli, home: Path) -> None:
    (home / "dialplans" / "hotline.yaml").write_text("nonsense: [")
    result = cli("announce", "set", "--until", "+3h", TEXT)
    assert result.exit_code == 1
    assert "hotline.yaml:" in result.stderr
    assert loaded(cli("announce", "list", "--json")) == []


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Света нет до 18 часов.", "text:1:14: error: a number in digits: “18”"),
        ("Нет света на ул. Ленина.", "the abbreviation “ул.”"),
        ("Света нет", "the last sentence does not end"),
        ("Света нет. " * 40, "s long"),
        ("Sveta net.", "Latin letters"),
        ("Света нет, т.к. ветер.", "the abbreviation “т.к.” (write it in full: “так как”)"),
        ("Света нет, т. е. темно.", "the abbreviation “т. е.” (write it in full: “то есть”)"),
    ],
)
def test_a_text_that_cannot_be_spoken_is_refused(cli: Cli, text: str, problem: str) -> None:
    result = cli("announce", "set", "--until", "+3h", text)
    assert result.exit_code == 1
    assert problem in result.stderr
    assert "nothing was announced" in result.stderr
    assert loaded(cli("announce", "list", "--json")) == []


@pytest.mark.usefixtures("stored")
@pytest.mark.parametrize("options", [("--until", "-1h"), ("--until", "soon"), ("--branch", "99", "--until", "+1h"), ()])
def test_an_announcement_needs_an_end_in_the_future_and_a_branch_of_ours(cli: Cli, options: tuple[str, ...]) -> None:
    assert cli("announce", "set", *options, TEXT).exit_code == 2
