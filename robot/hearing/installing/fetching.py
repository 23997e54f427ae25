"""Fetching an archive over HTTP, on from where an earlier try has stopped; what stops it is said in words.

The unfinished file stays (hidden) with a note of which version of what it is; the server is asked for the rest only of
that same version (``If-Range``, RFC 9110 section 13.1.5), else all comes anew.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import aiohttp

from robot.hearing.installing import checksum
from robot.hearing.installing.failure import CannotInstall, disk_trouble
from robot.hearing.installing.source import beside, shown

CONNECT_S, SILENT_S = 15.0, 60.0
"""How long a server may take to be reached, and to send nothing."""
TRIES, PAUSE_S = 4, 2.0
"""Tries in a row that bring nothing new; the pause before the next, longer each time."""
LARGEST = 8_000_000_000
"""Bytes of an archive; the largest public Russian model has two thousand million."""
SPARE = 100_000_000
"""Bytes that stay free on the disk."""
_PIECE = 256 * 1024
_LATER = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers after which another try makes sense."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long is waited and how often tried, in seconds."""

    connect: float = CONNECT_S
    silent: float = SILENT_S
    tries: int = TRIES
    pause: float = PAUSE_S


USUAL = Patience()


class _Again(Exception):
    """This try has failed; another may bring it."""


async def fetch_checksum(url: str, archive: str, patience: Patience = USUAL) -> str | None:
    """The SHA-256 of ``archive`` that lies beside its ``url``; None if none does. Raises CannotInstall."""
    wanted = beside(url, checksum.SUFFIX)
    try:
        async with _session(patience) as session, session.get(wanted) as answer:
            if answer.status in (403, 404, 410):
                return None
            if answer.status != 200:
                raise CannotInstall(
                    f"{shown(wanted)}: the server answers {answer.status}", "try later", unreachable=True
                )
            read = await answer.content.read(checksum.LARGEST)
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        raise CannotInstall(f"{shown(wanted)}: {_reason(error)}", "is the address right?", unreachable=True) from error
    return checksum.listed(read.decode("utf-8", "replace"), archive)


async def fetch(
    url: str, target: Path, advance: Callable[[float], None] = lambda _: None, patience: Patience = USUAL
) -> None:
    """Bring ``url`` into ``target``. Raises CannotInstall; what has come by then stays, and the next call goes on."""
    tries = patience.tries
    with _locked(target):
        while True:
            before = _size(target)
            try:
                async with _session(patience) as session:
                    await _once(session, url, target, advance)
                return
            except (aiohttp.ClientError, TimeoutError, ValueError, _Again) as error:
                why, failure = _reason(error), error
            except OSError as error:
                raise disk_trouble(error, target.parent) from error
            tries = patience.tries if _size(target) > before else tries - 1
            if tries <= 0:
                got = _size(target)
                raise CannotInstall(
                    f"{shown(url)}: {why}",
                    f"run it again: it goes on after {got / 1e6:.1f} MB" if got else "is the address right?",
                    unreachable=True,
                ) from failure
            await asyncio.sleep(patience.pause * (patience.tries - tries))


def forget(target: Path) -> None:
    """Remove what was fetched."""
    for file in (target, _note(target), _lock(target)):
        file.unlink(missing_ok=True)


async def _once(session: aiohttp.ClientSession, url: str, target: Path, advance: Callable[[float], None]) -> None:
    version, have = _unfinished(url, target)
    headers = {"Range": f"bytes={have}-", "If-Range": version} if have else {}
    async with session.get(url, headers=headers) as answer:
        if answer.status == 416:
            forget_version(target)
            raise _Again("the server has another version now")
        if answer.status in _LATER:
            raise _Again(f"the server answers {answer.status} {answer.reason or ''}".strip())
        if answer.status not in (200, 206):
            raise CannotInstall(
                f"{shown(url)}: the server answers {answer.status} {answer.reason or ''}".rstrip(),
                "is the address right?", unreachable=True,
            )  # fmt: skip
        if answer.status == 206 and not answer.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            forget_version(target)
            raise _Again("the server sends another part than it was asked for")
        have = have if answer.status == 206 else 0
        total = have + (answer.content_length or 0)
        _room(url, total, have, target.parent)
        _note(target).write_text(json.dumps({"url": url, "version": _version(answer)}), encoding="utf-8")
        with target.open("ab" if have else "wb") as file:
            async for piece in answer.content.iter_chunked(_PIECE):
                file.write(piece)
                have += len(piece)
                _room(url, have, have, target.parent)
                advance(have / total if answer.content_length else 0.0)
    if answer.content_length is not None and have < total:
        raise _Again(f"the connection ended after {have} of {total} bytes")


def _session(patience: Patience) -> aiohttp.ClientSession:
    timeout = aiohttp.ClientTimeout(total=None, connect=patience.connect, sock_read=patience.silent)
    # Asked for as it is: ranges count the bytes of the archive itself.
    return aiohttp.ClientSession(timeout=timeout, trust_env=True, headers={"Accept-Encoding": "identity"})


def _room(url: str, size: int, have: int, folder: Path) -> None:
    if size > LARGEST:
        raise CannotInstall(
            f"{shown(url)}: more than {LARGEST / 1e9:.0f} GB", "no model is so large: is it the right one?"
        )
    if size > have and size - have + SPARE > (free := shutil.disk_usage(folder).free):
        raise CannotInstall(
            f"{shown(url)}: it has {size / 1e6:.0f} MB, and {free / 1e6:.0f} MB are free in {folder}", "make room"
        )


def _version(answer: aiohttp.ClientResponse) -> str:
    """What tells this version of the file from others; empty if the server does not tell (weak tags do not count)."""
    tag = answer.headers.get("ETag", "")
    return tag if tag.startswith('"') else answer.headers.get("Last-Modified", "")


def _unfinished(url: str, target: Path) -> tuple[str, int]:
    """The version and size of what an earlier try has brought; nothing if it is of another file or not known."""
    try:
        note = json.loads(_note(target).read_text(encoding="utf-8"))
        version = str(note["version"]) if note["url"] == url else ""
    except (OSError, ValueError, KeyError, TypeError):
        version = ""
    return (version, _size(target)) if version else ("", 0)


def forget_version(target: Path) -> None:
    """Have everything come anew."""
    _note(target).unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(target: Path) -> Iterator[IO[bytes]]:
    """Two commands must not write one file."""
    try:
        lock = _lock(target).open("wb")
    except OSError as error:
        raise disk_trouble(error, target.parent) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise CannotInstall("another command is fetching it just now", "wait for it") from error
        yield lock


def _note(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _lock(target: Path) -> Path:
    return target.with_name(f"{target.name}.lock")


def _size(target: Path) -> int:
    return target.stat().st_size if target.is_file() else 0


def _reason(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "the server does not answer in time"
    if isinstance(error, aiohttp.ClientPayloadError):
        return "the connection broke off"
    return str(error) or type(error).__name__
