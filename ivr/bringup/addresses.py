"""Ports: the usual ones if they are free on this machine, else others; and secrets made at the first start."""

from __future__ import annotations

import contextlib
import os
import random
import secrets
import socket
from dataclasses import dataclass
from pathlib import Path

from ivr.bringup.failure import BringupFailed


@dataclass(frozen=True, slots=True)
class Ports:
    """The ports of one Asterisk and its engine; 0 = any free one."""

    sip: int = 5060
    """UDP."""
    ami: int = 5038
    """TCP, loopback."""
    agi: int = 4573
    """TCP, loopback: the engine's."""
    rtp_first: int = 20000
    """UDP, a range of ``rtp_count``; Asterisk itself skips those in use."""
    rtp_count: int = 4000

    @property
    def rtp_last(self) -> int:
        """The last port for sound."""
        return min(65535, self.rtp_first + self.rtp_count - 1)


def choose_ports(wanted: Ports, host: str = "127.0.0.1") -> Ports:
    """``wanted``, with each port that is in use replaced by a free one."""
    with contextlib.ExitStack() as held:  # all are held together, so that none is given twice
        sip = _hold(held, host, wanted.sip, socket.SOCK_DGRAM)
        ami = _hold(held, "127.0.0.1", wanted.ami, socket.SOCK_STREAM)
        agi = _hold(held, "127.0.0.1", wanted.agi, socket.SOCK_STREAM)
    return Ports(sip, ami, agi, wanted.rtp_first, wanted.rtp_count)


def _hold(held: contextlib.ExitStack, host: str, port: int, kind: socket.SocketKind) -> int:
    """The number of a port that is ours until ``held`` closes: ``port`` if it can be had, else a free one."""
    for candidate in (*((port,) if port else ()), *quiet_ports(), 0):
        holder = held.enter_context(socket.socket(socket.AF_INET, kind))
        if kind == socket.SOCK_STREAM:
            # As the servers do it: a port of a connection that has just ended is free.
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            holder.bind((host, candidate))
            if kind == socket.SOCK_STREAM:
                holder.listen(1)
        except OSError:
            continue
        return int(holder.getsockname()[1])
    raise BringupFailed(f"no free port on {host}", retryable=True)


def quiet_ports() -> list[int]:
    """Ports to try when any will do, in random order.

    They lie below those that the kernel gives to outgoing connections (from 32768 on Linux) and below Asterisk's for
    sound: one that is free now is still free when its server starts.
    """
    return random.sample(range(10_000, 20_000), 40)


def secret(path: Path) -> str:
    """The secret in ``path``, made there if there is none yet; only its owner can read the file (mode 0600)."""
    with contextlib.suppress(FileNotFoundError):
        if known := path.read_text(encoding="ascii").strip():
            return known
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = secrets.token_urlsafe(24)
    # Written beside and renamed: a crash leaves no half secret, and it is never readable by others.
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as handle:
        handle.write(made + "\n")
    fresh.replace(path)
    return made
