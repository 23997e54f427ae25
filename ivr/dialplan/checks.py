"""Cross-checks: what no single node can see. Targets, ways, loops, prompts, numbers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date
from graphlib import CycleError, TopologicalSorter

from rapidfuzz import process

from ivr.call.listening import Means
from ivr.dialplan.fields import Path, PromptUse, resolve
from ivr.dialplan.findings import LIKE_ENOUGH, Finding, Knowledge, known_names, near
from ivr.dialplan.nodes.menu import Menu
from ivr.dialplan.parse import NUMBERS_FILE, NodeFile, Parsed, Ways
from ivr.dialplan.source import Source
from ivr.dialplan.topics import Topic
from ivr.errors import Problem
from ivr.prompts import PromptBook

MOST_PROMPT_SECONDS = 20.0
"""Longer than this nobody listens."""


@dataclasses.dataclass(frozen=True, slots=True)
class Surroundings:
    """What a dialplan is checked against. ``None`` = not known here, so it is not checked."""

    topics: Mapping[str, Topic]
    book: PromptBook | None
    queues: Collection[str] | None
    line: str
    """The file that calls start in."""
    engine_prompts: tuple[str, ...] = ()
    """Prompts that the engine itself says."""
    today: date | None = None
    unheard: Callable[[str], tuple[str, ...]] | None = None
    """Those words of a phrase that the recogniser's model does not know."""
    means: Means | None = None
    """What words mean at every step, before any menu gets to hear them."""


def check(parsed: Parsed, around: Surroundings) -> Iterator[Problem]:
    """Every problem between the nodes and with what they refer to; those inside the files are in ``parsed``."""
    graph = _Graph(parsed)
    schedules = parsed.calendar.schedules if parsed.calendar else None
    if parsed.calendar_source is None:
        schedules = {}
    known = Knowledge(around.topics, around.queues, schedules, around.unheard)
    for file in parsed.files.values():
        yield from _check_head(file, graph)
        for name, ways in file.ways.items():
            yield from _check_exits(file, name, ways, graph)
            if around.book is not None:
                yield from _check_prompts(file, name, ways, around.book)
        for name, node in file.nodes.items():
            yield from _placed(file.source, ("nodes", name), node.findings(known))
            for prompt in node.says:
                if around.book is not None and prompt not in around.book:
                    message = f"this kind of node says the prompt {prompt!r}, which does not exist"
                    yield file.source.at_key(("nodes", name), message)
    if around.means is not None and around.line in parsed.files:
        yield from _check_obeyed(parsed, around.means, parsed.files[around.line].anywhere, around.line)
    yield from _check_line(parsed, around.line)
    yield from _check_numbers(parsed, graph)
    yield from _check_calendar(parsed, around.today)
    if parsed.robot is not None and parsed.robot_source is not None:
        yield from _placed(parsed.robot_source, (), parsed.robot.findings(around.unheard))
    if parsed.complete and around.line in parsed.files:
        yield from _check_reach(parsed, graph, around.line)
        yield from _check_loops(graph)
    if around.book is not None:
        yield from _check_book(around.book, around.engine_prompts)


@dataclasses.dataclass(frozen=True, slots=True)
class _Wrong:
    """What is wrong with a target, and the address that was probably meant."""

    message: str
    hint: str
    meant: str = ""


class _Graph:
    """Who leads where, by address."""

    def __init__(self, parsed: Parsed) -> None:
        self.files = parsed.files
        self.nodes = {f"{file.name}:{name}": ways for file in parsed.files.values() for name, ways in file.ways.items()}

    def leads_to(self, address: str) -> Iterator[str]:
        """Addresses that ``address`` leads to; for a mistyped target the one that was probably meant, so that one
        slip of the hand is not told twice. Of a node that cannot be used, all that it mentions."""
        ways = self.nodes[address]
        for exit_ in ways.exits:
            yield self.probably(exit_.target, address)
        yield from (resolve(text, address) for text in ways.mentions if resolve(text, address) in self.nodes)

    def probably(self, target: str, address: str) -> str:
        """The address that ``target``, written in ``address``, means or was probably meant to mean."""
        wrong = self.wrong(target, self.files.get(address.partition(":")[0]))
        return wrong.meant if wrong else resolve(target, address)

    def source(self, address: str) -> tuple[Source, Path]:
        """Where the node at ``address`` is written."""
        file, _, name = address.partition(":")
        return self.files[file].source, ("nodes", name)

    def wrong(self, target: str, file: NodeFile | None) -> _Wrong | None:
        """What is wrong with ``target`` written in ``file`` (``None``: outside, where it may name a file alone)."""
        there, colon, name = target.rpartition(":")
        if not colon:
            there, name = (target, "") if file is None else (file.name, target)
        if there not in self.files:
            like = process.extractOne(there, sorted(self.files), score_cutoff=LIKE_ENOUGH)
            meant = f"{like[0]}:{name or self.files[like[0]].start}" if like else ""
            return _Wrong(f"unknown file {there!r}", near(there, self.files) or known_names(self.files), meant)
        within = self.files[there]
        if not name or name in within.ways or within.source.data is None:
            return None
        elsewhere = [address for address in self.nodes if address.endswith(f":{name}")]
        if elsewhere:
            return _Wrong(f"unknown node {target!r}", f"did you mean {elsewhere[0]!r}?", elsewhere[0])
        like = process.extractOne(name, sorted(within.ways), score_cutoff=LIKE_ENOUGH)
        meant = f"{there}:{like[0]}" if like else ""
        return _Wrong(f"unknown node {target!r}", near(name, within.ways) or known_names(within.ways), meant)


