"""Writing an install plan into Asterisk's folder: a backup first, each file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from ivr.bringup.failure import BringupFailed
from ivr.bringup.install import OUR_FOLDER, Change


def read_existing(folder: Path) -> dict[str, str]:
    """The configuration files of ``folder`` and of our folder in it, by name."""
    try:
        files = [*sorted(folder.glob("*.conf")), *sorted((folder / OUR_FOLDER).glob("*.conf"))]
        return {str(file.relative_to(folder)): file.read_text(encoding="utf-8", errors="replace") for file in files}
    except OSError as error:
        raise BringupFailed(f"cannot read {folder}: {error}", retryable=False) from error


def write_changes(folder: Path, changes: Sequence[Change], now: datetime) -> Path | None:
    """Write ``changes``; where the files that were there are kept (None if there were none).

    New files belong to whom the folder belongs to and are closed to others: passwords are in them. Raises
    BringupFailed; a file is then either the old or the new one.
    """
    backup = folder / f"ivr-backup-{now:%Y%m%d-%H%M%S}"
    changed = [change for change in changes if change.before is not None]
    try:
        for change in changed:
            kept = backup / change.name
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copy2(folder / change.name, kept)
        for change in changes:
            _write(folder, change)
    except OSError as error:
        hint = "run it as root" if isinstance(error, PermissionError) else f"the files as they were: {backup}"
        raise BringupFailed(f"cannot write to {folder}: {error}", hint=hint, retryable=False) from error
    return backup if changed else None


def _write(folder: Path, change: Change) -> None:
    target = folder / change.name
    like = (target if target.exists() else folder).stat()
    target.parent.mkdir(exist_ok=True, mode=0o750)
    fresh = target.with_name(f".{target.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8") as handle:
        handle.write(change.after)
    with contextlib.suppress(PermissionError):  # only root may give files away; others keep what they own
        os.chown(fresh, like.st_uid, like.st_gid)
        if change.name.startswith(OUR_FOLDER):
            os.chown(target.parent, like.st_uid, like.st_gid)
    if target.exists():
        shutil.copymode(target, fresh)
    fresh.replace(target)
