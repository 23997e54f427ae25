"""``ivr asterisk``: the Asterisk beside the engine: start, stop, look, ask, and install our part into another one."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import click

from ivr.bringup.failure import BringupFailed
from ivr.bringup.install import is_freepbx, plan_install
from ivr.bringup.ours import config_file, new_server, running_server, site_of, tree_of, wanted_ports
from ivr.bringup.packages import renew
from ivr.bringup.place import read_existing, write_changes
from ivr.bringup.server import AsteriskServer, ask_cli
from ivr.bringup.site import render, write_configuration, write_music
from ivr.cli.common import EXIT_UNREACHABLE, fail, fail_config, json_option, out, print_json, with_settings
from ivr.errors import ConfigError
from ivr.settings import Settings


@click.group("asterisk")
def command() -> None:
    """The Asterisk beside the engine.

    `ivr run` starts and stops it together with the engine; these commands are for looking after it alone.
    """


@command.command("start")
@with_settings
def start(settings: Settings) -> None:
    """Start the instance's own Asterisk, without the engine, and leave it running."""
    if not settings.asterisk.manage:
        fail("this Asterisk is the system's ([asterisk] manage = false)", "systemctl start asterisk")
    if running_server(settings):
        fail("it runs already", "ivr asterisk status")
    try:
        server = new_server(settings)
        server.start()
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)
    ports = server.site.ports
    out.print(f"Asterisk runs (process {server.pid}): SIP {settings.asterisk.sip_host}:{ports.sip}, AMI {ports.ami}")


@command.command("stop")
@with_settings
def stop(settings: Settings) -> None:
    """Stop the instance's own Asterisk. Calls that it holds are ended."""
    server = _running(settings)
    if server.keeper() is not None:
        fail("`ivr run` looks after this Asterisk and would start it again", "end `ivr run` (Ctrl-C): it stops both")
    server.stop()
    out.print("Asterisk is stopped")


@command.command("status")
@json_option
@with_settings
def status(settings: Settings, as_json: bool) -> None:
    """Whether it runs, since when, on which ports, and how many calls it has."""
    try:
        uptime = _ask(settings, "core show uptime")
        calls = _ask(settings, "core show channels count")
        queues = _ask(settings, "queue show")
    except BringupFailed as error:
        if as_json:
            print_json({"running": False, "why": str(error)})
            raise SystemExit(EXIT_UNREACHABLE) from error
        fail(str(error), error.hint, EXIT_UNREACHABLE)
    server = running_server(settings) if settings.asterisk.manage else None
    if as_json:
        active = next((line.split()[0] for line in calls.splitlines() if "active call" in line), "0")
        facts: dict[str, object] = {"running": True, "active_calls": int(active)}
        if server:
            facts |= {"pid": server.pid, "sip": server.site.ports.sip, "ami": server.site.ports.ami}
        print_json(facts)
        return
    if server:
        ports = server.site.ports
        out.print(f"process {server.pid}, SIP {settings.asterisk.sip_host}:{ports.sip}, AMI {ports.ami}")
    for text in (uptime, calls, queues):
        out.print(text.strip(), markup=False, soft_wrap=True)


@command.command("console")
@with_settings
def console(settings: Settings) -> None:
    """Asterisk's own console; leave it with `exit`, the calls go on."""
    try:
        words = tree_of(settings).command("asterisk", "-C", config_file(settings), "-r")
    except BringupFailed as error:
        fail(str(error), error.hint)
    os.execve(words[0], words, tree_of(settings).env())


@command.command("ask")
@click.argument("words", nargs=-1, required=True)
@with_settings
def ask(settings: Settings, words: tuple[str, ...]) -> None:
    """One command of Asterisk's console: ivr asterisk ask queue show"""
    try:
        click.echo(_ask(settings, " ".join(words)), nl=False)
    except BringupFailed as error:
        fail(str(error), error.hint, EXIT_UNREACHABLE)


@command.command("reload")
@with_settings
def reload(settings: Settings) -> None:
    """Read asterisk-conf/ anew: queues, operators, trunks, the dialplan. Calls go on. Not: addresses and ports."""
    server = _running(settings)
    try:
        write_configuration(server.site, server.tree)
        click.echo(server.cli("core reload").strip() or "read")
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)


@command.command("upgrade")
@with_settings
def upgrade(settings: Settings) -> None:
    """Bring the newest Asterisk that the machine's mirrors have (security updates). It must not run meanwhile."""
    if not settings.asterisk.manage:
        fail("this Asterisk is the system's ([asterisk] manage = false)", "apt-get upgrade")
    if running_server(settings):
        fail("it runs", "stop it first: Ctrl-C in `ivr run`, or ivr asterisk stop")
    before = tree_of(settings)
    if before.is_system:
        fail("the system's own Asterisk is used", "apt-get upgrade")
    try:
        after = renew("asterisk", settings.var)
    except BringupFailed as error:
        fail(str(error), error.hint)
    old, new = (tree.versions.get("asterisk", "unknown") for tree in (before, after))
    out.print(f"Asterisk {new} is the newest" if old == new else f"Asterisk {old} → {new}; look with: ivr doctor")


@command.command("install")
@click.option(
    "--to",
    "folder",
    required=True,
    type=click.Path(file_okay=False, exists=True, path_type=Path),
    help="Asterisk's folder, usually /etc/asterisk.",
)
@click.option("--sip", is_flag=True, help="Also the test caller and the operators' telephones (ivr/pjsip.conf).")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@with_settings
def install(settings: Settings, folder: Path, sip: bool, yes: bool, dry_run: bool) -> None:
    """Put our part of the configuration into an Asterisk that is there already.

    Our own files go into the folder's ivr/, and each main file gets one #include line (with FreePBX: each
    *_custom.conf). Every change is shown first; files that are changed are kept in ivr-backup-DATE/.
    """
    try:
        site = site_of(settings, wanted_ports(settings))
        changes = plan_install(read_existing(folder), render(site, tree_of(settings)), with_sip=sip)
        if not changes:
            out.print(f"{folder} is up to date")
            return
        for change in changes:
            out.print(change.diff(), markup=False, end="", soft_wrap=True)
        if dry_run:
            return
        if not yes:
            click.confirm(f"\nWrite {len(changes)} files to {folder}?", abort=True)
        backup = write_changes(folder, changes, datetime.now())
        write_music(site)
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)
    out.print(f"\n{len(changes)} files written; as they were: {backup or 'there were none before'}")
    where = "a Custom Destination" if is_freepbx(read_existing(folder)) else "the context of your trunk"
    out.print(
        f"Next:  asterisk -rx 'core reload'\n"
        f"       send calls to  ivr-call,{settings.line.number},1  ({where}; see asterisk-conf/README.md)\n"
        f"       in ivr.toml:  [asterisk] manage = false\n"
        f"       ivr doctor",
        markup=False,
    )


def _running(settings: Settings) -> AsteriskServer:
    if not settings.asterisk.manage:
        fail("this Asterisk is the system's ([asterisk] manage = false)", "use systemctl")
    server = running_server(settings)
    if server is None:
        fail("it does not run", "ivr asterisk start", code=EXIT_UNREACHABLE)
    return server


def _ask(settings: Settings, words: str) -> str:
    return ask_cli(tree_of(settings), config_file(settings), words)
