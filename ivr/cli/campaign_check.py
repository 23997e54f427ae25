"""``ivr campaign check``: what a campaign would do if it began now (joined to the group in ``campaign.py``)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NoReturn

import click
from rich.progress import Progress
from rich.text import Text

from ivr.campaigns.plan import Why
from ivr.campaigns.preview import Preview, Previewing
from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_USAGE,
    err,
    fail,
    json_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.masking import mask_address, mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.campaigns import Campaign, CampaignState, StoredContact

LISTED = 50
"""Unreachable contacts shown at most; --json has all."""
BAR_EVERY = 500
"""Contacts between two moves of a bar: moving it costs as much as a contact."""


@click.command("check")
@click.argument("id", type=int)
@click.option(
    "--calls-each",
    type=click.FloatRange(1.0, 10.0),
    default=1.5,
    show_default=True,
    help="For the forecast: how many calls a contact takes on the average.",
)
@click.option("--phones", is_flag=True, help="Show phones and addresses in full; that is written down.")
@json_option
@with_settings
def check(settings: Settings, id: int, calls_each: float, phones: bool, as_json: bool) -> None:
    """What would happen if campaign ID began now: whom it cannot call and why, and when it would be through.

    Leaves with 1 when the deadline would be missed, nobody can be called, or the campaign is not whole.

    \b
    Example:
      ivr campaign check 3 --phones
    """
    now = datetime.now(settings.tz)
    with opened_store(settings) as store:
        campaign = found_campaign(store, id)
        if phones:
            store.audit.write("campaign check", f"campaign {id}", "phone, address", now=now)
        counts = store.campaigns.counts(id)
        preview, unreachable = examined(store, campaign, now, sum(counts.values()), calls_each)
        also = store.campaigns.also_in(campaign)
    whole = campaign.state is not CampaignState.MAKING
    if as_json:
        print_json(
            {
                "id": campaign.id,
                "state": campaign.state,
                **preview_json(preview),
                "also_in": also,
                "unreachable_contacts": [_contact_json(each, why, full=phones) for each, why in unreachable],
            }
        )
    else:
        print_preview(preview, campaign)
        for other, count in also.items():
            out.print(f"{count} of them are also in campaign {other} for the same event: each is told once")
        if unreachable:
            print_table(
                ("phone", "address", "why not"),
                ((*_shown(each, full=phones), why) for each, why in unreachable[:LISTED]),
                title="Cannot be called",
                whole=("phone",),
            )
            if len(unreachable) > LISTED:
                out.print(f"… and {len(unreachable) - LISTED} more: --json lists all", style="dim")
        if not whole:
            err.print(
                f"its making was cut off: ivr campaign drop {id}, and create it again", style="red", soft_wrap=True
            )
    if not whole or preview.forecast.late or not preview.forecast.contacts:
        raise SystemExit(EXIT_PROBLEMS)


def found_campaign(store: Store, id: int) -> Campaign:
    """The campaign of that id; none ends the command."""
    campaign = store.campaigns.get(id)
    return no_campaign(id) if campaign is None else campaign


def no_campaign(id: int) -> NoReturn:
    """End the command: there is none of that id."""
    fail(f"no campaign {id}", "ivr campaign list shows them", EXIT_USAGE)


def examined(
    store: Store, campaign: Campaign, now: datetime, total: int, calls_each: float
) -> tuple[Preview, list[tuple[StoredContact, Why]]]:
    """The preview of a campaign, and its contacts that cannot be called, with a bar while it takes long."""
    previewing, unreachable = Previewing(campaign.rules, now), []
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bars:
        bar = bars.add_task("looking at the contacts", total=total)
        for number, (contact, standing) in enumerate(store.campaigns.standings(campaign), 1):
            if why := previewing.take(standing):
                unreachable.append((contact, why))
            if number % BAR_EVERY == 0:
                bars.update(bar, completed=number)
    return previewing.preview(calls_each=calls_each), unreachable


def print_preview(preview: Preview, campaign: Campaign) -> None:
    """Whom it can call and whom not, and when it would be through."""
    ahead = preview.forecast
    out.print(f"can be called: {ahead.contacts}")
    for why, count in sorted(preview.unreachable.items()):
        out.print(Text(f"cannot be called: {count}: {why}", "yellow"))
    if not ahead.contacts:
        return
    pace = f"at {campaign.rules.calls_per_minute:g} calls a minute"
    if ahead.end is None:
        out.print(Text(f"would not be through within 60 days {pace}", "bold red"))
    else:
        out.print(f"begun now, through at best {ahead.end.astimezone(campaign.made_at.tzinfo):%d.%m.%Y %H:%M} {pace}")
    if campaign.rules.deadline is not None:
        limit = f"{campaign.rules.deadline.astimezone(campaign.made_at.tzinfo):%d.%m.%Y %H:%M}"
        if ahead.late:
            missed = ahead.contacts - ahead.called_in_time
            out.print(Text(f"the deadline {limit} would be missed for {missed}: raise --per-minute", "bold red"))
        else:
            out.print(Text(f"the deadline {limit} would be met", "green"))


def preview_json(preview: Preview) -> dict[str, Any]:
    """The same for machines."""
    return {
        "reachable": preview.forecast.contacts,
        "reachable_by_zone": {" ".join(zones) or "any": count for zones, count in preview.reachable.items()},
        "unreachable": dict(preview.unreachable),
        "through_at": preview.forecast.end,
        "called_in_time": preview.forecast.called_in_time,
        "deadline_missed": preview.forecast.late,
    }


def _shown(each: StoredContact, *, full: bool) -> tuple[str, str]:
    contact = each.contact
    return (contact.phone, contact.address) if full else (mask_phone(contact.phone), mask_address(contact.address))


def _contact_json(each: StoredContact, why: Why, *, full: bool) -> dict[str, str]:
    phone, address = _shown(each, full=full)
    return {"phone": phone, "address": address, "why": why}
