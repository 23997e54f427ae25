"""Sets of programs that we need, and how each comes onto the machine: ``ensure("asterisk", var)``.

The machine's own programs are used where they suffice; else the set's Debian packages are unpacked into
``var/trees/<set>``. Nothing outside ``var`` is touched. Packages stay in ``var/cache/debian``; what was taken
is recorded in ``var/trees/<set>.lock.json``, and as long as those packages are there a lost tree is unpacked
again without the network. A tree appears under its name only when it is whole.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote

from ivr.bringup.apt import PrivateApt, machine_codename, machine_mirrors
from ivr.bringup.failure import BringupFailed
from ivr.bringup.progress import Advance, Progression
from ivr.bringup.system import system_asterisk, system_programs
from ivr.bringup.tree import Tree

NEWER = ("forky", "sid")
"""Debian releases that hold Asterisk 22 and its companions; Debian 12 has none. Tried in this order."""
HOST = "the machine's own release"


@dataclass(frozen=True, slots=True)
class PackageSet:
    """Packages that belong together. ``suites`` are tried in order; ``system`` finds the machine's own."""

    title: str
    packages: tuple[str, ...]
    system: Callable[[], Tree | None]
    suites: tuple[str, ...] = NEWER
    components: tuple[str, ...] = ("main",)
    needs: tuple[str, ...] = ()
    """Package → smallest version, as ``name>=version``."""


SETS: dict[str, PackageSet] = {
    "asterisk": PackageSet("Asterisk 22", ("asterisk",), system_asterisk, needs=("asterisk>=1:22",)),
    # pyttsx3 loads the library into our own Python, so it must fit the machine's own C library.
    "espeak": PackageSet("espeak-ng", ("espeak-ng",), lambda: system_programs("espeak-ng"), suites=(HOST,)),
    # Its library, too, is loaded into our own Python.
    "rhvoice": PackageSet(
        "RHVoice",
        ("librhvoice5", "rhvoice-russian", "rhvoice"),
        lambda: None,
        suites=(HOST,),
        components=("main", "contrib", "non-free"),
    ),
    # Only the training of the recogniser's model speaks with it (``ivr models make``).
    "festival": PackageSet("Festival", ("festival", "festvox-ru"), lambda: None, suites=(HOST,)),
    # A real speaker, to measure recognisers with (``ivr models bench --set human``); nothing is trained on her.
    "humanvoice": PackageSet(
        "recordings of a human voice",
        ("asterisk-core-sounds-ru", "asterisk-core-sounds-ru-wav"),
        lambda: None,
        suites=(HOST,),
    ),
    "testcallers": PackageSet(
        "the test callers", ("sip-tester", "baresip-core"), lambda: None, needs=("sip-tester>=3.7",)
    ),
}
"""Set name → what it is made of. RHVoice and the test callers are always ours: their versions matter."""

_NOT_UNPACKED = (
    "./usr/share/man", "./usr/share/info", "./usr/share/locale", "./usr/share/lintian", "./usr/share/bug",
    "./usr/share/doc/*/examples", "./usr/share/doc/*/changelog*", "./usr/share/doc/*/NEWS*",
    "./usr/share/perl", "./usr/lib/*/perl", "./usr/lib/*/perl-base",
)  # fmt: skip
"""Not needed to run; the licences (``doc/*/copyright``) are kept."""
_THE_MACHINES_OWN = ("libc6", "libc-bin", "libgcc-s1")
"""Never unpacked into a tree of the machine's own release: one process cannot hold two C libraries."""


def ensure(name: str, var: Path, *, show: Progression | None = None, allow_system: bool = True) -> Tree:
    """The set ``name`` of SETS, brought into ``var`` if need be.

    A second call takes milliseconds. Two processes at once are fine: one waits for the other. Raises
    BringupFailed when neither the machine nor its mirrors have the packages, KeyError for an unknown set.
    """
    wanted = SETS[name]
    if allow_system and (system := wanted.system()):
        return system
    home = var.resolve() / "trees" / name
    if tree := Tree.read_record(home):
        return tree
    show = show or Progression()
    home.parent.mkdir(parents=True, exist_ok=True)
    with _alone(home.parent / f"{name}.lock"):
        return Tree.read_record(home) or _bring(name, wanted, home, var.resolve() / "cache" / "debian", show)


def renew(name: str, var: Path, *, show: Progression | None = None) -> Tree:
    """The set ``name`` in the newest version that the mirrors have, whatever was there; its programs must not run.

    Packages of the old version stay in the cache. Raises BringupFailed; the old tree is then as it was.
    """
    home = var.resolve() / "trees" / name
    home.parent.mkdir(parents=True, exist_ok=True)
    with _alone(home.parent / f"{name}.lock"):
        archives = var.resolve() / "cache" / "debian"
        return _bring(name, SETS[name], home, archives, show or Progression(), newest=True)


def _bring(
    name: str, wanted: PackageSet, home: Path, archives: Path, show: Progression, *, newest: bool = False
) -> Tree:
    """Fetch and unpack one set into ``home``."""
    lock_file = home.parent / f"{name}.lock.json"
    lock = None if newest else _read_lock(lock_file, archives)
    if lock is None:
        lock = _fetch(wanted, home.parent / f"{name}.apt", archives, show)
    tree = _unpack(wanted, lock, archives, home, show)
    lock_file.write_text(json.dumps(lock, indent=1) + "\n", encoding="utf-8")
    return tree


