"""``ivr callbacks``: what callers were promised, and whether it was kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import click
from rich.text import Text

from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_USAGE,
    fail,
    json_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store.audit import operating_user
from ivr.store.promises import KINDS, STATES, StoredPromise


@click.group("callbacks")
def command() -> None:
    """What callers were promised: to be called back, to be told when the light is back, to be told of outages.

    \b
    Examples:
      ivr callbacks list --kind callback --full
      ivr callbacks list --overdue
      ivr callbacks done 17
    """


@command.command("list")
@with_settings
@click.option("--kind", "kinds", multiple=True, type=click.Choice(KINDS), help="Default: all.")
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Default: those that are open.")
@click.option("--all", "everything", is_flag=True, help="Those that are done or dropped, too.")
@click.option("--overdue", is_flag=True, help="Only those that should have been kept by now.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--full", is_flag=True, help="Show phones; that is written down.")
@json_option
def list_callbacks(
    settings: Settings,
    kinds: Sequence[str],
    states: Sequence[str],
    everything: bool,
    overdue: bool,
    limit: int,
    full: bool,
    as_json: bool,
) -> None:
    """Promises, those due first before the others; what is overdue is red.

    A callback is due within [line] callback_hours (4 hours, Order 186 of the Ministry of Energy).
    """
    now = datetime.now(settings.tz)
    wanted = tuple(kind for kind in KINDS if kind in kinds or not kinds)
    chosen = STATES if everything else tuple(state for state in STATES if state in (states or ("open",)))
    with opened_store(settings) as store:
        found = store.promises.all(
            kinds=wanted,
            states=("open",) if overdue else chosen,
            due_before=now if overdue else None,
            limit=limit,
        )
        if full:
            store.audit.write("callbacks list", f"{len(found)} promises", "phone", now=now)
    if as_json:
        print_json([_json(promise, now, full=full) for promise in found])
        return
    print_table(
        ("id", "kind", "due", "phone", "ticket", "why", "state", "made", "by", "call"),
        (
            (
                promise.id,
                promise.kind,
                _due(promise, now),
                _phone(promise, full=full),
                promise.ticket,
                promise.why,
                promise.state,
                f"{promise.made_at:%d.%m.%Y %H:%M}",
                promise.who,
                promise.call,
            )
            for promise in found
        ),
        whole=("id", "kind", "due", "phone"),
        spare=("call", "by", "made", "state"),
    )


@command.command("done")
@with_settings
@click.argument("id", type=int)
@json_option
def done(settings: Settings, id: int, as_json: bool) -> None:
    """Say that a promise was kept. Leaves with 1 when it was closed already."""
    _close(settings, id, "done", as_json=as_json)


@command.command("drop")
@with_settings
@click.argument("id", type=int)
@json_option
def drop(settings: Settings, id: int, as_json: bool) -> None:
    """Say that a promise need not be kept any more. Leaves with 1 when it was closed already."""
    _close(settings, id, "dropped", as_json=as_json)


def _close(settings: Settings, id: int, state: Literal["done", "dropped"], *, as_json: bool) -> None:
    now, who = datetime.now(settings.tz), operating_user()
    with opened_store(settings) as store:
        before = store.promises.get(id)
        closed = store.promises.close(id, state, now=now, who=who)
    if before is None or closed is None:
        fail(f"no such promise: {id}", "ivr callbacks list --all shows them", EXIT_USAGE)
    if before.state != "open":
        when = f" at {before.closed_at:%d.%m.%Y %H:%M}" if before.closed_at else ""
        fail(f"promise {id} is {before.state} already: {before.who}{when}", code=EXIT_PROBLEMS)
    if as_json:
        print_json(_json(closed, now, full=False))
    else:
        out.print(f"promise {id} is {state} now")


def _due(promise: StoredPromise, now: datetime) -> Text | str:
    if promise.due_at is None:
        return ""
    return Text(f"{promise.due_at:%d.%m.%Y %H:%M}", "bold red" if promise.overdue(now) else "")


def _phone(promise: StoredPromise, *, full: bool) -> str:
    return promise.phone if full else mask_phone(promise.phone)


def _json(promise: StoredPromise, now: datetime, *, full: bool) -> dict[str, Any]:
    return {
        "id": promise.id,
        "kind": promise.kind,
        "state": promise.state,
        "due_at": promise.due_at,
        "overdue": promise.overdue(now),
        "made_at": promise.made_at,
        "phone": _phone(promise, full=full),
        "why": promise.why,
        "ticket": promise.ticket,
        "point": promise.point if full else None,
        "outage": promise.outage,
        "call": promise.call,
        "closed_at": promise.closed_at,
        "who": promise.who,
    }
