"""``ivr campaign results``: a line for each contact (joined to the group in ``campaign.py``)."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from ivr.campaigns.model import TOLD
from ivr.cli.campaign_check import found_campaign
from ivr.cli.common import fail, json_option, opened_store, out, print_json, with_settings
from ivr.masking import mask_address, mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.attempts import Attempt
from ivr.store.campaigns import Campaign, StoredContact
from ivr.store.database import make_private

COLUMNS = (
    "phone", "address", "point", "state", "why", "attempts", "last_outcome", "told_at", "deadline_met", "heard_s",
    "reply",
)  # fmt: skip


@click.command("results")
@click.argument("id", type=int)
@click.option("--out", "file", type=click.Path(dir_okay=False, path_type=Path), help="Default: on stdout.")
@click.option("--force", is_flag=True, help="Overwrite the file if it is there.")
@click.option("--phones", is_flag=True, help="Phones and addresses in full; that is written down.")
@json_option
@with_settings
def results(settings: Settings, id: int, file: Path | None, force: bool, phones: bool, as_json: bool) -> None:
    """What came of campaign ID, a line for each contact: CSV, or JSON with --json.

    told_at is when the call ended in which the message was heard (or left on a machine), heard_s how long it was heard.

    \b
    Example:
      ivr campaign results 3 --phones --out told.csv
    """
    if file is not None and file.exists() and not force:
        fail(f"{file} is there already", "--force overwrites it")
    with opened_store(settings) as store:
        campaign = found_campaign(store, id)
        if phones:
            store.audit.write("campaign results", f"campaign {id}", "phone, address", now=datetime.now(settings.tz))
        rows = list(_rows(store, campaign, full=phones))
    if file is None:
        print_json(rows) if as_json else click.echo(_csv(rows), nl=False)
        return
    try:
        file.unlink(missing_ok=True)
        make_private(file)
        with file.open("w", encoding="utf-8" if as_json else "utf-8-sig", newline="") as target:
            if as_json:
                print_json(rows, target)
            else:
                target.write(_csv(rows))
    except OSError as error:
        fail(f"{file}: {error.strerror}", "name a file that can be written")
    out.print(f"{len(rows)} contacts written to {file}", markup=False, soft_wrap=True)


def _rows(store: Store, campaign: Campaign, *, full: bool) -> Iterator[dict[str, Any]]:
    attempts = store.attempts.of_campaign(campaign.id)
    for each in store.campaigns.contacts(campaign.id):
        yield _row(each, attempts.get(each.id, ()), campaign, full=full)


def _row(each: StoredContact, attempts: tuple[Attempt, ...], campaign: Campaign, *, full: bool) -> dict[str, Any]:
    told = next((attempt for attempt in attempts if attempt.outcome in TOLD), None)
    last = told or (attempts[-1] if attempts else None)
    told_at, deadline = told.closed_at if told else None, campaign.rules.deadline
    return {
        "phone": each.contact.phone if full else mask_phone(each.contact.phone),
        "address": each.contact.address if full else mask_address(each.contact.address),
        "point": each.contact.point if full else "",
        "state": each.state,
        "why": each.why,
        "attempts": len(attempts),
        "last_outcome": each.outcome,
        "told_at": told_at,
        "deadline_met": None if deadline is None else told_at is not None and told_at <= deadline,
        "heard_s": None if last is None or last.heard is None else last.heard.total_seconds(),
        "reply": last.reply if last else None,
    }


def _csv(rows: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in rows:
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat(sep=" ", timespec="seconds") if isinstance(value, datetime) else value