def _placed(source: Source, base: Path, findings: Iterator[Finding]) -> Iterator[Problem]:
    for finding in findings:
        at = source.at_key if finding.at_key else source.at_value
        yield dataclasses.replace(at((*base, *finding.path), finding.message, finding.hint), level=finding.level)


def _check_head(file: NodeFile, graph: _Graph) -> Iterator[Problem]:
    targets: list[tuple[Path, str | None]] = [(("start",), file.start), (("after_transfer",), file.after_transfer)]
    targets += [(("anywhere", key), target) for key, target in file.anywhere.items()]
    for path, target in targets:
        if target and (wrong := graph.wrong(target, file)):
            yield file.source.at_value(path, wrong.message, wrong.hint)


def _check_exits(file: NodeFile, name: str, ways: Ways, graph: _Graph) -> Iterator[Problem]:
    for exit_ in ways.exits:
        if wrong := graph.wrong(exit_.target, file):
            yield file.source.at_value(("nodes", name, *exit_.path), wrong.message, wrong.hint)


def _check_prompts(file: NodeFile, name: str, ways: Ways, book: PromptBook) -> Iterator[Problem]:
    for path, use in ways.prompts:
        base = ("nodes", name, *path)
        place: Path = (*base, "name") if (*base, "name") in file.source.values else base
        if use.name not in book:
            hint = near(use.name, book.names()) or "its words belong into prompts/ru/*.yaml"
            yield file.source.at_value(place, f"unknown prompt {use.name!r}", hint)
        else:
            yield from _check_values(file.source, base, place, use, book)


def _check_values(source: Source, base: Path, place: Path, use: PromptUse, book: PromptBook) -> Iterator[Problem]:
    takes = book.takes(use.name)
    missing = sorted(takes.keys() - use.values.keys())
    if missing:
        hint = f"{{name: {use.name}, values: {{{', '.join(f'{value}: …' for value in missing)}}}}}"
        yield source.at_value(place, f"prompt {use.name!r} needs the value {', '.join(missing)}", hint)
    for value, text in use.values.items():
        if value not in takes:
            hint = near(value, takes) or ("it takes none" if not takes else known_names(takes))
            yield source.at_key((*base, "values", value), f"prompt {use.name!r} has no value {value!r}", hint)
            continue
        try:
            PromptUse(name=use.name, values={value: text}).prompt(takes)
        except ValueError as error:
            yield source.at_value((*base, "values", value), f"value {value!r}: {error}")


def _check_obeyed(parsed: Parsed, means: Means, anywhere: Mapping[str, str], line: str) -> Iterator[Problem]:
    """Phrases of menus that never get there: they are danger words, or ask for a person, and are obeyed as that."""
    leads = {key: resolve(target, f"{line}:") for key, target in anywhere.items()}
    for file in parsed.files.values():
        for name, node in file.nodes.items():
            for key, choice in node.choices.items() if isinstance(node, Menu) else ():
                for n, phrase in enumerate(choice.phrases):
                    meant = means(phrase)
                    to = leads.get(meant.value) if meant is not None else None
                    if meant is None or to is None or to == resolve(choice.to, f"{file.name}:"):
                        continue
                    message = (
                        f"«{phrase}» never leads to {choice.to}: at every step it means {meant.value} and leads to {to}"
                    )
                    path = ("nodes", name, "choices", key, "phrases", n)
                    yield dataclasses.replace(file.source.at_value(path, message, "find other words"), level="warning")


