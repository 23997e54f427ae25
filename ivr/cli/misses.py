"""``ivr misses``: where callers were not understood or went to a person, and teaching the menus their words."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import click
from rich.progress import Progress
from rich.text import Text

from ivr.call.verbs import Ask
from ivr.cli import misses_accept
from ivr.cli.common import (
    err,
    json_option,
    moment,
    moment_option,
    opened_store,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.misses import Miss, misses_of
from ivr.settings import Settings
from ivr.store.calls import Wanted
from ivr.store.transcript import PRIVATE, brief, heard

KINDS = ("no match", "handed over")
SHOWN_CALLS = 2
NO_SOUND = "No sound of calls is kept, so there is none to listen to."


@dataclass(slots=True)
class Group:
    """The same words (or keys) at the same node, however often."""

    kind: str
    node: str
    heard: str
    why: str
    asked: str = ""
    """The question's prompt."""
    calls: list[str] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)

    @property
    def confidence(self) -> float | None:
        """The recogniser's mean confidence."""
        return round(sum(self.sure) / len(self.sure), 2) if self.sure else None


@click.group("misses", invoke_without_command=True)
@with_settings
@moment_option("--since", "From then on: 2026-11-25, today, 2h (ago). Default: 7d.")
@moment_option("--until", "Before then.")
@click.option("--node", metavar="NODE", help="Only this node (hotline:menu), or all of a file (hotline).")
@click.option("--kind", type=click.Choice(KINDS), help="Only turns of this kind.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="Lines at most.")
@click.option("--trials", is_flag=True, help="Also calls of ivr talk and of the draft extension.")
@click.option("--full", is_flag=True, help="Show numbers that callers said; that is written down.")
@json_option
@click.pass_context
def command(
    context: click.Context,
    settings: Settings,
    since: str | None,
    until: str | None,
    node: str | None,
    kind: str | None,
    limit: int,
    trials: bool,
    full: bool,
    as_json: bool,
) -> None:
    """Turns in which callers were not understood («no match») or went to a person («handed over»), the most frequent
    first: the node, what was heard and how sure the recogniser was, and in which calls. Numbers that callers say are
    masked.

    \b
    Examples:
      ivr misses --since 1d                     what went wrong since yesterday
      ivr misses --node hotline:menu --kind "no match"
      ivr misses accept "ток пропал" --to hotline:menu.1      from now on this means choice 1
      ivr misses --json | jq -r '.misses[] | [.count, .heard] | @tsv'
    """
    if context.invoked_subcommand is not None:
        return
    wanted = Wanted(moment(since or "7d", settings), moment(until, settings))
    with opened_store(settings) as store:
        looked = store.calls.count(wanted, trials=trials)
        groups: dict[tuple[str, ...], Group] = {}
        from ivr import app

        records = dataclasses.replace(store.calls, classes=app.codec().classes).records(wanted, trials=trials)
        with Progress(console=err, transient=True, disable=not err.is_terminal) as progress:
            for call in progress.track(records, total=looked, description="calls"):
                for miss in _misses(call.record):
                    if (kind is None or miss.kind == kind) and _is_of(node, miss.node):
                        _group(groups, miss, call.row.id, full=full)
        if full:
            store.audit.write("misses", f"{looked} calls", "words of callers", now=datetime.now(settings.tz))
    found = sorted(groups.values(), key=lambda group: (-len(group.calls), group.node, group.heard))
    if as_json:
        print_json({"calls": looked, "misses": [_json(group) for group in found]})
        return
    _print(found, looked, limit)


command.add_command(misses_accept.command)


def _misses(record: Any) -> Iterator[Miss]:
    from ivr import app
    from robot.understanding.understood import NotFound

    yield from misses_of(record, app.understanding().means, lambda answer: isinstance(answer, NotFound))


def _is_of(wanted: str | None, node: str) -> bool:
    return wanted is None or node == wanted or node.partition(":")[0] == wanted


def _group(groups: dict[tuple[str, ...], Group], miss: Miss, call: str, *, full: bool) -> None:
    asked = miss.entry.verb if isinstance(miss.entry.verb, Ask) else None
    private = asked is not None and asked.speech is not None and asked.speech.expects in PRIVATE
    if miss.heard is None:
        text = "(nothing was asked)"
    else:
        plain = dataclasses.replace(miss.heard, confidence=1.0, alternatives=()) if miss.confidence else miss.heard
        text = heard(plain, full=full, private=private)
    why = brief(miss.why, full=full)
    group = groups.setdefault((miss.kind, miss.node, text.casefold(), why), Group(miss.kind, miss.node, text, why))
    group.asked = asked.prompt.name if asked is not None else ""
    group.calls.append(call)
    if miss.confidence is not None:
        group.sure.append(miss.confidence)


def _print(found: Sequence[Group], looked: int, limit: int) -> None:
    print_table(
        ("count", "node", "heard", "sure", "kind", "why", "calls"),
        (
            (
                len(group.calls),
                group.node,
                group.heard,
                "" if group.confidence is None else f"{group.confidence:.2f}",
                group.kind,
                group.why,
                ", ".join(group.calls[:SHOWN_CALLS]) + (" …" if len(group.calls) > SHOWN_CALLS else ""),
            )
            for group in found[:limit]
        ),
        whole=("count", "node", "sure"),
        spare=("why", "sure"),
    )
    more = f", {len(found) - limit} lines more (--limit)" if len(found) > limit else ""
    turns = sum(len(group.calls) for group in found)
    out.print(Text(f"{turns} turns in {looked} calls{more}. {NO_SOUND}", "dim"), soft_wrap=True)
    if any(group.kind == "no match" for group in found):
        out.print(
            Text("To teach a menu a phrase: ivr misses accept PHRASE --to FILE:NODE.CHOICE", "dim"), soft_wrap=True
        )


def _json(group: Group) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "node": group.node,
        "prompt": group.asked,
        "heard": group.heard,
        "confidence": group.confidence,
        "why": group.why,
        "count": len(group.calls),
        "calls": group.calls,
        "audio": None,
    }
