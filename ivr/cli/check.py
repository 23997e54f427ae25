"""``ivr check``: every problem in ivr.toml, dialplans, numbers, calendar and prompts, all at once."""

from __future__ import annotations

import sys

import click

from ivr.cli.common import EXIT_PROBLEMS, err, json_option, out, print_json, with_settings
from ivr.errors import Problem
from ivr.settings import Settings


@click.command("check")
@json_option
@with_settings
def command(settings: Settings, as_json: bool) -> None:
    """Look through ivr.toml, dialplans and prompts as they are on disk, and say everything that is wrong with them.

    Changes nothing and needs no running engine. Leaves with 1 when there is anything worse than a warning.
    """
    from ivr.app import settings_problems, topics, understanding
    from ivr.cli.hearing_gaps import hearing_problems, unheard_words
    from ivr.plans import examine_files

    examined = examine_files(settings, topics(), unheard_words(settings), understanding().means)
    in_settings = tuple(settings_problems(settings))
    problems = (*in_settings, *hearing_problems(settings), *examined.problems)
    good = examined.plan is not None and all(problem.level == "warning" for problem in problems)
    if as_json:
        print_json(
            {
                "ok": good,
                "version": examined.plan.version if examined.plan else None,
                "problems": problems,
                "counts": examined.counts,
            }
        )
    else:
        for problem in problems:
            err.print(str(problem), markup=False, soft_wrap=True)
        _summary(problems, {name: count for name, count in examined.counts.items() if count})
        if good and examined.plan:
            out.print(f"version {examined.plan.version}; to put it to use: ivr reload")
    sys.exit(0 if good else EXIT_PROBLEMS)


def _summary(problems: tuple[Problem, ...], counts: dict[str, int]) -> None:
    looked = ", ".join(f"{count} {name if count != 1 else name.removesuffix('s')}" for name, count in counts.items())
    errors = sum(problem.level == "error" for problem in problems)
    warnings = len(problems) - errors
    found = [f"{n} {word}{'s' if n != 1 else ''}" for n, word in ((errors, "error"), (warnings, "warning")) if n]
    verdict = f"[bold red]{' and '.join(found)}[/]" if errors else ", ".join(("[bold green]good[/]", *found))
    out.print(f"{verdict} — looked at {looked}", soft_wrap=True)
