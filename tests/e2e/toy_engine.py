"""Toy engines: the smallest FastAGI servers that behave well, badly or not at all, to prove the dialplan with."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO


@dataclass
class Session:
    """One AGI connection: the headers it came with, and ``send`` for commands."""

    headers: dict[str, str]
    stream: socket.socket
    reader: BinaryIO

    @property
    def path(self) -> str:
        """hotline, draft, resume or outbound."""
        return self.headers.get("agi_network_script", "")

    def argument(self, number: int) -> str:
        """``agi_arg_<number>``."""
        return self.headers.get(f"agi_arg_{number}", "")

    def send(self, command: str) -> str:
        """One command and its answer; an empty answer means that the line is gone."""
        self.stream.sendall(command.encode() + b"\n")
        return self.reader.readline().decode().strip()

    def wait_closed(self) -> None:
        """Do nothing until Asterisk closes the connection."""
        with contextlib.suppress(OSError):
            while self.stream.recv(4096):
                pass


Behaviour = Callable[[Session], None]


class ToyEngine:
    """Serves every AGI connection on ``port`` with ``behaviour``, each in a thread of its own, until it dies."""

    def __init__(self, port: int, behaviour: Behaviour) -> None:
        self.port = port
        self.sessions: list[Session] = []
        self._behaviour = behaviour

    def __enter__(self) -> ToyEngine:
        self._server = socket.create_server(("127.0.0.1", self.port))
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.die()
        self._accepting.join(5)

    def die(self) -> None:
        """All at once, as if the process were killed."""
        for stream in (self._server, *(session.stream for session in self.sessions)):
            with contextlib.suppress(OSError):
                stream.shutdown(socket.SHUT_RDWR)
            stream.close()

    def _accept(self) -> None:
        while True:
            try:
                stream, _ = self._server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(stream,), daemon=True).start()

    def _serve(self, stream: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), stream, stream.makefile("rb") as reader:
            session = Session(dict(_headers(reader)), stream, reader)
            self.sessions.append(session)
            self._behaviour(session)


def _headers(reader: BinaryIO) -> Iterator[tuple[str, str]]:
    while line := reader.readline().decode().strip():
        name, _, value = line.partition(":")
        yield name, value.strip()


def take(session: Session) -> None:
    """What every engine does first: lift the guard."""
    session.send("SET VARIABLE TIMEOUT(absolute) 0")


def leave(session: Session, stage: str, **variables: str) -> None:
    """Leave AGI on purpose."""
    for name, value in variables.items():
        session.send(f'SET VARIABLE {name} "{value}"')
    session.send(f"SET VARIABLE IVR_STAGE {stage}")
