"""SHA-256 of what is installed: given by the administrator, or in a file beside the archive."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from robot.hearing.installing.failure import CannotInstall

SUFFIX = ".sha256"
LARGEST = 64 * 1024
"""Bytes of a checksum file; it may list many archives."""
_HEX = re.compile(r"[0-9a-f]{64}")
_LINE = re.compile(r"(?P<sum>[0-9a-fA-F]{64})(?:\s+\*?(?P<name>\S.*))?")
_PIECE = 1 << 20


def given(text: str) -> str:
    """A checksum as somebody has typed it. Raises CannotInstall."""
    plain = text.strip().lower().removeprefix("sha256:")
    if not _HEX.fullmatch(plain):
        raise CannotInstall(f"{text!r} is no SHA-256", "it has 64 digits of 0-9 and a-f, as sha256sum prints it")
    return plain


def listed(text: str, archive: str) -> str:
    """The checksum of ``archive`` in a file as sha256sum writes it; one without a name is taken, too.

    Raises CannotInstall if there is none.
    """
    nameless: list[str] = []
    for line in text.splitlines():
        if found := _LINE.fullmatch(line.strip()):
            if found["name"] and Path(found["name"]).name == archive:
                return found["sum"].lower()
            if not found["name"]:
                nameless.append(found["sum"].lower())
    if len(nameless) == 1:
        return nameless[0]
    raise CannotInstall(f"the checksum file beside it does not list {archive}", how_to_get(archive))


def of_file(file: Path, advance: Callable[[float], None] = lambda _: None) -> str:
    """The SHA-256 of a file. Raises OSError."""
    digest, size, done = hashlib.sha256(), max(file.stat().st_size, 1), 0
    with file.open("rb") as read:
        while piece := read.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            advance(done / size)
    return digest.hexdigest()


def how_to_get(archive: str) -> str:
    """What to do for a checksum."""
    return (
        f"take it from its publisher and give --sha256 HEX, or put it into {archive}{SUFFIX} beside the archive;"
        f" a copy that you trust is summed by: sha256sum {archive}"
    )
