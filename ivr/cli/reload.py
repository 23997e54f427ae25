"""``ivr reload``: put edited dialplans and prompts to use, or go back to an earlier version."""

from __future__ import annotations

from datetime import tzinfo

import click

from ivr.cli.common import EXIT_UNREACHABLE, fail, fail_config, json_option, out, print_json, print_table, with_settings
from ivr.control_client import ControlClient, ControlFailed, EngineNotRunning, ReloadRefused
from ivr.plan_files import KeptVersions, UnknownVersion
from ivr.settings import Settings


@click.command("reload")
@click.option("--to", "version", metavar="VERSION", help="Go back to this version (its first four letters are enough).")
@click.option("--list", "listing", is_flag=True, help="Show the versions that can be gone back to.")
@json_option
@with_settings
def command(settings: Settings, version: str | None, listing: bool, as_json: bool) -> None:
    """Have the running engine take the dialplans and prompts on disk for new calls.

    Live calls go on with the version they began with. A plan with errors changes nothing. A version gone back to
    stays in use, over restarts too, until the next plain `ivr reload`.
    """
    client = ControlClient(settings.control_socket)
    kept = KeptVersions(settings.var / "plans")
    if listing:
        _list(client, kept, settings.tz, as_json)
        return
    try:
        if version is not None:
            version = kept.find(version)
        answer = client.reload(version)
    except UnknownVersion as error:
        fail(str(error), "see: ivr reload --list")
    except ReloadRefused as error:
        if as_json:
            print_json({"version": None, "problems": error.problems})
            raise SystemExit(1) from error
        fail_config(error)
    except EngineNotRunning as error:
        fail(
            str(error),
            "the files on disk are taken when it starts: ivr run; to look at them: ivr check",
            EXIT_UNREACHABLE,
        )
    except ControlFailed as error:
        fail(str(error))
    if as_json:
        print_json(answer)
    elif answer["version"] == answer.get("before"):
        out.print(f"version {answer['version']} was in use already; nothing changed")
    else:
        out.print(f"version {answer['version']} is in use for new calls (before: {answer.get('before')})")
        if version is not None:
            out.print("[dim]the files on disk are newer or other; `ivr reload` takes them again[/]")


def _list(client: ControlClient, kept: KeptVersions, tz: tzinfo, as_json: bool) -> None:
    try:
        live = str(client.status().get("plan", ""))
    except (EngineNotRunning, ControlFailed):
        live = ""
    versions = kept.all()
    if as_json:
        print_json({"live": live or None, "pinned": kept.pinned, "versions": versions})
        return
    rows = [
        (snapshot.version, f"{snapshot.used_at.astimezone(tz):%d.%m.%Y %H:%M:%S}", _mark(snapshot.version, live, kept))
        for snapshot in versions
    ]
    print_table(("version", "last taken into use", ""), rows, whole=("version", "last taken into use"))


def _mark(version: str, live: str, kept: KeptVersions) -> str:
    marks = []
    if version == live:
        marks.append("live")
    if version == kept.pinned:
        marks.append("gone back to")
    return ", ".join(marks)
