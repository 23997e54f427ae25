"""A scene played on the running hotline: real telephones, driven by what the engine tells of the call."""

from __future__ import annotations

import contextlib
import queue
import secrets
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ivr.bringup.recording import RATE, Sound, first_sound, save
from ivr.bringup.softphone import Softphone, SoftphoneFailed
from ivr.bringup.tree import Tree
from ivr.control_client import ControlClient, ControlFailed
from ivr.demo.acting import Acting, Strayed
from ivr.demo.clips import clip
from ivr.demo.scenes import HangsUp, OperatorAnswers, OperatorHangsUp, Presses, Says, Scene
from ivr.errors import IvrError

OPERATOR = "operator2"
"""The operator's telephone; the first one is left to people."""
OPERATOR_RINGS_S = 2.0
"""An operator lets it ring so long before answering."""
BETWEEN_KEYS_S = 0.2
FOLLOWED_WITHIN_S = 5.0
LOOK_S = 0.1

Show = Callable[[str, float | None, str], None]
"""Called with who, the second of the call, and what, for what the telephones do."""


@dataclass(slots=True)
class Hotline:
    """Where the hotline is, and what the telephones are made of."""

    client: ControlClient
    number: str
    sip_port: int
    telephones: Tree
    operator_password: str = ""
    operator_says: Sound = field(default_factory=lambda: np.zeros(0))


@dataclass(slots=True)
class Played:
    """What came of a scene. Times in seconds."""

    scene: Scene
    wav: Path
    """The call from its answer on: what the caller heard, and what the caller said."""
    call: str = ""
    why: str = ""
    """Why the call did not go as the scene says; empty when it did."""
    ended: str = ""
    """The call's outcome, and the class that it is counted in."""
    longest_owed: float | None = None
    first_sound: float | None = None
    """From the answer to the first sound that was heard."""
    seconds: float = 0.0
    """How long the recording is."""
    answers: list[float] = field(default_factory=list)
    """From the end of each sentence of the caller's, as the robot noticed it, to the first sound of the answer."""
    said: list[tuple[float, Sound]] = field(default_factory=list, repr=False)
    """What the caller said, and at which second of the call."""
    lines: list[Mapping[str, Any]] = field(default_factory=list)


class Events:
    """What the engine tells of one caller's calls, read in a thread of its own."""

    def __init__(self, client: ControlClient, caller: str) -> None:
        self._client = client
        self._caller = caller
        self._told: queue.SimpleQueue[Mapping[str, Any] | IvrError] = queue.SimpleQueue()
        self._enough = threading.Event()
        self._reader = threading.Thread(target=self._read, name="events", daemon=True)

    @classmethod
    @contextlib.contextmanager
    def followed(cls, client: ControlClient, caller: str) -> Iterator[Events]:
        """Follow, from now on, until the block ends. Raises :class:`ControlFailed`, :class:`EngineNotRunning`."""
        events = cls(client, caller)
        events._reader.start()
        try:
            give_up = time.monotonic() + FOLLOWED_WITHIN_S
            while "watching" not in (events.take(LOOK_S) or {}):  # until then: calls held already, not ours
                if time.monotonic() > give_up:
                    raise ControlFailed(f"the engine does not tell of its calls within {FOLLOWED_WITHIN_S:g} s")
            yield events
        finally:
            events._enough.set()

    def take(self, limit: float) -> Mapping[str, Any] | None:
        """The next line, or ``None`` if none comes within ``limit`` seconds. Raises what the reading has raised."""
        try:
            told = self._told.get(timeout=limit)
        except queue.Empty:
            return None
        if isinstance(told, IvrError):
            raise told
        return told

    def _read(self) -> None:
        try:
            for line in self._client.events(caller=self._caller):
                if self._enough.is_set():
                    return
                if line:
                    self._told.put(line)
            self._told.put(ControlFailed("the engine has stopped"))
        except IvrError as error:
            self._told.put(error)


def play(hotline: Hotline, scene: Scene, wav: Path, tell: Callable[[Mapping[str, Any]], None], show: Show) -> Played:
    """Play a scene; ``tell`` gets every line of the call as it happens, ``show`` what the telephones do.

    Never raises for a call that goes otherwise than the scene says: ``Played.why`` says it.
    """
    played = Played(scene, wav)
    caller = scene.caller or f"+7999{secrets.randbelow(10**7):07d}"
    with tempfile.TemporaryDirectory(prefix="ivr-demo-") as folder, contextlib.ExitStack() as stack:
        try:
            operator = stack.enter_context(_operator(hotline, Path(folder))) if scene.needs_operator else None
            events = stack.enter_context(Events.followed(hotline.client, caller))
            phone = stack.enter_context(
                Softphone(hotline.telephones, Path(folder) / "caller", hotline.sip_port, caller)
            )
            try:
                _Play(played, events, phone, operator, tell, show).run(hotline.number)
            finally:
                _keep_recording(phone, played)
        except IvrError as error:  # Strayed, SoftphoneFailed, or the engine has gone
            played.why = str(error)
    if not played.why and played.first_sound is None:
        played.why = "the caller heard nothing at all"
    return played


