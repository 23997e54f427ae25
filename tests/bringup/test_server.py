"""A real Asterisk of our own: started, asked, stopped, found again, and its failures put into words."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.checks import Patient
from ivr.bringup.checks import asterisk as asterisk_checks
from ivr.bringup.checks import manager as manager_checks
from ivr.bringup.failure import BringupFailed
from ivr.bringup.install import plan_install
from ivr.bringup.packages import ensure
from ivr.bringup.place import read_existing, write_changes
from ivr.bringup.progress import Silent
from ivr.bringup.server import AsteriskServer, ask_cli
from ivr.bringup.site import Site, render, write_configuration
from ivr.bringup.tree import Tree
from ivr.settings import load_settings

pytestmark = pytest.mark.asterisk
CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tree() -> Tree:
    return ensure("asterisk", CHECKOUT / "var", show=Silent())


@pytest.fixture
def site(tmp_path: Path) -> Site:
    ports = choose_ports(Ports(sip=0, ami=0, agi=0, rtp_first=10_000))
    return Site(tmp_path / "var", CHECKOUT / "asterisk-conf", tmp_path / "sounds", ports)


@pytest.fixture
def server(site: Site, tree: Tree) -> Iterator[AsteriskServer]:
    made = AsteriskServer(site, tree, dies_with_us=True)
    yield made
    made.stop()


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_it_starts_answers_and_leaves_nothing_behind(server: AsteriskServer) -> None:
    server.start()
    pid = server.pid
    assert pid is not None
    assert "22." in server.cli("core show version")
    assert "operators" in server.cli("queue show")
    server.stop()
    assert not alive(pid)
    assert not server.record.exists()
    with pytest.raises(BringupFailed, match="does not run"):
        server.cli("core show version")


def test_nothing_in_its_log_when_it_starts(server: AsteriskServer) -> None:
    server.start()
    log = (server.site.home / "log/messages").read_text(encoding="utf-8")
    loud = [line for line in log.splitlines() if " ERROR[" in line or " WARNING[" in line]
    assert loud == []


def test_one_that_was_left_running_is_found_and_replaced(server: AsteriskServer, site: Site, tree: Tree) -> None:
    server.start()
    first = server.pid
    later = AsteriskServer(site, tree, dies_with_us=True)
    assert later.find()
    assert later.pid == first
    assert later.recorded_ports() == site.ports
    later.start()
    try:
        assert later.pid != first
        assert server.wait_ended(5) is not None
    finally:
        later.stop()


def test_a_number_that_another_process_has_now_is_not_ours(server: AsteriskServer) -> None:
    server.site.home.mkdir(parents=True)
    server.record.write_text(f'{{"pid": {os.getpid()}}}')
    assert not server.find()


def test_an_asterisk_that_cannot_start_says_why(site: Site, tree: Tree) -> None:
    broken = Site(
        site.var, site.conf, site.sounds, site.ports, overlay={"modules.conf": "[modules]\nrequire = nothing.so\n"}
    )
    with pytest.raises(BringupFailed, match=r"ended at once .*nothing\.so"):
        AsteriskServer(broken, tree).start()


def test_kill_9_is_noticed(server: AsteriskServer) -> None:
    server.start()
    assert server.pid is not None
    os.kill(server.pid, signal.SIGKILL)
    assert server.wait_ended(5) == -signal.SIGKILL
    server.stop()


def test_the_doctor_finds_it_well(server: AsteriskServer, tmp_path: Path) -> None:
    ports = server.site.ports
    (tmp_path / "ivr.toml").write_text(f"[agi]\nport = {ports.agi}\n[ami]\nport = {ports.ami}\n")
    (tmp_path / "asterisk-conf").symlink_to(CHECKOUT / "asterisk-conf")
    (tmp_path / "var").mkdir()
    (tmp_path / "var/trees").symlink_to(CHECKOUT / "var/trees")
    server.start()
    patient = Patient(load_settings(tmp_path, environ={}))
    found = [*asterisk_checks.look(patient), *manager_checks.look(patient)]
    assert [finding for finding in found if finding.level in {"error", "skipped"}] == []
    assert {finding.what: finding.level for finding in found}["operators"] == "warning"


def test_one_that_another_process_looks_after_is_left_alone(site: Site, tree: Tree) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from ivr.bringup.packages import ensure; from ivr.bringup.server import AsteriskServer\n"
        "from ivr.bringup.site import Site; from ivr.bringup.addresses import Ports\n"
        "ports = Ports(*map(int, sys.argv[4].split(',')))\n"
        "site = Site(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[1]), ports)\n"
        "with AsteriskServer(site, ensure('asterisk', Path(sys.argv[3])), dies_with_us=True):\n"
        "    print('up', flush=True); sys.stdin.read()\n"
    )
    ports = site.ports
    numbers = f"{ports.sip},{ports.ami},{ports.agi},{ports.rtp_first}"
    words = [sys.executable, "-c", code, str(site.var), str(site.conf), str(CHECKOUT / "var"), numbers]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=CHECKOUT) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdin is not None
        assert keeper.stdout.readline() == "up\n"
        second = AsteriskServer(site, tree, dies_with_us=True)
        with pytest.raises(BringupFailed, match=f"looked after by process {keeper.pid}"):
            second.start()
        assert second.find()
        keeper.stdin.close()
        assert keeper.wait(15) == 0
    assert not second.find()


def test_our_part_works_in_debians_own_configuration(tmp_path: Path, site: Site, tree: Tree) -> None:
    etc = tmp_path / "debian"
    shutil.copytree(tree.root / "etc/asterisk", etc)
    write_changes(etc, plan_install(read_existing(etc), render(site, tree), with_sip=True), datetime(2026, 11, 25))
    write_configuration(site, tree)
    # Its folders are those of the test; everything else is as Debian ships it.
    (etc / "asterisk.conf").write_text((site.etc / "asterisk.conf").read_text().replace(str(site.etc), str(etc)))
    (etc / "pjsip.conf").write_text((site.etc / "pjsip.conf").read_text())
    command = tree.command("asterisk", "-C", etc / "asterisk.conf", "-f")
    with subprocess.Popen(command, env=tree.env(), stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT) as process:
        try:
            assert wait_booted(tree, etc / "asterisk.conf", process)
            for question, answer in (
                ("dialplan show ivr-robot", "AGI(${IVR_AGI}/${IVR_PATH}"),
                ("dialplan show globals", f"IVR_AGI=agi://127.0.0.1:{site.ports.agi}"),
                ("queue show", "operators has 0 calls"),
                ("manager show user ivr", "write perm: call"),
                ("pjsip show endpoint caller", "ivr-from-test-caller"),
                ("moh show classes", str(site.music)),
            ):
                assert answer in ask_cli(tree, etc / "asterisk.conf", question), question
        finally:
            process.terminate()
            process.wait(15)


def wait_booted(tree: Tree, config: Path, process: subprocess.Popen[bytes], limit: float = 30.0) -> bool:
    give_up = time.monotonic() + limit
    while time.monotonic() < give_up and process.poll() is None:
        with contextlib.suppress(BringupFailed):
            if "booted" in ask_cli(tree, config, "core waitfullybooted"):
                return True
        time.sleep(0.1)
    return False
