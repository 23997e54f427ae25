"""``ivr register``: the service points that callers are recognised by."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import click
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn

from ivr.cli.common import err, fail, json_option, out, print_json, print_table, with_settings
from ivr.settings import Settings
from outage_feed.errors import RegisterError, StoreError
from outage_feed.generate import write_register
from outage_feed.regions import REGIONS
from outage_feed.register import COLUMNS
from outage_feed.register_import import Taken, look_through, take_in
from outage_feed.store import GridStore
from robot.doing.kept_places import keep_places, kept_places, make_places
from robot.understanding.address import understand_address
from robot.understanding.address_candidates import candidates
from robot.understanding.understood import (
    SURE,
    Ambiguous,
    HouseUnknown,
    Incomplete,
    Matched,
    NotFound,
    Understood,
)

STATS = {
    "points": "service points", "settlements": "settlements", "streets": "streets", "houses": "houses",
    "with_phone": "with a telephone", "with_account": "account", "with_network": "ТП", "with_fias": "house code",
    "with_help": "help points",
}  # fmt: skip
"""What is counted, and the headings."""
SHOWN = 50
"""Problems that are printed; the file of errors has all of them."""


@click.group("register")
def command() -> None:
    """Service points: addresses with their accounts and telephones.

    \b
    Examples:
      ivr register import points.csv
      ivr register find "курск ленина 5"
      ivr register stats
      ivr register generate --points 20000 made-up.csv
    """


@command.command(
    "import",
    help=f"""Take in service points from FILES: CSV, XLSX, JSON, or a ГАР delivery; a known id is replaced.

    The columns, in any order: {", ".join(COLUMNS)}. Only id, region and settlement are required; settlement and
    street carry their types («с. Бабяково», «ул. Ленина»); several phones stand in one cell.

    A ГАР (ФИАС) delivery is the archive gar_xml.zip, or its folder; only the served regions in it are read.

    Callers see nothing of it before all is there. An import that was ended goes on where it was when started again.
    Bad rows are named with file and line, all of them in the file of errors, and left out; the exit code is 1 then.
    """,
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only look through the files.")
@click.option("--whole", is_flag=True, help="FILES are the whole register: points that they lack are forgotten.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where bad rows are listed (CSV). Default: register-errors.csv beside the database.",
)
@json_option
@with_settings
def import_(
    settings: Settings, files: tuple[Path, ...], dry_run: bool, whole: bool, errors: Path | None, as_json: bool
) -> None:
    """Take in service points."""
    errors = errors or settings.database.with_name("register-errors.csv")
    try:
        with _progress() as progress:
            if dry_run:
                taken = look_through(files, progress)
            else:
                with GridStore.open(settings.database) as store:
                    # The engine finds the new places made when the new register comes into force.
                    keep = partial(keep_places, store.path)
                    taken = take_in(store, files, errors, progress, whole=whole, before=keep)
    except RegisterError as error:
        fail(str(error), "ivr register import --help names the columns")
    except StoreError as error:
        fail(f"the register cannot be stored: {error}", "try again in a moment" if error.retryable else "ivr doctor")
    except OSError as error:
        fail(f"{errors}: {error.strerror}", "--errors names another file")
    if as_json:
        told = {"points": taken.points, "stored": not dry_run, "problems": taken.problems}
        print_json(told | {"problem_count": taken.problem_count, "resumed": taken.resumed})
    else:
        _tell(taken, dry_run=dry_run, errors=errors)
    if taken.problem_count:
        raise SystemExit(1)


def _tell(taken: Taken, *, dry_run: bool, errors: Path) -> None:
    for problem in taken.problems[:SHOWN]:
        err.print(str(problem), markup=False, soft_wrap=True)
    if taken.problem_count > SHOWN or (taken.problem_count and not dry_run):
        rest = taken.problem_count - min(len(taken.problems), SHOWN)
        more = f"{rest} more; " if rest else ""
        err.print(f"{more}all in {errors}" if not dry_run else f"{rest} more", markup=False, soft_wrap=True)
    if taken.resumed:
        out.print(f"went on behind {taken.resumed} rows of an import that was ended")
    done = "are good" if dry_run else "taken in"
    out.print(f"{taken.points} service points {done}, {taken.problem_count} problems")
    if taken.points and not dry_run:
        out.print("Next:  ivr setup   (renders the names of new places, so that no caller waits for them)")


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[str, float], None]]:
    """A bar for each file, where somebody looks on."""
    if not err.is_terminal:
        yield lambda *_: None
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=err
    ) as bars:
        tasks: dict[str, TaskID] = {}

        def show(file: str, part: float) -> None:
            if file not in tasks:
                tasks[file] = bars.add_task(escape(Path(file).name), total=1.0)
            bars.update(tasks[file], completed=part)

        yield show


@command.command("find")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1, 100), default=10, show_default=True, help="Addresses at most.")
@json_option
@with_settings
def find(settings: Settings, words: tuple[str, ...], limit: int, as_json: bool) -> None:
    """Which addresses of the register may WORDS mean, as a caller says or somebody types them?

    \b
    Examples:
      ivr register find "курск ленина 5"
      ivr register find в орле на первой молодёжной дом два --json
    """
    heard = (" ".join(words),)
    try:
        with GridStore.open(settings.database) as store:
            places = kept_places(store) or make_places(store)
    except StoreError as error:
        fail(f"the register cannot be read: {error}", "try again in a moment" if error.retryable else "ivr doctor")
    found = candidates(heard, places, limit=limit)
    answer = answer_words(understand_address(heard, places))
    if as_json:
        print_json({"answer": answer, "candidates": found})
    else:
        rows = [
            (
                f"{each.confidence:.2f}",
                each.address.settlement.region,
                each.address.settlement.district,
                str(each.address.settlement),
                str(each.address.street or ""),
                each.address.house,
                "; ".join(each.why),
            )
            for each in found
        ]
        print_table(("confidence", "region", "district", "settlement", "street", "house", "why"), rows)
        out.print(f"The robot: {answer}", markup=False, soft_wrap=True)
    if not found:
        raise SystemExit(1)


def answer_words(answer: Understood) -> str:
    """What the robot makes of it, in words."""
    match answer:
        case Matched(address=address, confidence=confidence):
            asks = "sure" if confidence >= SURE else "asks «верно?»"
            return f"{address} ({confidence:.2f}, {asks})"
        case Ambiguous(candidates=several, asks=part):
            return f"asks for the {part}: {len(several)} fit as well"
        case Incomplete(asks=part):
            return f"asks for the {part}"
        case HouseUnknown(house=house):
            return f"says that it knows no house {house} there"
        case NotFound():
            return "finds nothing, and asks again"


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
    """Show how much is known in each region: service points, places, telephones, accounts, ТП, help points."""
    try:
        with GridStore.open(settings.database) as store:
            counted = store.describe_points()
    except StoreError as error:
        fail(f"the register cannot be read: {error}", "try again in a moment" if error.retryable else "ivr doctor")
    names = {code: region.name for code, region in REGIONS.items()}
    if as_json:
        print_json([{"region": row["region"], "name": names.get(row["region"], ""), **row} for row in counted])
        return
    columns = list(STATS)
    rows = [(row["region"], names.get(row["region"], ""), *(row[name] for name in columns)) for row in counted]
    if rows:
        rows.append(("", "all", *(sum(row[name] for row in counted) for name in columns)))
    spare = ("house code", "help points", "ТП", "streets")
    print_table(("region", "name", *STATS.values()), rows, spare=spare)
