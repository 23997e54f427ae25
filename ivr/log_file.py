"""A log file that stays small and private: full, it is laid aside as ``NAME.1`` … ``NAME.9``, the oldest goes.

The engine's log names calls and, in errors, sometimes the words of a sentence: only its owner may read it.
"""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path

MOST_BYTES = 20 * 1024 * 1024
KEPT = 9
"""Older files beside the present one: 200 MB in all."""


def open_private(path: Path) -> int:
    """Open ``path`` to append, readable by its owner only (also where it was not before). Raises ``OSError``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with contextlib.suppress(PermissionError):  # another's file that we may write: its mode is theirs to choose
        os.fchmod(descriptor, 0o600)
    return descriptor


class LogFile:
    """What a logger writes to. Thread-safe; a line is never torn over two files.

    Writing never raises: on a full disk lines are lost (and counted in the next one that can be written), for a log
    must not cost a caller the call. A process that was given the file as its standard error goes on writing to the one
    laid aside.
    """

    def __init__(self, path: Path, *, most_bytes: int = MOST_BYTES, kept: int = KEPT) -> None:
        self.path = path
        self._most = most_bytes
        self._kept = kept
        self._lock = threading.Lock()
        self._descriptor = open_private(path)
        self._size = path.stat().st_size
        self._lost = 0

    def write(self, text: str) -> int:
        """Append ``text``; the file is changed before a line that does not fit."""
        data = text.encode("utf-8", "surrogateescape")
        with self._lock:
            if self._size and self._size + len(data) > self._most:
                self._lay_aside()
            lost = f"(log lines lost before this one: {self._lost})\n".encode() if self._lost else b""
            try:
                self._size += os.write(self._descriptor, lost + data)
            except OSError:
                self._lost += 1
            else:
                self._lost = 0
        return len(text)

    def flush(self) -> None:
        """Nothing is held back: each line goes to the system at once."""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            os.close(self._descriptor)

    def _lay_aside(self) -> None:
        try:
            for number in range(self._kept - 1, 0, -1):
                older = self._aside(number)
                if older.exists():
                    older.replace(self._aside(number + 1))
            self.path.replace(self._aside(1))
            fresh = open_private(self.path)
        except OSError:
            self._size = 0  # cannot be laid aside now: go on in this one, and try again when as much has been written
            return
        os.close(self._descriptor)
        self._descriptor, self._size = fresh, 0

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")