def _operator(hotline: Hotline, folder: Path) -> Softphone:
    if not hotline.operator_password:
        raise SoftphoneFailed("the operators' telephones have no password yet (var/secrets/operators)")
    return Softphone(
        hotline.telephones,
        folder / "operator",
        hotline.sip_port,
        OPERATOR,
        says=np.concatenate((np.zeros(RATE // 2), hotline.operator_says)),
        password=hotline.operator_password,
        answers_after=OPERATOR_RINGS_S,
    )


def _keep_recording(phone: Softphone, played: Played) -> None:
    sound = phone.heard()
    if len(sound):
        played.wav.parent.mkdir(parents=True, exist_ok=True)
        played.first_sound = first_sound(sound)
        played.seconds = len(sound) / RATE
        save(played.wav, both_sides(sound, played.said))


def both_sides(heard: Sound, said: Sequence[tuple[float, Sound]]) -> Sound:
    """What was heard with what was said put into it; ``said`` holds the second of each beginning."""
    mixed = heard.copy()
    for at, sound in said:
        begin = max(0, int(at * RATE))
        piece = sound[: max(0, len(mixed) - begin)]
        mixed[begin : begin + len(piece)] += piece
    return mixed


@dataclass(slots=True)
class _Play:
    """One scene while it is played."""

    played: Played
    events: Events
    phone: Softphone
    operator: Softphone | None
    tell: Callable[[Mapping[str, Any]], None]
    show: Show
    _rings_since: float | None = None
    _answered: bool = False
    _words_heard: bool = False
    """The last thing that happened: the caller's words were understood."""

    def run(self, number: str) -> None:
        """Call, and do what the scene says until the call is over. Raises :class:`Strayed` and what telephones do."""
        self.show("caller", None, f"dials {number}")
        self.phone.dial(number)
        acting = Acting(self.played.scene, time.monotonic())
        try:
            while not acting.over:
                line = self.events.take(LOOK_S)
                if line is not None and self.played.call in ("", line["call"]):
                    self._note(line)
                    acting.see(line, time.monotonic())
                self._act(acting)
        except Strayed:
            self._hang_up()
            raise

    def _note(self, line: Mapping[str, Any]) -> None:
        self.played.call = line["call"]
        if line["who"] == "caller":
            self._words_heard = str(line["text"]).startswith("«")
        elif line["who"] == "robot":
            if self._words_heard and line.get("owed") is not None:
                self.played.answers.append(line["owed"])
            self._words_heard = False
        self.played.lines.append(line)
        self.tell(line)
        if line["who"] == "end":
            self.played.ended = line["text"]
            self.played.longest_owed = line["owed"]

    def _act(self, acting: Acting) -> None:
        if self.operator is not None:
            self._ring(self.operator, isinstance(acting.step, OperatorAnswers))
        match acting.due(time.monotonic()):
            case Presses(keys=keys):
                self.phone.press(keys, pause=BETWEEN_KEYS_S)
            case Says(clip=name):
                said = clip(name)
                self.played.said.append((self._now(), said.sound))
                self.show("says", self._now(), said.words)
                self.phone.speak(said.sound)
            case HangsUp():
                self.phone.hang_up()
            case OperatorHangsUp():
                assert self.operator is not None
                self.show("operator", self._now(), "hangs up")
                self.operator.hang_up()

    def _ring(self, operator: Softphone, expected: bool) -> None:
        """Let the operator's telephone ring for a moment, and take the call."""
        if self._answered or not expected or not operator.happened("CALL_INCOMING"):
            return
        if self._rings_since is None:
            self._rings_since = time.monotonic()
            self.show("operator", self._now(), f"{OPERATOR}'s telephone rings")
        elif time.monotonic() - self._rings_since >= OPERATOR_RINGS_S:
            self._answered = True
            operator.answer()

    def _now(self) -> float:
        return time.monotonic() - self.phone.answered_at

    def _hang_up(self) -> None:
        """End a call that has gone astray, and hear its end told, so that its record can be named."""
        with contextlib.suppress(IvrError):
            self.phone.hang_up()
            give_up = time.monotonic() + FOLLOWED_WITHIN_S
            while not self.played.ended and time.monotonic() < give_up:
                line = self.events.take(LOOK_S)
                if line is not None and line["call"] == self.played.call:
                    self._note(line)
