"""The whole house for a test: an instance of its own, the real Asterisk, the real engine, the example grid.

Programs and rendered prompts are the checkout's (`ivr setup --tests` makes them); everything else is the test's.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from asterisk_server import CHECKOUT, program_tree
from hearing import Sound, trimmed
from manager import ManagerEvents

from ivr.app import codec, open_house, topics
from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.server import AsteriskServer
from ivr.bringup.site import Site
from ivr.call.journal import encode
from ivr.call.model import CallRecord, Prompt
from ivr.call.verbs import Ask, Say
from ivr.control_client import ControlClient
from ivr.plans import load_plan
from ivr.prompts import PromptBook, Spoken
from ivr.settings import Settings, load_settings
from ivr.store.calls import CallRow, Wanted
from robot.voices.library import Library, built_voices
from robot.voices.library import Wanted as Clip
from robot.voices.rendering import contour_of

READY_LIMIT = 60.0
ONE_STARTS = threading.Lock()
"""Starting takes a core for seconds: where several hotlines are wanted, they start one after another."""
NUMBER = "88002200220"


def make_instance(
    folder: Path, ports: Ports, *, line_settings: str = "", more_settings: str = "", own: Sequence[str] = ()
) -> Settings:
    """An instance in ``folder``; programs, prompts and dialplans are the checkout's, those in ``own`` a copy."""
    (folder / "var").mkdir(parents=True)
    for name in ("dialplans", "prompts", "asterisk-conf", "var/trees", "var/prompts", "var/sounds"):
        if name in own:
            shutil.copytree(CHECKOUT / name, folder / name)
        else:
            (folder / name).symlink_to(CHECKOUT / name)
    text = (
        f"[line]\nexample = false\ndrain_seconds = 1\n{line_settings}"
        f"[agi]\nport = {ports.agi}\n[ami]\nport = {ports.ami}\n[asterisk]\nsip_port = {ports.sip}\n{more_settings}"
    )
    if "[hearing]" not in more_settings:
        text += "[hearing]\non = false\n"  # tests of keys; those of speech switch it on
    (folder / "ivr.toml").write_text(text, encoding="utf-8")
    return load_settings(folder, environ={})


@dataclass
class Engine:
    """``ivr serve`` as a process of its own. ``at`` is the moment it takes for now, when that matters."""

    settings: Settings
    at: datetime | None = None
    ready_at: float = 0.0
    """When it answered calls (time.monotonic())."""
    _process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start it and wait until it answers calls."""
        with ONE_STARTS:
            self._start()

    def _start(self) -> None:
        log = self.settings.var / "log" / "engine.stderr"
        log.parent.mkdir(parents=True, exist_ok=True)
        words = [sys.executable, "-m", "ivr", "serve", "--supervised"]
        if self.at is not None:
            words = [sys.executable, str(Path(__file__).with_name("clocked_engine.py")), self.at.isoformat()]
        env = {name: value for name, value in os.environ.items() if not name.startswith("IVR_")}
        with log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *words],
                env=env | {"IVR_HOME": str(self.settings.home), "PYTHONPATH": str(CHECKOUT)},
                cwd=self.settings.home,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                start_new_session=True,
            )
        said: list[str] = []
        output = self._process.stdout
        assert output is not None
        reader = threading.Thread(target=lambda: said.append(output.readline()), daemon=True)
        reader.start()
        reader.join(READY_LIMIT)
        if not said or not said[0].startswith("ready"):
            self.kill()
            raise AssertionError(f"the engine did not come up: {said}\n{log.read_text(encoding='utf-8')[-3000:]}")
        self.ready_at = time.monotonic()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def kill(self) -> None:
        """kill -9, as an accident would have it."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def stop(self) -> None:
        """End it as an administrator would."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise AssertionError("the engine did not stop within 15 s") from None


@dataclass
class Hotline:
    """A running hotline. ``with Hotline(folder) as line:`` starts everything and stops everything."""

    folder: Path
    at: datetime | None = None
    line_settings: str = ""
    """More lines for the table [line] of ivr.toml."""
    more_settings: str = ""
    """More tables of ivr.toml."""
    own: Sequence[str] = ()
    """What is a copy of the checkout's, to be edited: ``dialplans``, ``prompts``."""
    settings: Settings = field(init=False)
    asterisk: AsteriskServer = field(init=False)
    engine: Engine = field(init=False)

    def __enter__(self) -> Hotline:
        ports = choose_ports(Ports(sip=0, ami=0, agi=0, rtp_first=10_000, rtp_count=8_000))
        self.settings = make_instance(
            self.folder, ports, line_settings=self.line_settings, more_settings=self.more_settings, own=self.own
        )
        site = Site(
            var=self.settings.var, conf=self.settings.asterisk_conf, sounds=self.settings.static_sounds, ports=ports
        )
        self.asterisk = AsteriskServer(site, program_tree("asterisk"), dies_with_us=True)
        self.engine = Engine(self.settings, self.at)
        self.asterisk.start()
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.engine.stop()
        finally:
            self.asterisk.stop()

    @property
    def sip(self) -> int:
        return self.asterisk.site.ports.sip

    @property
    def operator_password(self) -> str:
        return self.asterisk.site.operator_secret_file.read_text(encoding="ascii").strip()

    def records(self, caller: str, *, since: float | None = None, limit: float = 5.0) -> Sequence[CallRecord]:
        """The records of ended calls of ``caller``, the newest first, once there is one.

        ``since``: only of calls answered then (time.monotonic()) or later.
        """
        earliest = None
        if since is not None:
            earliest = self._moment(since - 2)
        give_up = time.monotonic() + limit
        with open_house(self.settings) as house:
            while True:
                rows = house.store.calls.all(Wanted(caller=caller, since=earliest))
                if rows:
                    found = [house.store.calls.get(row.id) for row in rows]
                    return [codec().decode(encode(stored.record)) for stored in found if stored is not None]
                if time.monotonic() > give_up:
                    raise AssertionError(f"no record of {caller} after {limit:g} s")
                time.sleep(0.1)

    def _moment(self, when: float) -> datetime:
        """What the engine's clock showed at ``when`` (time.monotonic()), or somewhat earlier."""
        if self.at is not None:
            return self.at + timedelta(seconds=when - self.engine.ready_at)
        return datetime.now().astimezone() - timedelta(seconds=time.monotonic() - when)

    def row_of(self, record: CallRecord) -> CallRow:
        """The call as lists and sums count it."""
        with open_house(self.settings) as house:
            stored = house.store.calls.get(record.call.id)
        assert stored is not None
        return stored.row

    def live(self, caller: str) -> Mapping[str, Any] | None:
        """What the engine says of the call of ``caller`` that it holds now (by the number's last four digits)."""
        calls = ControlClient(self.settings.control_socket).live()
        return next((call for call in calls if str(call["caller"]).endswith(caller[-4:])), None)

    def wait_live(self, caller: str, node: str, verb: str, limit: float = 20.0) -> None:
        """Wait until the engine does ``verb`` at ``node`` of the dialplan with ``caller``."""
        give_up = time.monotonic() + limit
        while (call := self.live(caller)) is None or (call["node"], call["verb"]) != (node, verb):
            if time.monotonic() > give_up:
                raise AssertionError(f"{caller} did not come to {verb} at {node} within {limit:g} s: {call}")
            time.sleep(0.1)

    def wait_gone(self, caller: str = "", limit: float = 2.0) -> float:
        """Wait until neither the engine nor Asterisk holds a call of ``caller`` (of anybody); how long that took."""
        began = time.monotonic()
        while held := self._held(caller):
            if time.monotonic() - began > limit:
                raise AssertionError(f"calls are left after {limit:g} s: {held}")
            time.sleep(0.05)
        return time.monotonic() - began

    def _held(self, caller: str) -> list[str]:
        live = [str(call["id"]) for call in ControlClient(self.settings.control_socket).live()]
        if caller:
            live = [str(self.live(caller))] if self.live(caller) else []
        rows = self.asterisk.cli("core show channels concise").splitlines()
        return live + [row for row in rows if "!" in row and (not caller or caller in row.split("!"))]


