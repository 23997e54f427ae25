"""``ivr calls``: what calls there were, what was said, why they went so, and which are held now."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from ivr.call.journal import encode
from ivr.call.model import OutcomeClass
from ivr.cli.common import (
    EXIT_UNREACHABLE,
    fail,
    json_option,
    line_text,
    moment,
    moment_option,
    opened_store,
    out,
    print_json,
    print_table,
    table_cell,
    with_settings,
)
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.calls import AmbiguousCall, CallRow, StoredCall, Wanted
from ivr.store.summary import Interval, Profile, summarise
from ivr.store.transcript import Line, brief, masked, reasons, transcript

EVERY_CALL = "*"
CLASSES = [kind.value for kind in OutcomeClass]

_full = click.option("--full", is_flag=True, help="Show phones and addresses in full; that is written down.")
_class = click.option("--class", "kinds", multiple=True, type=click.Choice(CLASSES), help="Only these (repeatable).")
_branch = click.option("--branch", help="Only this branch (region code, 46).")
_since = moment_option("--since", "From then on: 2026-11-25, «25.11 09:00», today, 2h (ago).")
_until = moment_option("--until", "Before then.")


@click.group("calls")
def command() -> None:
    """The record of calls. Numbers are masked; reading them in full is written down (ivr calls audit).

    \b
    Examples:
      ivr calls list --since today --class missed
      ivr calls show last
      ivr calls why 261125-0931
      ivr calls summary --by hour --since today
      ivr calls live
      ivr calls live --follow
    """


@command.command("list")
@with_settings
@_since
@_until
@_class
@_branch
@click.option("--caller", metavar="DIGITS", help="The last digits of the caller's number (four or more are fast).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@_full
@json_option
def list_calls(
    settings: Settings,
    since: str | None,
    until: str | None,
    kinds: Sequence[str],
    branch: str | None,
    caller: str | None,
    limit: int,
    full: bool,
    as_json: bool,
) -> None:
    """Ended calls, the newest first. «again»: the same number or place called again within 24 hours."""
    wanted = Wanted(
        moment(since, settings),
        moment(until, settings),
        tuple(OutcomeClass(kind) for kind in kinds),
        branch,
        _digits(caller),
        limit,
    )
    with opened_store(settings) as store:
        rows = store.calls.all(wanted)
        if full:
            store.audit.write("calls list", f"{len(rows)} calls", "caller", now=datetime.now(settings.tz))
    if as_json:
        print_json([_row_json(row, full=full) for row in rows])
        return
    print_table(
        ("call", "began", "seconds", "caller", "branch", "class", "outcome", "node", "owed", "again"),
        (
            (
                row.id,
                f"{row.started_at:%d.%m.%Y %H:%M:%S}",
                "?" if row.seconds is None else f"{row.seconds:.0f}",
                row.caller if full else mask_phone(row.caller),
                row.branch,
                row.kind.value,
                row.outcome,
                row.node,
                f"{row.owed:.1f}",
                "again" if row.repeated else "",
            )
            for row in rows
        ),
        whole=("call", "began", "caller"),
        spare=("owed", "node", "branch", "seconds", "again"),
    )


@command.command("show")
@with_settings
@click.argument("call_id", metavar="CALL")
@_full
@json_option
def show(settings: Settings, call_id: str, full: bool, as_json: bool) -> None:
    """What was said in a call, with times. CALL: its id, the beginning of it, or «last».

    Behind the robot's words stands how long the caller was owed them, in red beyond two seconds. The read is written
    down, because places are named in the talk.
    """
    found = _read(settings, call_id, "calls show", full=full)
    if as_json:
        record = encode(found.record)
        print_json(
            {
                **_row_json(found.row, full=full),
                "transcript": [_line_json(line) for line in transcript(found.record, full=full)],
                "record": record if full else masked(record),
            }
        )
        return
    _print_head(found, full=full)
    _print_lines(transcript(found.record, full=full))


@command.command("why")
@with_settings
@click.argument("call_id", metavar="CALL")
@_full
@json_option
def why(settings: Settings, call_id: str, full: bool, as_json: bool) -> None:
    """Why a call went as it did: nodes, reasons, errands and their answers, in order."""
    found = _read(settings, call_id, "calls why", full=full)
    lines = reasons(found.record, found.row.kind, full=full)
    if as_json:
        print_json({**_row_json(found.row, full=full), "steps": [_line_json(line) for line in lines]})
        return
    _print_head(found, full=full)
    _print_lines(lines)


@command.command("summary")
@with_settings
@click.option("--by", type=click.Choice(["hour", "day"]), default="day", show_default=True)
@moment_option("--since", "From then on (default: a week ago, with --by hour today).")
@_until
@_branch
@json_option
def summary(
    settings: Settings, by: str, since: str | None, until: str | None, branch: str | None, as_json: bool
) -> None:
    """Calls by class, containment, and seconds (least, usual, 95 %, most) per hour or day.

    Containment is the share of calls that the robot served and whose caller or place did not call again within
    24 hours; short abandons are left out, and so are calls held with ivr talk. «~»: 24 hours have not passed yet.
    """
    now = datetime.now(settings.tz)
    wanted = Wanted(
        moment(since or ("today" if by == "hour" else "7d"), settings), moment(until, settings), branch=branch
    )
    with opened_store(settings) as store:
        intervals = summarise(store.calls.measures(wanted), "hour" if by == "hour" else "day", now)
    if as_json:
        print_json(intervals)
        return
    print_table(
        (by, "calls", *CLASSES, "again", "contained", "seconds", "owed"),
        (_interval_row(interval, by) for interval in intervals),
    )


@command.command("live")
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
def live(settings: Settings, once: bool, every: float, follow: str | None, as_json: bool) -> None:
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


@command.command("audit")
@with_settings
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@json_option
def audit(settings: Settings, limit: int, as_json: bool) -> None:
    """Who read phones and addresses, and when; the newest first."""
    with opened_store(settings) as store:
        reads = store.audit.latest(limit)
    if as_json:
        print_json(reads)
        return
    print_table(
        ("when", "who", "command", "of", "read"),
        ((f"{read.at:%d.%m.%Y %H:%M:%S}", read.who, read.command, read.subject, read.fields) for read in reads),
    )


def _read(settings: Settings, call_id: str, command_name: str, *, full: bool) -> StoredCall:
    """The call asked for, and the read written down; an error ends the command."""
    with opened_store(settings) as store:
        found = _find(store, call_id)
        fields = "transcript, caller, place" if full else "transcript"
        store.audit.write(command_name, found.row.id, fields, now=datetime.now(settings.tz))
        return found


def _find(store: Store, call_id: str) -> StoredCall:
    try:
        found = store.calls.get(call_id)
    except AmbiguousCall as error:
        fail(str(error), "type more of the id; ivr calls list shows the ids")
    if found is None:
        fail(f"no such call: {call_id!r}", "ivr calls list shows the ended ones, ivr calls live those held now")
    return found


def _digits(caller: str | None) -> str | None:
    return None if caller is None else "".join(sign for sign in caller if sign.isdigit())


def _row_json(row: CallRow, *, full: bool) -> dict[str, Any]:
    return {
        "id": row.id,
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "seconds": row.seconds,
        "caller": row.caller if full else mask_phone(row.caller),
        "dialled": row.dialled,
        "diversion": row.diversion,
        "direction": row.direction,
        "branch": row.branch,
        "res": row.res,
        "plan": row.plan,
        "outcome": row.outcome,
        "class": row.kind,
        "node": row.node,
        "point": row.point if full else None,
        "longest_owed_silence": row.owed,
        "repeated": row.repeated,
    }


def _line_json(line: Line) -> dict[str, Any]:
    return {"at": line.at, "who": line.who, "text": line.text, "owed_silence": line.owed}


def _print_head(found: StoredCall, *, full: bool) -> None:
    row = found.row
    lasted = "length not known" if row.seconds is None else f"{row.seconds:.0f} s"
    facts = {
        "began": f"{row.started_at:%d.%m.%Y %H:%M:%S}, {lasted}",
        "caller": row.caller if full and row.caller else mask_phone(row.caller),
        "dialled": row.dialled + (f", redirected from {row.diversion}" if row.diversion else ""),
        "branch": ", ".join(part for part in (row.branch, row.res) if part),
        "plan": row.plan,
        "outcome": f"{brief(found.record.outcome, full=full)}, counted as {row.kind.value}",
        "owed": f"at most {row.owed:.2f} s",
    }
    out.print(Text(f"call {row.id}", "bold"))
    for name, value in facts.items():
        if value:
            out.print(Text(f"  {name:<8} {value}", "dim"), soft_wrap=True)


def _print_lines(lines: Iterable[Line]) -> None:
    for line in lines:
        out.print(line_text(line), soft_wrap=True)


def _interval_row(interval: Interval, by: str) -> Sequence[object]:
    begins = interval.begins
    name = "all" if begins is None else f"{begins:%d.%m.%Y %H:00}" if by == "hour" else f"{begins:%d.%m.%Y}"
    share = "" if interval.containment is None else f"{interval.containment:.0%}"
    return (
        name,
        interval.calls,
        *(interval.classes[kind] or "" for kind in CLASSES),
        interval.repeated or "",
        share + ("" if interval.settled or not share else " ~"),
        _profile(interval.seconds, 0),
        _profile(interval.owed, 1),
    )


def _profile(profile: Profile | None, places: int) -> str:
    if profile is None:
        return ""
    return " · ".join(f"{value:.{places}f}" for value in (profile.least, profile.p50, profile.p95, profile.most))


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
