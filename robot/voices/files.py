"""Files that appear whole or not at all, and a folder of them that stays below a size."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

KEEP_SECONDS = 3600.0
"""Files younger than this are never dropped: somebody may be about to play them."""


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that no reader ever sees a part of it. Raises OSError (a full disk)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).chmod(0o644)  # Asterisk may be another user
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


class BoundedFolder:
    """A folder of files in which the longest unused are dropped when it grows beyond ``limit`` bytes.

    Use means the time of change: :meth:`touch` renews it. For one thread at a time.
    """

    def __init__(self, folder: Path, limit: int) -> None:
        self.folder = folder
        self._limit = limit
        self._size: int | None = None

    def path(self, key: str) -> Path:
        """Where the file of a key is (or would be): spread over folders, which stay small."""
        return self.folder / key[:2] / f"{key}.wav"

    def write(self, key: str, data: bytes) -> Path:
        """Add a file, and drop old ones if it makes too many. Raises OSError."""
        path = self.path(key)
        write_whole(path, data)
        if self._size is None:
            self._size = sum(file.stat().st_size for file in self.folder.glob("*/*.wav"))
        else:
            self._size += len(data)
        if self._size > self._limit:
            self._drop_old(time.time())
        return path

    @staticmethod
    def touch(path: Path) -> None:
        """The file has been used just now."""
        path.touch(exist_ok=True)

    def _drop_old(self, now: float) -> None:
        """Down to nine tenths of the limit, the oldest first."""
        found = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in self.folder.glob("*/*.wav"))
        size = sum(length for _, length, _ in found)
        for changed, length, file in found:
            if size <= self._limit * 0.9 or now - changed < KEEP_SECONDS:
                break
            file.unlink(missing_ok=True)
            size -= length
        self._size = size
