"""``ivr run``: set up, start Asterisk and the engine, and answer calls until Ctrl-C."""

from __future__ import annotations

import signal
from typing import Any

import click

from ivr.app import test_callers
from ivr.bringup.addresses import Ports
from ivr.bringup.failure import BringupFailed
from ivr.bringup.ours import new_server, wanted_ports
from ivr.cli.common import err, fail, out, print_table, with_settings
from ivr.cli.setup import set_up
from ivr.errors import IvrError
from ivr.settings import Settings
from ivr.supervisor import Supervisor


@click.command("run")
@with_settings
def command(settings: Settings) -> None:
    """Set everything up and answer calls; Ctrl-C stops everything that was started.

    The first time takes minutes (Asterisk and the voices are brought under var/, prompts are rendered), later starts
    take seconds. Ports that are in use are replaced by free ones; what to dial is printed at the end.
    """
    set_up(settings)
    try:
        asterisk = new_server(settings) if settings.asterisk.manage else None
    except BringupFailed as failure:
        fail(str(failure), failure.hint)
    ports = asterisk.site.ports if asterisk else wanted_ports(settings)
    supervisor = Supervisor(settings, ports, asterisk, lambda text: err.print(text, markup=False))

    def on_signal(_number: int, _frame: Any) -> None:
        supervisor.ask_to_stop()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # under nohup a closed terminal means nothing
            signal.signal(number, on_signal)
    try:
        supervisor.start()
        _tell(settings, ports)
        supervisor.watch()
        err.print(f"\nStopping: live calls get {settings.line.drain_seconds:g} s to end; Ctrl-C again does not wait …")
    except BringupFailed as failure:
        fail(str(failure), failure.hint)
    except IvrError as failure:
        fail(str(failure), "ivr doctor looks for the usual causes")
    finally:
        supervisor.stop()


def _tell(settings: Settings, ports: Ports) -> None:
    number = settings.line.number
    address = f"{settings.asterisk.sip_host}:{ports.sip}"
    if settings.asterisk.manage:
        out.print("\n[bold green]The hotline answers calls.[/]")
        ways = [
            ("dial", f"sip:{number}@{address}   (any SIP phone on this machine, no registration)"),
            ("draft", f"sip:{number}99@{address}   plays dialplans/ as they are on disk"),
        ]
        if ports.sip != settings.asterisk.sip_port:
            ways.insert(1, ("", f"port {settings.asterisk.sip_port} of ivr.toml is taken, so a free one is used"))
    else:
        out.print("\n[bold green]The engine answers the calls that your Asterisk brings it.[/]")
        ways = [("agi", f"{settings.agi.host}:{ports.agi}   (ivr doctor tells whether both sides fit)")]
    lines = (
        *ways,
        ("state", f"{settings.var}   (database, recordings of prompts, logs)"),
        ("look", "ivr calls live · ivr calls list · ivr calls show ID"),
        ("no phone?", "ivr talk   holds the same call in the terminal;  make demo   lets a robot caller call"),
    )
    for what, text in lines:
        out.print(f"  {what:<10}{text}", markup=False, soft_wrap=True)
    if settings.line.example:
        out.print("\nTest callers (the number that the phone gives as its own) and what they hear at once or by key 1:")
        print_table(
            ("caller", "account", "address", "hears"),
            ((item.phone, item.account, item.address, item.shows) for item in test_callers()),
        )
    out.print("\nCtrl-C stops everything.")
