from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from ivr.cli import main
from outage_feed.example import load_example
from outage_feed.feeds import FeedState
from outage_feed.formats import Parsed, Rejected
from outage_feed.model import MOSCOW
from outage_feed.store import GridStore
from outage_feed.telling import Emergency, NoneKnown, Restored, telling
from outage_feed.when import parse_when
from tests.feeds.places import NOW, VILLAGE, point
from tests.feeds.test_formats import a_record, row

ADD = ("add", "--region", "36", "--place", "с. Бабяково")
HERE = point(VILLAGE, "ул. Мира", "4", account="1")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "ivr.toml").write_text("", encoding="utf-8")
    return tmp_path


def run(home: Path, *words: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["outages", words[0], "--home", str(home), *words[1:]], env={"COLUMNS": "160"})
    assert result.exit_code == code, result.output
    return result


def run_json(home: Path, *words: str, code: int = 0) -> Any:
    return json.loads(run(home, *words, "--json", code=code).stdout)


def grid(home: Path) -> GridStore:
    return GridStore.open(home / "var" / "ivr.db")


def told(home: Path) -> object:
    with grid(home) as store:
        return telling(store.find(HERE, datetime.now(MOSCOW)))


def test_an_outage_from_its_beginning_to_its_end(home: Path) -> None:
    with grid(home) as store:
        store.save_points([HERE])
    assert isinstance(told(home), NoneKnown)
    added = run_json(home, *ADD, "--where", "ул. Мира чётные с 2 по 24; ТП-118", "--until", "+3h", "--reason", "ветер")
    assert (added["id"], added["status"], added["points"]) == ("dispatcher:1", "active", {"sure": 1, "possible": 0})
    assert added["places"][0]["settlement"]["district"] == "Новоусманский р-н"  # from the register
    assert isinstance(told(home), Emergency)

    listed = run(home, "list").stdout
    assert "dispatcher:1" in listed
    assert "emergency" in listed
    changed = run_json(home, "change", "1", "--until", "+5h")
    assert changed["version"] == 2
    shown = run(home, "show", "dispatcher:1").stdout
    assert "чётные с 2 по 24" in shown
    assert "not understood, kept as text (possibly): ТП-118" in shown
    assert len(run_json(home, "show", "1")["history"]) == 2

    run(home, "close", "1", "--restored")
    assert isinstance(told(home), Restored)
    assert run_json(home, "list") == []
    assert [one["status"] for one in run_json(home, "list", "--all")] == ["restored"]
    assert "restored already" in run(home, "close", "1", "--withdrawn", code=1).stderr
    assert "restored already" in run(home, "change", "1", "--until", "+9h", code=1).stderr


def test_that_the_part_is_not_known_must_be_said(home: Path) -> None:
    with grid(home) as store:
        store.save_points([HERE])
    added = run_json(home, *ADD, "--somewhere")
    assert added["points"] == {"sure": 0, "possible": 1}
    assert run_json(home, *ADD, "--network", "ТП-118")["id"] == "dispatcher:2"


def test_another_year_is_shown(home: Path) -> None:
    now = datetime.now(MOSCOW)
    run(home, *ADD, "--whole", "--until", f"25.12.{now.year + 1} 16:30")
    run(home, *ADD, "--whole", "--start", "-5m", "--until", "+1m")
    listed = run(home, "list").stdout
    assert f"25.12.{now.year + 1} 16:30" in listed
    assert f".{now.year} " not in listed


def test_withdrawing(home: Path) -> None:
    with grid(home) as store:
        store.save_points([HERE])
    run(home, *ADD, "--whole", "--kind", "planned", "--start", "-1h")
    assert "the time is not known" in run(home, *ADD, "--where", "ул. Мира 4").stdout
    for number in ("1", "2"):
        assert run_json(home, "close", number, "--withdrawn")["status"] == "withdrawn"
    assert isinstance(told(home), NoneKnown)


def test_add_prints_how_it_was_understood(home: Path) -> None:
    with grid(home) as store:
        store.save_points([HERE])
    printed = run(home, *ADD, "--where", "ул. Ленина 1-9", "--until", "+1h").stdout
    assert "ул. Ленина: 1 - 9" in printed
    assert "known addresses: 0 surely, 0 possibly affected" in printed
    assert "No known address is affected" in printed


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ((*ADD[:1], "--region", "99", *ADD[3:]), 1, "«99» is not a served region"),
        (ADD, 2, "say what of the place: --where"),
        ((*ADD, "--where", " "), 2, "say what of the place: --where"),
        ((*ADD, "--whole", "--where", "ул. Мира"), 2, "--where and --whole contradict each other"),
        ((*ADD, "--whole", "--until", "soon"), 2, "write 16:30, 25.11 16:30"),
        ((*ADD, "--until", "-2h"), 1, "is not after the start"),
        (("change", "1"), 2, "nothing to change"),
        (("change", "1", "--no-time", "--until", "+1h"), 2, "--until and --no-time contradict each other"),
        (("close", "1"), 2, "--restored or --withdrawn"),
        (("close", "1", "--restored", "--withdrawn"), 2, "--restored or --withdrawn, not both"),
        (("close", "1", "--withdrawn", "--at", "now"), 2, "it goes with --restored only"),
        (("close", "17", "--restored"), 1, "no outage «17»"),
        (("list", "--region", "Москва"), 1, "is not a served region"),
        (("feeds", "--rejected", "none"), 1, "no source «none»"),
    ],
)
def test_mistakes_get_an_answer(home: Path, words: tuple[str, ...], code: int, message: str) -> None:
    assert message in " ".join(run(home, *words, code=code).stderr.split())


