"""``ivr check``, ``ivr schema`` and ``ivr reload`` as an administrator meets them."""

import json
import re
import shutil
import threading
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingUnixStreamServer
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.dialplan.schema import SCHEMAS
from ivr.plan_files import KeptVersions, read_texts
from outage_feed.formats import format_names
from outage_feed.formats._fields import FIELDS

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for folder in ("dialplans", "prompts/ru", "asterisk-conf"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "ivr.toml", tmp_path)
    return tmp_path


def ivr(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [arguments[0], "--home", str(home), *arguments[1:]])


def spoil(home: Path) -> tuple[tuple[int, int], ...]:
    """Mistype a prompt and a target of the first file; the lines and columns that they stand at."""
    file = home / "dialplans" / "hotline.yaml"
    text = file.read_text(encoding="utf-8")
    text = re.sub(r"to: quality\b", "to: qualty", text.replace("prompt: menu_main\n", "prompt: menu_mian\n"), count=1)
    file.write_text(text, encoding="utf-8")
    places = [text.index(slip) for slip in ("menu_mian", "qualty")]
    return tuple((text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)) for at in places)


def test_check_says_what_it_has_looked_at(home: Path) -> None:
    done = ivr(home, "check")
    assert done.exit_code == 0
    assert "good" in done.stdout
    assert "nodes" in done.stdout


def test_check_prints_every_problem_as_a_compiler_does_and_leaves_with_1(home: Path) -> None:
    (first, first_column), (second, second_column) = spoil(home)
    done = ivr(home, "check")
    assert done.exit_code == 1
    assert done.stderr.splitlines() == [
        f"dialplans/hotline.yaml:{first}:{first_column}: error: unknown prompt 'menu_mian' (did you mean 'menu_main'?)",
        f"dialplans/hotline.yaml:{second}:{second_column}: error: unknown node 'qualty' (did you mean 'quality'?)",
    ]
    assert "2 errors" in done.stdout


def test_a_place_in_a_file_is_no_emoji(home: Path) -> None:
    (home / "dialplans" / "hotline.yaml").write_text("\n" * 99 + "  nodes: [", encoding="utf-8")
    assert "hotline.yaml:100:" in ivr(home, "check").stderr


def test_check_for_machines(home: Path) -> None:
    good = json.loads(ivr(home, "check", "--json").stdout)
    assert (good["ok"], good["problems"]) == (True, [])
    assert good["version"] == read_texts(home)[0].version
    (line, column), _ = spoil(home)
    done = ivr(home, "check", "--json")
    bad = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (bad["ok"], bad["version"]) == (False, None)
    assert bad["problems"][0] == {
        "file": "dialplans/hotline.yaml", "line": line, "column": column, "level": "error",
        "message": "unknown prompt 'menu_mian'", "hint": "did you mean 'menu_main'?",
    }  # fmt: skip


# ── schemas ────────────────────────────────────────────────────────────────────────────────────────────────────


def with_text_keys(data: Any) -> Any:
    """As editors see a file: numbers are numbers, but keys are text."""
    if isinstance(data, dict):
        return {str(key): with_text_keys(value) for key, value in data.items()}
    return [with_text_keys(value) for value in data] if isinstance(data, list) else data


def kind_of(file: Path) -> str:
    if file.parent.name == "ru":
        return "prompts"
    return file.stem if file.stem in ("numbers", "calendar", "robot") else "dialplan"


