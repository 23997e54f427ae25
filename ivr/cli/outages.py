"""``ivr outages``: the dispatchers' own list of outages, and the state of the feeds."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import click
from rich.text import Text

from ivr.cli.common import fail, json_option, out, print_json, print_table, with_settings
from ivr.cli.outages_export import export
from ivr.cli.outages_probable import confirm, probable, reject
from ivr.cli.outages_taken_in import feeds, import_, opened_grid
from ivr.cli.outages_told import told
from ivr.settings import Settings
from outage_feed.dispatch import SeveralDistricts, count_affected, understood, with_district
from outage_feed.example import load_example, remove_example
from outage_feed.freetext import parse_area
from outage_feed.model import MOSCOW, Area, Kind, Outage, Status
from outage_feed.names import parse_settlement
from outage_feed.record import schema, write_area
from outage_feed.regions import REGIONS, find_region
from outage_feed.show import cut, day_time, full_time, outage_json
from outage_feed.store import GridStore
from outage_feed.troubles import DISPATCHER
from outage_feed.when import parse_when


@click.group("outages")
def command() -> None:
    """The list of outages that callers are told about.

    Dispatchers keep it here when there is no feed, and correct what a feed has brought. Callers hear it at once.

    \b
    Examples:
      ivr outages add --region 36 --place "с. Бабяково" --where "ул. Ленина с 1 по 25" --until 16:30
      ivr outages list
      ivr outages change 7 --until "tomorrow 09:00"
      ivr outages close 7 --restored
      ivr outages told 7 --moved
      ivr outages probable
      ivr outages confirm 3 --until 18:00
    """


def _moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return parse_when(value, datetime.now(MOSCOW))
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@command.command("add")
@click.option("--region", required=True, help="Code or name of the region: 36, «Воронежская область».")
@click.option("--place", required=True, help="The settlement with its type: «г. Грязи», «с. Бабяково».")
@click.option("--district", default="", help="Its district, where the name repeats. Default: as in the register.")
@click.option("--where", "objects", default="", help="Streets and houses: «ул. Ленина с 1 по 25, пер. Мирный 3, 5а».")
@click.option("--whole", is_flag=True, help="The whole settlement.")
@click.option("--somewhere", is_flag=True, help="Some of it, not known which: everybody there hears «возможно».")
@click.option("--network", multiple=True, help="A ТП or feeder as the register names it; may be repeated.")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in Kind]), default=Kind.EMERGENCY.value, show_default=True
)
@click.option("--start", callback=_moment, default="now", show_default=True, help="16:30, «25.11 16:30», «+2h» …")
@click.option("--until", callback=_moment, help="Expected restoration; leave out what is not known.")
@click.option("--reason", default="", help="Kept and shown here, not said to callers; leave out what is not known.")
@click.option("--res", default="", help="РЭС.")
@json_option
@with_settings
def add(settings: Settings, as_json: bool, start: datetime, until: datetime | None, **given: Any) -> None:
    """Add an outage.

    Prints how the streets and houses were understood, and how many known addresses that makes: surely, and possibly.
    What could not be read is kept, and callers there hear «возможно».

    \b
    Example:
      ivr outages add --region 48 --place "г. Грязи" --where "ул. Мира, дома 3, 5; пер. Школьный (вся улица)" \\
          --until "+3h" --reason "повреждение кабельной линии"
    """
    region = find_region(given["region"])
    if region is None:
        fail(
            f"«{given['region']}» is not a served region",
            "served: " + ", ".join(f"{r.code} {r.name}" for r in REGIONS.values()),
        )
    _must_follow(start, until)
    given["objects"] = given["objects"].strip()
    _must_say_what_of_it(**given)
    with opened_grid(settings) as (store, now):
        place = parse_settlement(given["place"], district=given["district"], region=region.code)
        if not place.name:
            fail("--place is empty")
        try:
            place = with_district(store, place)
        except SeveralDistricts as error:
            fail(str(error), "say which: --district")
        area = Area(place, whole=True) if given["whole"] else parse_area(place, given["objects"])
        outage = Outage(
            id="",
            source=DISPATCHER,
            start=start,
            areas=(area,),
            text=(given["objects"] and f"{place}, {given['objects']}") or write_area(area),
            region=region.code,
            kind=Kind(given["kind"]),
            planned_end=until,
            reason=given["reason"].strip(),
            branch=region.branch,
            res=given["res"].strip(),
            network=given["network"],
        )
        outage = store.add(outage, now)
        if as_json:
            sure, possible = count_affected(store, outage)
            print_json({**outage_json(outage, now), "points": {"sure": sure, "possible": possible}})
            return
        out.print(f"Outage [bold]{outage.id}[/] is on the list.")
        if not any(_print_understood(store, outage)) and store.count_points():
            out.print("  [yellow]No known address is affected: look at the place, its type and district.[/]")
        if until is None:
            out.print("  [yellow]No --until: callers hear that the time is not known yet.[/]")


@command.command("list")
@click.option("--region", default="", help="Only this region (code or name).")
@click.option("--source", default="", help="Only this source.")
@click.option("--all", "everything", is_flag=True, help="Also what is restored or withdrawn.")
@json_option
@with_settings
def list_(settings: Settings, region: str, source: str, everything: bool, as_json: bool) -> None:
    """Show the outages that are open: planned, active, past their time."""
    found = find_region(region) if region else None
    if region and found is None:
        fail(f"«{region}» is not a served region")
    with opened_grid(settings) as (store, now):
        outages = store.outages(source=source, region=found.code if found else "", everything=everything)
        if as_json:
            print_json([outage_json(outage, now) for outage in outages])
            return
        print_table(
            ("id", "kind", "status", "from", "until", "where"),
            (
                (outage.id, outage.kind.value, _coloured(outage.status(now)), day_time(outage.start, now),
                 day_time(outage.planned_end, now) or "not known", cut(outage.text))
                for outage in outages
            ),
            whole=("id", "kind", "status", "from", "until"),
        )  # fmt: skip


@command.command("show")
@click.argument("outage_id")
@json_option
@with_settings
def show(settings: Settings, outage_id: str, as_json: bool) -> None:
    """Show one outage: how its places are understood, and what was known when."""
    with opened_grid(settings) as (store, now):
        outage = _known(store, outage_id)
        history = store.history(outage.id)
        if as_json:
            print_json({**outage_json(outage, now), "history": [outage_json(version, now) for version in history]})
            return
        print_table(
            ("", outage.id),
            (
                ("status", _coloured(outage.status(now))),
                ("kind", outage.kind.value),
                ("from", full_time(outage.start)),
                ("until", full_time(outage.planned_end) or "not known"),
                ("stated at", full_time(outage.set_at)),
                ("restored at", full_time(outage.restored_at)),
                ("withdrawn at", full_time(outage.closed_at)),
                ("reason", outage.reason or "not given"),
                ("branch, РЭС", ", ".join(filter(None, (outage.branch, outage.res)))),
                ("in the source's words", outage.text),
            ),
        )
        _print_understood(store, outage)
        out.print()
        print_table(
            ("version", "received", "from", "until", "restored", "withdrawn", "reason"),
            (
                (old.version, day_time(old.received_at, now), day_time(old.start, now), day_time(old.planned_end, now),
                 day_time(old.restored_at, now), day_time(old.closed_at, now), old.reason)
                for old in history
            ),
        )  # fmt: skip


@command.command("change")
@click.argument("outage_id")
@click.option("--until", callback=_moment, help="The new expected restoration.")
@click.option("--no-time", is_flag=True, help="The expected restoration is not known any more.")
@click.option("--reason", help="The reason; empty takes it away.")
@json_option
@with_settings
def change(
    settings: Settings, outage_id: str, until: datetime | None, no_time: bool, reason: str | None, as_json: bool
) -> None:
    """Move the expected restoration of an outage, or change its reason; the old version is kept."""
    if until is None and not no_time and reason is None:
        raise click.UsageError("nothing to change: give --until, --no-time or --reason")
    if until is not None and no_time:
        raise click.UsageError("--until and --no-time contradict each other")
    with opened_grid(settings) as (store, now):
        outage = _known(store, outage_id)
        if outage.status(now) in (Status.RESTORED, Status.WITHDRAWN):
            fail(f"{outage.id} is {outage.status(now).value} already", "add a new outage instead")
        _must_follow(outage.start, until)
        if until is not None or no_time:
            outage = replace(outage, planned_end=until, set_at=now)
        if reason is not None:
            outage = replace(outage, reason=reason.strip())
        outage = store.save(outage, now)
        if as_json:
            print_json(outage_json(outage, now))
        else:
            until_text = full_time(outage.planned_end) or "not known"
            out.print(f"{outage.id} is at version {outage.version}: until {until_text}", markup=False)


@command.command("close")
@click.argument("outage_id")
@click.option("--restored", is_flag=True, help="Supply is back: callers hear so for some hours.")
@click.option("--withdrawn", is_flag=True, help="It was a mistake or was called off: nobody hears of it.")
@click.option("--at", "at", callback=_moment, help="When supply came back. Default: now.")
@json_option
@with_settings
def close(
    settings: Settings, outage_id: str, restored: bool, withdrawn: bool, at: datetime | None, as_json: bool
) -> None:
    """Take an outage off the list, as restored or as withdrawn."""
    if restored == withdrawn:
        raise click.UsageError("say how it ended: --restored or --withdrawn" + (", not both" if restored else ""))
    if withdrawn and at is not None:
        raise click.UsageError("--at is when supply came back: it goes with --restored only")
    with opened_grid(settings) as (store, now):
        outage = _known(store, outage_id)
        if outage.status(now) in (Status.RESTORED, Status.WITHDRAWN):
            fail(f"{outage.id} is {outage.status(now).value} already")
        if restored:
            at = at or now
            if at > now:
                fail(f"{full_time(at)} is still to come", "close it when supply is back")
            _must_follow(outage.start, at, "--at")
            outage = replace(outage, restored_at=at)
        else:
            outage = replace(outage, closed_at=now)
        outage = store.save(outage, now)
        said = f"{outage.id} is {outage.status(now).value}."
        print_json(outage_json(outage, now)) if as_json else out.print(said, markup=False)


@command.command("example")
@click.option("--remove", is_flag=True, help="Take the example out again.")
@json_option
@with_settings
def example(settings: Settings, remove: bool, as_json: bool) -> None:
    """Load the example grid, and show whom to call as to hear each sentence.

    Some forty made-up service points in eleven regions, and outages around the present moment.
    """
    with opened_grid(settings) as (store, now):
        if remove:
            remove_example(store)
            print_json({"removed": True}) if as_json else out.print("The example is gone.")
            return
        callers = load_example(store, now)
    if as_json:
        print_json(callers)
        return
    print_table(
        ("caller", "account", "address", "what is heard"),
        ((caller.phone, caller.account, caller.address, caller.meaning) for caller in callers),
        whole=("caller", "account"),
    )


@command.command("schema")
def schema_() -> None:
    """Print the JSON Schema of the json format."""
    print_json(schema())


def _known(store: GridStore, outage_id: str) -> Outage:
    """The outage of that id; a dispatcher's own one may be called by its number."""
    outage = store.outage(outage_id) or store.outage(f"{DISPATCHER}:{outage_id}")
    if outage is None:
        fail(f"no outage «{outage_id}»", "the ids are in: ivr outages list --all")
    return outage


