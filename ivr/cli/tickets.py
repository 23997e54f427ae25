"""``ivr tickets``: registered обращения and their states."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn

import click

from ivr.call.categories import CATEGORIES, CAUSES
from ivr.cli.common import EXIT_USAGE, fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.audit import operating_user
from ivr.store.tickets import OPEN_STATES, STATES, StoredTicket, TicketEvent

HIDDEN_ADDRESS = "***"
_SAID = re.compile(r"\b(said:).*", re.DOTALL)

_comment = click.option("--comment", default="", help="Why; kept in the ticket's history.")


@click.group("tickets")
def command() -> None:
    """Registered contacts of callers. Callers are told the state of theirs under «my request».

    \b
    Examples:
      ivr tickets list
      ivr tickets show 100001
      ivr tickets set-state 100001 in_work
      ivr tickets close 100001 --comment "line repaired"
    """


@command.command("list")
@with_settings
@click.option("--state", "states", multiple=True, type=click.Choice(STATES), help="Default: those that are not closed.")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@click.option("--branch", help="Only this branch (region code, 46).")
@click.option("--topic", help="Only this topic.")
@click.option("--category", type=click.Choice(list(CATEGORIES)), help="Only this category.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@click.option("--full", is_flag=True, help="Show phones and addresses; that is written down.")
@json_option
def list_tickets(
    settings: Settings,
    states: Sequence[str],
    everything: bool,
    branch: str | None,
    topic: str | None,
    category: str | None,
    limit: int,
    full: bool,
    as_json: bool,
) -> None:
    """Tickets, danger to life before all others, then the newest first.

    «joined»: how many other calls were about the same thing within 24 hours.
    """
    chosen = STATES if everything else tuple(states) or OPEN_STATES
    with opened_store(settings) as store:
        tickets = store.tickets.all(states=chosen, branch=branch, topic=topic, category=category, limit=limit)
        if full:
            _audit(store, settings, "tickets list", f"{len(tickets)} tickets")
    if as_json:
        print_json([_json(ticket, full=full) for ticket in tickets])
        return
    print_table(
        ("number", "opened", "state", "joined", "category", "topic", "cause", "branch", "phone", "address", "text"),
        (
            (
                ticket.number,
                f"{ticket.opened_at:%d.%m.%Y %H:%M}",
                f"{ticket.state}, urgent" if ticket.urgent else ticket.state,
                ticket.joined or "",
                ticket.category,
                ticket.topic,
                ticket.cause,
                ticket.branch,
                _phone(ticket, full=full),
                _address(ticket, full=full),
                _text(ticket, full=full),
            )
            for ticket in tickets
        ),
        whole=("number", "opened", "phone"),
        spare=("cause", "joined", "branch", "topic", "category"),
    )


@command.command("show")
@with_settings
@click.argument("number", type=int)
@json_option
def show(settings: Settings, number: int, as_json: bool) -> None:
    """A whole ticket with phone, address and history. The read is written down."""
    with opened_store(settings) as store:
        ticket = store.tickets.get(number)
        if ticket is None:
            _no_such(number)
        _audit(store, settings, "tickets show", str(number))
        history = store.tickets.history(number)
    if as_json:
        print_json({**_json(ticket, full=True), "history": history})
        return
    facts = {
        "state": f"{ticket.state}, urgent" if ticket.urgent else ticket.state,
        "category": _named(ticket.category, CATEGORIES),
        "topic": ticket.topic,
        "cause": _named(ticket.cause, CAUSES),
        "opened": f"{ticket.opened_at:%d.%m.%Y %H:%M:%S}",
        "closed": f"{ticket.closed_at:%d.%m.%Y %H:%M:%S}" if ticket.closed_at else "",
        "phone": _phone(ticket, full=True),
        "address": ticket.address,
        "point": ticket.point or "",
        "branch": ticket.branch or "",
        "text": ticket.text,
        "call": ticket.call,
    }
    out.print(f"[bold]ticket {ticket.number}[/]")
    for name, value in facts.items():
        if value:
            out.print(f"  {name:<8} {value}", markup=False, soft_wrap=True)
    print_table(("when", "what", "by", "call", "text"), (_event(event) for event in history))


@command.command("close")
@with_settings
@click.argument("number", type=int)
@click.option("--rejected", is_flag=True, help="Nothing was to be done.")
@_comment
@json_option
def close(settings: Settings, number: int, rejected: bool, comment: str, as_json: bool) -> None:
    """Close a ticket as done (or rejected)."""
    _set_state(settings, number, "rejected" if rejected else "done", comment, as_json=as_json)


@command.command("set-state")
@with_settings
@click.argument("number", type=int)
@click.argument("state", type=click.Choice(STATES))
@_comment
@json_option
def set_state(settings: Settings, number: int, state: str, comment: str, as_json: bool) -> None:
    """Give a ticket another state: open, in_work, done, rejected."""
    _set_state(settings, number, state, comment, as_json=as_json)


def _set_state(settings: Settings, number: int, state: str, comment: str, *, as_json: bool) -> None:
    with opened_store(settings) as store:
        who, now = operating_user(), datetime.now(settings.tz)
        ticket = store.tickets.set_state(number, state, now=now, who=who, text=comment)
    if ticket is None:
        _no_such(number)
    if as_json:
        print_json(_json(ticket, full=False))
    else:
        out.print(f"ticket {number} is {state} now")


def _no_such(number: int) -> NoReturn:
    fail(f"no such ticket: {number}", "ivr tickets list --all shows them", EXIT_USAGE)


def _audit(store: Store, settings: Settings, command_name: str, subject: str) -> None:
    store.audit.write(command_name, subject, "phone, address", now=datetime.now(settings.tz))


def _phone(ticket: StoredTicket, *, full: bool) -> str:
    return ticket.phone if full and ticket.phone else mask_phone(ticket.phone)


def _address(ticket: StoredTicket, *, full: bool) -> str:
    return ticket.address if full or not ticket.address else HIDDEN_ADDRESS


def _text(ticket: StoredTicket, *, full: bool) -> str:
    """Without ``full`` not the words of the caller's own: they may name people and places."""
    return ticket.text if full else _SAID.sub(r"\1 ***", ticket.text)


def _named(key: str, names: Mapping[str, str]) -> str:
    return f"{key} ({names[key]})" if key in names else key


def _json(ticket: StoredTicket, *, full: bool) -> dict[str, Any]:
    return {
        "number": ticket.number,
        "state": ticket.state,
        "category": ticket.category,
        "topic": ticket.topic,
        "cause": ticket.cause,
        "opened_at": ticket.opened_at,
        "closed_at": ticket.closed_at,
        "phone": _phone(ticket, full=full),
        "address": _address(ticket, full=full),
        "point": ticket.point if full else None,
        "branch": ticket.branch,
        "text": _text(ticket, full=full),
        "call": ticket.call,
        "joined": ticket.joined,
        "urgent": ticket.urgent,
    }


def _event(event: TicketEvent) -> Sequence[object]:
    what = f"{event.kind} {event.state}" if event.state else event.kind
    return (f"{event.at:%d.%m.%Y %H:%M:%S}", what, event.who, event.call, event.text)