FILES = sorted([*(ROOT / "dialplans").glob("*.yaml"), *(ROOT / "prompts" / "ru").glob("*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_shipped_files_fit_their_schemas(file: Path) -> None:
    schema = SCHEMAS[kind_of(file)]()
    jsonschema.Draft202012Validator.check_schema(schema)
    # Dates stay text, as in an editor with the YAML 1.2 core schema.
    loader = type("Editor", (yaml.SafeLoader,), {})
    loader.yaml_implicit_resolvers = {
        letter: [(tag, regex) for tag, regex in resolvers if not tag.endswith("timestamp")]
        for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    data = with_text_keys(yaml.load(file.read_text(encoding="utf-8"), Loader=loader))
    jsonschema.validate(data, schema)


@pytest.mark.parametrize(
    "nodes",
    [
        {"a": {"kind": "say"}},
        {"a": {"kind": "sey", "prompt": "x"}},
        {"a": {"kind": "hangup", "promt": "x"}},
        {"a": {"prompt": "x"}},
        {"Имя": {"kind": "hangup"}},
    ],
)
def test_an_editor_sees_what_is_wrong(nodes: Mapping[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"start": "a", "nodes": nodes}, SCHEMAS["dialplan"]())


def test_the_settings_that_the_help_shows_give_every_file_its_own_schema() -> None:
    shown = CliRunner().invoke(main, ["schema", "--help"]).stdout
    found = re.search(r'"yaml\.schemas".*?}', shown, re.DOTALL)
    assert found
    settings = json.loads("{" + found.group() + "}")
    for file in FILES:
        matching = [
            Path(schema).stem
            for schema, globs in settings["yaml.schemas"].items()
            if any(
                fnmatch(str(file.relative_to(ROOT)), glob) for glob in ([globs] if isinstance(globs, str) else globs)
            )
        ]
        assert matching == [kind_of(file)], file


def test_schema_prints_one_and_writes_all(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["schema", "numbers"])
    assert json.loads(printed.stdout)["title"] == "numbers.yaml"
    written = CliRunner().invoke(main, ["schema", "--to", str(tmp_path / "schemas")])
    assert written.exit_code == 0
    assert {file.stem for file in (tmp_path / "schemas").iterdir()} == set(SCHEMAS)


# ── reload ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Engine(ThreadingUnixStreamServer):
    """A control socket that answers as told and keeps what it was asked."""

    daemon_threads = True

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.answers: dict[str, tuple[int, Any]] = {"/status": (200, {"plan": ""})}
        self.asked: list[tuple[str, Any]] = []
        super().__init__(str(path), Answering)


class Answering(BaseHTTPRequestHandler):
    server: Engine

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        self.server.asked.append((self.path, body))
        status, answer = self.server.answers[self.path]
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = _answer  # noqa: N815

    def address_string(self) -> str:
        return "test"

    def log_message(self, format: str, *args: Any) -> None:
        """Not into the test's output."""


@pytest.fixture
def engine(home: Path) -> Iterator[Engine]:
    with Engine(home / "var" / "run" / "control.sock") as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_reload_tells_the_new_version_and_the_old(home: Path, engine: Engine) -> None:
    engine.answers["/reload"] = (200, {"version": "bbbb", "before": "aaaa"})
    done = ivr(home, "reload")
    assert done.exit_code == 0
    assert "version bbbb is in use for new calls (before: aaaa)" in done.stdout
    assert engine.asked == [("/reload", {"to": None})]
    engine.answers["/reload"] = (200, {"version": "bbbb", "before": "bbbb"})
    assert "nothing changed" in ivr(home, "reload").stdout


def test_a_refused_plan_is_told_problem_by_problem(home: Path, engine: Engine) -> None:
    problem = {"file": "f.yaml", "line": 3, "column": 4, "message": "bad", "hint": "", "level": "error"}
    engine.answers["/reload"] = (409, {"problems": [problem]})
    done = ivr(home, "reload")
    assert done.exit_code == 1
    assert "f.yaml:3:4: error: bad" in done.stderr
    machine = ivr(home, "reload", "--json")
    assert (machine.exit_code, json.loads(machine.stdout)["problems"]) == (1, [problem])


def test_going_back_takes_the_first_letters_of_a_version(home: Path, engine: Engine) -> None:
    kept = KeptVersions(home / "var" / "plans")
    texts = read_texts(home)[0]
    kept.keep(texts)
    engine.answers["/reload"] = (200, {"version": texts.version, "before": "x"})
    assert ivr(home, "reload", "--to", texts.version[:5]).exit_code == 0
    assert engine.asked == [("/reload", {"to": texts.version})]
    unknown = ivr(home, "reload", "--to", "ffffffffffff" if texts.version[0] != "f" else "000000000000")
    assert unknown.exit_code == 1
    assert "there is no kept version" in unknown.stderr


def test_the_list_marks_what_is_live_and_works_without_an_engine(home: Path, engine: Engine) -> None:
    kept = KeptVersions(home / "var" / "plans")
    texts = read_texts(home)[0]
    kept.keep(texts)
    kept.pin(texts.version)
    engine.answers["/status"] = (200, {"plan": texts.version})
    listed = ivr(home, "reload", "--list").stdout
    assert texts.version in listed
    assert "live, gone back to" in listed
    answer = json.loads(ivr(home, "reload", "--list", "--json").stdout)
    assert (answer["live"], answer["pinned"]) == (texts.version, texts.version)


def test_without_an_engine_reload_leaves_with_3_and_the_list_still_works(home: Path) -> None:
    done = ivr(home, "reload")
    assert done.exit_code == 3
    assert "not running" in done.stderr
    assert "nothing to show" in ivr(home, "reload", "--list").stdout


BROKEN_FEED = """
[line]
fallback_queue = "operatos"

[[feed]]
name = "a"
format = "mrks"
url = "ftp://host/list?d={day}"

[[feed]]
name = "a"
format = "json"
url = "https://host/{region}"

[[feed]]
name = "dispatcher"
format = "json"
url = "file:drop"
regions = ["99"]

[[feed]]
name = "sheet"
format = "csv"
url = "file:plan.csv"
encoding = "cp12551"

[feed.columns]
plase = "Пункт"

[[feed]]
name = "list"
format = "mrsk"
url = "https://host/"
columns = { place = "Пункт" }
"""


def test_settings_that_cannot_work_are_named_by_line_before_any_call_comes(home: Path) -> None:
    """`ivr check` says everything; `ivr setup` (so `ivr run`) and `ivr serve` do not start, and print no traceback."""
    toml = home / "ivr.toml"
    toml.write_text(BROKEN_FEED, encoding="utf-8")
    expected = [
        "3:1: error: line.fallback_queue: unknown queue 'operatos' (did you mean 'operators'?)",
        f"7:1: error: feed.0.format: no feed format «mrks»; there are: {', '.join(format_names())}",
        "8:1: error: feed.0.url: «ftp://host/list?d={day}» must be http://…, https://… or file:PATH",
        "8:1: error: feed.0.url: {day} means nothing; there are: {start}, {end}, {region}",
        "10:1: error: feed.1.regions: the url has {region}, so the regions must be named",
        "11:1: error: feed.1.name: there is another source «a» (give this feed a name of its own)",
        "16:1: error: feed.2.name: there is another source «dispatcher» (give this feed a name of its own)",
        "25:1: error: feed.3.encoding: no encoding «cp12551» is known; mostly it is utf-8 or windows-1251",
        f"27:1: error: feed.3.columns: there is no field «plase»; there are: {', '.join(FIELDS)}",
        "34:1: error: feed.4.columns: the format mrsk has columns of its own; "
        "they are named for csv, html, ural, xlsx only",
        "19:1: error: feed.2.regions: no region «99» is served; codes: 31, 32, 36, 44, 46, 48, 57, 67, 68, 69, 76",
    ]
    for command in ("check", "setup", "serve"):
        done = ivr(home, command)
        assert done.exit_code == 1
        found = [line.removeprefix(f"{toml}:") for line in done.stderr.splitlines() if line.startswith(str(toml))]
        assert sorted(found) == sorted(expected), command
    assert "11 errors" in ivr(home, "check").stdout
    toml.write_text('[line]\nnumber = "abc"\n', encoding="utf-8")
    assert "ivr.toml:2:1: error: line.number: 'abc' is not a telephone number" in ivr(home, "check").stderr
