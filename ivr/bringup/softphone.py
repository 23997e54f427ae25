"""A real SIP telephone without a person: baresip speaks, presses keys and writes down what it heard.

For the demo and for the tests. A caller is one baresip process without sound hardware. Its microphone is a WAV file,
its loudspeaker another one, written in real time from the moment the call is answered: silence in it is silence that
was heard.
"""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from ivr.bringup.addresses import quiet_ports
from ivr.bringup.recording import RATE, Sound, load, save
from ivr.bringup.tree import Tree
from ivr.errors import IvrError

START_LIMIT = 10.0
FURTHER_ATTEMPTS = 2
"""To start, with other ports."""
SPOKEN_SILENCE_S = 180.0
"""How long is the silence behind what was said: more than any call goes on after it."""
MICROPHONE_SECONDS = 600.0
"""How long the microphone's file is: baresip hangs up when it ends."""

_CONFIG = """\
poll_method epoll
sip_listen 127.0.0.1:0
net_interface 127.0.0.1
call_max_calls 1
call_local_timeout 120
audio_path {folder}
audio_player aufile,{heard}
audio_source aufile,{said}
audio_alert aufile,/dev/null
ausrc_srate 8000
auplay_srate 8000
audio_level no
audio_buffer 60-300
rtp_ports {rtp_first}-{rtp_last}
module_path {modules}
module g711.so
module aufile.so
module_app account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class SoftphoneFailed(IvrError):
    """The telephone did not do what it was asked to, or what was waited for did not happen in time."""


def free_port() -> int:
    """A loopback port for TCP that was free a moment ago, and that no outgoing connection will be given."""
    for port in (*quiet_ports(), 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SoftphoneFailed("no free port on 127.0.0.1")


@dataclass(eq=False)
class Softphone:
    """One baresip. ``with Softphone(…) as phone:`` starts it; leaving ends the call and the process.

    ``number`` is the caller's number; with ``password`` it registers under it (an operator) and answers of itself
    after ``answers_after`` seconds (None: it lets the telephone ring). It ends with the process that started it. Every
    method raises :class:`SoftphoneFailed`.
    """

    tree: Tree
    folder: Path
    sip_port: int
    number: str = "+74712000001"
    says: Sound = field(default_factory=lambda: np.zeros(0))
    password: str = ""
    answers_after: float | None = None
    dtmf: str = "rtpevent"
    _spoken: int = 0
    events: list[tuple[float, str, str]] = field(default_factory=list)
    """(time.monotonic(), type, parameter) of everything that baresip told."""

    def __enter__(self) -> Self:
        for _ in range(FURTHER_ATTEMPTS):
            # Its ports were free when they were chosen; somebody else may have taken one of them since.
            with contextlib.suppress(SoftphoneFailed):
                self._start()
                return self
        self._start()
        return self

    def _start(self) -> None:
        self.events.clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        self._heard_file = self.folder / "heard.wav"
        microphone = np.concatenate((self.says, np.zeros(int(MICROPHONE_SECONDS * RATE))))
        modules = self.tree.find("usr/lib/baresip/modules") or self.tree.find("usr/lib/*/baresip/modules")
        # Each telephone has its own hundred ports for sound, drawn from its control port.
        control = free_port()
        rtp_first = 30000 + control % 200 * 100
        (self.folder / "config").write_text(
            _CONFIG.format(
                folder=self.folder,
                heard=self._heard_file,
                said=save(self.folder / "says.wav", microphone),
                modules=modules,
                control=control,
                rtp_first=rtp_first,
                rtp_last=rtp_first + 99,
            ),
            encoding="utf-8",
        )
        settings = [f"audio_codecs=PCMA;dtmfmode={self.dtmf}"]
        settings += [f"auth_user={self.number};auth_pass={self.password};regint=600"] if self.password else ["regint=0"]
        if self.answers_after is not None:
            settings.append("answermode=" + ("auto" if self.answers_after == 0 else "manual"))
        account = f"<sip:{self.number}@127.0.0.1:{self.sip_port};transport=udp>;" + ";".join(settings)
        (self.folder / "accounts").write_text(account + "\n", encoding="utf-8")
        with (self.folder / "baresip.log").open("wb") as log:
            self._process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "KILL", *self.tree.command("baresip", "-f", self.folder)],
                env=self.tree.env(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            self._control = self._connect(control)
            self._unread = b""
            if self.password:
                self._wait_registered()
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(OSError, SoftphoneFailed):
            self._send("hangup")
            self._send("quit")
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._control.close()

    def _connect(self, port: int) -> socket.socket:
        give_up = time.monotonic() + START_LIMIT
        while True:
            try:
                return socket.create_connection(("127.0.0.1", port), timeout=1)
            except OSError:
                ended = self._process.poll() is not None
                if ended or time.monotonic() > give_up:
                    log = (self.folder / "baresip.log").read_text(encoding="utf-8", errors="replace")
                    raise SoftphoneFailed(f"baresip did not start:\n{log}") from None
                time.sleep(0.02)

    def _send(self, command: str, params: str = "") -> None:
        body = json.dumps({"command": command, "params": params}).encode()
        self._control.sendall(b"%d:%s," % (len(body), body))

    def _read(self, limit: float) -> None:
        """Take in what baresip tells, at most ``limit`` seconds long."""
        self._control.settimeout(max(0.001, limit))
        try:
            data = self._control.recv(65536)
        except TimeoutError:
            return
        if not data:
            raise SoftphoneFailed("baresip has ended")
        self._unread += data
        while b":" in self._unread:
            head, _, rest = self._unread.partition(b":")
            size = int(head)
            if len(rest) <= size:
                return
            self._note(json.loads(rest[:size]))
            self._unread = rest[size + 1 :]

    def _note(self, told: dict[str, Any]) -> None:
        if told.get("event"):
            self.events.append((time.monotonic(), told["type"], str(told.get("param", ""))))
        else:
            kind = "ANSWER" if told.get("ok") else "COMMAND_FAILED"
            self.events.append((time.monotonic(), kind, str(told.get("data", ""))))

    def _wait_registered(self) -> None:
        """Until baresip says that it is; its event may have come before we were listening."""
        give_up = time.monotonic() + START_LIMIT
        while not any(kind == "ANSWER" and "OK" in told for _, kind, told in self.events):
            if time.monotonic() > give_up:
                raise SoftphoneFailed(f"{self.number} cannot register: {self._told()}")
            self._send("reginfo")
            self.stay(0.1)

    def wait(self, kind: str, limit: float) -> float:
        """When the event ``kind`` came (time.monotonic()), waiting for it if need be."""
        give_up = time.monotonic() + limit
        while True:
            for at, known, _ in self.events:
                if known == kind:
                    return at
            left = give_up - time.monotonic()
            if left <= 0:
                raise SoftphoneFailed(f"{self.number}: no {kind} within {limit:g} s; events: {self._told()}")
            self._read(min(left, 0.2))

    def _told(self) -> str:
        return ", ".join(f"{kind} {param}".strip() for _, kind, param in self.events) or "none"

    def happened(self, kind: str) -> bool:
        """Whether the event ``kind`` has come by now."""
        self._read(0.001)
        return any(known == kind for _, known, _ in self.events)

    def dial(self, number: str, limit: float = 5.0) -> float:
        """Call ``number`` and wait until it is answered; when that was (time.monotonic())."""
        self._send("dial", f"sip:{number}@127.0.0.1:{self.sip_port}")
        return self.wait("CALL_ESTABLISHED", limit)

    def answer(self, limit: float = 30.0) -> float:
        """Wait for a call and take it."""
        self.wait("CALL_INCOMING", limit)
        self._send("accept")
        return self.wait("CALL_ESTABLISHED", 5.0)

    def press(self, keys: str, *, pause: float = 0.25) -> None:
        """Press keys one after another (RFC 4733 unless ``dtmf`` says otherwise)."""
        for index, key in enumerate(keys):
            if index:
                self.stay(pause)
            self._send("sndcode", key)

    def speak(self, sound: Sound) -> float:
        """Say ``sound`` into the telephone now, whatever was being said; when it ends (time.monotonic())."""
        self._spoken += 1
        file = self.folder / f"says{self._spoken}.wav"
        save(file, np.concatenate((sound, np.zeros(int(SPOKEN_SILENCE_S * RATE)))))
        self._send("ausrc", f"aufile,{file}")
        return time.monotonic() + len(sound) / RATE

    def stay(self, seconds: float) -> None:
        """Hold the line, doing nothing."""
        give_up = time.monotonic() + seconds
        while (left := give_up - time.monotonic()) > 0:
            self._read(left)

    def hang_up(self) -> None:
        """End the call."""
        self._send("hangup")
        self.wait("CALL_CLOSED", 5.0)

    def wait_hung_up(self, limit: float) -> float:
        """Wait until the other side ends the call; seconds since it was answered."""
        return self.wait("CALL_CLOSED", limit) - self.answered_at

    @property
    def answered_at(self) -> float:
        """When the call was answered (time.monotonic()): the recording's second 0."""
        return self.wait("CALL_ESTABLISHED", 0.0)

    def heard(self) -> Sound:
        """What came out of the loudspeaker so far, from the answer on."""
        return load(self._heard_file) if self._heard_file.exists() else np.zeros(0)

    def seconds(self) -> float:
        """How long the recording is by now."""
        return len(self.heard()) / RATE
