"""``ivr calls``: what calls there were, what was said, why they went so, and which are held now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import click
from rich.text import Text

from ivr.call.journal import encode
from ivr.call.model import Entry, OutcomeClass
from ivr.call.verbs import Ask, Say
from ivr.cli import calls_live
from ivr.cli.common import (
    fail,
    json_option,
    line_text,
    moment,
    moment_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.masking import mask_phone
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.calls import AmbiguousCall, CallRow, StoredCall, Wanted
from ivr.store.summary import Interval, Profile, summarise
from ivr.store.transcript import OWED_LIMIT, Line, brief, masked, reasons, transcript

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


command.add_command(calls_live.command)


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
    """Ended calls, the newest first. «again»: the same number or place called again within 24 hours.

    «owed»: the longest silence in which the caller was owed a sound, from the end of their words or keys; red beyond
    two seconds.
    """
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
                owed_text(row.owed, 1),
                "again" if row.repeated else "",
            )
            for row in rows
        ),
        whole=("call", "began", "caller"),
        spare=("node", "branch", "seconds", "again", "owed"),
    )


@command.command("show")
@with_settings
@click.argument("call_id", metavar="CALL")
@_full
@json_option
def show(settings: Settings, call_id: str, full: bool, as_json: bool) -> None:
    """What was said in a call, with times. CALL: its id, the beginning of it, or «last».

    Behind the robot's words stands how long the caller was owed them, in red beyond two seconds. Of a call that was
    held in words: what was heard, how sure the recogniser was (0 to 1), what else it may have been, what it was taken
    for, and where the caller broke into our words. Numbers that callers say are masked. The read is written down,
    because places are named in the talk.

    \b
    Examples:
      ivr calls show last
      ivr calls show 261125-0931 --full      with phones, accounts and addresses
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
    }
    out.print(Text(f"call {row.id}", "bold"))
    for name, value in facts.items():
        if value:
            out.print(Text(f"  {name:<8} {value}", "dim"), soft_wrap=True)
    spoke = (entry for entry in found.record.entries if entry.owed_silence and isinstance(entry.verb, Say | Ask))
    worst = max(spoke, key=_owed, default=None)
    where = "" if worst is None else f" before “{worst.verb.prompt.name}”, {worst.at:.1f} s into the call"
    out.print(
        Text.assemble(("  owed     at most ", "dim"), owed_text(row.owed, 2), (f" s{where}", "dim")), soft_wrap=True
    )


def _owed(entry: Entry) -> float:
    return entry.owed_silence or 0.0


def owed_text(seconds: float, places: int) -> Text:
    """A silence that a caller was owed a sound in; red where it was longer than any may be."""
    return Text(f"{seconds:.{places}f}", "bold red" if seconds > OWED_LIMIT else "")


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
        Text(_profile(interval.owed, 1), "bold red" if interval.owed and interval.owed.most > OWED_LIMIT else ""),
    )


def _profile(profile: Profile | None, places: int) -> str:
    if profile is None:
        return ""
    return " · ".join(f"{value:.{places}f}" for value in (profile.least, profile.p50, profile.p95, profile.most))
