"""Configuration filled in, ports and secrets chosen, music made."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import numpy as np
import pytest

from ivr.bringup.addresses import Ports, choose_ports, secret
from ivr.bringup.music import RATE, alaw, waiting_music
from ivr.bringup.render import fill_in
from ivr.bringup.site import Site, render, write_configuration
from ivr.bringup.tree import Tree
from ivr.errors import ConfigError
from ivr.queues import read_queues

CONF = Path(__file__).resolve().parents[2] / "asterisk-conf"


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = tmp_path / "tree"
    (root / "usr/lib/x/asterisk/modules").mkdir(parents=True)
    (root / "usr/share/asterisk/documentation").mkdir(parents=True)
    return Tree(root, "loader")


def site(tmp_path: Path, conf: Path = CONF) -> Site:
    return Site(tmp_path / "var", conf, tmp_path / "sounds", Ports(5070, 5048, 4583))


def test_an_unknown_mark_is_named_with_its_place_and_a_guess() -> None:
    with pytest.raises(ConfigError) as failed:
        fill_in("pjsip.conf", "[x]\nbind = @SIP_HOTS@\nport = @NOTHING@\n", {"SIP_HOST": "127.0.0.1"})
    assert [str(problem) for problem in failed.value.problems] == [
        "pjsip.conf:2:8: error: unknown value @SIP_HOTS@ (did you mean @SIP_HOST@?)",
        "pjsip.conf:3:8: error: unknown value @NOTHING@ (known: SIP_HOST)",
    ]


def test_a_value_cannot_smuggle_in_a_line() -> None:
    with pytest.raises(ConfigError, match="line break"):
        fill_in("manager.conf", "secret = @SECRET@", {"SECRET": "x\nwrite = all"})


def test_the_shipped_files_are_filled_in_whole(tmp_path: Path, tree: Tree) -> None:
    rendered = render(site(tmp_path), tree)
    assert {"asterisk.conf", "modules.conf", "ivr/extensions.conf", "ivr/pjsip.conf"} <= rendered.keys()
    left = {name: re.findall(r"@[A-Z_]+@", text) for name, text in rendered.items() if re.search(r"@[A-Z_]+@", text)}
    assert left == {}
    assert "agi://127.0.0.1:4583" in rendered["ivr/extensions.conf"]


def test_written_files_are_closed_to_others_and_stale_ones_go(tmp_path: Path, tree: Tree) -> None:
    here = site(tmp_path)
    (here.etc / "ivr").mkdir(parents=True)
    (here.etc / "ivr/old.conf").touch()
    write_configuration(here, tree)
    assert not (here.etc / "ivr/old.conf").exists()
    assert {path.stat().st_mode & 0o077 for path in here.etc.rglob("*.conf")} == {0}
    assert here.etc.stat().st_mode & 0o077 == 0
    assert read_queues(here.etc / "queues.conf") == {"operators", "dispatchers"}


def test_the_engine_has_the_least_rights() -> None:
    text = (CONF / "ivr/manager.conf").read_text(encoding="utf-8")
    rights = re.search(r"^write = (.+)$", text, re.MULTILINE)
    assert rights
    assert not {"all", "command", "config", "system"} & set(rights[1].split(","))


def test_nobody_from_outside_reaches_asterisk_as_shipped(tmp_path: Path, tree: Tree) -> None:
    rendered = render(site(tmp_path), tree)
    for name in ("pjsip.conf", "manager.conf"):
        addresses = re.findall(r"^bind(?:addr)? = ([\d.]+)", rendered[name], re.MULTILINE)
        assert addresses == ["127.0.0.1"]


def test_a_control_socket_has_a_path_that_fits(tmp_path: Path) -> None:
    assert site(tmp_path / "short").run == tmp_path / "short/var/asterisk/run"
    deep = site(tmp_path / ("x" * 60) / ("y" * 60))
    assert len(str(deep.run / "asterisk.ctl")) < 107
    assert deep.run != site(tmp_path / ("x" * 60) / ("z" * 60)).run


def test_a_port_in_use_is_replaced_and_none_is_given_twice() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sip, socket.create_server(("127.0.0.1", 0)) as ami:
        sip.bind(("127.0.0.1", 0))
        taken = Ports(sip.getsockname()[1], ami.getsockname()[1], ami.getsockname()[1])
        chosen = choose_ports(taken)
    assert {taken.sip, taken.ami} & {chosen.sip, chosen.ami, chosen.agi} == set()
    assert chosen.ami != chosen.agi
    assert all((chosen.sip, chosen.ami, chosen.agi))


def test_a_free_port_is_kept() -> None:
    free = choose_ports(Ports(0, 0, 0))
    assert choose_ports(free) == free


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "secrets/ami"
    made = secret(file)
    assert len(made) >= 24
    assert secret(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in file.parent.iterdir()] == ["ami"]


def test_an_empty_secret_is_no_secret(tmp_path: Path) -> None:
    (tmp_path / "ami").write_text("\n")
    assert secret(tmp_path / "ami")


def test_music_is_quiet_and_joins_its_own_beginning() -> None:
    sound = waiting_music().astype(float)
    assert 20 < len(sound) / RATE < 120
    assert np.abs(sound).max() < 0.2 * 32767
    assert abs(sound[0] - sound[-1]) < 400
    assert np.sqrt(np.mean(sound**2)) > 300


@pytest.mark.parametrize(
    ("sample", "code"),
    [(0, 0xD5), (-1, 0x55), (8, 0xD5), (16, 0xD4), (-32768, 0x2A), (32767, 0xAA), (1000, 0xFA), (-1000, 0x7A)],
)
def test_alaw_of_known_samples(sample: int, code: int) -> None:
    assert alaw(np.array([sample], dtype=np.int16))[0] == code
