"""Showing how far a long set-up has come: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)

Advance = Callable[[float], None]
"""Called with the share done, 0 … 1."""


class Progression:
    """Shows steps one after another; each is a bar on a terminal, one line at its end elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console(stderr=True)

    @contextmanager
    def step(self, title: str) -> Iterator[Advance]:
        """One step with a name; the block gets a function that takes the share done."""
        if not self.console.is_terminal:
            yield _ignore
            self.console.print(f"{title}: done", markup=False, highlight=False)
            return
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console) as bars:
            task = bars.add_task(title, total=1.0)
            yield lambda share: bars.update(task, completed=min(1.0, max(0.0, share)))
            bars.update(task, completed=1.0)


def _ignore(_share: float) -> None:
    """Nobody watches."""


class Silent(Progression):
    """Shows nothing: for tests and for callers with a display of their own."""

    @contextmanager
    def step(self, title: str) -> Iterator[Advance]:
        """One step that nobody watches."""
        yield _ignore
