"""The voices' libraries: what the speech worker's environment must hold so that it finds them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import structlog

from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import SETS, ensure
from ivr.bringup.progress import Progression
from ivr.bringup.tree import Tree

log = structlog.get_logger(__name__)

ENGINES = {"rhvoice": "rhvoice", "pyttsx3": "espeak"}
"""Engine (a file in ``robot/voices/engines``) → the set of packages that it needs."""


def speech_environments(
    var: Path, *, bring: bool, show: Progression | None = None, engine: str = "auto"
) -> Mapping[str, Mapping[str, str]]:
    """Engine → environment for its worker, of the engines that are to be had here.

    ``bring`` fetches what is missing (minutes, network); without it only what is there already is named. ``engine``
    restricts it to one. RHVoice is from non-free and may not be obtainable: it is then left out (logged).
    Raises BringupFailed if not even the embedded voice (or not the one that is asked for) can be brought.
    """
    found: dict[str, Mapping[str, str]] = {}
    for name, packages in ENGINES.items():
        if engine not in ("auto", name):
            continue
        try:
            tree = ensure(packages, var, show=show) if bring else _present(packages, var)
        except BringupFailed as failure:
            if name == "pyttsx3" or engine == name:
                raise
            log.warning("RHVoice is not to be had here; espeak-ng speaks", reason=str(failure))
            continue
        if tree is not None:
            found[name] = tree.env()
    # The machine's own libraries, installed by its administrator, need no environment at all; the worker tells.
    for name in ENGINES:
        if engine in ("auto", name):
            found.setdefault(name, dict(os.environ))
    return found


def _present(packages: str, var: Path) -> Tree | None:
    """The set if it is there already."""
    home = var.resolve() / "trees" / packages
    return SETS[packages].system() or (replace(tree, root=home) if (tree := Tree.read_record(home)) else None)
