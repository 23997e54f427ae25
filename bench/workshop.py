"""What every bench needs around it: a folder of its own, progress by the clock, an end that tells what went wrong."""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from ivr.errors import IvrError

Say = Callable[[str], None]


@contextmanager
def workshop(*, keep: bool) -> Iterator[tuple[Path, Say]]:
    """A folder, thrown away in the end unless it is to be kept, and how to tell progress (on standard error).

    An error of ours ends the process with 2.
    """
    said = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    began = time.monotonic()

    def say(text: str) -> None:
        said.print(f"{time.monotonic() - began:5.0f} s  {text}", markup=False, highlight=False)

    try:
        yield folder, say
    except IvrError as error:
        said.print(f"bench: {error}", style="red", markup=False)
        sys.exit(2)
    finally:
        if keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
