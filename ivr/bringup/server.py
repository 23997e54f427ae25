"""A real Asterisk of our own, as a child process: configuration rendered, started, watched, stopped.

Everything it writes lies under ``var/asterisk``. It keeps running when we are killed — then it is Asterisk that looks
after the callers (see asterisk-conf/README.md) — and the next start finds it again by its record and takes it over.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from ivr.bringup.addresses import Ports
from ivr.bringup.failure import BringupFailed
from ivr.bringup.site import Site, write_configuration
from ivr.bringup.tree import Tree

BOOT_LIMIT = 30.0
"""Seconds from the start of the process to «fully booted»; 0.5 s is usual."""
STOP_LIMIT = 10.0
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
OPEN_FILES = 16_384
"""A call takes about six descriptors: 300 calls at once need more than the usual 1024."""


class AsteriskServer:
    """One Asterisk of our own; ``with AsteriskServer(site, tree) as asterisk:`` starts and stops it."""

    def __init__(self, site: Site, tree: Tree, *, dies_with_us: bool = False) -> None:
        self.site = site
        self.tree = tree
        self._dies_with_us = dies_with_us
        self._process: subprocess.Popen[bytes] | None = None
        self._adopted: int | None = None

    @property
    def record(self) -> Path:
        """Says which process it is and on which ports, while it runs."""
        return self.site.home / "server.json"

    @property
    def pid(self) -> int | None:
        """The process, if it runs."""
        if self._process is not None:
            return self._process.pid if self._process.poll() is None else None
        return self._adopted if self._adopted and _alive(self._adopted) else None

    def start(self, progress: Callable[[float], None] = lambda _share: None) -> None:
        """Render, start and wait until it takes calls. Raises BringupFailed with Asterisk's own words.

        One of an earlier start that still runs is ended first: its configuration may be another.
        """
        self.stop_recorded()
        write_configuration(self.site, self.tree)
        log = self.site.home / "log" / "console.log"
        command = self.tree.command("asterisk", "-C", self.site.etc / "asterisk.conf", "-f")
        if self._dies_with_us:
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with log.open("wb") as out, _many_open_files():
            self._process = subprocess.Popen(
                command,
                env=self.tree.env(),
                cwd=self.site.home,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is ours to handle: callers first
            )
        facts = {"pid": self._process.pid, "by": os.getpid(), **asdict(self.site.ports)}
        self.record.write_text(json.dumps(facts) + "\n", encoding="utf-8")
        try:
            self._wait_booted(progress)
        except BaseException:
            self.stop()
            raise

    def _wait_booted(self, progress: Callable[[float], None]) -> None:
        """Until the control socket answers «fully booted»; its absence means that the process is not so far."""
        assert self._process is not None
        began = time.monotonic()
        while (passed := time.monotonic() - began) < BOOT_LIMIT:
            progress(passed / BOOT_LIMIT)
            if self._process.poll() is not None:
                raise BringupFailed(
                    f"Asterisk ended at once (exit {self._process.returncode}): {self._last_words()}",
                    hint=f"see {self.site.home / 'log'}; `ivr doctor` looks for the usual causes",
                    retryable=False,
                )
            with contextlib.suppress(BringupFailed):
                if "fully booted" in self.cli("core waitfullybooted", limit=BOOT_LIMIT - passed):
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(0.05)
        raise BringupFailed(f"Asterisk was not ready within {BOOT_LIMIT:.0f} s: {self._last_words()}")

    def _last_words(self) -> str:
        """The last lines of what it printed, for messages."""
        with contextlib.suppress(OSError):
            lines = (self.site.home / "log" / "console.log").read_text(encoding="utf-8", errors="replace")
            return " / ".join(line.strip() for line in lines.strip().splitlines()[-5:]) or "it said nothing"
        return "it said nothing"

    def cli(self, command: str, *, limit: float = 10.0) -> str:
        """What Asterisk's command line answers. Raises BringupFailed if it cannot be asked."""
        return ask_cli(self.tree, self.site.etc / "asterisk.conf", command, limit=limit)

    def wait_ended(self, limit: float | None = None) -> int | None:
        """Wait until the process ends of itself; its exit status, or None if it still runs after ``limit`` s."""
        if self._process is None:
            return None
        try:
            return self._process.wait(limit)
        except subprocess.TimeoutExpired:
            return None

    def stop(self) -> None:
        """End it and all it started; live calls are hung up. Does nothing if it does not run."""
        if self._process is not None:
            _end(self._process.pid, lambda limit: _wait_child(self._process, limit))
            self._process = None
        elif pid := self.pid:
            _end(pid, lambda limit: _wait_stranger(pid, limit))
        self._adopted = None
        self.record.unlink(missing_ok=True)

    def find(self) -> bool:
        """Whether one started earlier for this site runs; it can then be asked and stopped."""
        with contextlib.suppress(OSError, ValueError, KeyError):
            pid = int(json.loads(self.record.read_text(encoding="utf-8"))["pid"])
            if _is_ours(pid, self.site.etc):
                self._adopted = pid
                return True
        return False

    def recorded_ports(self) -> Ports | None:
        """The ports of the one that `find` has found."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            facts = json.loads(self.record.read_text(encoding="utf-8"))
            return Ports(**{name: int(facts[name]) for name in asdict(Ports())})
        return None

    def stop_recorded(self) -> None:
        """End one that an earlier start left running; BringupFailed if whoever started it looks after it still."""
        if self._process is None and self.find():
            if (keeper := self.keeper()) is not None:
                raise BringupFailed(
                    f"this Asterisk runs already and is looked after by process {keeper}",
                    hint="ivr asterisk status; one instance can run only once",
                    retryable=False,
                )
            self.stop()

    def keeper(self) -> int | None:
        """The living process, other than ours, that started the one that `find` has found."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            keeper = int(json.loads(self.record.read_text(encoding="utf-8"))["by"])
            words = Path(f"/proc/{keeper}/cmdline").read_bytes()
            if keeper != os.getpid() and _alive(keeper) and b"ivr" in words:
                return keeper
        return None

    def __enter__(self) -> AsteriskServer:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


