"""``ivr doctor``: looks through both sides, the engine's and Asterisk's, and says how to mend what it finds."""

from __future__ import annotations

import sys

import click

from ivr.bringup.checks import Finding, Patient, error, groups
from ivr.cli.common import EXIT_PROBLEMS, json_option, out, print_json, with_settings
from ivr.settings import Settings

_SIGNS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "error": "[bold red]✗[/]", "skipped": "[dim]·[/]"}


@click.command("doctor")
@json_option
@with_settings
def command(settings: Settings, as_json: bool) -> None:
    """Look for what keeps calls from working: versions, modules, contexts, sounds, rights, ports, disk, clock.

    Changes nothing. Exit code 1 if there is an error, 0 if there are only warnings.
    """
    from ivr.app import settings_problems, topics
    from ivr.plans import examine_files, queues_of

    plan = examine_files(settings, topics()).plan  # without one: ivr check says why
    patient = Patient(settings, queues_of(plan) if plan else ())
    found = {name: list(look(patient)) for name, look in groups().items()}
    if wrong := [error("ivr.toml", str(problem), "mend it there") for problem in settings_problems(settings)]:
        found = {"settings": wrong, **found}
    errors = sum(finding.level == "error" for findings in found.values() for finding in findings)
    if as_json:
        print_json({"errors": errors, "groups": found})
    else:
        _show(found, errors)
    sys.exit(EXIT_PROBLEMS if errors else 0)


def _show(found: dict[str, list[Finding]], errors: int) -> None:
    for name, findings in found.items():
        out.print(f"[bold]{name}[/]")
        for finding in findings:
            out.print(f"  {_SIGNS[finding.level]} {finding.what:<20} ", end="")
            out.print(finding.seen, markup=False, soft_wrap=True)
            if finding.mend:
                out.print(f"      → {finding.mend}", markup=False, soft_wrap=True, style="dim")
    warnings = sum(finding.level == "warning" for findings in found.values() for finding in findings)
    out.print()
    if errors:
        out.print(f"[bold red]{errors} to mend[/]" + (f", {warnings} to think about" if warnings else ""))
    else:
        out.print("[green]All is well[/]" + (f"; {warnings} to think about" if warnings else ""))
