"""``ivr api``: who may use the way in for other systems, and what it is like."""

from __future__ import annotations

from datetime import datetime

import click

from ivr.cli.common import err, fail, json_option, opened_store, out, print_json, print_table, with_settings
from ivr.cli.outages_taken_in import opened_grid
from ivr.settings import Settings
from ivr.store.audit import operating_user
from outage_feed.api import events
from outage_feed.api.openapi import document
from outage_feed.api.tokens import Scope, Tokens, TokenTaken
from outage_feed.show import full_time


@click.group("api")
def command() -> None:
    """The way in for dispatchers' programs and other systems: outages read, pushed and closed, webhooks out.

    It listens where ``[api] on = true`` is in ivr.toml; on this machine only, unless told otherwise.

    \b
    Examples:
      ivr api token add scada --scope write
      ivr api token list
      ivr api openapi > openapi.json
      ivr api webhooks
    """


@command.group("token")
def token() -> None:
    """Tokens: one for each system that may read or write."""


@token.command("add")
@click.argument("name")
@click.option("--scope", type=click.Choice(["read", "write"]), default="read", show_default=True)
@json_option
@with_settings
def add(settings: Settings, name: str, scope: Scope, as_json: bool) -> None:
    """Make a token and show it, this once: only its hash is kept.

    What is pushed with it goes under the source «api-NAME».
    """
    with opened_grid(settings) as (grid, now), opened_store(settings) as store:
        store.audit.write("api token add", name, scope, now=now)
        try:
            made = Tokens(grid).make(name, scope, now, who=operating_user())
        except TokenTaken as error:
            fail(str(error), f"ivr api token revoke {name}, or another name")
        except ValueError as error:
            fail(str(error))
    if as_json:
        print_json({"name": name, "scope": scope, "token": made})
        return
    click.echo(made)
    err.print("Keep it now: it is not shown again.", style="yellow")
    if not settings.api.on:
        err.print("The API is off: [api] on = true in ivr.toml, then restart.", style="yellow", markup=False)


@token.command("list")
@json_option
@with_settings
def list_(settings: Settings, as_json: bool) -> None:
    """Show the tokens' names, never the tokens."""
    with opened_grid(settings) as (grid, _):
        known = Tokens(grid).all()
    if as_json:
        print_json(known)
        return
    print_table(
        ("name", "scope", "made", "by", "last used", "revoked"),
        (
            (each.name, each.scope, full_time(each.made_at), each.made_by, full_time(each.used_at),
             full_time(each.revoked_at))
            for each in known
        ),
        whole=("name", "scope"),
    )  # fmt: skip


@token.command("revoke")
@click.argument("name")
@with_settings
def revoke(settings: Settings, name: str) -> None:
    """Let a token be good for nothing any more, at once."""
    with opened_grid(settings) as (grid, now), opened_store(settings) as store:
        store.audit.write("api token revoke", name, "", now=now)
        if not Tokens(grid).revoke(name, now):
            fail(f"no token «{name}» that holds", "see: ivr api token list")
    out.print(f"«{name}» is revoked.", markup=False)


@command.command("webhooks")
@json_option
@with_settings
def webhooks(settings: Settings, as_json: bool) -> None:
    """Show how far each webhook of ivr.toml has been told, and what is wrong with it.

    The exit code is 1 when one does not take what it is told.
    """
    with opened_grid(settings) as (grid, _):
        known = {each.url: each for each in events.webhooks(grid)}
        waiting = {url: len(events.after(grid, known[url].position, 1000)) if url in known else 0
                   for url in settings.api.webhooks}  # fmt: skip
    states = [known[url] for url in settings.api.webhooks if url in known]
    if as_json:
        print_json([{"url": each.url, "waiting": waiting[each.url], "failures": each.failures,
                     "last_success": each.last_success, "last_error": each.last_error} for each in states])  # fmt: skip
    else:
        print_table(
            ("url", "waiting", "tries failed", "last taken", "last error"),
            (
                (each.url, waiting[each.url], each.failures,
                 full_time(datetime.fromtimestamp(each.last_success, settings.tz)) if each.last_success else "",
                 each.last_error)
                for each in states
            ),
            whole=("waiting", "tries failed"),
        )  # fmt: skip
    if any(each.failures for each in states):
        raise SystemExit(1)


@command.command("openapi")
def openapi() -> None:
    """Print the OpenAPI document that the API serves at /openapi.json."""
    print_json(document())
