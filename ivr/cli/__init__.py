"""The command line: one file per command (group); the file's name is the command's."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import click

from ivr.logs import configure_logs

NOT_COMMANDS = {
    "common",
    "campaign_check",
    "campaign_create",
    "campaign_results",
    "campaign_rules",
    "campaign_stop_list",
    "phone_numbers",
    "models_bench",
    "models_calibrate",
    "models_install",
    "models_make",
    "outages_taken_in",
    "outages_export",
    "outages_probable",
    "outages_told",
    "hearing_gaps",
    "calls_live",
    "misses_accept",
    "talk_voice",
}


class Commands(click.Group):
    """Commands found by listing this folder; a file is imported only when its command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All command names, sorted."""
        names = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
        return sorted(name.replace("_", "-") for name in names if name not in NOT_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or ``None``."""
        if cmd_name not in self.list_commands(ctx):
            return None
        module = importlib.import_module(f"{__name__}.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does it, with «did you mean» for a mistyped command."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from rapidfuzz import process

            near = process.extractOne(args[0], self.list_commands(ctx), score_cutoff=60)
            if near:
                raise click.UsageError(f"No such command {args[0]!r}. Did you mean {near[0]!r}?", ctx) from error
            raise


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="svetlaya-ivr", prog_name="ivr")
def main() -> None:
    """The hotline's switchboard: answers calls beside a real Asterisk.

    \b
    First steps:
      ivr run                 set everything up and answer calls
      ivr talk                hold a call here in the terminal
      ivr check               look through dialplans and prompts
      ivr calls list          what calls there were
    """
    configure_logs(json=False, level="warning")
