"""The machine's own apt, asked without changing anything; the network is not needed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ivr.bringup import apt
from ivr.bringup.failure import BringupFailed
from ivr.bringup.mirrors import Mirror

pytestmark = pytest.mark.skipif(shutil.which("apt-get") is None, reason="this machine has no apt")


def private(tmp_path: Path, uri: str) -> apt.PrivateApt:
    mirror = Mirror(uri, "sid", ("main",))
    return apt.PrivateApt(mirror, "sid", ("main",), tmp_path / "state", tmp_path / "archives")


def test_our_folders_our_source_and_no_hooks_of_the_machine(tmp_path: Path) -> None:
    here = private(tmp_path, "file:///nothing/here")
    here._prepare()
    conf = (tmp_path / "state/apt.conf").read_text()
    assert "#clear APT::Update::Post-Invoke-Success;" in conf
    assert f'Dir::State "{tmp_path}/state";' in conf
    assert 'Acquire::Check-Valid-Until "false";' in conf
    assert "URIs: file:///nothing/here" in (tmp_path / "state/ours.sources").read_text()
    assert (tmp_path / "state/status").read_text() == ""


def test_a_mirror_that_does_not_answer_is_named_with_apts_own_words(tmp_path: Path) -> None:
    with pytest.raises(BringupFailed, match=r"apt-get for Debian sid failed: .*nothing/here") as failed:
        private(tmp_path, f"file://{tmp_path}/nothing/here").update(lambda _share: None)
    assert "reachable" in failed.value.hint


def test_an_apt_that_knows_no_debian_says_where_it_looked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "sources.list").write_text("deb http://packages.example/x nodistro main\n")
    places = {"SOURCELIST": str(tmp_path / "sources.list"), "SOURCEPARTS": str(tmp_path / "parts")}
    monkeypatch.setattr(apt, "_apt_config", lambda *questions: places)
    with pytest.raises(BringupFailed, match=r"(?s)knows no Debian archive.*sources\.list"):
        apt.machine_mirrors()
    (tmp_path / "parts/debian.sources").write_text(
        f"Types: deb\nURIs: http://m.example/debian\nSuites: {apt.machine_codename() or 'sid'}\nComponents: main\n"
    )
    (tmp_path / "parts/other.list.disabled").write_text("deb http://never.example/debian sid main\n")
    assert [mirror.uri for mirror in apt.machine_mirrors()] == ["http://m.example/debian"]
