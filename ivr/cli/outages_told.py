"""``ivr outages told``: who was told what time of an outage (joined to the group in ``outages.py``)."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from typing import Any

import click
from rich.text import Text

from ivr.cli.common import fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.cli.outages_taken_in import opened_grid
from ivr.masking import mask_address, mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.calls import Wanted
from outage_feed.model import Outage
from outage_feed.show import day_time, full_time
from outage_feed.told_times import Judged, Standing, judge, left_behind
from outage_feed.troubles import DISPATCHER

_CLOCKS_APART = timedelta(hours=1)
"""Calls are read from so long before the outage was first heard of: clocks differ."""


@click.command("told")
@click.argument("outage_id")
@click.option("--moved", is_flag=True, help="Only whom an old time sends wrong now: those to call back.")
@click.option("--phones", is_flag=True, help="Show phones and addresses in full; that is written down.")
@json_option
@with_settings
def told(settings: Settings, outage_id: str, moved: bool, phones: bool, as_json: bool) -> None:
    """Who was told of an outage, when, and which time; and whether that time still holds.

    \b
    holds            it is still the stated time
    moved since      it was right when it was told, and is another one (or none) now
    old when told    another time was on the list already
    no time told     the caller heard of the outage, and no time

    With --moved each telephone is named once, unless it has heard today's time since.

    \b
    Examples:
      ivr outages told 7
      ivr outages told 7 --moved --phones       the list for calling back
    """
    with opened_grid(settings) as (grid, now):
        outage = grid.outage(outage_id) or grid.outage(f"{DISPATCHER}:{outage_id}")
        if outage is None:
            fail(f"no outage «{outage_id}»", "the ids are in: ivr outages list --all")
        history = grid.history(outage.id)
    with opened_store(settings) as store:
        judged = _judged(store, history)
        if moved:
            judged = left_behind(judged)
        if phones:
            store.audit.write("outages told", outage.id, "caller, place", now=datetime.now(settings.tz))
    if as_json:
        print_json({"outage": outage.id, "until": outage.planned_end, "version": outage.version,
                    "told": [_json(each, full=phones) for each in judged]})  # fmt: skip
        return
    out.print(
        f"{outage.id}: until {full_time(outage.planned_end) or 'not known'}, version {outage.version}", markup=False
    )
    print_table(
        ("told at", "call", "phone", "address", "what", "time told", "", "how", "version"),
        (
            (day_time(each.telling.at.astimezone(now.tzinfo), now), each.telling.call_id, _phone(each, phones),
             _place(each, phones), each.telling.what, day_time(each.telling.until, now), _standing(each.standing),
             each.telling.how, each.version)
            for each in judged
        ),
        whole=("told at", "phone", "time told", ""),
        spare=("version", "how", "what"),
    )  # fmt: skip


def _judged(store: Store, history: tuple[Outage, ...]) -> tuple[Judged, ...]:
    from ivr import app
    from robot.told import tellings

    calls = dataclasses.replace(store.calls, classes=app.codec().classes)
    known_since = min(each.received_at or each.start for each in history)
    wanted = Wanted(since=known_since - _CLOCKS_APART)
    told_of = history[0].id
    return tuple(
        judge(telling, history)
        for call in calls.records(wanted, mentions=told_of)
        for telling in tellings(call.record, told_of)
    )


def _json(each: Judged, *, full: bool) -> dict[str, Any]:
    return {
        **dataclasses.asdict(each.telling),
        "phone": _phone(each, full),
        "place": _place(each, full),
        "standing": each.standing,
        "version": each.version,
    }


def _phone(each: Judged, full: bool) -> str:
    phone = each.telling.phone or None
    return phone if full and phone else mask_phone(phone)


def _place(each: Judged, full: bool) -> str:
    return each.telling.place if full else mask_address(each.telling.place)


def _standing(standing: Standing) -> Text:
    colour = {Standing.HOLDS: "green", Standing.MOVED: "red", Standing.LATE: "red"}.get(standing, "dim")
    return Text(standing.value, colour)