def ask_cli(tree: Tree, config: Path, command: str, *, limit: float = 10.0) -> str:
    """Ask a running Asterisk by its command line (``asterisk -rx``). Raises BringupFailed if it does not answer."""
    try:
        done = subprocess.run(
            tree.command("asterisk", "-C", config, "-rx", command),
            env=tree.env(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            timeout=limit,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise BringupFailed(f"Asterisk does not answer {command!r}: {error}") from error
    if done.returncode != 0 and "Unable to connect" in done.stdout + done.stderr:
        raise BringupFailed(f"Asterisk does not run (no control socket for {config})", hint="ivr asterisk start")
    return _COLOURS.sub("", done.stdout)


@contextlib.contextmanager
def _many_open_files() -> Iterator[None]:
    """Let the child have as many descriptors as we may give it, without changing our own limit for good."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    # A zombie has ended: it only waits for whoever started it to ask.
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    return True


def _is_ours(pid: int, etc: Path) -> bool:
    """Whether ``pid`` is the Asterisk of this configuration: a number may have been given to another process."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(etc / "asterisk.conf") in words


def _wait_child(process: subprocess.Popen[bytes] | None, limit: float) -> bool:
    assert process is not None
    try:
        process.wait(limit)
    except subprocess.TimeoutExpired:
        return False
    return True


def _wait_stranger(pid: int, limit: float) -> bool:
    give_up = time.monotonic() + limit
    while _alive(pid):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


def _end(pid: int, wait: Callable[[float], bool]) -> None:
    """SIGTERM, and SIGKILL to the whole group when that does not suffice. The group is the process's own."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
        if wait(STOP_LIMIT):
            return
        os.killpg(pid, signal.SIGKILL)
        wait(STOP_LIMIT)
