"""What all commands share: the settings, tables, JSON, and errors that say what to do."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import Enum
from functools import update_wrapper
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ivr.errors import ConfigError, StoreBusy
from ivr.settings import Settings, load_settings

if TYPE_CHECKING:
    from ivr.store import Store
    from ivr.store.transcript import Line

EXIT_PROBLEMS = 1
EXIT_USAGE = 2
EXIT_UNREACHABLE = 3

PIPED_WIDTH = 160
"""How wide a table is that no terminal shows: whoever reads it by a program wants no cells cut."""

BROKEN_WIDTH = 10
"""How wide a column must be at least when its cells are broken into lines."""
GAP = 2
"""Between two columns of a table."""

# Emoji off: else rich makes a picture of «:100:» in a place such as hotline.yaml:100:3.
out = Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else PIPED_WIDTH)
err = Console(stderr=True, highlight=False, emoji=False)


def fail(message: str, hint: str = "", code: int = EXIT_PROBLEMS) -> NoReturn:
    """Print an error (and what to do about it) to stderr and leave with ``code``."""
    err.print(Text.assemble(("error:", "bold red"), f" {message}"), soft_wrap=True)
    if hint:
        err.print(Text(f"  → {hint}", "dim"), soft_wrap=True)
    sys.exit(code)


def fail_config(error: ConfigError) -> NoReturn:
    """Print every problem of a broken file, one a line, as compilers do."""
    for problem in error.problems:
        err.print(str(problem), markup=False, soft_wrap=True)
    count = len(error.problems)
    fail(f"{count} problem{'s' if count != 1 else ''} found")


def with_settings(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its instance's settings as the first argument, and the option ``--home``."""

    def wrapper(home: Path | None, *args: Any, **kwargs: Any) -> Any:
        try:
            settings: Settings = load_settings(home)
        except ConfigError as error:
            fail_config(error)
        return function(settings, *args, **kwargs)

    # Last, because update_wrapper() would put the function's own options in the place of this one.
    return click.option(
        "--home",
        type=click.Path(file_okay=False, path_type=Path),
        envvar="IVR_HOME",
        help="The instance's folder (with ivr.toml). Default: the nearest one upwards from here.",
    )(update_wrapper(wrapper, function))


@contextlib.contextmanager
def opened_store(settings: Settings, code: int = EXIT_PROBLEMS) -> Iterator[Store]:
    """The instance's store; a database that is missing, locked or broken ends the command with an error (``code``)."""
    from ivr.store import Store

    if not settings.database.exists():
        fail(
            f"there is no database yet: {settings.database}",
            "it is made by the first start: ivr run, or ivr talk",
            code,
        )
    try:
        store = Store.open(settings.database, tz=settings.tz, ticket_start=settings.line.ticket_start)
        try:
            yield store
        finally:
            store.close()
    except StoreBusy as error:
        fail(
            str(error),
            "try again in a moment" if error.retryable else "look at the file, its rights and the disk",
            code,
        )


def moment_option(
    name: str, help_text: str, *, required: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option that takes a moment as people type it; the command gets it as text, for :func:`moment`."""
    return click.option(name, metavar="TIME", help=help_text, required=required)


def moment(text: str | None, settings: Settings) -> datetime | None:
    """What the text of a :func:`moment_option` means now; nonsense ends the command with an error."""
    from ivr.moments import parse_moment

    try:
        return None if text is None else parse_moment(text, datetime.now(settings.tz))
    except ValueError as error:
        fail(str(error), code=EXIT_USAGE)


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """The option ``--json``: machine-readable output on stdout."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for machines.")(function)


def print_json(value: Any, file: IO[str] | None = None) -> None:
    """Print ``value`` (dataclasses and dates included) as JSON on stdout, or into ``file``."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain), file=file)


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"cannot be printed as JSON: {value!r}")


def print_table(
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    title: str = "",
    whole: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """Print rows as a table, or «nothing to show» when there are none.

    ``whole``: columns that are never broken into lines. ``spare``: those that a narrow terminal does without, in this
    order; which they are is said below. A cell is shown as it stands, with brackets and all; one that is to have a
    colour is a ``Text``.
    """
    cells = [tuple(map(table_cell, row)) for row in rows]
    if not cells:
        out.print("[dim]nothing to show[/]")
        return
    shown, left_out = _fitting(columns, cells, whole, spare)
    headers = [Column(columns[at], no_wrap=columns[at] in whole, overflow="fold") for at in shown]
    table = Table(*headers, title=title or None, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for row in cells:
        table.add_row(*(row[at] for at in shown))
    out.print(table)
    if left_out:
        out.print(Text(f"too narrow for: {', '.join(left_out)}; --json has all", "dim"), soft_wrap=True)


def _fitting(
    columns: Sequence[str], rows: Sequence[Sequence[Text]], whole: Sequence[str], spare: Sequence[str]
) -> tuple[list[int], list[str]]:
    """The places of the columns that have room in the terminal, and the names of those that have none."""
    needed = [max(len(name), *(row[at].cell_len for row in rows)) for at, name in enumerate(columns)]
    needed = [
        width if name in whole else min(width, max(len(name), BROKEN_WIDTH))
        for name, width in zip(columns, needed, strict=True)
    ]
    shown = list(range(len(columns)))
    left_out: list[str] = []
    for name in spare:
        if sum(needed[at] + GAP for at in shown) - GAP <= out.width:
            break
        shown.remove(columns.index(name))
        left_out.append(name)
    return shown, left_out


def table_cell(cell: object) -> Text:
    """A cell of a table as it stands: what people wrote is no markup."""
    return cell if isinstance(cell, Text) else Text("" if cell is None else str(cell))


_LINE_STYLES = {
    "robot": "cyan",
    "caller": "green",
    "operator": "bold magenta",
    "queue": "magenta",
    "node": "bold",
    "because": "yellow",
    "meant": "yellow",
    "errand": "magenta",
    "end": "bold",
}


def line_text(line: Line) -> Text:
    """A line of a call for the terminal: time, who, what, and the silence owed before it (red when too long)."""
    at, who, text = line_cells(line)
    return Text.assemble(f"{'':{7 - len(at)}}", at, "  ", who, f"{'':{10 - len(who)}}", text)


def line_cells(line: Line, *, dim: bool = False) -> tuple[Text, Text, Text]:
    """The same as three cells of a table. ``dim``: it is of little importance here."""
    from ivr.store.transcript import OWED_LIMIT

    text = Text(line.text, "dim" if dim else "")
    if line.owed is not None:
        text.append(f"  ({line.owed:.2f} s)", "bold red" if line.owed > OWED_LIMIT else "dim")
    return Text(f"{line.at:.1f}", "dim"), Text(line.who, "dim" if dim else _LINE_STYLES.get(line.who, "")), text
