"""The smallest manager (AMI) client: logs in with the engine's account and keeps what it is told."""

from __future__ import annotations

import contextlib
import socket
import time

from ivr.bringup.server import AsteriskServer

Event = dict[str, str]


class ManagerEvents:
    """``with ManagerEvents(asterisk) as events:`` collects what the engine's account may hear."""

    def __init__(self, asterisk: AsteriskServer) -> None:
        self._site = asterisk.site
        self.seen: list[Event] = []
        self._unread = b""

    def __enter__(self) -> ManagerEvents:
        self._stream = socket.create_connection(("127.0.0.1", self._site.ports.ami), timeout=5)
        secret = self._site.ami_secret_file.read_text(encoding="ascii").strip()
        self.action("Login", Username=self._site.ami_user, Secret=secret, Events="on")
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.close()

    def action(self, name: str, **headers: str) -> Event:
        """Send an action and wait for its response."""
        lines = [f"Action: {name}", *(f"{key}: {value}" for key, value in headers.items())]
        self._stream.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        answered = self._wait(lambda event: "Response" in event, 5.0)
        if answered["Response"] != "Success":
            raise AssertionError(f"{name}: {answered.get('Message')}")
        return answered

    def until(self, user_event: str, limit: float = 5.0, **headers: str) -> list[Event]:
        """All user events of that name so far, once one with these headers has come."""
        wanted = {"UserEvent": user_event, **headers}
        if not any(wanted.items() <= event.items() for event in self.seen):
            self._wait(lambda event: wanted.items() <= event.items(), limit)
        return [event for event in self.seen if event.get("UserEvent") == user_event]

    def _wait(self, wanted, limit: float) -> Event:  # type: ignore[no-untyped-def]
        give_up = time.monotonic() + limit
        while True:
            for event in self._read(give_up - time.monotonic()):
                self.seen.append(event)
                if wanted(event):
                    return event
            if time.monotonic() > give_up:
                raise AssertionError(f"not told within {limit:g} s; told: {self.seen}")

    def _read(self, limit: float) -> list[Event]:
        self._stream.settimeout(max(0.01, limit))
        with contextlib.suppress(TimeoutError):
            self._unread += self._stream.recv(65536)
        *blocks, self._unread = self._unread.split(b"\r\n\r\n")
        return [_event(block.decode()) for block in blocks if b": " in block]


def _event(block: str) -> Event:
    return dict(line.split(": ", 1) for line in block.split("\r\n") if ": " in line)
