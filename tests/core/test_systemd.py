"""The service runs as somebody who may write the instance, and Asterisk can read what it makes."""

import os
import pwd
from pathlib import Path

import pytest
from click.testing import CliRunner

from ivr import systemd
from ivr.cli.init import command
from ivr.systemd import group_for, owner_of, unit_text


def lines(unit: str) -> set[str]:
    return set(unit.splitlines())


def test_the_unit_names_its_user_and_group(tmp_path: Path) -> None:
    unit = lines(unit_text(tmp_path, "hotline", "asterisk", "/usr/bin/python3"))
    assert {"User=hotline", "Group=asterisk", "UMask=0027", "ExecStart=/usr/bin/python3 -m ivr run"} <= unit


def test_an_asterisk_that_is_not_ours_lends_its_group(monkeypatch: pytest.MonkeyPatch) -> None:
    me = pwd.getpwuid(os.getuid()).pw_name
    mine = group_for(me, manage=True)
    monkeypatch.setattr(systemd, "ASTERISK_GROUP", "daemon")
    assert group_for(me, manage=False) == "daemon"
    assert group_for(me, manage=True) == mine
    monkeypatch.setattr(systemd, "ASTERISK_GROUP", "no-such-group")
    assert group_for(me, manage=False) == mine


def test_nobody_is_invented() -> None:
    with pytest.raises(LookupError, match="no such user: 'no-such-user'"):
        group_for("no-such-user", manage=True)


def test_init_writes_the_owner_or_the_user_asked_for(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert CliRunner().invoke(command, [str(home)]).exit_code == 0
    assert f"User={owner_of(home)}" in lines((home / "ivr.service").read_text())
    done = CliRunner().invoke(command, [str(home), "--user", "daemon", "--group", "daemon"])
    assert done.exit_code == 0
    assert {"User=daemon", "Group=daemon"} <= lines((home / "ivr.service").read_text())
    assert CliRunner().invoke(command, [str(home), "--user", "no-such-user"]).exit_code != 0
