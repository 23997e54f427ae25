"""``ivr outages export --cap``: outages as warnings for other systems (joined to the group in ``outages.py``)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import click

from ivr.cli.common import fail, json_option, out, print_json, with_settings
from ivr.cli.outages_taken_in import opened_grid
from ivr.settings import Settings
from outage_feed.cap import Sender, identifier_of, is_mass, write_cap
from outage_feed.dispatch import count_affected
from outage_feed.model import Outage, Status
from outage_feed.store import GridStore


@click.command("export")
@click.option("--cap", "as_cap", is_flag=True, required=True, help="As CAP 1.2, the Common Alerting Protocol.")
@click.argument("outage_id", required=False)
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="Write each into this folder.")
@click.option("--points", default=100, show_default=True, help="Mass: so many known addresses, or a whole place.")
@click.option("--since", "hours", default=24.0, show_default=True, help="What ended within so many hours is cancelled.")
@click.option("--sender", default="", help="Who warns, unique in the world (a domain). Default: the line's number.")
@json_option
@with_settings
def export(
    settings: Settings,
    as_cap: bool,
    outage_id: str | None,
    folder: Path | None,
    points: int,
    hours: float,
    sender: str,
    as_json: bool,
) -> None:
    """Write mass outages, or the one of OUTAGE_ID, as CAP 1.2 warnings.

    One file for each version: Alert, Update, Cancel; written again they are the same files. An outage is a mass one
    where a whole place, several places or many known addresses are without power.

    \b
    Examples:
      ivr outages export --cap --to /srv/cap --sender grid.example
      ivr outages export --cap planned:17
    """
    if outage_id is None and folder is None:
        raise click.UsageError("say where to write: --to FOLDER, or give the id of one outage")
    who = Sender(sender or settings.line.number, contact=settings.line.number)
    with opened_grid(settings) as (store, now):
        if outage_id is None:
            chosen = _mass(store, now, points, timedelta(hours=hours))
        else:
            chosen = [store.history(outage_id)]
            if not chosen[0]:
                fail(f"no outage «{outage_id}»", "the ids are in: ivr outages list --all")
    documents = {identifier_of(history[-1]): write_cap(history, who, now) for history in chosen}
    if folder is None:
        out.print(next(iter(documents.values())).decode(), markup=False, soft_wrap=True, end="")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in documents.items():
            _write(folder / f"{name.replace('/', '_').replace(':', '_')}.xml", document)
    except OSError as error:
        fail(f"{error.filename or folder}: {error.strerror}")
    if as_json:
        print_json({"written": sorted(documents)})
    else:
        out.print(f"{len(documents)} written to {folder}", markup=False, soft_wrap=True)


def _mass(store: GridStore, now: datetime, points: int, recent: timedelta) -> list[Sequence[Outage]]:
    """The histories of the mass outages that are open, or ended not long ago."""
    found: list[Sequence[Outage]] = []
    for outage in store.outages(everything=True):
        ended = outage.status(now) in (Status.RESTORED, Status.WITHDRAWN)
        if ended and now - (outage.restored_at or outage.closed_at or now) > recent:
            continue
        if is_mass(outage, sum(count_affected(store, outage)), points):
            found.append(store.history(outage.id))
    return found


def _write(file: Path, document: bytes) -> None:
    """Whole or not at all: whoever picks the files up must not see a half-written one."""
    half = file.with_name(f".{file.name}.half")
    half.write_bytes(document)
    half.replace(file)