def _must_follow(start: datetime, end: datetime | None, name: str = "--until") -> None:
    if end is not None and end <= start:
        fail(
            f"{name} {full_time(end)} is not after the start {full_time(start)}", "write the day, too: «tomorrow 09:00»"
        )


def _must_say_what_of_it(*, objects: str, whole: bool, somewhere: bool, network: tuple[str, ...], **_: Any) -> None:
    """A slip here would tell a whole village that it is dark, so it is asked for in so many words."""
    said = [name for name, value in (("--where", objects), ("--whole", whole), ("--somewhere", somewhere)) if value]
    if len(said) > 1:
        raise click.UsageError(f"{' and '.join(said)} contradict each other: give one of them")
    if not said and not network:
        raise click.UsageError("say what of the place: --where «streets and houses», --whole, --somewhere or --network")


def _print_understood(store: GridStore, outage: Outage) -> tuple[int, int]:
    """How the places were understood and how many known addresses that makes; gives those numbers."""
    for line in understood(outage):
        out.print(f"  {line}", markup=False)
    sure, possible = count_affected(store, outage)
    out.print(f"  known addresses: {sure} surely, {possible} possibly affected")
    return sure, possible


def _coloured(status: Status) -> Text:
    colour = {Status.ACTIVE: "red", Status.OVERDUE: "yellow", Status.RESTORED: "green", Status.WITHDRAWN: "dim"}
    return Text(status.value, colour.get(status, ""))


for _command in (import_, export, feeds, probable, confirm, reject, told):
    command.add_command(_command)
