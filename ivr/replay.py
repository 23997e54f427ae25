"""◆ A recorded call, held again by today's dialplan and scripts: where it would go another way. Pure.

The script runs as it is now and is given what the record says that caller, errands and operators answered. Once it goes
another way it is given the answers that still fit (the same question's, the same errand's); where none does, nobody
knows how the call would have gone on, and the replay ends there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from difflib import SequenceMatcher
from enum import Enum
from typing import Any

from ivr.call.errands import Now
from ivr.call.journal import encode
from ivr.call.model import Abandoned, CallRecord, Entry, Failed, HandedOver, HungUp, LeftQueue, Outcome, Prompt
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Ask, Enter, Note, Reply, Say, Transfer, Verb
from ivr.runner import APOLOGY, FILLER

MOST_STEPS = 2_000
"""No call has more; a script that goes round and round without anybody's answer is ended here."""

Wordings = Callable[[Prompt, float], tuple[str, ...]]
"""A prompt, and when it is said (seconds after the call's start) → how it may be worded today; empty: not at all."""


class Change(Enum):
    """What has become of a step of the recorded call."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Row:
    """One step, as it was or would be; ``first`` marks the first that differs."""

    change: Change
    entry: Entry
    first: bool = False


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of a replay."""

    rows: tuple[Row, ...]
    before: Outcome
    after: Outcome | None
    """How the call would end; ``None`` when that cannot be known."""
    stopped: str = ""
    """Why it could not go on."""

    @property
    def same(self) -> bool:
        """Whether the call would go as it went, to its end."""
        return self.first is None and not self.stopped and self.outcome_same

    @property
    def outcome_same(self) -> bool:
        """Whether it would end as it did."""
        return self.after is not None and _text(self.before) == _text(self.after)

    @property
    def first(self) -> Row | None:
        """The first step that differs."""
        return next((row for row in self.rows if row.first), None)

    @property
    def node(self) -> str:
        """The node that the call is in when it first differs (at its end, where only that differs)."""
        node = ""
        for row in self.rows:
            if isinstance(row.entry.verb, Enter) and (row.change is Change.SAME or not node):
                node = row.entry.verb.node
            if row.first:
                break
        return node


def replay(record: CallRecord, script: Script, wordings: Wordings, *, words: bool = False) -> Replayed:
    """Hold ``record`` again with ``script``, the one that today's plan has for its call.

    ``words``: a sentence that is worded otherwise counts as a difference, too; else only what is said, not how.
    """
    told = _Told(record)
    now, outcome, stopped = _hold(record, script, told, wordings, words=words)
    before = [entry for entry in told.entries if not isinstance(entry.verb, Note)]
    return Replayed(_rows(before, now, words=words, stopped=bool(stopped)), record.outcome, outcome, stopped)


def came_back(record: CallRecord) -> bool:
    """Whether the record begins with a caller who is back from a queue (``ivr.engine.resumed``)."""
    first = record.entries[0].verb if record.entries else None
    return isinstance(first, Note) and first.text.startswith("back from a queue")


class _Told:
    """What the record says, and how far it has been used. ``cut``: we ended the call ourselves, or died: it has no end
    that could be compared."""

    def __init__(self, record: CallRecord) -> None:
        entries = [each for each in record.entries if not (isinstance(each.verb, Say) and each.verb.prompt == FILLER)]
        if came_back(record):
            entries = entries[next((n for n, each in enumerate(entries) if isinstance(each.verb, Enter)), 0) :]
        if isinstance(record.outcome, Failed):  # the apology is the runner's, not the script's
            said = [n for n, each in enumerate(entries) if isinstance(each.verb, Say) and each.verb.prompt == APOLOGY]
            entries = entries[: said[-1]] if said else entries
        self.entries = entries
        stopped = isinstance(record.outcome, Failed) and record.outcome.why.startswith("the engine")
        self.cut = stopped or isinstance(record.outcome, HandedOver)
        self.at = 0
        self.seconds = 0.0

    @property
    def used_up(self) -> bool:
        """Whether nothing is left of what was done."""
        return all(isinstance(each.verb, Note) for each in self.entries[self.at :])

    def take(self, verb: Verb[Any]) -> Entry | None:
        """The entry that answers ``verb``, which counts as used with all before it."""
        index = self._find(verb, exactly=True)
        if index is None:
            index = self._find(verb, exactly=False)
        if index is None:
            return None
        self.at = index + 1
        self.seconds = self.entries[index].at
        return self.entries[index]

    def _find(self, verb: Verb[Any], *, exactly: bool) -> int | None:
        """Beyond the caller's next answer only questions and transfers are looked for: what is said in between
        belongs to another turn."""
        far = isinstance(verb, Ask | Transfer)
        for index in range(self.at, len(self.entries)):
            other = self.entries[index].verb
            if _text(verb) == _text(other) if exactly else _alike(verb, other):
                return index
            if not far and isinstance(other, Ask | Transfer):
                return None
        return None


def _alike(one: Verb[Any], other: Verb[Any]) -> bool:
    """Whether the answer to ``other`` may stand for one to ``one``."""
    match one, other:
        case (Say(prompt=prompt), Say(prompt=said)) | (Ask(prompt=prompt), Ask(prompt=said)):
            return prompt.name == said.name
        case (Enter() | Note() | Say() | Ask(), _):
            return False
        case _:
            return type(one) is type(other)


