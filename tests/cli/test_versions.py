"""The versions that ``ivr reload`` can go back to, and the zone of the times that are shown and logged."""

import json
import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import structlog
from click.testing import CliRunner, Result

from ivr.cli import main
from ivr.logs import configure_logs
from ivr.plan_files import KeptVersions, Texts


@pytest.fixture
def kept(tmp_path: Path) -> KeptVersions:
    (tmp_path / "ivr.toml").write_text("")
    return KeptVersions(tmp_path / "var" / "plans")


def reload(kept: KeptVersions, *words: str) -> Result:
    return CliRunner().invoke(main, ["reload", "--home", str(kept.folder.parent.parent), *words])


def test_versions_are_listed_in_the_zone_of_the_hotline(kept: KeptVersions) -> None:
    texts = Texts({"dialplans/hotline.yaml": "start: a"}, {})
    kept.keep(texts)
    used = {"version": texts.version, "used_at": "2026-11-25T22:30:00+00:00"}
    (kept.folder / texts.version / "meta.json").write_text(json.dumps(used), encoding="utf-8")
    assert "26.11.2026 01:30:00" in reload(kept, "--list").stdout


def test_too_few_letters_of_a_version_are_said_to_be_too_few(kept: KeptVersions) -> None:
    texts = Texts({"dialplans/hotline.yaml": "start: a"}, {})
    kept.keep(texts)
    refused = reload(kept, "--to", texts.version[0])
    assert refused.exit_code == 1
    assert f"'{texts.version[0]}' is too short: the first 4 letters are needed" in refused.stderr


def test_letters_that_several_versions_begin_with_name_them(kept: KeptVersions) -> None:
    for name in ("abcd11", "abcd22"):
        (kept.folder / name).mkdir(parents=True)
        used = {"version": name, "used_at": "2026-11-25T22:30:00+00:00"}
        (kept.folder / name / "meta.json").write_text(json.dumps(used), encoding="utf-8")
    refused = reload(kept, "--to", "abcd").stderr
    assert "several kept versions begin with 'abcd'" in refused
    assert "abcd11" in refused
    assert "abcd22" in refused


def test_log_lines_are_in_the_zone_of_the_hotline_and_say_so(tmp_path: Path) -> None:
    before = structlog.get_config()
    try:
        configure_logs(json=True, file=tmp_path / "ivr.log", tz=ZoneInfo("Europe/Moscow"))
        structlog.get_logger("test").info("something")
    finally:
        structlog.configure(**before)
    line = json.loads((tmp_path / "ivr.log").read_text(encoding="utf-8"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+03:00", line["timestamp"])