def test_a_name_in_two_districts_is_asked_for(home: Path) -> None:
    with grid(home) as store:
        store.save_points([HERE, point("с. Бабяково", "ул. Мира", "1", id="p2")])
    assert "in several districts" in run(home, *ADD, "--whole", code=1).stderr
    run(home, *ADD, "--whole", "--district", "Новоусманский")


def test_importing_a_file_twice_changes_nothing_the_second_time(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "monday.json"
    file.write_text(json.dumps([a_record(id="1"), a_record(id="2", planned_end=...)]), encoding="utf-8")
    assert "monday: 2 new, 0 changed, 0 unchanged" in run(home, "import", str(file)).stdout
    assert "monday: 0 new, 0 changed, 2 unchanged" in run(home, "import", str(file)).stdout
    file.write_text(json.dumps([a_record(id="1"), a_record(id="3", start="?")]), encoding="utf-8")
    result = run(home, "import", str(file), "--source", "monday", code=1)
    assert f"{file}: outages[1]: start: a time is written like" in result.stdout
    kept = run_json(home, "import", str(file), code=1)
    assert kept["rejected"][0]["outage_id"] == "monday:3"
    file.write_text(json.dumps([a_record(id="1")]), encoding="utf-8")
    assert run_json(home, "import", str(file), "--snapshot")["changes"]["withdrawn"] == 1
    table = tmp_path / "page.html"
    table.write_text(row(), encoding="utf-8")
    assert run_json(home, "import", str(table), "--format", "mrsk")["changes"]["new"] == 1
    assert "not JSON" in run(home, "import", str(table), code=1).stderr


def test_the_state_of_the_feeds(home: Path) -> None:
    now = datetime.now(MOSCOW)
    with grid(home) as store:
        store.save_feed(
            FeedState("good", "mrsk", regions=("36",), stale_after=timedelta(hours=1), last_success=now, records=3)
        )
    assert "fresh" in run(home, "feeds").stdout
    with grid(home) as store:
        store.save_feed(
            FeedState("late", "json", stale_after=timedelta(hours=1), last_error="answered [500]", failures=4)
        )
        store.take_in(
            "late", Parsed(rejected=(Rejected("{}", "outages[0]: start: Field required"),)), now, snapshot=True
        )
    printed = run(home, "feeds", code=1).stdout
    assert "stale" in printed
    assert "answered [500]" in printed
    late = run_json(home, "feeds", code=1)[1]
    assert (late["name"], late["stale"], late["age_seconds"], late["rejected"]) == ("late", True, None, 1)
    assert "Field required" in run(home, "feeds", "--rejected", "late").stdout


def test_feeds_says_what_keeps_one_from_doing_its_work(home: Path) -> None:
    """A pause of withdrawals, and a mistake in ivr.toml."""
    now = datetime.now(MOSCOW)
    with grid(home) as store:
        store.save_feed(FeedState("grid", "json", last_success=now, paused_since=now))
    assert "grid: a record set aside has no readable id" in run(home, "feeds").stdout
    (home / "ivr.toml").write_text('[[feed]]\nname = "grid"\nformat = "jsn"\nurl = "file:x"\n', encoding="utf-8")
    assert "ivr.toml:3:1: error: feed.0.format: no feed format «jsn»" in run(home, "feeds", code=1).stderr


def test_the_example_and_the_schema(home: Path) -> None:
    callers = run_json(home, "example")
    assert "+79000000001" in {caller["phone"] for caller in callers}
    assert "3601000001" in run(home, "example").stdout
    assert run_json(home, "example", "--remove") == {"removed": True}
    result = CliRunner().invoke(main, ["outages", "schema"])
    assert json.loads(result.stdout)["title"] == "Outages of an electric grid"


def test_a_register_is_taken_in(home: Path, tmp_path: Path) -> None:
    def register(*words: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["register", words[0], "--home", str(home), *words[1:]])
        assert result.exit_code == code, result.output
        return result

    file = tmp_path / "points.csv"
    header = "id,account,phones,region,district,settlement,street,house\n"
    good = "p1,36-1,8 900 000 00 01,36,Новоусманский р-н,с. Бабяково,ул. Мира,4\n"
    file.write_text(header + good + "p2,2,,Москва,,г. Москва,,\n", encoding="utf-8")
    assert "1 service points are good" in register("import", str(file), "--dry-run", code=1).stdout
    assert json.loads(register("stats", "--json").stdout) == []
    result = register("import", str(file), code=1)
    assert f"{file}:3: row left out: region «Москва»" in result.stderr
    file.write_text(header + good, encoding="utf-8")
    assert json.loads(register("import", str(file), "--json").stdout) == {
        "points": 1, "stored": True, "problems": [], "problem_count": 0, "resumed": 0,
    }  # fmt: skip
    assert "Воронежская область" in register("stats").stdout
    with grid(home) as store:
        assert store.points_by_phone("+79000000001")[0].account == "361"
    file.write_text("a,b\n", encoding="utf-8")
    assert f"{file}:1: no column id" in register("import", str(file), code=1).stderr
    assert "none.csv: No such file" in register("import", str(tmp_path / "none.csv"), code=1).stderr


def test_a_broken_database_is_an_error_and_no_traceback(home: Path) -> None:
    (home / "var").mkdir()
    (home / "var" / "ivr.db").write_bytes(b"garbage " * 500)
    result = run(home, "list", code=1)
    assert "the outage database cannot be used" in result.stderr
    assert isinstance(result.exception, SystemExit)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("now", "2026-11-25T12:00"),
        ("16:30", "2026-11-25T16:30"),
        ("25.12 16:30", "2026-12-25T16:30"),
        ("01.02.27 6:05", "2027-02-01T06:05"),
        ("1.2.2027 06.05", "2027-02-01T06:05"),
        ("tomorrow 09:00", "2026-11-26T09:00"),
        ("Завтра 9:00", "2026-11-26T09:00"),
        ("24:00", "2026-11-26T00:00"),
        ("+2h", "2026-11-25T14:00"),
        ("+2ч30м", "2026-11-25T14:30"),
        ("-45m", "2026-11-25T11:15"),
        ("2026-11-25T16:30", "2026-11-25T16:30"),
        ("2026-11-25T16:30:00Z", "2026-11-25T19:30"),
    ],
)
def test_times_as_dispatchers_write_them(text: str, moment: str) -> None:
    assert parse_when(text, NOW) == datetime.fromisoformat(moment).replace(tzinfo=MOSCOW)


