"""``python -m bench addresses``: see ../README.md."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from bench.addresses.asked import write_queries
from bench.addresses.callers import SETS, Callers, Query
from bench.addresses.real_names import write_real_register
from bench.addresses.report import AddressReport
from bench.report import WIDTH, machine
from outage_feed.generate import write_register
from outage_feed.places import Contents
from outage_feed.store import GridStore
from robot.doing.kept_places import kept_places, make_places_apart

CHECKOUT = Path(__file__).resolve().parents[2]
SLOW_QUERIES = {"rapidfuzz": 30, "fts5": 60}
"""The other sides take a second and more for each, so they are asked fewer of each set."""
_MEBI = 1024


@click.command("addresses")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output; the tables go to standard error."
)
@click.option("--points", default=100_000, show_default=True, help="Service points of the generated register.")
@click.option("--queries", default=500, show_default=True, help="Of each set.")
@click.option("--seed", default=21, show_default=True, help="Of the register and of the callers.")
@click.option("--slow-queries", type=int, help="Of each set, for the other sides.  [default: 30 and 60]")
@click.option(
    "--streets",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Real names of settlements and streets (spb-data's lo.js) instead of a generated register.",
)
@click.option("--misses", is_flag=True, help="Show queries that went wrong.")
def addresses(
    as_json: bool,
    points: int,
    queries: int,
    seed: int,
    slow_queries: int | None,
    streets: Path | None,
    misses: bool,
) -> None:
    """Addresses by voice over a big register: how long, how much memory, how often right, how often wrong but sure.

    Against `rapidfuzz.process.extract` over the list of all addresses and SQLite's trigram index, in the same run. Two
    minutes; all of it (`--points 1000000 --queries 10000`) takes half an hour. A figure is never a failure.
    """
    said = Console(stderr=True)
    folder = Path(tempfile.mkdtemp(prefix="ivr-bench-"))
    began = time.monotonic()

    def say(text: str) -> None:
        said.print(f"{time.monotonic() - began:5.0f} s  {text}", markup=False, highlight=False)

    try:
        about = machine()
        database, made = _register(folder, points, seed, streets, say)
        say("making the search structure")
        with GridStore.open(database) as grid:
            started = time.monotonic()
            make_places_apart(grid)
            made["search structure"] = {"seconds": time.monotonic() - started}
            places = kept_places(grid)
        if places is None:
            raise click.ClickException("the search structure could not be made; see the log above")
        say("making queries")
        sides = _ask(folder, database, places.contents, queries, seed, slow_queries, say)
        report = AddressReport(about, points, places.houses, len(places.contents.ways), made, tuple(sides))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    report.print(Console(width=WIDTH, stderr=as_json), misses=misses)
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=1, ensure_ascii=False))


def _register(
    folder: Path, points: int, seed: int, streets: Path | None, say: Callable[[str], None]
) -> tuple[Path, dict[str, Any]]:
    """A database with the register in it, and what taking it in took."""
    file, home = folder / "register.csv", folder / "home"
    say(f"writing a register of {points} points" if streets is None else f"a register with the names of {streets.name}")
    if streets is None:
        write_register(file, points, seed)
    else:
        write_real_register(file, streets, points, seed)
    subprocess.run([sys.executable, "-m", "ivr", "init", str(home)], check=True, capture_output=True, cwd=CHECKOUT)
    say("ivr register import")
    started = time.monotonic()
    command = [sys.executable, "-m", "ivr", "register", "import", "--home", str(home), str(file)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as run:
        assert run.stderr is not None
        told = run.stderr.read()
        _, status, used = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    if run.returncode:
        raise click.ClickException(f"the register was not taken in: {told[-500:]}")
    took = {"seconds": time.monotonic() - started, "bytes": used.ru_maxrss * _MEBI}
    (database,) = (home / "var").glob("*.db")
    return database, {"import": took}


def _ask(
    folder: Path,
    database: Path,
    contents: Contents,
    queries: int,
    seed: int,
    slow_queries: int | None,
    say: Callable[[str], None],
) -> list[dict[str, Any]]:
    callers = Callers(contents, seed)
    made = {kind: list(callers.queries(kind, queries)) for kind in SETS}
    sides = []
    for side, number in (("ivr", queries), *SLOW_QUERIES.items()):
        if side != "ivr":
            number = min(queries, number if slow_queries is None else slow_queries)
        if number:
            say(f"{side}: {number} queries of each set")
            sides.append(_run(folder, side, database, [query for kind in SETS for query in made[kind][:number]]))
    return sides


def _run(folder: Path, side: str, database: Path, queries: Sequence[Query]) -> dict[str, Any]:
    """One side in a process of its own, so that its memory is its own."""
    file = folder / f"{side}.jsonl"
    write_queries(file, queries)
    run = subprocess.run(
        [sys.executable, "-m", "bench.addresses.sides", side, str(database), str(file)],
        cwd=CHECKOUT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if run.returncode:
        raise click.ClickException(f"{side} failed: {run.stderr[-500:]}")
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found
