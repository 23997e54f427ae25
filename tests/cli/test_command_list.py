"""``ivr --help``: every command that it names is one, and no sub-command stands beside its group."""

from __future__ import annotations

import click
from click.testing import CliRunner

from ivr.cli import main


def test_help_names_every_command() -> None:
    shown = CliRunner().invoke(main, ["--help"])
    assert shown.exit_code == 0, shown.output
    for name in ("calls", "check", "demo", "models", "outages", "run", "talk"):
        assert f"\n  {name} " in shown.output


def test_each_command_has_help_and_sub_commands_are_below_their_group() -> None:
    context = click.Context(main)
    names = main.list_commands(context)
    for name in names:
        shown = CliRunner().invoke(main, [name, "--help"])
        assert shown.exit_code == 0, f"ivr {name} --help: {shown.output}"
        group, _, rest = name.partition("-")
        assert not rest or group not in names, f"ivr {name} is a part of ivr {group}"