@pytest.mark.parametrize("text", ["", "soon", "25:30", "16:75", "31.02 10:00", "someday 10:00", "+", "16"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no"):
        parse_when(text, NOW)


def test_a_call_hears_the_example_through_the_same_file(home: Path) -> None:
    with grid(home) as store:
        load_example(store, datetime.now(MOSCOW))
    assert len(run_json(home, "list")) == 9


def test_import_with_the_settings_of_a_feed(home: Path) -> None:
    (home / "ivr.toml").write_text(
        '[[feed]]\nname = "plan"\nformat = "csv"\nurl = "file:plan.csv"\nregions = ["36"]\nkind = "planned"\n'
        'encoding = "cp1251"\n\n[feed.columns]\nplace = "Где"\nwhere = "Что"\nstart = "Когда"\n',
        encoding="utf-8",
    )
    file = home / "plan.csv"
    file.write_bytes("Где;Что;Когда\nс. Бабяково;ул. Мира 4;26.11.2026 9:00\n".encode("cp1251"))
    assert "1 new" in run(home, "import", str(file), "--feed", "plan").stdout
    with grid(home) as store:
        (one,) = store.outages(source="plan")
    assert (one.kind.value, one.region, one.start.hour) == ("planned", "36", 9)
    assert "no [[feed]] «x» in ivr.toml" in run(home, "import", str(file), "--feed", "x", code=1).stderr


def test_import_of_a_file_that_names_no_region(home: Path) -> None:
    file = home / "plan.csv"
    file.write_text("Населённый пункт;Начало\nс. Бабяково;26.11.2026 9:00\nс. Бабяково;\n", encoding="utf-8")
    done = run(home, "import", str(file), "--format", "csv", code=1)
    assert "2 left out" in done.stdout
    assert "plan.csv: line 2: it names no region" in done.stdout
    done = run(home, "import", str(file), "--format", "csv", "--region", "Воронежская область", code=1)
    assert "1 new, 0 changed, 0 unchanged, 0 withdrawn, 1 left out" in done.stdout
    assert "line 3: no start in «»" in done.stdout
    assert "is not a served region" in run(home, "import", str(file), "--region", "Москва", code=1).stderr
