"""All files of an instance together → a plan, or everything that stands in its way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.dialplan.calendar import Calendar
from ivr.dialplan.checks import Surroundings, check
from ivr.dialplan.fields import resolve
from ivr.dialplan.model import Dialplan, Plan
from ivr.dialplan.numbers import Numbers
from ivr.dialplan.parse import Parsed, parse_files
from ivr.dialplan.robot_file import Robot
from ivr.errors import Problem


@dataclass(frozen=True, slots=True)
class Examined:
    """What came of examining the files: a plan when nothing worse than a warning was found."""

    plan: Plan | None
    problems: tuple[Problem, ...]
    counts: Mapping[str, int]


def examine(texts: Mapping[str, str], around: Surroundings, *, version: str = "") -> Examined:
    """Read and check the files of a dialplan folder (path → text). Never raises."""
    parsed = parse_files(texts)
    problems = sorted({*parsed.problems, *check(parsed, around)})
    counts = {
        "files": len(texts),
        "nodes": sum(len(file.ways) for file in parsed.files.values()),
        "numbers": len(parsed.numbers.numbers) if parsed.numbers else 0,
        "schedules": len(parsed.calendar.schedules) if parsed.calendar else 0,
        "prompts": len(around.book.names()) if around.book else 0,
    }
    bad = any(problem.level == "error" for problem in problems)
    plan = None if bad or around.book is None else _plan(parsed, around, version)
    return Examined(plan, tuple(problems), counts)


def _plan(parsed: Parsed, around: Surroundings, version: str) -> Plan:
    assert around.book is not None
    files = parsed.files.values()
    dialplan = Dialplan(
        nodes={f"{file.name}:{name}": node for file in files for name, node in file.nodes.items()},
        starts={file.name: f"{file.name}:{file.start}" for file in files},
        after_transfer={
            file.name: resolve(file.after_transfer, f"{file.name}:") for file in files if file.after_transfer
        },
        anywhere={
            file.name: {key: resolve(target, f"{file.name}:") for key, target in file.anywhere.items()}
            for file in files
        },
    )
    return Plan(
        version=version,
        dialplan=dialplan,
        book=around.book,
        numbers=parsed.numbers or Numbers(),
        calendar=parsed.calendar or Calendar(),
        line=around.line,
        manner=(parsed.robot or Robot()).manner,
    )
