"""``ivr asterisk``, as an administrator types it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ivr.bringup.addresses import Ports, choose_ports
from ivr.cli.asterisk import command

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An instance on free ports whose Asterisk is the checkout's."""
    ports = choose_ports(Ports(0, 0, 0))
    (tmp_path / "ivr.toml").write_text(
        f"[agi]\nport = {ports.agi}\n[ami]\nport = {ports.ami}\n[asterisk]\nsip_port = {ports.sip}\n"
    )
    (tmp_path / "asterisk-conf").symlink_to(CHECKOUT / "asterisk-conf")
    (tmp_path / "var").mkdir()
    (tmp_path / "var/trees").symlink_to(CHECKOUT / "var/trees")
    return tmp_path


def ivr(home: Path, *words: str) -> Result:
    return CliRunner().invoke(command, [words[0], "--home", str(home), *words[1:]])


@pytest.mark.asterisk
def test_start_status_ask_reload_stop(home: Path) -> None:
    assert ivr(home, "start").exit_code == 0
    try:
        assert ivr(home, "start").exit_code == 1
        status = json.loads(ivr(home, "status", "--json").stdout)
        assert status["running"] is True
        assert status["active_calls"] == 0
        assert "operators has 0 calls" in ivr(home, "ask", "queue", "show").stdout
        assert ivr(home, "reload").exit_code == 0
        assert ivr(home, "upgrade").exit_code == 1
    finally:
        stopped = ivr(home, "stop")
    assert stopped.exit_code == 0
    assert ivr(home, "stop").exit_code == 3


@pytest.mark.asterisk
def test_what_does_not_run_is_said_with_an_exit_code_of_its_own(home: Path) -> None:
    done = ivr(home, "status", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["running"] is False
    assert ivr(home, "ask", "core", "show", "version").exit_code == 3


@pytest.mark.asterisk
def test_a_dry_run_shows_and_changes_nothing(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "manager.conf").write_text("[general]\n")
    done = ivr(home, "install", "--to", str(folder), "--dry-run")
    assert done.exit_code == 0
    assert '+#include "ivr/manager.conf"' in done.stdout
    assert "secret = ********" in done.stdout
    assert [path.name for path in folder.iterdir()] == ["manager.conf"]
    assert (folder / "manager.conf").read_text() == "[general]\n"


@pytest.mark.asterisk
def test_without_a_yes_nothing_is_written(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    done = CliRunner().invoke(command, ["install", "--home", str(home), "--to", str(folder)], input="n\n")
    assert done.exit_code == 1
    assert list(folder.iterdir()) == []


def test_the_systems_asterisk_is_not_started_nor_stopped_by_us(home: Path) -> None:
    (home / "ivr.toml").write_text("[asterisk]\nmanage = false\n")
    for word in ("start", "stop", "reload", "upgrade"):
        done = ivr(home, word)
        assert done.exit_code == 1, word
