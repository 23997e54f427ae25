"""Our part in an Asterisk that is there already: what changes, what is kept, what is not shown."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from ivr.bringup.failure import BringupFailed
from ivr.bringup.install import PARTS, Change, is_freepbx, plan_install
from ivr.bringup.place import read_existing, write_changes

OURS = {f"ivr/{part}": f"; our {part}\n" for part in (*PARTS, "pjsip.conf")}
NOW = datetime(2026, 11, 25, 3, 4, 5)
PLAIN = {"extensions.conf": "[general]\n", "queues.conf": "[general]\n", "manager.conf": "[general]\nenabled = yes"}
FREEPBX = PLAIN | {"extensions_additional.conf": "", "extensions_custom.conf": "[from-internal-custom]\n"}


def lay(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text)
    return folder


def test_a_plain_asterisk_gets_our_files_and_one_line_in_each_main_file() -> None:
    changes = {change.name: change for change in plan_install(PLAIN, OURS)}
    assert set(changes) == {*(f"ivr/{part}" for part in PARTS), *PARTS}
    assert changes["manager.conf"].after == (
        '[general]\nenabled = yes\n\n; The hotline (ivr asterisk install)\n#include "ivr/manager.conf"\n'
    )
    assert changes["musiconhold.conf"].before is None


def test_telephones_only_when_asked_for() -> None:
    names = {change.name for change in plan_install(PLAIN, OURS, with_sip=True)}
    assert {"ivr/pjsip.conf", "pjsip.conf"} <= names


def test_freepbx_keeps_its_main_files() -> None:
    assert is_freepbx(FREEPBX)
    names = {change.name for change in plan_install(FREEPBX, OURS)}
    assert "extensions_custom.conf" in names
    assert not {"extensions.conf", "queues.conf", "manager.conf"} & names


def test_a_second_install_changes_nothing_and_a_changed_file_only_itself(tmp_path: Path) -> None:
    lay(tmp_path, PLAIN)
    write_changes(tmp_path, plan_install(read_existing(tmp_path), OURS), NOW)
    assert plan_install(read_existing(tmp_path), OURS) == []
    newer = OURS | {"ivr/queues.conf": "; new\n"}
    assert [change.name for change in plan_install(read_existing(tmp_path), newer)] == ["ivr/queues.conf"]


def test_files_that_change_are_kept_as_they_were(tmp_path: Path) -> None:
    lay(tmp_path, PLAIN)
    backup = write_changes(tmp_path, plan_install(PLAIN, OURS), NOW)
    assert backup == tmp_path / "ivr-backup-20261125-030405"
    assert {path.name: path.read_text() for path in backup.iterdir()} == PLAIN
    assert (tmp_path / "ivr/manager.conf").stat().st_mode & 0o007 == 0


def test_a_file_keeps_its_mode(tmp_path: Path) -> None:
    lay(tmp_path, PLAIN)
    (tmp_path / "manager.conf").chmod(0o600)
    write_changes(tmp_path, plan_install(PLAIN, OURS), NOW)
    assert (tmp_path / "manager.conf").stat().st_mode & 0o777 == 0o600


def test_passwords_are_not_shown() -> None:
    shown = Change("ivr/manager.conf", None, "[ivr]\nsecret = hush\nread = call\n").diff()
    assert "hush" not in shown
    assert "+read = call" in shown


def test_a_folder_that_cannot_be_written_is_said_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "ivr").write_text("a file where our folder should be")
    with pytest.raises(BringupFailed, match="cannot write to"):
        write_changes(tmp_path, [Change("ivr/queues.conf", None, "x")], NOW)


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_without_the_right_to_write_root_is_asked_for(tmp_path: Path) -> None:
    lay(tmp_path, PLAIN)
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(BringupFailed, match="run it as root"):
            write_changes(tmp_path, plan_install(PLAIN, OURS), NOW)
    finally:
        tmp_path.chmod(0o700)
