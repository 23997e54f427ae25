"""``ivr campaign create``: from a list, or from an outage (joined to the group in ``campaign.py``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
from rich.progress import Progress
from rich.text import Text

from ivr.campaigns.list_files import open_list, write_errors
from ivr.campaigns.lists import BadRow, Contact, read_list
from ivr.campaigns.model import PROMISED_BY, Kind
from ivr.campaigns.zones import Zones, is_zone, zones_of_region
from ivr.cli.campaign_check import BAR_EVERY, examined, preview_json, print_preview
from ivr.cli.campaign_rules import rule_options, rules_of
from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_USAGE,
    err,
    fail,
    fail_config,
    json_option,
    opened_store,
    out,
    print_json,
    with_settings,
)
from ivr.cli.outages_taken_in import opened_grid
from ivr.errors import ConfigError
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.audit import operating_user
from ivr.store.campaigns import Campaign, CampaignState
from outage_feed.dispatch import affected
from outage_feed.model import Outage, ServicePoint, Status, Sureness
from outage_feed.register import normalise_phone
from outage_feed.store import GridStore
from outage_feed.troubles import DISPATCHER

T = TypeVar("T")

BATCH = 2_000
"""Contacts stored in one transaction: calls are recorded in between."""
_FITTING = {
    Kind.PLANNED: {Status.PLANNED, Status.ACTIVE},
    Kind.RESTORED: {Status.RESTORED},
    Kind.MOVED: {Status.PLANNED, Status.ACTIVE},
}
"""What an outage has to be for people to be called about it."""


@click.command("create")
@click.option("--kind", "kind_name", required=True, type=click.Choice([kind.value for kind in Kind]))
@click.option("--name", default="", help="For lists; default: the file's name, or the outage.")
@click.option(
    "--list", "file", type=click.Path(dir_okay=False, path_type=Path), help="Whom to call: a CSV or XLSX file."
)
@click.option("--sheet", default="", help="The sheet of a workbook; default: the first.")
@click.option("--outage", "outage_id", default="", help="Whom to call: everybody known at the outage of this id.")
@click.option("--possible", is_flag=True, help="With --outage: also addresses that it covers only possibly.")
@click.option(
    "--event", default="", help="Nobody is told twice of one event, by whatever campaign. Default: the outage, or none."
)
@click.option("--region", default="", help="Of rows that name none: 36, «Воронежская область»; it gives the time.")
@click.option("--timezone", default="", help="Of rows that name neither it nor a region: Europe/Moscow.")
@click.option(
    "--errors",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that were left out are written to (CSV). Default: beside the list, NAME.errors.csv.",
)
@click.option("--dry-run", is_flag=True, help="Only look through the list: nothing is stored, no error file written.")
@rule_options
@json_option
@with_settings
def create(
    settings: Settings,
    kind_name: str,
    name: str,
    file: Path | None,
    sheet: str,
    outage_id: str,
    possible: bool,
    event: str,
    region: str,
    timezone: str,
    errors: Path | None,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Make a campaign: whom to call, for what, by which rules. Nobody is called by it yet.

    A list needs a column «phone» («Телефон»); «region», «timezone», «address», «point» are understood, too, further
    columns are kept. Several telephones in a cell are several contacts. Each telephone is taken once. Bad rows are
    left out and written to an error file; the exit code is 1 then.

    With --outage the register gives the addresses and the telephones, and the regions their time. Restored: those who
    asked to be told, too, whether they are in the register or not.

    Called is only who agreed (ivr consents) and is not on the stop list; both are looked at again before each call.
    Whose time zone is not known is not called.

    \b
    Examples:
      ivr campaign create --kind planned --outage mrsk:1204 --days-before 2
      ivr campaign create --kind weather --list heads.xlsx --region 36 --event storm-25-11 \\
          --set-aside stop-list --approved-by "И. И. Петров, главный инженер"
      ivr campaign create --kind survey --list asked.csv --attempts 2 --hours 10:00-19:00 --days mon-fri --dry-run
    """
    kind = Kind(kind_name)
    if (file is None) == (not outage_id):
        fail("say whom to call: either --list FILE or --outage ID", code=EXIT_USAGE)
    now = datetime.now(settings.tz)
    bad: tuple[BadRow, ...] = ()
    repeated: tuple[BadRow, ...] = ()
    outage: Outage | None = None
    doubtful = 0
    if file is not None:
        contacts, bad, repeated, headings = _listed(file, sheet, _elsewhere(region, timezone))
        errors = errors or file.with_name(f"{file.name}.errors.csv")
        if errors.resolve() == file.resolve():
            fail("--errors names the list itself", "name another file", EXIT_USAGE)
    else:
        with opened_grid(settings) as (grid, _):
            outage = _outage(grid, outage_id, kind, now)
            contacts, doubtful = _at(grid, outage, possible=possible)
            contacts = (*contacts, *_asked(settings, grid, kind, outage, contacts))
        headings = ()
        event = event or _event(kind, outage)
    rules = rules_of(settings, kind, outage, **given)
    if errors is not None and (bad or repeated) and not dry_run:
        try:
            write_errors(errors, headings, sorted((*bad, *repeated), key=lambda each: each.line))
        except OSError as error:
            fail(f"{errors}: {error.strerror}", "name another file: --errors")
    told: dict[str, Any] = {
        "contacts": len(contacts),
        "bad": len(bad),
        "repeated": len(repeated),
        "possible_left_out": doubtful,
        "errors": errors if (bad or repeated) and not dry_run else None,
    }
    if not contacts:
        print_json(told) if as_json else _say(told, None if dry_run else errors, bad)
        fail("there is nobody to call", "the error file says why" if bad else "ivr register stats: are there phones?")
    if dry_run:
        print_json(told) if as_json else _say(told, None, bad)
        raise SystemExit(EXIT_PROBLEMS if bad else 0)
    with opened_store(settings) as store:
        campaign = store.campaigns.make(
            name or (file.stem if file else f"{kind} {outage_id}"),
            kind,
            rules,
            now=now,
            who=operating_user(),
            event=event,
            outage=outage.id if outage else "",
        )
        _fill(store, campaign, contacts)
        preview, _unreachable = examined(store, campaign, now, len(contacts), 1.5)
        also = store.campaigns.also_in(campaign)
    if as_json:
        print_json({"id": campaign.id, "event": campaign.event, **told, **preview_json(preview), "also_in": also})
    else:
        _say(told, errors, bad)
        print_preview(preview, campaign)
        for other, count in also.items():
            out.print(f"{count} of them are also in campaign {other} for the same event: each is told once")
        out.print(Text(f"campaign {campaign.id} is made: {campaign.name}", "bold"))
        out.print(f"Next:  ivr campaign check {campaign.id}   (whom it cannot call, and why)")
    if bad:
        raise SystemExit(EXIT_PROBLEMS)


