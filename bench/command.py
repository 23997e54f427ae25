"""``python -m bench menu``: see README.md beside this file."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
from rich.console import Console

from bench.compare import Block, Setting, compare
from bench.courses import Measured, measured_calls
from bench.crowd import run_crowd
from bench.engine import bare_agi, engine
from bench.instance import CHECKOUT, PROMPTS, Instance, make_instance, site_of
from bench.native import overlay
from bench.report import WIDTH, Report, machine
from bench.wire import run_wire
from bench.workshop import workshop
from ivr.bringup.addresses import Ports, choose_ports
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Silent
from ivr.bringup.server import AsteriskServer

WIRE_CALLS = 3000
PARTS = ("menu", "hasty", "hotline", "wire", "crowd")


@click.command("menu")
@click.option(
    "--json", "as_json", is_flag=True, help="One JSON object on standard output; the tables go to standard error."
)
@click.option("--only", multiple=True, type=click.Choice(PARTS), help="Only this part; may be given several times.")
@click.option("--calls", default=150, show_default=True, help="Calls in a block.")
@click.option("--rounds", default=2, show_default=True, help="Blocks of each side, in turn.")
@click.option("--rate", "rates", multiple=True, default=(10.0, 40.0), show_default=True, help="Calls a second.")
@click.option("--crowd", "crowd_calls", default=300, show_default=True, help="Calls at once.")
@click.option("--crowd-rate", default=50.0, show_default=True, help="How fast the crowd comes, calls a second.")
@click.option("--keep", is_flag=True, help="Leave the instance (logs, database) where it is and say where.")
def menu(
    as_json: bool,
    only: tuple[str, ...],
    calls: int,
    rounds: int,
    rates: tuple[float, ...],
    crowd_calls: int,
    crowd_rate: float,
    keep: bool,
) -> None:
    """Menu calls through the engine against the same menu in native Asterisk dialplan, and a crowd of calls at once.

    Takes about a quarter of an hour; `--only hasty --rounds 1` gives a first look in two. Exit status 1 when a call of
    the crowd went wrong; a speed is never a failure.
    """
    parts = only or PARTS
    with workshop(keep=keep) as (folder, say):
        say("making an instance")
        instance = make_instance(folder / "home")
        plan = _Plan(parts, calls, rounds, rates, crowd_calls, crowd_rate)
        report = _run(instance, plan, say)
    report.print(Console(width=WIDTH, stderr=as_json))
    if as_json:
        click.echo(json.dumps(report.to_json(), indent=1, default=str))
    if report.crowd and not report.crowd.good:
        sys.exit(1)


class _Plan:
    """What is to be run."""

    def __init__(
        self,
        parts: tuple[str, ...],
        calls: int,
        rounds: int,
        rates: tuple[float, ...],
        crowd_calls: int,
        crowd_rate: float,
    ) -> None:
        self.parts, self.calls, self.rounds, self.rates = parts, calls, rounds, rates
        self.crowd_calls, self.crowd_rate = crowd_calls, crowd_rate


def _run(instance: Instance, plan: _Plan, say: Callable[[str], None]) -> Report:
    about = machine()
    bare_port = choose_ports(Ports(sip=0, ami=0, agi=0)).agi
    site = site_of(instance, overlay(instance, bare_port))
    callers = ensure("testcallers", CHECKOUT / "var", show=Silent())
    asterisk = AsteriskServer(site, ensure("asterisk", CHECKOUT / "var", show=Silent()), dies_with_us=True)
    kinds = measured_calls(instance)
    wanted = tuple(kind for kind in kinds if kind.name in plan.parts)
    started = time.monotonic()
    with asterisk:
        asterisk_start = time.monotonic() - started
        pid = asterisk.pid
        assert pid is not None
        alone = _alone(Setting(instance, callers, pid, {}), wanted, plan, say)
        with engine(instance) as running, bare_agi(bare_port, _bare_sounds(instance)) as bare:
            setting = Setting(instance, callers, pid, {"engine": running.pid, "bare": bare.pid})
            blocks = []
            for block in compare(setting, wanted, calls=plan.calls, rates=plan.rates, rounds=plan.rounds):
                blocks.append(block)
                say(f"{block.kind} {block.side} {block.rate:g}/s: {block.total * 1000:.1f} ms a call")
            wire = None
            if "wire" in plan.parts:
                say("the engine alone")
                wire = run_wire(instance, running.pid, calls=WIRE_CALLS)
            crowd = None
            if "crowd" in plan.parts:
                say(f"{plan.crowd_calls} calls at once")
                hotline = next(kind for kind in kinds if kind.name == "hotline")
                crowd = run_crowd(setting, hotline, calls=plan.crowd_calls, rate=plan.crowd_rate)
            return Report(about, kinds, tuple(blocks), alone, crowd, wire, asterisk_start, running.start_seconds)


def _alone(setting: Setting, kinds: tuple[Measured, ...], plan: _Plan, say: Callable[[str], None]) -> tuple[Block, ...]:
    """Native calls of the first kind while no engine is connected to the manager."""
    native = [
        Measured(kind.name, kind.what, kind.course, {"native": kind.numbers["native"]}, kind.informed)
        for kind in kinds[:1]
    ]
    blocks = tuple(compare(setting, native, calls=plan.calls, rates=plan.rates[:1], rounds=1))
    for block in blocks:
        say(f"{block.kind} native {block.rate:g}/s, no engine connected: {block.total * 1000:.1f} ms a call")
    return blocks


def _bare_sounds(instance: Instance) -> Path:
    file = instance.settings.var / "bare.json"
    sounds = {caller.digits: instance.sound(caller.sentence) for caller in instance.callers}
    file.write_text(json.dumps(sounds | {name: instance.sound(name) for name in PROMPTS}), encoding="utf-8")
    return file
