"""``ivr campaign``: calls that go out, planned and checked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click
from rich.text import Text

from ivr.campaigns.model import Rules
from ivr.cli.campaign_check import check, found_campaign
from ivr.cli.campaign_create import create
from ivr.cli.campaign_results import results
from ivr.cli.campaign_rules import DAYS
from ivr.cli.campaign_stop_list import stop_list
from ivr.cli.common import fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.campaigns import Campaign, ContactState


@click.group("campaign")
def command() -> None:
    """Calls that go out: planned outages, light restored, times that have moved, weather warnings, surveys.

    Planning only so far: a campaign is made and looked through here; nothing dials it yet.

    \b
    Examples:
      ivr campaign create --kind planned --outage mrsk:1204 --days-before 2
      ivr campaign check 1
      ivr campaign list
      ivr campaign results 1 --json
      ivr campaign stop-list add +79001231234
    """


for each in (create, check, results, stop_list):
    command.add_command(each)


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True)
@json_option
@with_settings
def list_campaigns(settings: Settings, limit: int, as_json: bool) -> None:
    """The newest campaigns, and how far each is."""
    with opened_store(settings) as store:
        found = [(campaign, _by_state(store, campaign)) for campaign in store.campaigns.latest(limit)]
    if as_json:
        print_json([{**_facts(campaign), "contacts": counts} for campaign, counts in found])
        return
    print_table(
        ("id", "name", "kind", "state", "contacts", "told", "closed", "deadline", "made", "by"),
        (
            (
                campaign.id,
                campaign.name,
                campaign.kind,
                _state(campaign),
                sum(counts.values()),
                counts[ContactState.TOLD],
                counts[ContactState.CLOSED],
                _time(campaign.rules.deadline, settings),
                _time(campaign.made_at, settings),
                campaign.made_by,
            )
            for campaign, counts in found
        ),
        whole=("id", "kind", "state", "deadline"),
        spare=("by", "made", "closed"),
    )


@command.command("show")
@click.argument("id", type=int)
@json_option
@with_settings
def show(settings: Settings, id: int, as_json: bool) -> None:
    """A campaign: its rules, how many contacts are where, what came of the calls."""
    with opened_store(settings) as store:
        campaign = found_campaign(store, id)
        counts, outcomes = store.campaigns.counts(id), store.attempts.outcomes(id)
    if as_json:
        why = [{"state": state, "why": why, "contacts": n} for (state, why), n in counts.items()]
        print_json({**_facts(campaign), "contacts": why, "outcomes": outcomes})
        return
    out.print(Text.assemble((f"{campaign.id}  {campaign.name}", "bold"), f"  {campaign.kind}, ", _state(campaign)))
    out.print(f"made {_time(campaign.made_at, settings)} by {campaign.made_by}; event {campaign.event}", markup=False)
    for line in _rules(campaign.rules, settings):
        out.print(line, markup=False, soft_wrap=True)
    print_table(("contacts", "", "why"), ((n, state, why) for (state, why), n in sorted(counts.items())))
    if outcomes:
        print_table(("calls", "outcome"), ((n, outcome) for outcome, n in sorted(outcomes.items())))


@command.command("drop")
@click.argument("id", type=int)
@click.option("--yes", is_flag=True, help="Do not ask.")
@with_settings
def drop(settings: Settings, id: int, yes: bool) -> None:
    """Forget campaign ID with its contacts: one that was never begun, or whose making was cut off."""
    with opened_store(settings) as store:
        campaign = found_campaign(store, id)
        number = sum(_by_state(store, campaign).values())
        if not yes:
            click.confirm(f"Forget campaign {id} «{campaign.name}» with {number} contacts?", abort=True)
        if not store.campaigns.forget(id):
            fail(f"campaign {id} has begun: what came of it is kept", "ivr campaign show")
    out.print(f"campaign {id} is forgotten, with {number} contacts")


def _by_state(store: Store, campaign: Campaign) -> dict[ContactState, int]:
    counts = dict.fromkeys(ContactState, 0)
    for (state, _), number in store.campaigns.counts(campaign.id).items():
        counts[state] += number
    return counts


def _facts(campaign: Campaign) -> dict[str, Any]:
    rules = campaign.rules
    return {
        "id": campaign.id,
        "name": campaign.name,
        "kind": campaign.kind,
        "event": campaign.event,
        "outage": campaign.outage,
        "state": campaign.state,
        "made_at": campaign.made_at,
        "made_by": campaign.made_by,
        "rules": {
            "hours": _hours(rules),
            "days": [DAYS[day] for day in sorted(rules.window.days)],
            "attempts": rules.attempts,
            "again_after_s": {outcome.value: gap.total_seconds() for outcome, gap in rules.spacing.items()},
            "not_before": rules.not_before,
            "deadline": rules.deadline,
            "calls_per_minute": rules.calls_per_minute,
            "set_aside": sorted(rules.exempt),
            "approved_by": rules.approver,
        },
    }


def _rules(rules: Rules, settings: Settings) -> list[str]:
    days = " ".join(DAYS[day] for day in sorted(rules.window.days))
    lines = [
        f"calls {_hours(rules)} by the contact's clock ({days}), {rules.attempts} attempts,"
        f" {rules.calls_per_minute:g} a minute",
    ]
    if rules.not_before:
        lines.append(f"not before {_time(rules.not_before, settings)}")
    if rules.deadline:
        lines.append(f"deadline {_time(rules.deadline, settings)}")
    if rules.exempt:
        lines.append(f"set aside: {', '.join(sorted(rules.exempt))}; allowed by {rules.approver}")
    return lines


def _hours(rules: Rules) -> str:
    return f"{rules.window.opens:%H:%M}-{rules.window.closes:%H:%M}"


def _state(campaign: Campaign) -> Text:
    return Text(campaign.state, "red" if campaign.state == "making" else "")


def _time(moment: datetime | None, settings: Settings) -> str:
    return "" if moment is None else f"{moment.astimezone(settings.tz):%d.%m.%Y %H:%M}"