def _elsewhere(region: str, timezone: str) -> Zones:
    if timezone and not is_zone(timezone):
        fail(f"no such time zone: {timezone}", "use a name like Europe/Moscow", EXIT_USAGE)
    zones = (timezone,) if timezone else zones_of_region(region)
    if region and not zones:
        fail(f"not a region whose time is known: {region}", "36, «Воронежская область»; or --timezone", EXIT_USAGE)
    return zones


def _listed(
    file: Path, sheet: str, elsewhere: Zones
) -> tuple[tuple[Contact, ...], tuple[BadRow, ...], tuple[BadRow, ...], tuple[str, ...]]:
    """Contacts, bad rows, repeated telephones and headings of a list; a file that is none ends the command."""
    try:
        opened = open_list(file, sheet)
        rows = _with_bar(opened.rows, "reading the list", opened.expected, BAR_EVERY)
        taken = read_list(rows, normalise_phone, elsewhere)
    except ConfigError as error:
        fail_config(error)
    return taken.contacts, taken.bad, taken.repeated, opened.headings


def _outage(grid: GridStore, id: str, kind: Kind, now: datetime) -> Outage:
    outage = grid.outage(id) or grid.outage(f"{DISPATCHER}:{id}")
    if outage is None:
        fail(f"no outage «{id}»", "the ids are in: ivr outages list --all", EXIT_USAGE)
    if kind in _FITTING and outage.status(now) not in _FITTING[kind]:
        fail(f"outage {outage.id} is {outage.status(now)}: nobody is called that it is {kind}", code=EXIT_USAGE)
    return outage


