"""Where outages come from: ``ivr outages import`` and ``ivr outages feeds`` (joined to the group in ``outages.py``)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import click
from rich.text import Text

from ivr.cli.common import err, fail, json_option, out, print_json, print_table, with_settings
from ivr.settings import Feed, Settings
from outage_feed.errors import OutageFeedError, StoreError
from outage_feed.formats import Context, Layout, Rejected, format_names, load_format
from outage_feed.model import MOSCOW, Kind
from outage_feed.regions import REGIONS, find_region
from outage_feed.show import age_text, cut, day_time, feed_json, pause_text
from outage_feed.store import GridStore


@contextmanager
def opened_grid(settings: Settings) -> Iterator[tuple[GridStore, datetime]]:
    """The instance's grid and the time of day; a failing database ends the command with an error."""
    try:
        with GridStore.open(settings.database) as store:
            yield store, datetime.now(MOSCOW)
    except StoreError as error:
        hint = "try again in a moment" if error.retryable else "look at the file, its rights and the disk: ivr doctor"
        fail(f"the outage database cannot be used: {error}", hint)


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "format_name", type=click.Choice(format_names()), help="Default: the feed's, or json.")
@click.option("--feed", "feed_name", default="", help="Read it as this [[feed]] is read: format, columns, regions …")
@click.option("--region", default="", help="The region of records that name none: 36, «Воронежская область».")
@click.option("--source", default="", help="The name the outages go under. Default: the file's name.")
@click.option("--snapshot", is_flag=True, help="The file is everything: what it lacks of this source is withdrawn.")
@json_option
@with_settings
def import_(
    settings: Settings,
    file: Path,
    format_name: str | None,
    feed_name: str,
    region: str,
    source: str,
    snapshot: bool,
    as_json: bool,
) -> None:
    """Take in a FILE of outages; the same file again changes nothing.

    Bad records are named with their reasons and left out, the rest is used; the exit code is 1 then.
    The json format is described by: ivr outages schema

    \b
    Example:
      ivr outages import plan.xlsx --format xlsx --region 57
    """
    feed = _feed(settings, feed_name)
    format_name = format_name or (feed.format if feed else "json")
    layout = Layout(feed.columns, feed.sheet, feed.regions, Kind(feed.kind)) if feed else Layout()
    if region:
        found = find_region(region)
        if found is None:
            fail(f"«{region}» is not a served region", "served: " + ", ".join(REGIONS))
        layout = replace(layout, regions=(found.code,))
    source = source or feed_name or file.stem
    with opened_grid(settings) as (store, now):
        try:
            context = Context(source, now, feed.encoding if feed else "", layout)
            parsed = load_format(format_name).parse(file.read_bytes(), context)
        except OSError as error:
            fail(f"{file}: {error.strerror}")
        except OutageFeedError as error:
            fail(f"{file}: {error}", f"is it of the format {format_name}? There are: {', '.join(format_names())}")
        changes = store.take_in(source, parsed, now, snapshot=snapshot)
    if as_json:
        print_json({"source": source, "changes": changes, "rejected": parsed.rejected})
    else:
        out.print(
            f"{source}: {changes.new} new, {changes.changed} changed, {changes.unchanged} unchanged, "
            f"{changes.withdrawn} withdrawn, {len(parsed.rejected)} left out",
            markup=False,
        )
        _print_rejected(parsed.rejected, f"{file}: ")
    if parsed.rejected:
        raise SystemExit(1)


def _feed(settings: Settings, name: str) -> Feed | None:
    feed = next((feed for feed in settings.feed if feed.name == name), None)
    if name and feed is None:
        there = ", ".join(feed.name for feed in settings.feed) or "none"
        fail(f"no [[feed]] «{name}» in ivr.toml", f"there are: {there}")
    return feed


@click.command("feeds")
@click.option("--rejected", "name", help="Show the records of this source's last answer that were set aside.")
@json_option
@with_settings
def feeds(settings: Settings, name: str | None, as_json: bool) -> None:
    """Show every source: when it last answered, how old its news is, what was set aside.

    The exit code is 1 when a source is stale (callers of its regions are told that no fresh news is at hand), and when
    something in ivr.toml keeps a feed from being read.
    """
    from ivr.app import settings_problems

    with opened_grid(settings) as (store, now):
        if name is not None:
            if store.feed(name) is None:
                fail(f"no source «{name}»", "there are: " + (", ".join(feed.name for feed in store.feeds()) or "none"))
            rejected = store.rejected(name)
            print_json(rejected) if as_json else _print_rejected(rejected, "")
            return
        states = store.feeds()
    stale = [state for state in states if state.stale(now)]
    if as_json:
        print_json([feed_json(state, now) for state in states])
    else:
        print_table(
            ("source", "format", "regions", "last answer", "age", "state", "records", "set aside", "last error"),
            (
                (state.name, state.format, ", ".join(state.regions) or "all",
                 day_time(state.last_success, now) or "never", age_text(state.age(now)),
                 Text("stale", "red") if state in stale else Text("fresh", "green"),
                 state.records, state.rejected, cut(state.last_error))
                for state in states
            ),
            whole=("source", "last answer", "age", "state"),
        )  # fmt: skip
        for note in filter(None, (pause_text(state, now) for state in states)):
            out.print(note, markup=False, soft_wrap=True)
    problems = list(settings_problems(settings))
    for problem in problems:
        err.print(str(problem), markup=False, soft_wrap=True)
    if stale or problems:
        raise SystemExit(1)


def _print_rejected(rejected: tuple[Rejected, ...], prefix: str) -> None:
    for bad in rejected:
        out.print(f"{prefix}{bad.reason}", markup=False, soft_wrap=True)
        out.print(f"    {bad.record}", markup=False, soft_wrap=True, style="dim")
    if not rejected and not prefix:
        out.print("nothing was set aside")
