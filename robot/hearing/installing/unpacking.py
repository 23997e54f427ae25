"""Unpacking an archive that strangers have made: nothing leaves its folder, and nothing fills the disk.

Only plain files and folders are taken; a link, a device or a name that points elsewhere refuses the whole archive, as
does more than :data:`LARGEST` bytes, or more than a model can be larger than its archive.
"""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from robot.hearing.installing.failure import CannotInstall, disk_trouble

LARGEST = 20_000_000_000
"""Bytes of a model unpacked."""
MOST_FILES = 20_000
RATIO, ALWAYS = 100, 64_000_000
"""Unpacked it may be so many times the archive (models are hardly compressible); so many bytes it may always be."""
SPARE = 100_000_000
"""Bytes that stay free on the disk."""
_PIECE = 1 << 20
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, NotImplementedError)


@dataclass(frozen=True, slots=True)
class _Member:
    """A plain file of an archive."""

    name: str
    size: int
    open: Callable[[], IO[bytes]]


def unpack(archive: Path, target: Path, advance: Callable[[float], None] = lambda _: None) -> None:
    """Unpack a zip or tar archive (plain, gzip, bzip2, xz) into the new folder ``target``.

    Raises CannotInstall; what has been unpacked by then is the caller's to remove.
    """
    try:
        size = archive.stat().st_size
        most = min(LARGEST, max(ALWAYS, RATIO * size))
        target.mkdir(parents=True)
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                declared = sum(info.file_size for info in packed.infolist())
                _room(declared, most, target)
                _write(_zipped(packed), target, most, lambda done: advance(done / max(declared, 1)))
        else:
            with archive.open("rb") as read, tarfile.open(fileobj=read, mode="r:*") as taped:
                _write(_taped(taped), target, most, lambda _: advance(read.tell() / max(size, 1)))
                _to_the_end(taped, most)
    except tarfile.ReadError as error:
        raise CannotInstall(f"{archive.name} is neither a zip nor a tar archive, or is damaged") from error
    except _DAMAGED as error:
        raise CannotInstall(f"{archive.name} is damaged: {error or type(error).__name__}", "fetch it again") from error
    except OSError as error:
        if error.errno is None:  # bzip2's and gzip's way to say it
            raise CannotInstall(f"{archive.name} is damaged: {error}", "fetch it again") from error
        raise disk_trouble(error, target.parent) from error


def _zipped(packed: zipfile.ZipFile) -> Iterator[_Member]:
    for info in packed.infolist():
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise CannotInstall(f"{info.filename!r} in the archive is no plain file")
        if info.flag_bits & 1:
            raise CannotInstall(f"{info.filename!r} in the archive is encrypted")
        if not info.is_dir():
            yield _Member(info.filename, info.file_size, lambda info=info: packed.open(info))  # type: ignore[misc]


def _taped(taped: tarfile.TarFile) -> Iterator[_Member]:
    for info in taped:
        if info.isreg() and not info.issparse():
            yield _Member(info.name, info.size, lambda info=info: _opened(taped, info))  # type: ignore[misc]
        elif not info.isdir():
            raise CannotInstall(f"{info.name!r} in the archive is no plain file")


def _opened(taped: tarfile.TarFile, info: tarfile.TarInfo) -> IO[bytes]:
    opened = taped.extractfile(info)
    if opened is None:
        raise CannotInstall(f"{info.name!r} in the archive is no plain file")
    return opened


def _to_the_end(taped: tarfile.TarFile, most: int) -> None:
    """Read on after the last file: the sum that tells damage stands at the very end of what is compressed."""
    read = 0
    while piece := taped.fileobj.read(_PIECE):
        read += len(piece)
        if read > most:
            raise CannotInstall("after its last file the archive goes on and on: it is refused")


def _write(members: Iterator[_Member], target: Path, most: int, advance: Callable[[int], None]) -> None:
    done = 0
    for count, member in enumerate(members, start=1):
        if count > MOST_FILES:
            raise CannotInstall(f"the archive has more than {MOST_FILES} files: it is no model")
        _room(done + member.size, most, target, have=done)
        path = target / _inside(member.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            raise CannotInstall(f"{member.name!r} is in the archive twice")
        with member.open() as read, path.open("xb") as file:
            while piece := read.read(_PIECE):
                done += len(piece)
                if done > most:
                    _room(done, most, target, have=done)
                file.write(piece)
                advance(done)


def _inside(name: str) -> Path:
    """A member's name as a path below the folder. Raises CannotInstall for any that leads elsewhere."""
    parts = [part for part in name.split("/") if part not in ("", ".")]
    odd = any(part == ".." or len(part.encode()) > 255 for part in parts)
    if not parts or odd or name.startswith("/") or "\\" in name or ":" in name or not name.isprintable():
        raise CannotInstall(f"{name!r} in the archive leads out of its folder or is no name: it is refused")
    return Path(*parts)


def _room(size: int, most: int, folder: Path, *, have: int = 0) -> None:
    if size > most:
        raise CannotInstall(
            f"unpacked it would have more than {most / 1e6:.0f} MB: no model is packed so", "look at it"
        )
    if size - have + SPARE > (free := shutil.disk_usage(folder).free):
        raise CannotInstall(f"unpacked it has {size / 1e6:.0f} MB; {free / 1e6:.0f} MB are free there", "make room")