Lock = dict[str, object]
"""``{"suite": …, "packages": {file name: bytes}}``."""


def _read_lock(path: Path, archives: Path) -> Lock | None:
    """What was taken last time, if every package of it is still there whole."""
    try:
        lock = json.loads(path.read_text(encoding="utf-8"))
        if all((archives / file).stat().st_size == size for file, size in lock["packages"].items()):
            return dict(lock)
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return None


def _fetch(wanted: PackageSet, state: Path, archives: Path, show: Progression) -> Lock:
    """Download the set from the first archive and suite that has it; BringupFailed names every reason."""
    failures: list[BringupFailed] = []
    for mirror in machine_mirrors():
        for suite in wanted.suites:
            named = machine_codename() or mirror.suite if suite == HOST else suite
            apt = PrivateApt(mirror, named, wanted.components, state, archives)
            try:
                with show.step(f"{wanted.title}: lists of Debian {named}") as advance:
                    apt.update(advance)
                files = apt.plan(wanted.packages)
                _check_versions(wanted.needs, files)
                with show.step(f"{wanted.title}: {len(files)} packages") as advance:
                    apt.download(wanted.packages, advance)
                return {
                    "suite": named,
                    "packages": {file: (archives / file).stat().st_size for file in files},
                }
            except BringupFailed as failed:
                failures.append(failed)
            finally:
                shutil.rmtree(state, ignore_errors=True)
    raise BringupFailed(f"cannot bring {wanted.title}: " + " | ".join(map(str, failures)), hint=failures[-1].hint)


def _check_versions(needs: Sequence[str], files: Sequence[str]) -> None:
    """Raise BringupFailed if a package is older than the set can use."""
    versions = dict(_name_and_version(file) for file in files)
    for need in needs:
        package, _, smallest = need.partition(">=")
        found = versions.get(package, "")
        compared = subprocess.run(["dpkg", "--compare-versions", found, "ge", smallest], check=False, timeout=30)
        if compared.returncode != 0:
            raise BringupFailed(f"{package} {found or 'is missing'}, need {smallest} or later")


def _name_and_version(file: str) -> tuple[str, str]:
    """``asterisk_1%3a22.10_amd64.deb`` → (``asterisk``, ``1:22.10``)."""
    name, version, _ = file.split("_", 2)
    return name, unquote(version)


def _unpack(wanted: PackageSet, lock: Lock, archives: Path, home: Path, show: Progression) -> Tree:
    """Unpack all packages into a folder beside ``home`` and give it its name when it is whole."""
    packages = lock["packages"]
    assert isinstance(packages, dict)
    own_loader = lock["suite"] != machine_codename() or HOST not in wanted.suites
    files = [file for file in packages if own_loader or not file.startswith(_prefixes(_THE_MACHINES_OWN))]
    unfinished = home.with_name(f"{home.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    with show.step(f"{wanted.title}: unpacking {len(files)} packages") as advance:
        _unpack_files([archives / file for file in files], unfinished, advance)
        versions = dict(_name_and_version(file) for file in files)
        Tree.survey(unfinished, versions, own_loader=own_loader).write_record()
    shutil.rmtree(home, ignore_errors=True)
    unfinished.rename(home)
    tree = Tree.read_record(home)
    if tree is None:
        raise BringupFailed(f"{home} was written but cannot be read back")
    return replace(tree, root=home)


def _prefixes(packages: Sequence[str]) -> tuple[str, ...]:
    return tuple(f"{package}_" for package in packages)


def _unpack_files(files: Sequence[Path], into: Path, advance: Advance) -> None:
    with ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as workers:
        for done, _ in enumerate(workers.map(lambda file: _unpack_file(file, into), files), start=1):
            advance(done / len(files))


def _unpack_file(file: Path, into: Path) -> None:
    """One package, less what nobody runs; raises BringupFailed if it is damaged."""
    excluded = [f"--exclude={pattern}" for pattern in _NOT_UNPACKED]
    with subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(file)], stdout=subprocess.PIPE) as reader:
        try:
            unpacked = subprocess.run(
                ["tar", "-x", "-C", str(into), "--no-same-owner", "--no-same-permissions", *excluded],
                stdin=reader.stdout, capture_output=True, text=True, check=False, timeout=300,
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            reader.kill()
            raise BringupFailed(f"unpacking {file.name} takes too long") from error
    if unpacked.returncode != 0 or reader.returncode != 0:
        file.unlink(missing_ok=True)
        raise BringupFailed(
            f"cannot unpack {file.name}: {unpacked.stderr.strip() or 'damaged'}",
            hint="run again: it is fetched anew",
        )


@contextmanager
def _alone(lock: Path, limit: float = 900.0) -> Iterator[None]:
    """Hold a lock between processes; BringupFailed if another holds it longer than ``limit`` seconds."""
    with lock.open("w", encoding="utf-8") as handle:
        give_up = time.monotonic() + limit
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up:
                    raise BringupFailed(f"another process has held {lock} for {limit:.0f} s") from None
                time.sleep(0.2)
        yield
