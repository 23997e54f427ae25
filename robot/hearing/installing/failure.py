"""What is raised when a model cannot be installed."""

from __future__ import annotations

import errno
from pathlib import Path

from ivr.errors import ServiceError


class CannotInstall(ServiceError):
    """Nothing was installed; ``hint`` says what to do. ``unreachable``: it is the server or the way to it."""

    def __init__(self, message: str, hint: str = "", *, unreachable: bool = False) -> None:
        super().__init__(message, retryable=unreachable)
        self.hint = hint
        self.unreachable = unreachable


def disk_trouble(error: OSError, where: Path) -> CannotInstall:
    """An error of the disk in words."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return CannotInstall(f"no space is left in {where}", "make room and run it again")
    return CannotInstall(f"{where} cannot be written: {error.strerror or error}", "look at its rights and the disk")
