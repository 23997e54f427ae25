"""Trees of unpacked packages: unpacked from real .deb files made here, without a network."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

import pytest

from ivr.bringup import packages
from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import PackageSet, ensure
from ivr.bringup.progress import Silent
from ivr.bringup.tree import RECORD, Tree

TRIPLET = "usr/lib/x86_64-linux-gnu"


def make_deb(folder: Path, name: str, files: dict[str, str], version: str = "1.0") -> Path:
    """A real Debian package with these files."""
    root = folder / f"{name}-root"
    (root / "DEBIAN").mkdir(parents=True)
    control = f"Package: {name}\nVersion: {unquote(version)}\nArchitecture: all\n"
    control += "Maintainer: t <t@example>\nDescription: test\n"
    (root / "DEBIAN/control").write_text(control)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
        (root / path).chmod(0o755)
    made = folder / f"{name}_{version}_all.deb"
    subprocess.run(["dpkg-deb", "-b", str(root), str(made)], check=True, capture_output=True)
    return made


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A var/ whose cache holds the set «tool», as an earlier run would have left it. The network would be an error."""
    var = tmp_path / "var"
    archives = var / "cache/debian"
    archives.mkdir(parents=True)
    files = {
        f"{TRIPLET}/ld-linux-x86-64.so.2": "loader",
        f"{TRIPLET}/libthing.so.1": "library",
        f"{TRIPLET}/extra/libmore.so.3": "library",
        "usr/bin/tool": "#!/bin/sh\necho tool\n",
        "usr/share/man/man1/tool.1": "manual",
        "usr/share/doc/tool/copyright": "licence",
    }
    debs = [make_deb(tmp_path, "tool", files), make_deb(tmp_path, "data", {"usr/share/tool/data": "data"}, "2%3a1")]
    lock = {"suite": "sid", "packages": {}}
    for deb in debs:
        deb.rename(archives / deb.name)
        lock["packages"][deb.name] = (archives / deb.name).stat().st_size  # type: ignore[index]
    (var / "trees").mkdir()
    (var / "trees/tool.lock.json").write_text(json.dumps(lock))
    monkeypatch.setitem(packages.SETS, "tool", PackageSet("the tool", ("tool",), lambda: None))

    def no_network() -> list[object]:
        raise BringupFailed("the network was asked")

    monkeypatch.setattr(packages, "machine_mirrors", no_network)
    return var


def test_a_lost_tree_is_unpacked_again_without_the_network(var: Path) -> None:
    tree = ensure("tool", var, show=Silent())
    assert tree.root == var / "trees/tool"
    assert tree.versions == {"tool": "1.0", "data": "2:1"}
    assert (tree.root / "usr/share/tool/data").read_text() == "data"


def test_what_nobody_runs_is_not_unpacked_but_licences_are(var: Path) -> None:
    root = ensure("tool", var, show=Silent()).root
    assert not (root / "usr/share/man").exists()
    assert (root / "usr/share/doc/tool/copyright").exists()


def test_programs_start_through_the_trees_own_loader(var: Path) -> None:
    tree = ensure("tool", var, show=Silent())
    command = tree.command("tool", "--flag", Path("/x"))
    assert command[0] == str(tree.root / TRIPLET / "ld-linux-x86-64.so.2")
    assert command[1] == "--library-path"
    assert command[2] == f"{tree.root / TRIPLET}:{tree.root / TRIPLET / 'extra'}"
    assert command[-3:] == [str(tree.root / "usr/bin/tool"), "--flag", "/x"]
    assert "LD_LIBRARY_PATH" not in tree.env({})


def test_the_second_time_nothing_is_done(var: Path) -> None:
    first = ensure("tool", var, show=Silent())
    mark = first.root / "mark"
    mark.touch()
    assert ensure("tool", var, show=Silent()) == first
    assert mark.exists()


def test_renewing_asks_the_mirrors_and_leaves_the_old_tree_when_they_fail(var: Path) -> None:
    tree = ensure("tool", var, show=Silent())
    with pytest.raises(BringupFailed, match="the network was asked"):
        packages.renew("tool", var, show=Silent())
    assert ensure("tool", var, show=Silent()) == tree


