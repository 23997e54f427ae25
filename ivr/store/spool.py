"""Where records wait when the database takes none: a file of JSON lines, read again when it does.

The file is also the sign of life of the one who writes it: it is locked (``flock``) as long as that process lives, and
the kernel lets go of the lock however the process ends. So ``ivr talk`` beside a running engine takes nothing away
from it, and an engine that starts finds what its dead predecessors left.

Room for the lines is taken beforehand: a full disk is one of the reasons why they are needed.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

log = structlog.get_logger(__name__)

RESERVE_BYTES = 8 * 1024 * 1024
_PATTERN = "calls-*.jsonl"


class Spool:
    """This process's own file. Not thread-safe: the journal's writer is its only user."""

    def __init__(self, folder: Path, *, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.folder = folder
        self.name = f"calls-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        self._reserve = reserve_bytes
        self._file: int | None = None
        self._used = 0
        try:
            self._open()
        except OSError as error:  # the engine serves calls all the same; the file is tried again when needed
            log.error("no spool file for call records", folder=str(folder), error=str(error))

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / self.name

    @property
    def empty(self) -> bool:
        """Whether nothing waits in it."""
        return self._used == 0

    def write(self, lines: Sequence[str]) -> None:
        """Add lines; they are on the disk when this returns. Raises ``OSError``: then none of them is in it."""
        if self._file is None:
            self._open()
        assert self._file is not None
        data = "".join(line + "\n" for line in lines).encode("utf-8", "backslashreplace")
        done = 0
        try:
            while done < len(data):
                done += os.pwrite(self._file, data[done:], self._used + done)
            os.fsync(self._file)
        except OSError:
            with contextlib.suppress(OSError):  # half a line must not be taken for one
                os.pwrite(self._file, b"\0" * done, self._used)
            raise
        self._used += len(data)

    def lines(self) -> list[str]:
        """What waits."""
        return _lines(os.pread(self._file, self._used, 0)) if self._file is not None else []

    def clear(self) -> None:
        """What waited has been stored: begin anew, in the same room. Raises ``OSError``."""
        if self._file is not None and self._used:
            os.pwrite(self._file, b"\0" * self._used, 0)
            self._used = 0

    def close(self) -> None:
        """Let go of the file; an empty one is removed. Never raises."""
        if self._file is None:
            return
        with contextlib.suppress(OSError):
            if self._used:
                os.ftruncate(self._file, self._used)
            else:
                self.path.unlink()
        os.close(self._file)
        self._file = None

    def _open(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        # It gets its name once it is locked: nobody may find it and think us dead.
        unnamed = self.folder / f".{self.name}"
        file = os.open(unnamed, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unnamed.rename(self.path)
        self._file = file
        if self._reserve:
            try:
                os.posix_fallocate(file, 0, self._reserve)
            except OSError as error:
                log.warning("no room could be set aside for call records", bytes=self._reserve, error=str(error))


def is_alive(folder: Path, name: str) -> bool:
    """Whether the process that writes the spool file ``name`` still lives."""
    with _locked(folder / name) as file:
        return file is None and (folder / name).exists()


def left_behind(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """The files of writers that are dead, each with its lines. The caller removes a file once its lines are stored."""
    for path in sorted(folder.glob(_PATTERN)):
        with _locked(path) as file:
            if file is not None:
                yield path, _lines(os.pread(file, os.fstat(file).st_size, 0))


def set_aside(folder: Path, lines: Sequence[str]) -> Path:
    """Keep lines that cannot be stored, for a person to look at. Raises ``OSError``."""
    path = folder / "unreadable.jsonl"
    with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.writelines(line + "\n" for line in lines)
    return path


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[int | None]:
    """The open file, locked; ``None`` when it cannot be opened or somebody else holds the lock."""
    try:
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        yield None
        return
    try:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            yield file
    finally:
        os.close(file)


def _lines(data: bytes) -> list[str]:
    """The lines of a file whose end may be room not used yet (zeros); a line torn by a crash is the last one."""
    return (
        data.partition(b"\0")[0].decode("utf-8", "replace").removesuffix("\n").split("\n") if data[:1] > b"\0" else []
    )
