"""Installing a model, from its source to the folder under ``var/models``; until the last step nothing is there."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from robot.hearing import sherpa
from robot.hearing.folders import INSTALLED, NEEDED, SHIPPED, ModelFolder, is_model, to_disk
from robot.hearing.installing import checksum, fetching
from robot.hearing.installing.failure import CannotInstall, disk_trouble
from robot.hearing.installing.fetching import USUAL, Patience
from robot.hearing.installing.source import Source
from robot.hearing.installing.unpacking import unpack
from robot.hearing.trying import TrialFailed, try_apart

DEEPEST = 3
"""Folders within folders of an archive in which the model is looked for."""
LEFT_OVER_S = 24 * 3600.0
"""What a command that was killed has left is removed when it is so old."""
DOWNLOADS = ".downloads"
_SUFFIX = ".unpacking"


class Stages(Protocol):
    """Shows a stage with its name, and how much of it is done (0 … 1)."""

    def step(self, title: str) -> AbstractContextManager[Callable[[float], None]]:
        """A stage."""
        ...


@dataclass(frozen=True, slots=True)
class Installed:
    """What came of it. ``already``: the same archive had been installed before. ``beside``: its checksum came from
    where the archive came from. ``warnings`` for the administrator."""

    model: ModelFolder
    sha256: str
    already: bool = False
    beside: bool = False
    warnings: tuple[str, ...] = ()


def install(source: Source, models: Path, sha256: str, show: Stages, patience: Patience = USUAL) -> Installed:
    """Fetch, compare, unpack, try, and put in place. ``sha256`` empty: the one beside the archive is taken.

    Raises CannotInstall; then nothing is installed, and of a download only the archive's beginning stays, hidden, for
    the next try.
    """
    target = models / source.name
    if (SHIPPED / source.name).exists():
        raise CannotInstall(f"{source.name} is the name of a model that ships", "give another with --name")
    wanted = checksum.given(sha256) if sha256 else _beside(source, patience)
    if target.exists():
        if _installed_from(target) == wanted:
            return Installed(ModelFolder(target.resolve()), wanted, already=True, beside=not sha256)
        raise CannotInstall(f"{target} is there already", "remove it, or give another name with --name")
    try:
        (models / DOWNLOADS).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise disk_trouble(error, models) from error
    _tidy(models)
    archive = source.file or _fetched(source, models / DOWNLOADS, wanted, show, patience)
    _compare(archive, wanted, fetched=source.file is None, show=show)
    warnings = _unpacked(archive, source, target, wanted, show)
    if source.file is None:
        fetching.forget(archive)
    return Installed(ModelFolder(target.resolve()), wanted, beside=not sha256, warnings=warnings)


def _beside(source: Source, patience: Patience) -> str:
    """The checksum that lies beside the archive. Raises CannotInstall."""
    if source.file is None:
        found = asyncio.run(fetching.fetch_checksum(source.url, source.archive, patience))
    else:
        file = source.file.with_name(source.archive + checksum.SUFFIX)
        try:
            text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
        except OSError as error:
            raise CannotInstall(f"{file} cannot be read: {error.strerror}") from error
        found = checksum.listed(text, source.archive) if text else None
    if found is None:
        raise CannotInstall(f"there is no checksum for {source.archive}", checksum.how_to_get(source.archive))
    return found


def _fetched(source: Source, downloads: Path, wanted: str, show: Stages, patience: Patience) -> Path:
    """The archive, fetched; whole already if an earlier run has brought it and failed only then."""
    archive = downloads / source.name
    try:
        if archive.is_file() and checksum.of_file(archive) == wanted:
            return archive
    except OSError as error:
        raise disk_trouble(error, downloads) from error
    with show.step(f"fetching {source.name}") as advance:
        asyncio.run(fetching.fetch(source.url, archive, advance, patience))
    return archive


def _compare(archive: Path, wanted: str, *, fetched: bool, show: Stages) -> None:
    try:
        with show.step("comparing the checksum") as advance:
            found = checksum.of_file(archive, advance)
    except OSError as error:
        raise CannotInstall(f"{archive} cannot be read: {error.strerror}") from error
    if found != wanted:
        if fetched:
            fetching.forget(archive)
        raise CannotInstall(
            f"{archive.name} is not what the checksum is of: it has {found}, {wanted} is wanted",
            "it was removed; fetch it again" if fetched else "it is damaged or another version: get it anew",
        )


def _unpacked(archive: Path, source: Source, target: Path, wanted: str, show: Stages) -> tuple[str, ...]:
    """Unpack beside the target, try, and rename in one step; warnings of the trial."""
    work = Path(tempfile.mkdtemp(prefix=f".{source.name}.", suffix=_SUFFIX, dir=target.parent))
    try:
        with show.step(f"unpacking {source.name}") as advance:
            unpack(archive, work / "archive", advance)
        found = _model_in(work / "archive", archive.name)
        warnings = _tried(found, show)
        about = {"source": str(source), "sha256": wanted, "at": datetime.now().astimezone().isoformat("T", "seconds")}
        (found / INSTALLED).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        found.chmod(0o755)
        for path in (*found.rglob("*"), found):
            to_disk(path)
        found.rename(target)
        to_disk(target.parent)
    except OSError as error:
        raise disk_trouble(error, target.parent) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return warnings


def _model_in(folder: Path, archive: str) -> Path:
    """The folder of the archive that holds the model. Raises CannotInstall."""
    level = [folder]
    for _ in range(DEEPEST + 1):
        if found := [path for path in level if is_model(path)]:
            if len(found) > 1:
                raise CannotInstall(f"{archive} holds several models", "unpack it and install one of them")
            return found[0]
        level = [path for parent in level for path in sorted(parent.iterdir()) if path.is_dir()]
    raise CannotInstall(f"there is no model in {archive}: {NEEDED}")


def _tried(model: Path, show: Stages) -> tuple[str, ...]:
    """Load the model in a process of its own. Raises CannotInstall if it cannot be loaded."""
    if ModelFolder(model).kind != "vosk" and not sherpa.installed():
        return (f"it was not tried, and cannot be used before sherpa-onnx is installed: {sherpa.EXTRA}",)
    try:
        with show.step("trying it"):
            heard = try_apart(model)
    except TrialFailed as error:
        raise CannotInstall(f"the model cannot be used: {error}", "is it whole, and is there memory for it?") from error
    return (f"in silence it hears «{heard}»: try it before callers do (ivr models bench)",) if heard else ()


def _installed_from(target: Path) -> str:
    """The checksum of the archive that a folder was made of; empty if it was not installed by us."""
    try:
        return str(json.loads((target / INSTALLED).read_text(encoding="utf-8"))["sha256"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _tidy(models: Path) -> None:
    for left in models.glob(f".*{_SUFFIX}"):
        if time.time() - left.stat().st_mtime > LEFT_OVER_S:
            shutil.rmtree(left, ignore_errors=True)
    if not os.access(models, os.W_OK):
        raise CannotInstall(f"{models} cannot be written", "look at its rights")
