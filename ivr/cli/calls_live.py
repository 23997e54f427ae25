"""``ivr calls live``: the calls that are held now."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from ivr.cli.common import (
    EXIT_UNREACHABLE,
    fail,
    json_option,
    line_text,
    opened_store,
    out,
    print_json,
    table_cell,
    with_settings,
)
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning
from ivr.settings import Settings
from ivr.store.transcript import Line

EVERY_CALL = "*"


@click.command("live")
@with_settings
@click.option("--once", is_flag=True, help="Show them once and leave, as --json does.")
@click.option("--every", type=click.FloatRange(0.2, 60), default=1.0, show_default=True, help="Seconds between looks.")
@click.option(
    "--follow",
    metavar="[CALL]",
    is_flag=False,
    flag_value=EVERY_CALL,
    help="Show what is said and done in the call (or in all calls) as it happens; that is written down.",
)
@json_option
def command(settings: Settings, once: bool, every: float, follow: str | None, as_json: bool) -> None:
    """The calls that are held now: node, what is being done, and where in the script. Ctrl-C ends it.

    With --follow CALL it ends when the call does; CALL is an id or its beginning.
    """
    client = ControlClient(settings.control_socket)
    try:
        if follow is not None:
            _follow(settings, client, "" if follow == EVERY_CALL else follow, as_json=as_json)
            return
        calls = client.live()
        if as_json:
            print_json(calls)
        elif once or not out.is_terminal:
            out.print(_live_table(calls))
        else:
            with Live(_live_table(calls), console=out, auto_refresh=False) as shown:
                while True:
                    time.sleep(every)
                    shown.update(_live_table(client.live()), refresh=True)
    except KeyboardInterrupt:
        return
    except EngineNotRunning as error:
        fail(str(error), "start it with: ivr run", EXIT_UNREACHABLE)
    except ControlFailed as error:
        fail(str(error), "look at its log", EXIT_UNREACHABLE)


def _follow(settings: Settings, client: ControlClient, call: str, *, as_json: bool) -> None:
    """Print what happens in calls until Ctrl-C, the engine's end or that of the one call. Raises as the client does."""
    found = False
    for event in client.events(call=call):
        if "watching" in event:
            if call and not found:
                fail(f"no live call {call!r}", "ivr calls live shows those held now, ivr calls list the ended ones")
            with opened_store(settings) as store:
                store.audit.write("calls live", call or "all calls", "transcript", now=datetime.now(settings.tz))
        if "call" not in event:
            continue
        found = True
        if as_json:
            click.echo(json.dumps(event, ensure_ascii=False))
        else:
            line = line_text(Line(event["at"], event["who"], event["text"], event.get("owed")))
            out.print(line if call else Text.assemble((f"{event['call']}  ", "dim"), line), soft_wrap=True)
        if call and event["who"] == "end":
            return
    fail("the engine has stopped", code=EXIT_UNREACHABLE)


def _live_table(calls: Sequence[Mapping[str, Any]]) -> Table:
    columns = (Column("call", no_wrap=True), "seconds", "caller", "branch", "node", "verb", "at", "plan")
    title = f"{len(calls)} live call{'' if len(calls) == 1 else 's'}"
    table = Table(*columns, title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    for call in calls:
        row = (call["id"], call["seconds"], call["caller"], call["branch"], call["node"], call["verb"])
        table.add_row(*map(table_cell, (*row, _short(call["where"]), call["plan"])))
    return table


def _short(where: str) -> str:
    """«…/robot/topics/no_power.py:31» → «topics/no_power.py:31»."""
    return "/".join(Path(where).parts[-2:])
