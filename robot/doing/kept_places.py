"""The register's places from the file beside the database, and made anew where that file is of another register.

Those of a big register are made by a process of their own: half a minute of work of Python's would be felt by every
call that is on the line meanwhile. ``python -m robot.doing.kept_places DATABASE`` is that process. Blocking.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import structlog

from ivr.prompts.russian import letters
from outage_feed.errors import StoreError
from outage_feed.model import Address
from outage_feed.places import Contents, Places, gather
from outage_feed.places_file import places_file, read_places, write_places
from outage_feed.store import GridStore
from robot.hearing import inflecting, spoken_numbers
from robot.understanding import numbered, spoken_places

log = structlog.get_logger(__name__)

BIG = 50_000
"""Service points of a register whose places are made by a process of their own."""
LONGEST_S = 900.0
"""Of that process; a million points take some ten seconds."""
_MAKERS = (spoken_places, inflecting, spoken_numbers, letters, numbered)
"""The modules that the spoken forms of names depend on."""


def kept_places(grid: GridStore) -> Places | None:
    """The places of today's register out of their file; ``None`` where it is of another one. Raises StoreError."""
    contents = read_places(places_file(grid.path), _of(grid.register_mark()))
    return None if contents is None else Places(contents)


def make_places(grid: GridStore) -> Places:
    """Make the places of today's register, and keep them in their file for the next one to ask. Raises StoreError.

    A file that cannot be written is only logged.
    """
    return Places(keep_places(grid.path, grid.addresses(), grid.register_mark()))


def keep_places(database: Path, addresses: Iterable[Address], register_mark: str) -> Contents:
    """Make the places of a register, and keep them in the file of that database, for when it has that mark."""
    contents = gather(addresses, spoken_places.said_town, spoken_places.said_street)
    try:
        write_places(places_file(database), contents, _of(register_mark))
    except OSError as error:
        log.warning("the register's places cannot be kept", error=str(error))
    return contents


def make_places_apart(grid: GridStore) -> Places | None:
    """The same by a process of its own; ``None`` where that failed, which is logged. Raises StoreError."""
    command = [sys.executable, "-m", __name__, str(grid.path.resolve())]
    try:
        subprocess.run(command, check=True, timeout=LONGEST_S, capture_output=True, text=True, cwd=_ROOT)
    except (OSError, subprocess.SubprocessError) as error:
        told = getattr(error, "stderr", "") or str(error)
        log.warning("the register's places cannot be made by a process of their own", error=told[-300:])
        return None
    return kept_places(grid)


_ROOT = Path(__file__).resolve().parents[2]
"""Where this package is imported from, also where it was not installed."""


def _of(register_mark: str) -> str:
    """What places are made of: the register as it is, and the rules by which names are said."""
    return f"{register_mark}-{_rules()}"


@cache
def _rules() -> str:
    sources = [Path(module.__file__).read_bytes() for module in _MAKERS if module.__file__]
    return hashlib.sha256(b"".join(sources)).hexdigest()[:16]


def main(database: str) -> None:
    """Make the places of a database's register and keep them. Raises StoreError."""
    with GridStore.open(Path(database)) as grid:
        make_places(grid)


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except StoreError as error:
        sys.exit(f"{sys.argv[1]}: {error}")
