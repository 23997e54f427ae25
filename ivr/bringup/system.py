"""The machine's own programs, where they suffice."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

from ivr.bringup.failure import BringupFailed
from ivr.bringup.tree import Tree

OLDEST_ASTERISK = 22
"""Older branches fail a call on AudioSocket's hang-up frame (seen in their app_audiosocket.c)."""
SYSTEM = Tree(Path("/"))
"""The machine itself, as a tree of programs."""
_MODULE_FOLDERS = ("usr/lib/*/asterisk/modules", "usr/lib64/asterisk/modules", "usr/lib/asterisk/modules")


def module_folder(tree: Tree) -> Path:
    """Where the Asterisk of ``tree`` keeps its modules; raises BringupFailed if nowhere."""
    for pattern in _MODULE_FOLDERS:
        if found := tree.find(pattern):
            return found
    raise BringupFailed(f"no folder of Asterisk modules in {tree.root}", retryable=False)


def data_folder(tree: Tree) -> Path:
    """Where the Asterisk of ``tree`` keeps the descriptions of its settings, which it needs to start."""
    for pattern in ("usr/share/asterisk/documentation", "var/lib/asterisk/documentation"):
        if found := tree.find(pattern):
            return found.parent
    raise BringupFailed(f"no documentation of Asterisk in {tree.root}", retryable=False)


def asterisk_version(tree: Tree) -> tuple[int, ...]:
    """The version of the Asterisk of ``tree``, as (22, 10, 1); empty if it does not start."""
    try:
        done = subprocess.run(
            tree.command("asterisk", "-V"),
            env=tree.env(),
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )
    except (OSError, subprocess.SubprocessError, BringupFailed):
        return ()
    found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)*)", done.stdout)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def system_asterisk() -> Tree | None:
    """The machine's own Asterisk if it is new enough and has AudioSocket."""
    if (asterisk_version(SYSTEM) or (0,))[0] < OLDEST_ASTERISK:
        return None
    try:
        modules = module_folder(SYSTEM)
    except BringupFailed:
        return None
    return SYSTEM if (modules / "app_audiosocket.so").exists() else None


def system_programs(*programs: str) -> Tree | None:
    """The machine itself if it has all of ``programs``."""
    return SYSTEM if all(shutil.which(program) for program in programs) else None
