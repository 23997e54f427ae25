"""Unix sockets at paths of any length.

The kernel takes at most 107 bytes of path, and an instance's folder may be longer. A socket is therefore reached
through its opened folder (``/proc/self/fd/N/control.sock``) where its own path is too long.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

LONGEST_PATH = 107


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """An address for ``path`` that ``bind`` and ``connect`` take, valid inside the ``with``. Raises ``OSError``."""
    if len(os.fsencode(path)) <= LONGEST_PATH:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def connect(path: Path, *, limit: float) -> socket.socket:
    """A connection to the socket at ``path``; every wait on it ends after ``limit`` seconds. Raises ``OSError``."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(limit)
        with reachable(path) as address:
            connection.connect(address)
    except BaseException:
        connection.close()
        raise
    return connection


def listen(path: Path, *, probe_limit: float = 1.0) -> socket.socket:
    """Listen at ``path``, for this user only. A socket that nobody listens at any more is removed first.

    Raises ``FileExistsError`` when somebody does listen, and ``OSError``.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.exists():
        try:
            connect(path, limit=probe_limit).close()
        except (ConnectionRefusedError, FileNotFoundError):
            path.unlink(missing_ok=True)
        else:
            raise FileExistsError(f"{path}: somebody listens there")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with reachable(path) as address:
            before = os.umask(0o177)
            try:
                listener.bind(address)
            finally:
                os.umask(before)
        listener.listen()
        listener.setblocking(False)
    except BaseException:
        listener.close()
        raise
    return listener
