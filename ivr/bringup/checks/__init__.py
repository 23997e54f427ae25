"""What ``ivr doctor`` looks at: one file per group of checks, each a function ``look(patient)`` → findings.

A check never raises for what it finds, never changes anything, and every complaint says how to mend it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from ivr.bringup.failure import BringupFailed
from ivr.bringup.ours import config_file, running_server, tree_of, wanted_ports
from ivr.bringup.server import ask_cli
from ivr.bringup.site import Site
from ivr.bringup.tree import Tree
from ivr.settings import Settings

Level = Literal["ok", "warning", "error", "skipped"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is well, what was seen, and how to mend it."""

    what: str
    level: Level
    seen: str = ""
    mend: str = ""


def ok(what: str, seen: str = "") -> Finding:
    """All is well."""
    return Finding(what, "ok", seen)


def warning(what: str, seen: str, mend: str) -> Finding:
    """Calls work, but something will hurt some day."""
    return Finding(what, "warning", seen, mend)


def error(what: str, seen: str, mend: str) -> Finding:
    """Calls do not work, or not all of them."""
    return Finding(what, "error", seen, mend)


def skipped(what: str, why: str) -> Finding:
    """Could not be looked at."""
    return Finding(what, "skipped", why)


class Patient:
    """The instance and its Asterisk, looked at by all groups; what is costly is asked once."""

    def __init__(self, settings: Settings, queues: Collection[str] = ()) -> None:
        self.settings = settings
        self.queues = queues
        """The queues that the dialplans send callers to."""

    @cached_property
    def tree(self) -> Tree | None:
        """The programs of Asterisk, if they are here; nothing is fetched for a look."""
        home = self.settings.var.resolve() / "trees" / "asterisk"
        if not self.settings.asterisk.manage or not home.exists():
            from ivr.bringup.system import SYSTEM, system_asterisk

            return system_asterisk() if self.settings.asterisk.manage else SYSTEM
        try:
            return tree_of(self.settings)
        except BringupFailed:
            return None

    @cached_property
    def site(self) -> Site:
        """What our Asterisk is made from, on the ports it really runs on."""
        from ivr.bringup.ours import site_of

        if self.settings.asterisk.manage and self.tree is not None:
            server = running_server(self.settings)
            if server is not None:
                return server.site
        return site_of(self.settings, wanted_ports(self.settings))

    @cached_property
    def runs(self) -> bool:
        """Whether Asterisk answers."""
        return "booted" in self.ask("core waitfullybooted")

    def ask(self, command: str) -> str:
        """What Asterisk's command line answers; empty if it does not."""
        if self.tree is None:
            return ""
        try:
            return ask_cli(self.tree, config_file(self.settings), command, limit=5.0)
        except BringupFailed:
            return ""


Look = Callable[[Patient], Iterator[Finding]]


def groups() -> dict[str, Look]:
    """Group name → its function, by listing this folder."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    return {name: importlib.import_module(f"{__name__}.{name}").look for name in names}