def _event(kind: Kind, outage: Outage) -> str:
    """What is told: each time that an outage is moved to is news of its own, the same news twice is not."""
    return f"{kind}:{outage.id}" + (f":{outage.version}" if kind is Kind.MOVED else "")


def _at(grid: GridStore, outage: Outage, *, possible: bool) -> tuple[tuple[Contact, ...], int]:
    """Everybody with a telephone at an outage, and how many addresses were left out as only possible."""
    found: dict[str, Contact] = {}
    doubtful = 0
    for point, sureness in affected(grid, outage):
        if sureness is Sureness.POSSIBLE and not possible:
            doubtful += 1
            continue
        for phone in point.phones:
            found.setdefault(phone, _contact(phone, point, {"sureness": sureness.value}))
    return tuple(found.values()), doubtful


def _asked(
    settings: Settings, grid: GridStore, kind: Kind, outage: Outage, known: Sequence[Contact]
) -> Iterator[Contact]:
    """Those who were promised this very call and are not among the known; where they asked from gives their time."""
    wanted = PROMISED_BY.get(kind)
    if wanted is None:
        return
    seen = {each.phone for each in known}
    with opened_store(settings) as store:
        promises = [each for each in store.promises.all(kinds=(wanted,), limit=1_000_000) if each.outage == outage.id]
    for promise in promises:
        if promise.phone not in seen:
            seen.add(promise.phone)
            points = grid.points_by_id(promise.point) if promise.point else ()
            about = {"promise": str(promise.id)}
            region = zones_of_region(outage.region)
            yield _contact(promise.phone, points[0], about) if points else Contact(promise.phone, region, about=about)


def _contact(phone: str, point: ServicePoint, about: dict[str, str]) -> Contact:
    return Contact(phone, zones_of_region(point.region), point.id, str(point.address), about)


def _fill(store: Store, campaign: Campaign, contacts: Sequence[Contact]) -> None:
    """Store the contacts; a campaign that cannot be made whole is not left behind."""
    try:
        batches = [contacts[at : at + BATCH] for at in range(0, len(contacts), BATCH)]
        for batch in _with_bar(batches, "storing the contacts", len(batches)):
            store.campaigns.add(campaign, batch)
        store.campaigns.move(campaign.id, CampaignState.DRAFT)
    except BaseException:
        store.campaigns.forget(campaign.id)
        raise


def _with_bar(things: Iterable[T], what: str, expected: int, every: int = 1) -> Iterator[T]:
    with Progress(console=err, transient=True, disable=not err.is_terminal) as bars:
        bar = bars.add_task(what, total=expected or None)
        for number, thing in enumerate(things, 1):
            yield thing
            if number % every == 0:
                bars.update(bar, completed=number)


def _say(told: dict[str, Any], errors: Path | None, bad: Sequence[BadRow]) -> None:
    out.print(f"{told['contacts']} contacts, {told['bad']} bad rows, {told['repeated']} repeated telephones left out")
    if told["possible_left_out"]:
        out.print(
            f"{told['possible_left_out']} addresses are covered only possibly and left out: --possible takes them"
        )
    for each in bad[:5]:
        reason = each.problem.partition(":")[0] if "telephone number" in each.problem else each.problem
        err.print(f"line {each.line}: {reason}", markup=False, soft_wrap=True)
    if len(bad) > 5:
        err.print(f"… and {len(bad) - 5} more")
    if errors is not None and (told["bad"] or told["repeated"]):
        err.print(f"they are in {errors} (personal data: delete it when it has served)", markup=False, soft_wrap=True)
