"""``ivr init``: an administrator's own folder."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from ivr.cli.common import fail, json_option, out, print_json, print_table
from ivr.errors import ConfigError
from ivr.instance import InstanceError, lay_out
from ivr.settings import load_settings
from ivr.systemd import group_for, owner_of, unit_text

WORDS = {
    "made": "made",
    "renewed": "renewed (you had not changed it)",
    "kept": "kept as you have it",
    "same": "up to date",
    "new-beside": "kept as you have it; our new version is beside it as .new",
}


@click.command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--user", help="Whom the service runs as (default: the owner of FOLDER).")
@click.option("--group", help="Its group (default: Asterisk's with [asterisk] manage = false, else the user's).")
@json_option
def command(folder: Path, user: str | None, group: str | None, as_json: bool) -> None:
    """Make an instance in FOLDER, or bring it up to date after an upgrade.

    The folder gets ivr.toml, dialplans/, prompts/ and asterisk-conf/ to edit, and ivr.service for systemd. Files that
    you changed are never overwritten: where we have a newer version, it is laid beside yours as NAME.new.

    \b
    Example:
      ivr init /srv/hotline && cd /srv/hotline && ivr check && ivr run
    """
    try:
        laid = lay_out(folder)
        unit = folder / "ivr.service"
        owner = owner_of(folder)
        runs_as = user or owner
        unit.write_text(
            unit_text(folder.resolve(), runs_as, group or group_for(runs_as, manage=_manages(folder))), encoding="utf-8"
        )
    except LookupError as error:
        fail(str(error), "make it first: useradd --system NAME")
    except (InstanceError, OSError) as error:
        fail(str(error), "name a folder that you may write, outside the checkout")
    if as_json:
        print_json({"folder": folder.resolve(), "files": laid})
        return
    notable = [item for item in laid if item.action in ("renewed", "new-beside")]
    if notable:
        print_table(("file", "what was done"), ((item.file, WORDS[item.action]) for item in notable))
    for action, count in Counter(item.action for item in laid).items():
        out.print(f"{count:4d} files {WORDS[action]}")
    out.print(f"\nNext:  cd {folder} && ivr check && ivr run", markup=False)
    if runs_as != owner:
        out.print(f"The service must be able to write:  chown -R {runs_as} {folder}", markup=False)
    out.print(f"As a service:  cp {unit} /etc/systemd/system/ && systemctl enable --now ivr", markup=False)


def _manages(folder: Path) -> bool:
    """Whether the instance looks after its Asterisk itself; where ivr.toml is broken, as shipped (ivr check tells)."""
    try:
        return load_settings(folder).asterisk.manage
    except ConfigError:
        return True