def _check_line(parsed: Parsed, line: str) -> Iterator[Problem]:
    file = parsed.files.get(line)
    if file is None:
        hint = near(line, parsed.files) or known_names(parsed.files)
        yield Problem("ivr.toml", 0, 0, f"[line] entry: there is no dialplan file {line!r}", hint)
    elif isinstance(file.source.data, dict) and file.after_transfer is None:
        hint = "where callers go on who come back from a queue after the engine was restarted"
        yield file.source.at_key((), "the line's first file needs “after_transfer”", hint)


def _check_numbers(parsed: Parsed, graph: _Graph) -> Iterator[Problem]:
    if parsed.numbers is None or parsed.numbers_source is None:
        return
    yield from _placed(parsed.numbers_source, (), parsed.numbers.findings())
    for number, about in parsed.numbers.numbers.items():
        if about.entry and (wrong := graph.wrong(about.entry, None)):
            yield parsed.numbers_source.at_value(("numbers", number, "entry"), wrong.message, wrong.hint)


def _check_calendar(parsed: Parsed, today: date | None) -> Iterator[Problem]:
    if parsed.calendar is None or parsed.calendar_source is None:
        return
    if parsed.numbers is not None:
        yield from _placed(parsed.calendar_source, (), parsed.calendar.findings(parsed.numbers.branches))
    last = parsed.calendar.last_year()
    if today is not None and parsed.calendar.schedules and (last is None or last < today.year):
        problem = parsed.calendar_source.at_key(("holidays",), f"no holidays are written down for {today.year}")
        yield dataclasses.replace(problem, level="warning")


def _check_reach(parsed: Parsed, graph: _Graph, line: str) -> Iterator[Problem]:
    first = parsed.files[line]
    heads = (first.start, first.after_transfer, *first.anywhere.values())
    roots = [graph.probably(target, f"{line}:") for target in heads if target]
    for entry in (about.entry for about in parsed.numbers.numbers.values()) if parsed.numbers else ():
        if entry and ":" in entry:
            roots.append(graph.probably(entry, ""))
        elif entry in parsed.files:
            roots.append(graph.probably(parsed.files[entry].start, f"{entry}:"))
    reached: set[str] = set()
    while roots:
        address = roots.pop()
        if address not in reached and address in graph.nodes:
            reached.add(address)
            roots += graph.leads_to(address)
    for file in parsed.files.values():
        missed = sorted(name for name in file.ways if f"{file.name}:{name}" not in reached)
        if missed and len(missed) == len(file.ways):
            hint = f"lead to {file.name}:{file.start} from somewhere, or give it a number in {NUMBERS_FILE}.yaml"
            yield file.source.at_key(("start",), f"no call ever comes to file {file.name!r}", hint)
        else:
            yield from (file.source.at_key(("nodes", name), f"no call ever comes to node {name!r}") for name in missed)


def _check_loops(graph: _Graph) -> Iterator[Problem]:
    """Ways on which a caller who does nothing goes round for ever. Every found loop is cut open, to find the next."""
    idle = {
        address: {resolve(e.target, address) for e in ways.exits if not e.chosen} & graph.nodes.keys()
        for address, ways in graph.nodes.items()
    }
    while True:
        try:
            TopologicalSorter(idle).prepare()
        except CycleError as error:
            # graphlib names each node after the one that it leads to here, so the list runs backwards.
            loop = list(reversed(error.args[1]))
        else:
            return
        first = min(range(len(loop) - 1), key=lambda index: loop[index])
        around = [*loop[first:-1], *loop[: first + 1]] if first else loop
        if around[1] not in idle[around[0]]:
            around.reverse()
        source, path = graph.source(around[0])
        names = " → ".join(around)
        yield source.at_key(path, f"a loop without a way out: {names}", "a silent caller would go round for ever")
        idle[around[-2]].discard(around[-1])


def _check_book(book: PromptBook, engine_prompts: tuple[str, ...]) -> Iterator[Problem]:
    for name in book.names():
        seconds = book.longest(name)
        if seconds > MOST_PROMPT_SECONDS:
            message = (
                f"prompt {name!r} takes about {seconds:.0f} s; callers listen to {MOST_PROMPT_SECONDS:.0f} s at most"
            )
            yield Problem(*book.where(name), 1, message, "make it shorter, or two of it")
    for name in engine_prompts:
        if name not in book:
            hint = near(name, book.names()) or "its words belong into prompts/ru/*.yaml"
            yield Problem("prompts", 0, 0, f"the engine itself says the prompt {name!r}, which does not exist", hint)
