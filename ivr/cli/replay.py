"""``ivr replay``: recorded calls held again by today's dialplan."""

from __future__ import annotations

import dataclasses
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
from rich.progress import Progress
from rich.text import Text

from ivr.call.model import Call, Outcome, Prompt, replace_call
from ivr.call.script import Script
from ivr.cli.common import (
    EXIT_PROBLEMS,
    EXIT_USAGE,
    err,
    fail,
    json_option,
    moment,
    moment_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.dialplan.model import Plan
from ivr.errors import ConfigError, PromptError
from ivr.replay import Change, Replayed, Row, came_back, replay
from ivr.settings import Settings
from ivr.store import Store
from ivr.store.calls import AmbiguousCall, StoredCall, Wanted
from ivr.store.transcript import Line, brief, steps

EXIT_ERROR = 2
AROUND = 2
"""So many steps that are the same are shown on both sides of a difference."""
_MARKS = {Change.SAME: " ", Change.GONE: "-", Change.NEW: "+"}
_STYLES = {Change.SAME: "dim", Change.GONE: "red", Change.NEW: "green"}


@dataclass(frozen=True, slots=True)
class Result:
    """A call with what came of its replay."""

    call: StoredCall
    replayed: Replayed


@click.command("replay")
@with_settings
@click.argument("calls", metavar="[CALL]…", nargs=-1)
@moment_option("--since", "All calls from then on: 2026-11-25, today, 1d (ago).")
@moment_option("--until", "With --since: only those before then.")
@click.option(
    "--draft", is_flag=True, help="By the dialplan and prompts as they are on the disk now, before ivr reload."
)
@click.option("--words", is_flag=True, help="Sentences that are worded otherwise count as differences, too.")
@click.option("--trials", is_flag=True, help="With --since: also calls of ivr talk and of the draft extension.")
@click.option("--all", "whole", is_flag=True, help="Show all steps of a call, not only those around a difference.")
@click.option("--full", is_flag=True, help="Show phones and addresses in full; that is written down.")
@json_option
def command(
    settings: Settings,
    calls: Sequence[str],
    since: str | None,
    until: str | None,
    draft: bool,
    words: bool,
    trials: bool,
    whole: bool,
    full: bool,
    as_json: bool,
) -> None:
    """Hold recorded calls again by today's dialplan and say where they would go another way.

    The caller's keys and words and the answers of register, outage list and tickets are those of the record; nothing
    is looked up, written or sent. A step that is gone has a minus, a new one a plus, the first difference an arrow.
    After it the replay goes on as far as the recorded answers still fit.

    \b
    Examples:
      ivr replay last                       the call that ended last
      ivr replay 261125-0931                one that begins so (ivr calls list shows the ids)
      ivr replay --since 1d --draft         would any call of a day go otherwise after ivr reload?
      ivr replay --since 7d --json | jq '.calls[] | select(.same | not) | .id'

    Leaves with 0 when every call would go as it went, 1 when one would not, 2 when it cannot be told.
    """
    if bool(calls) == (since is not None):
        fail("name calls, or say --since", "ivr replay last · ivr replay --since 1d", EXIT_USAGE)
    if until is not None and since is None:
        fail("--until goes with --since", code=EXIT_USAGE)
    plan = _plan(settings, draft=draft)
    with opened_store(settings, EXIT_ERROR) as store:
        wanted = Wanted(moment(since, settings), moment(until, settings))
        reading = Reading(store, calls, wanted, trials=trials)
        results = [
            Result(call, replay(call.record, _script(plan, call), _wordings(plan, call), words=words))
            for call in reading.calls()
        ]
        if full:
            store.audit.write(
                "replay", f"{len(results)} calls", "transcript, caller, place", now=datetime.now(settings.tz)
            )
    if as_json:
        _print_json(plan, results, full=full)
    elif len(calls) == 1:
        _print_call(results[0], plan, whole=whole, full=full)
    else:
        _print_summary(results, plan, whole=whole, full=full)
    sys.exit(EXIT_PROBLEMS if any(not result.replayed.same for result in results) else 0)


@dataclass(frozen=True, slots=True)
class Reading:
    """The calls asked for; those of a period with a progress bar on a terminal."""

    store: Store
    ids: Sequence[str]
    wanted: Wanted
    trials: bool

    def calls(self) -> Iterator[StoredCall]:
        """Read them one by one. A call that is not there ends the command."""
        from ivr import app

        records = dataclasses.replace(self.store.calls, classes=app.codec().classes)
        if self.ids:
            for name in self.ids:
                try:
                    found = records.get(name)
                except AmbiguousCall as error:
                    fail(str(error), "type more of the id; ivr calls list shows the ids", EXIT_ERROR)
                if found is None:
                    fail(f"no such call: {name!r}", "ivr calls list shows the ended ones", EXIT_ERROR)
                if not found.record.entries:
                    fail(f"nothing of call {found.row.id} was recorded: the engine died during it", code=EXIT_ERROR)
                yield found
            return
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            total = records.count(self.wanted, trials=self.trials)
            for call in progress.track(
                records.records(self.wanted, trials=self.trials), total=total, description="calls"
            ):
                if call.record.entries:
                    yield call


def _plan(settings: Settings, *, draft: bool) -> Plan:
    from ivr import app

    try:
        plans = app.plans_in_use(settings)
        return plans.draft() if draft else plans.current
    except ConfigError as error:
        for problem in error.problems:
            err.print(str(problem), markup=False, soft_wrap=True)
        fail("the dialplan is broken", "ivr check", EXIT_ERROR)


def _script(plan: Plan, stored: StoredCall) -> Script:
    """The script that the call would get today; its numbers are looked up anew."""
    from ivr import app
    from ivr.dialplan.walk import walk

    call: Call = replace_call(stored.record.call, branch=None, res=None)
    placed = plan.place(call)
    entry = plan.after_transfer if came_back(stored.record) else placed.entry
    return walk(plan, placed.call, app.topics(), entry, app.understanding())


def _wordings(plan: Plan, stored: StoredCall) -> Any:
    began = stored.record.call.started_at

    def wordings(prompt: Prompt, seconds: float) -> tuple[str, ...]:
        try:
            now = began + timedelta(seconds=seconds)
            return tuple(plan.book.speak(prompt, now, talk=talk).text for talk in (True, False))
        except PromptError:
            return ()

    return wordings


# ── what is shown ──────────────────────────────────────────────────────────────────────────────────────────────


def _print_call(result: Result, plan: Plan, *, whole: bool, full: bool) -> None:
    row, replayed = result.call.row, result.replayed
    held = "as it went" if row.plan == plan.version else f"held by {row.plan}, replayed by {plan.version}"
    out.print(Text.assemble((f"call {row.id}", "bold"), f" of {row.started_at:%d.%m.%Y %H:%M}: {held}"), soft_wrap=True)
    skipped = 0
    for near, step in zip(_near(replayed.rows, whole=whole), replayed.rows, strict=True):
        if not near:
            skipped += 1
            continue
        if skipped:
            out.print(Text(f"    … {skipped} steps the same", "dim"))
            skipped = 0
        for line in _lines(step, full=full):
            out.print(line, soft_wrap=True)
    if skipped:
        out.print(Text(f"    … {skipped} steps the same", "dim"))
    out.print(_verdict(replayed, full=full), soft_wrap=True)


def _near(rows: Sequence[Row], *, whole: bool) -> list[bool]:
    """Which rows are shown."""
    different = [n for n, row in enumerate(rows) if row.change is not Change.SAME]
    return [whole or any(abs(n - at) <= AROUND for at in different) for n in range(len(rows))]


def _lines(row: Row, *, full: bool) -> Iterator[Text]:
    for line in shown(row, full=full):
        mark = "→" if row.first else " "
        style = _STYLES[row.change]
        text = f"{mark} {_MARKS[row.change]} {line.at:7.1f}  {line.who:<9} {line.text}"
        yield Text(text, f"bold {style}" if row.first else style)


def shown(row: Row, *, full: bool) -> list[Line]:
    """A step in words; of a sentence without personal values its words."""
    from ivr.call.verbs import Ask, Say
    from ivr.store.transcript import by_caller, spoken

    entry = row.entry
    if not isinstance(entry.verb, Say | Ask):
        return steps(entry, full=full)
    words = spoken(entry.verb.prompt, entry.said, full=full)
    told = Line(entry.at, "robot", f"{entry.verb.prompt.name}: {words}" if words else entry.verb.prompt.name)
    known = entry.overheard or entry.value is not None
    return [told, *(by_caller(entry, full=full) if known else ())]


def _verdict(replayed: Replayed, *, full: bool) -> Text:
    if replayed.same:
        return Text.assemble(("same", "bold green"), f": {brief(replayed.before, full=full)}")
    first = replayed.first
    where = f" at {replayed.node}, {first.entry.at:.1f} s into the call" if first else ""
    text = Text.assemble(("differs", "bold red"), where)
    before, after = brief(replayed.before, full=full), replayed.after
    if replayed.stopped:
        text.append(f"; then it cannot be told: {replayed.stopped} (it was {before})")
    elif after is not None and not replayed.outcome_same:
        text.append(f"; ends with {brief(after, full=full)} instead of {before}")
    else:
        text.append(f"; ends as it did: {before}")
    return text


def _print_summary(results: Sequence[Result], plan: Plan, *, whole: bool, full: bool) -> None:
    different = [result for result in results if not result.replayed.same]
    for result in different if whole else ():
        _print_call(result, plan, whole=False, full=full)
        out.print()
    where = Counter((result.replayed.node or "?", _short(result.replayed)) for result in different)
    if different:
        examples = {(result.replayed.node or "?", _short(result.replayed)): result.call.row.id for result in different}
        print_table(
            ("node", "what differs first", "calls", "for example"),
            ((node, what, count, examples[node, what]) for (node, what), count in where.most_common()),
            whole=("calls", "for example"),
        )
    same = len(results) - len(different)
    style = "bold red" if different else "bold green"
    out.print(
        Text.assemble(
            (f"{len(different)} of {len(results)} calls differ", style),
            f", {same} go as they went, by version {plan.version}"
            + ("; look at one with: ivr replay CALL" if different and not whole else ""),
        ),
        soft_wrap=True,
    )


def _short(replayed: Replayed) -> str:
    """What differs first, in a few words without anything personal, so that calls can be counted by it."""
    row = replayed.first
    if row is None:
        return f"ends with {type(replayed.after).__name__}" if replayed.after else replayed.stopped
    prompt = getattr(row.entry.verb, "prompt", None)
    name = prompt.name if isinstance(prompt, Prompt) else getattr(row.entry.verb, "node", "")
    return f"{_MARKS[row.change]} {type(row.entry.verb).__name__} {name}".rstrip()


def _print_json(plan: Plan, results: Sequence[Result], *, full: bool) -> None:
    different = sum(not result.replayed.same for result in results)
    print_json(
        {
            "version": plan.version,
            "same": len(results) - different,
            "different": different,
            "calls": [_call_json(result, full=full) for result in results],
        }
    )


def _call_json(result: Result, *, full: bool) -> dict[str, Any]:
    replayed = result.replayed

    def ended(outcome: Outcome | None) -> str | None:
        return None if outcome is None else brief(outcome, full=full)

    return {
        "id": result.call.row.id,
        "plan": result.call.row.plan,
        "same": replayed.same,
        "node": replayed.node if not replayed.same else None,
        "first": _short(replayed) if not replayed.same else None,
        "stopped": replayed.stopped or None,
        "outcome": ended(replayed.before),
        "outcome_now": ended(replayed.after),
        "steps": [
            {"change": row.change, "first": row.first, "at": line.at, "who": line.who, "text": line.text}
            for row in replayed.rows
            for line in shown(row, full=full)
        ],
    }
