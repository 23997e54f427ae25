"""Outages that callers made probable: ``ivr outages probable | confirm | reject`` (joined to the group in
``outages.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from rich.text import Text

from ivr.cli.common import fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.cli.outages_taken_in import opened_grid
from ivr.settings import Settings
from outage_feed.clusters import Probable, State
from outage_feed.dispatch import understood
from outage_feed.model import MOSCOW
from outage_feed.show import day_time, outage_json, probable_json
from outage_feed.troubles import NotOpen, Troubles
from outage_feed.when import parse_when
from robot.outage_talk import TOPIC


@contextmanager
def _opened(settings: Settings) -> Iterator[tuple[Troubles, datetime]]:
    from ivr.app_grid import trouble_rule

    with opened_grid(settings) as (grid, now):
        troubles = Troubles(grid, trouble_rule(settings))
        troubles.settle(now)
        yield troubles, now


def _number(_: click.Context, __: click.Parameter, value: str) -> int:
    number = value.removeprefix("probable:")
    if not number.isdecimal() or len(number) > 15:
        raise click.BadParameter(f"«{value}» is no number of a probable outage; they are in: ivr outages probable")
    return int(number)


@click.command("probable")
@click.option("--all", "everything", is_flag=True, help="Also those that were decided or have expired.")
@json_option
@with_settings
def probable(settings: Settings, everything: bool, as_json: bool) -> None:
    """Show the outages that no list tells of, but several callers of one street or ТП have reported.

    Later callers there hear that others have called, and neither a cause nor a time. Confirm or reject them; those that
    a list brings are joined to it, and the others expire by themselves ([trouble] in ivr.toml).
    """
    with _opened(settings) as (troubles, now), opened_store(settings) as store:
        known = troubles.all(now, everything=everything)
        tickets = {each.id: store.tickets.of_calls(troubles.calls(each.id), TOPIC) for each in known}
        if as_json:
            print_json(
                [{**probable_json(each, troubles.houses(each.id)), "tickets": tickets[each.id]} for each in known]
            )
            return
        print_table(
            ("id", "state", "callers", "first", "last", "until", "where", "houses", "tickets", "outage"),
            (
                (each.id, _coloured(each), each.calls, day_time(each.first_at, now), day_time(each.last_at, now),
                 day_time(each.expires_at, now), each.place, "; ".join(troubles.houses(each.id)),
                 ", ".join(map(str, tickets[each.id])), each.outage)
                for each in known
            ),
            whole=("id", "state", "callers", "first", "last"),
            spare=("until", "outage", "tickets"),
        )  # fmt: skip


@click.command("confirm")
@click.argument("probable_id", metavar="ID", callback=_number)
@click.option("--until", help="Expected restoration; leave out what is not known.")
@click.option("--whole", is_flag=True, help="The whole street; else the houses that called, and possibly the others.")
@click.option("--reason", default="", help="Kept and shown here, not said to callers.")
@json_option
@with_settings
def confirm(settings: Settings, probable_id: int, until: str | None, whole: bool, reason: str, as_json: bool) -> None:
    """Put a probable outage on the dispatchers' list as an emergency; callers hear of it at once.

    \b
    Example:
      ivr outages confirm 3 --until "+2h"
    """
    end = _moment(until)
    with _opened(settings) as (troubles, now), opened_store(settings) as store:
        if end is not None and end <= now:
            raise click.UsageError(f"--until {end:%d.%m.%Y %H:%M} is over already")
        store.audit.write("outages confirm", f"probable:{probable_id}", "outage", now=now)
        try:
            outage = troubles.confirm(probable_id, now, who=_who(), whole=whole, until=end, reason=reason)
        except NotOpen as error:
            fail(str(error), "see: ivr outages probable --all")
    if as_json:
        print_json(outage_json(outage, now))
        return
    out.print(f"Outage {outage.id} is on the list, out of probable:{probable_id}.", markup=False)
    for line in understood(outage):
        out.print(f"  {line}", markup=False)
    if end is None:
        out.print(f"  No time yet: ivr outages change {outage.source_id} --until …", markup=False)


@click.command("reject")
@click.argument("probable_id", metavar="ID", callback=_number)
@click.option("--reason", default="", help="For the record.")
@json_option
@with_settings
def reject(settings: Settings, probable_id: int, reason: str, as_json: bool) -> None:
    """There is no such outage: callers are told of it no more. Only new calls can make one there again."""
    with _opened(settings) as (troubles, now), opened_store(settings) as store:
        store.audit.write("outages reject", f"probable:{probable_id}", "outage", now=now)
        try:
            rejected = troubles.reject(probable_id, now, who=_who(), reason=reason)
        except NotOpen as error:
            fail(str(error), "see: ivr outages probable --all")
        houses = troubles.houses(probable_id)
    said = f"{rejected.name} is {rejected.state}."
    print_json(probable_json(rejected, houses)) if as_json else out.print(said, markup=False)


def _who() -> str:
    from ivr.store.audit import operating_user

    return operating_user()


def _moment(text: str | None) -> datetime | None:
    try:
        return None if text is None else parse_when(text, datetime.now(MOSCOW))
    except ValueError as error:
        raise click.UsageError(f"--until: {error}") from None


def _coloured(known: Probable) -> Text:
    colour = {State.OPEN: "red", State.CONFIRMED: "green", State.JOINED: "green"}.get(known.state, "dim")
    return Text(known.state.value, colour)
