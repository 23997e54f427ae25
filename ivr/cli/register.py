"""``ivr register``: the service points that callers are recognised by."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.cli.common import err, fail, json_option, out, print_json, print_table, with_settings
from ivr.settings import Settings
from outage_feed.errors import RegisterError, StoreError
from outage_feed.generate import write_register
from outage_feed.regions import REGIONS
from outage_feed.register import COLUMNS, load_points
from outage_feed.store import GridStore


@click.group("register")
def command() -> None:
    """Service points: addresses with their accounts and telephones.

    \b
    Examples:
      ivr register import points.csv
      ivr register stats
      ivr register generate --points 20000 made-up.csv
    """


@command.command(
    "import",
    help=f"""Take in service points from FILES, CSV or JSON; a known id is replaced.

    The columns, in any order: {", ".join(COLUMNS)}. Only id, region and settlement are required; settlement and
    street carry their types («с. Бабяково», «ул. Ленина»); several phones stand in one cell.

    Bad rows are named with file and line and left out, the rest is used; the exit code is 1 then.
    """,
)
@click.argument("files", nargs=-1, required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only look through the files.")
@json_option
@with_settings
def import_(settings: Settings, files: tuple[Path, ...], dry_run: bool, as_json: bool) -> None:
    """Take in service points."""
    try:
        loaded = [load_points(file) for file in files]
        points = [point for part in loaded for point in part.points]
        problems = [problem for part in loaded for problem in part.problems]
        if not dry_run:
            with GridStore.open(settings.database) as store:
                store.save_points(points)
    except RegisterError as error:
        fail(str(error), "ivr register import --help names the columns")
    except StoreError as error:
        fail(f"the register cannot be stored: {error}", "try again in a moment" if error.retryable else "ivr doctor")
    if as_json:
        print_json({"points": len(points), "stored": not dry_run, "problems": problems})
    else:
        for problem in problems:
            err.print(str(problem), markup=False, soft_wrap=True)
        out.print(f"{len(points)} service points {'are good' if dry_run else 'taken in'}, {len(problems)} problems")
        if points and not dry_run:
            out.print("Next:  ivr setup   (renders the names of new places, so that no caller waits for them)")
    if problems:
        raise SystemExit(1)


@command.command("generate")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--points", type=click.IntRange(1, 5_000_000), default=20_000, show_default=True, help="How many service points."
)
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same register.")
@click.option("--force", is_flag=True, help="Overwrite FILE if it is there.")
def generate(file: Path, points: int, seed: int, force: bool) -> None:
    """Write a made-up register to FILE (CSV), to try things with: addresses, accounts and telephones are nobody's.

    \b
    Example:
      ivr register generate --points 20000 made-up.csv
      ivr register import made-up.csv
    """
    if file.exists() and not force:
        fail(f"{file} is there already", "--force overwrites it")
    try:
        write_register(file, points, seed)
    except OSError as error:
        fail(f"{file}: {error.strerror}", "name a file that can be written")
    out.print(f"{points} made-up service points written to {file}", markup=False, soft_wrap=True)
    out.print("Next:  ivr register import FILE   (an instance for trials, not the one that takes calls)", markup=False)


@command.command("stats")
@json_option
@with_settings
def stats(settings: Settings, as_json: bool) -> None:
    """Show how many service points are known in each region, and how many of them have a telephone."""
    try:
        with GridStore.open(settings.database) as store:
            counted = store.count_points()
    except StoreError as error:
        fail(f"the register cannot be read: {error}", "try again in a moment" if error.retryable else "ivr doctor")
    names = {code: region.name for code, region in REGIONS.items()}
    if as_json:
        keys = ("region", "name", "points", "with_phone")
        print_json([dict(zip(keys, (code, names.get(code, ""), *numbers), strict=True)) for code, *numbers in counted])
        return
    rows = [(code, names.get(code, ""), points, phones) for code, points, phones in counted]
    if rows:
        rows.append(("", "all", sum(row[1] for row in counted), sum(row[2] for row in counted)))
    print_table(("region", "name", "service points", "with a telephone"), rows)