def test_an_unfinished_tree_is_not_taken_for_a_whole_one(var: Path) -> None:
    half = var / "trees/tool"
    (half / "usr/bin").mkdir(parents=True)
    (half / "rest-of-a-crash").touch()
    tree = ensure("tool", var, show=Silent())
    assert tree.program("tool").exists()
    assert not (tree.root / "rest-of-a-crash").exists()


@pytest.mark.parametrize("damage", ["{", '{"loader": 1}', "[]"])
def test_a_damaged_record_is_no_record(tmp_path: Path, damage: str) -> None:
    (tmp_path / RECORD).write_text(damage)
    assert Tree.read_record(tmp_path) is None


def test_a_damaged_package_is_said_and_fetched_anew_next_time(var: Path) -> None:
    deb = var / "cache/debian/tool_1.0_all.deb"
    deb.write_bytes(b"x" * deb.stat().st_size)
    with pytest.raises(BringupFailed, match=r"cannot unpack tool_1\.0_all\.deb"):
        ensure("tool", var, show=Silent())
    assert not deb.exists()
    assert not (var / "trees/tool").exists()
    with pytest.raises(BringupFailed, match="the network was asked"):
        ensure("tool", var, show=Silent())


def test_a_tree_of_the_machines_own_release_leaves_the_c_library_to_it(
    var: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archives = var / "cache/debian"
    libc = make_deb(tmp_path, "libc6", {f"{TRIPLET}/libc.so.6": "never"})
    libc.rename(archives / libc.name)
    lock = json.loads((var / "trees/tool.lock.json").read_text())
    lock["suite"] = packages.machine_codename() or "here"
    lock["packages"][libc.name] = (archives / libc.name).stat().st_size
    (var / "trees/tool.lock.json").write_text(json.dumps(lock))
    monkeypatch.setattr(packages, "machine_codename", lambda: lock["suite"])
    monkeypatch.setitem(packages.SETS, "tool", PackageSet("t", ("tool",), lambda: None, suites=(packages.HOST,)))
    tree = ensure("tool", var, show=Silent())
    assert not tree.loader
    assert tree.command("tool") == [str(tree.root / "usr/bin/tool")]
    assert tree.env({})["LD_LIBRARY_PATH"].split(":")[0] == str(tree.root / TRIPLET)
    assert not (tree.root / TRIPLET / "libc.so.6").exists()


def test_two_at_once_make_one_tree(var: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from ivr.bringup import packages as p; from ivr.bringup.progress import Silent\n"
        "p.SETS['tool'] = p.PackageSet('t', ('tool',), lambda: None)\n"
        "print(p.ensure('tool', Path(sys.argv[1]), show=Silent()).root)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code, str(var)], stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = {process.communicate(timeout=60)[0].strip() for process in both}
    assert said == {str(var / "trees/tool")}
    assert [process.returncode for process in both] == [0, 0]


def test_whoever_holds_the_lock_too_long_is_named(tmp_path: Path) -> None:
    lock = tmp_path / "x.lock"
    with packages._alone(lock), pytest.raises(BringupFailed, match=r"x\.lock"), packages._alone(lock, limit=0.1):
        pass


def test_a_package_that_is_too_old_is_refused() -> None:
    packages._check_versions(["asterisk>=1:22"], ["asterisk_1%3a22.10.1+dfsg-1_amd64.deb"])
    with pytest.raises(BringupFailed, match=r"asterisk 1:20\.5, need 1:22"):
        packages._check_versions(["asterisk>=1:22"], ["asterisk_1%3a20.5_amd64.deb"])
    with pytest.raises(BringupFailed, match="asterisk is missing"):
        packages._check_versions(["asterisk>=1:22"], ["sipp_3_amd64.deb"])


def test_a_program_that_is_not_there_is_said(var: Path) -> None:
    with pytest.raises(BringupFailed, match="nothing-such is not in"):
        ensure("tool", var, show=Silent()).program("nothing-such")