def _hold(
    record: CallRecord, script: Script, told: _Told, wordings: Wordings, *, words: bool
) -> tuple[list[Entry], Outcome | None, str]:
    """Run the script: its steps, its outcome (``None`` when it had to be left), and why it was left."""
    steps = script()
    now: list[Entry] = []
    reply: Reply[Any] | None = None
    gone: CallerHungUp | None = None
    hung_up = False
    node = ""
    try:
        while len(now) < MOST_STEPS:
            try:
                verb = steps.send(reply) if gone is None else steps.throw(gone)
            except StopIteration as end:
                outcome: Outcome = end.value
                return now, outcome, ""
            except CallerHungUp as end:
                return now, LeftQueue(end.in_queue) if end.in_queue else Abandoned(node), ""
            except Exception as error:  # what a script can do wrong is an outcome of the call: see ivr/runner.py
                return now, Failed(f"{type(error).__name__}: {error}"), ""
            gone = None
            if hung_up and isinstance(verb, Say | Ask | Transfer):
                return now, Abandoned(node), ""
            if isinstance(verb, Note):
                reply = Reply(None)
                continue
            if told.cut and told.used_up:
                return now, record.outcome, ""
            if isinstance(verb, Enter):
                node = verb.node
            before = told.take(verb) or (_instead(told) if isinstance(verb, Ask) else None)
            entry = _entry(len(now), verb, before, told.seconds, wordings, words=words)
            now.append(entry)
            if before is None and not isinstance(verb, Say | Enter):
                if not isinstance(verb, Now):
                    return now, None, _unknown(verb)
                reply = Reply(record.call.started_at + timedelta(seconds=told.seconds))
            elif isinstance(entry.value, HungUp):
                hung_up = True
                gone = CallerHungUp(verb.queue if isinstance(verb, Transfer) else None)
            else:
                reply = Reply(entry.value, entry.overheard, voiced=before is None or _was_voiced(before))
        return now, None, f"more than {MOST_STEPS} steps"
    finally:
        steps.close()


def _instead(told: _Told) -> Entry | None:
    """The caller's next answer, for a question that was another one then."""
    for index in range(told.at, len(told.entries)):
        match told.entries[index].verb:
            case Ask():
                told.at = index + 1
                return told.entries[index]
            case Transfer():
                return None
    return None


def _was_voiced(entry: Entry) -> bool:
    return not isinstance(entry.verb, Say) or bool(entry.said or entry.overheard)


def _unknown(verb: Verb[Any]) -> str:
    match verb:
        case Ask(prompt=prompt):
            return f"the caller would be asked “{prompt.name}”, and no answer to it is known"
        case Transfer(queue=queue):
            return f"the caller would wait in the queue “{queue}”, and nobody knows who would answer"
        case _:
            return f"{type(verb).__name__} would be done, and its answer is not known"


def _entry(
    index: int, verb: Verb[Any], before: Entry | None, seconds: float, wordings: Wordings, *, words: bool
) -> Entry:
    """The step as it would be recorded."""
    if not isinstance(verb, Say | Ask):
        if before is None:
            return Entry(index, seconds, 0.0, verb, None)
        return replace(before, index=index, verb=verb)
    as_before = before is not None and _text(before.verb.prompt) == _text(verb.prompt)
    said = before.said if before is not None and as_before else ""
    # A question that was answered by keys typed ahead, or hung up on, was not heard: there is nothing to compare.
    if not as_before or (words and said):
        ways = wordings(verb.prompt, seconds)
        # A name that could not be voiced in time was left out of what was said: the nearest wording is the one.
        if said not in ways:
            said = max(ways, key=lambda way: SequenceMatcher(None, way, said).ratio(), default="")
    if before is None:
        return Entry(index, seconds, 0.0, verb, None, said=said)
    return replace(before, index=index, verb=verb, said=said, value=before.value)


def _rows(before: Sequence[Entry], now: Sequence[Entry], *, words: bool, stopped: bool) -> tuple[Row, ...]:
    rows = list(_compared(before, now, words=words, stopped=stopped))
    first = next((n for n, row in enumerate(rows) if row.change is not Change.SAME), None)
    return tuple(replace(row, first=n == first) for n, row in enumerate(rows))


def _compared(before: Sequence[Entry], now: Sequence[Entry], *, words: bool, stopped: bool) -> Iterator[Row]:
    old, new = [_key(each, words=words) for each in before], [_key(each, words=words) for each in now]
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from (Row(Change.SAME, each) for each in now[new_from:new_to])
            continue
        if not (stopped and old_to == len(before)):  # what came after the end of a replay has not been compared
            yield from (Row(Change.GONE, each) for each in before[old_from:old_to])
        yield from (Row(Change.NEW, each) for each in now[new_from:new_to])


def _key(entry: Entry, *, words: bool) -> str:
    """What makes two steps the same step."""
    match entry.verb:
        case Say(prompt=prompt) | Ask(prompt=prompt) as verb:
            return f"{type(verb).__name__} {_text(prompt)} {entry.said if words else ''}"
        case Transfer(queue=queue, priority=priority):
            return f"Transfer {queue} {priority}"
        case verb:
            return _text(verb)


def _text(value: Any) -> str:
    """A value as it is stored: what has been renamed since comes back as Unknown, and is compared all the same."""
    return json.dumps(encode(value), ensure_ascii=False, sort_keys=True)