class ExpectedSounds:
    """What prompts sound like: the very clips that sentences are made of."""

    def __init__(self, settings: Settings) -> None:
        self.book: PromptBook = load_plan(settings, topics()).book
        folder = settings.var / "prompts"
        self._library = Library(folder, next(iter(built_voices(folder))))

    def spoken(self, prompt: Prompt, now: datetime) -> Spoken:
        return self.book.speak(prompt, now)

    def fragments(self, spoken: Spoken) -> list[tuple[str, Sound, float]]:
        """(words, sound, silence meant after it in seconds) of each clip."""
        return [
            (each.text, self._clip(Clip(each.text, contour_of(each))), each.pause_after / 1000)
            for each in spoken.fragments
        ]

    def _clip(self, clip: Clip) -> Sound:
        samples = self._library.read(self._library.key(clip))
        if samples is None:
            raise AssertionError(f"never rendered: {clip.text!r}")
        return samples.astype(float)


def core(sound: Sound) -> Sound:
    """A sound without the silence around it."""
    return trimmed(sound)[0]


def said_in(record: CallRecord) -> list[Prompt]:
    """Everything that was said or asked in a call, in order."""
    return [entry.verb.prompt for entry in record.entries if isinstance(entry.verb, Say | Ask) and entry.said]


def wait_queued(line: Hotline, caller: str = "", limit: float = 10.0) -> str:
    """Wait until ``caller`` (the only caller) waits in a queue; the channel's name."""
    give_up = time.monotonic() + limit
    while not (channel := _waiting(channels := line.asterisk.cli("core show channels concise"), caller)):
        if time.monotonic() > give_up:
            raise AssertionError(f"not waiting in a queue:\n{channels}")
        time.sleep(0.1)
    return channel


def nobody_answers(line: Hotline, caller: str = "") -> None:
    """Do with ``caller`` (the only caller) what the queue does when their time in it is over."""
    channel = wait_queued(line, caller)
    with ManagerEvents(line.asterisk) as manager:
        for name, value in (("IVR_WHY", "TIMEOUT"), ("IVR_PATH", "resume")):
            manager.action("Setvar", Channel=channel, Variable=name, Value=value)
        manager.action("Redirect", Channel=channel, Context="ivr-robot", Exten="robot", Priority="1")


def _waiting(channels: str, caller: str) -> str:
    """The name of a channel that waits in a queue; ``channels`` as Asterisk lists them, fields parted by ``!``."""
    waiting = [row.split("!") for row in channels.splitlines() if "!Queue!" in row]
    return next((row[0] for row in waiting if not caller or caller in row), "")
