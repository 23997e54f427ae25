"""A private apt: the machine's own apt programs, mirrors and keys, with state and cache of our own.

Proven as an ordinary user: an empty status file makes apt resolve all dependencies as on a bare machine,
and ``--download-only`` needs no right but to write into our own folders. The machine's apt.conf (proxies,
passwords) is read first and stays in force; hooks and pins in it are switched off, for they are about the
machine's own packages.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from ivr.bringup.failure import BringupFailed
from ivr.bringup.mirrors import Mirror, debian_archives, parse_deb822, parse_one_line
from ivr.bringup.progress import Advance

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
"""Where Debian's package debian-archive-keyring puts its keys."""
NETWORK_LIMIT = 900.0
"""Seconds that one run of apt may take: 103 MB over a slow line."""


def machine_mirrors() -> list[Mirror]:
    """The Debian archives in this machine's apt configuration; raises BringupFailed if there is none."""
    places = _apt_config("SOURCELIST=Dir::Etc::sourcelist/f", "SOURCEPARTS=Dir::Etc::sourceparts/d")
    parts = Path(places["SOURCEPARTS"])
    files = [Path(places["SOURCELIST"])] + (sorted(parts.iterdir()) if parts.is_dir() else [])
    known: list[Mirror] = []
    for path in files:
        if not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        if path.suffix == ".sources":
            known += parse_deb822(text)
        elif path.suffix == ".list":
            known += parse_one_line(text)
    archives = debian_archives(known, machine_codename())
    if not archives:
        raise BringupFailed(
            "this machine's apt knows no Debian archive",
            hint=f"looked in {', '.join(map(str, files))}; name one there, or install Asterisk 22 yourself",
            retryable=False,
        )
    return archives


def machine_codename() -> str:
    """The machine's own release («bookworm»), or an empty string."""
    try:
        lines = Path("/etc/os-release").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    values = dict(line.split("=", 1) for line in lines if "=" in line)
    return values.get("VERSION_CODENAME", "").strip('"')


def _apt_config(*questions: str) -> dict[str, str]:
    """Answers of ``apt-config shell`` to questions like ``NAME=Dir::Etc::sourcelist/f``."""
    words = [word for question in questions for word in question.split("=", 1)]
    try:
        done = subprocess.run(["apt-config", "shell", *words], capture_output=True, text=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise BringupFailed(
            f"this machine has no usable apt: {error}",
            hint="install Asterisk 22 with app_audiosocket yourself",
            retryable=False,
        ) from error
    pairs = (word.split("=", 1) for word in shlex.split(done.stdout))
    return {name: value for name, value in pairs}


@dataclass(frozen=True, slots=True)
class PrivateApt:
    """One archive and one suite of it, seen through state and cache folders of our own."""

    mirror: Mirror
    suite: str
    components: tuple[str, ...]
    state: Path
    """Lists and status; may be thrown away."""
    archives: Path
    """Where the ``.deb`` files are kept."""

    def update(self, advance: Advance) -> None:
        """Fetch the lists of packages; raises BringupFailed with apt's own words."""
        self._prepare()
        self._run(["update"], advance)

    def plan(self, packages: Sequence[str]) -> list[str]:
        """The file names of all packages that ``packages`` need, as they will lie in ``archives``."""
        # apt names only what it would fetch, so it is shown an empty cache.
        empty = self.state / "empty/partial"
        empty.mkdir(parents=True, exist_ok=True)
        hidden = ["-o", f"Dir::Cache::archives={empty.parent}/"]
        out = self._run([*hidden, "install", "-y", "--no-install-recommends", "--print-uris", *packages])
        return [shlex.split(line)[1] for line in out.splitlines() if line.startswith("'")]

    def download(self, packages: Sequence[str], advance: Advance) -> None:
        """Bring all that ``packages`` need into ``archives``; what is there already is not fetched again."""
        self._run(["install", "-y", "--no-install-recommends", "--download-only", *packages], advance)

    def _prepare(self) -> None:
        for folder in (self.state / "lists/partial", self.archives / "partial"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.state / "status").write_text("", encoding="utf-8")
        signed_by = self.mirror.signed_by or (str(KEYRING) if KEYRING.exists() else "")
        stanza = [
            "Types: deb",
            f"URIs: {self.mirror.uri}",
            f"Suites: {self.suite}",
            f"Components: {' '.join(self.components)}",
            "Targets: Packages",
            *([f"Signed-By: {signed_by}"] if signed_by else []),
        ]
        (self.state / "ours.sources").write_text("\n".join(stanza) + "\n", encoding="utf-8")
        settings = {
            "Dir::State": self.state,
            "Dir::State::lists": "lists/",
            "Dir::State::status": self.state / "status",
            "Dir::State::extended_states": self.state / "extended_states",
            "Dir::Cache": self.state,
            "Dir::Cache::archives": f"{self.archives}/",
            "Dir::Cache::pkgcache": "pkgcache.bin",
            "Dir::Cache::srcpkgcache": "srcpkgcache.bin",
            "Dir::Etc::sourcelist": self.state / "ours.sources",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Log": self.state,
            "APT::Sandbox::User": "root",  # our folders need not be open to the user _apt
            "APT::Get::List-Cleanup": "true",
            "APT::Keep-Downloaded-Packages": "true",
            "Acquire::Check-Valid-Until": "false",  # a mirror may be a snapshot of an earlier day
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        cleared = (
            "APT::Update::Pre-Invoke",
            "APT::Update::Post-Invoke",
            "APT::Update::Post-Invoke-Success",
            "APT::Default-Release",
            "DPkg::Pre-Install-Pkgs",
            "DPkg::Pre-Invoke",
            "DPkg::Post-Invoke",
        )
        lines = [f"#clear {name};" for name in cleared]
        lines += [f'{name} "{value}";' for name, value in settings.items()]
        (self.state / "apt.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _run(self, words: list[str], advance: Advance | None = None) -> str:
        """One run of apt-get; its status lines move ``advance``. Raises BringupFailed when it fails."""
        command = ["apt-get", "-q", "-c", str(self.state / "apt.conf")]
        if advance is not None:
            command += ["-o", "APT::Status-Fd=1"]
        try:
            process = subprocess.Popen(
                [*command, *words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
        except OSError as error:
            raise BringupFailed(f"cannot run apt-get: {error}", retryable=False) from error
        with process:
            try:
                said = _follow(process, advance)
            except BaseException:
                process.kill()
                raise
        if process.returncode != 0:
            complaints = [line for line in said if line.startswith(("E:", "Err:", "W:"))] or said[-5:]
            raise BringupFailed(
                f"apt-get for Debian {self.suite} failed: {'; '.join(complaints)}",
                hint="is the mirror of this machine's apt reachable, and debian-archive-keyring up to date?",
            )
        return "\n".join(said)


def _follow(process: subprocess.Popen[str], advance: Advance | None) -> list[str]:
    """Read what apt says until it ends or its time is up; ``dlstatus:N:PERCENT:TEXT`` lines move the bar."""
    assert process.stdout is not None
    timer = Timer(NETWORK_LIMIT, process.kill)
    timer.start()
    said: list[str] = []
    try:
        for line in process.stdout:
            if line.startswith(("dlstatus:", "pmstatus:")):
                if advance is not None and len(fields := line.split(":")) > 2:
                    advance(float(fields[2]) / 100)
            else:
                said.append(line.rstrip())
        process.wait(timeout=30)
    finally:
        timer.cancel()
    return said
