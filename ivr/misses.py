"""◆ Turns of a recorded call in which the caller was not understood, or that led to a person. Pure.

What tells a refused answer in a record: the same question was put again at once in other words
(:func:`ivr.call.script.ask_until`), or the script noted that it gives up. A turn that led to a person is one turn, also
when its answer was refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ivr.call.listening import WAITING, Means, Meant
from ivr.call.model import CallRecord, Digits, Entry, HungUp, NoInput, NoMatch, Utterance
from ivr.call.verbs import Ask, Enter, Note, Transfer

GAVE_UP = "not understood too often"
"""What :func:`ivr.call.script.ask_until` notes when it has asked as often as it may."""

Kind = Literal["no match", "handed over"]


@dataclass(frozen=True, slots=True)
class Miss:
    """One turn. ``entry`` is its question with the answer, or the transfer itself where nothing was asked before."""

    kind: Kind
    node: str
    entry: Entry
    why: str = ""
    """Of a turn that was handed over: what the operator's side was told of the reason."""

    @property
    def heard(self) -> Any:
        """The caller's answer; ``None`` where nothing was asked."""
        return self.entry.value if isinstance(self.entry.verb, Ask) else None

    @property
    def confidence(self) -> float | None:
        """The recogniser's, for words."""
        return self.heard.confidence if isinstance(self.heard, Utterance) else None


def misses_of(
    record: CallRecord, means: Means, found_nothing: Callable[[Any], bool] = lambda answer: False
) -> Iterator[Miss]:
    """The turns of ``record``, in order.

    ``means`` tells words that are obeyed at every step: «повторите» is no miss. ``found_nothing`` tells the answer of
    an errand that could make nothing of the caller's words; it is a miss where the same is asked again.
    """
    node = ""
    refused: dict[int, Miss] = {}
    last: tuple[int, str, Entry] | None = None
    over: dict[int, Miss] = {}
    for at, entry in enumerate(record.entries):
        following = record.entries[at + 1] if at + 1 < len(record.entries) else None
        match entry.verb:
            case Enter(node=entered):
                node = entered
            case Ask() if not isinstance(entry.value, HungUp):
                last = at, node, entry
                if _is_refused(entry, following, means):
                    refused[at] = Miss("no match", node, entry)
            case Transfer():
                asked_at, where, asked = last or (at, node, entry)
                over.setdefault(asked_at, Miss("handed over", where, asked, dict(entry.verb.context).get("why", "")))
            case Note():
                pass
            case _ if last is not None and found_nothing(entry.value):
                if _is_asked_again(last[2], record.entries[at + 1 :]):
                    refused[last[0]] = Miss("no match", last[1], last[2])
    yield from (miss for _, miss in sorted((refused | over).items()))


def _is_asked_again(asked: Entry, following: Sequence[Entry]) -> bool:
    """Whether the next question is after the same as ``asked``."""
    for entry in following:
        match entry.verb:
            case Ask(speech=speech):
                return speech is not None and speech.expects == getattr(asked.verb.speech, "expects", None)
            case Enter() | Transfer():
                return False
    return False


def _is_refused(entry: Entry, following: Entry | None, means: Means) -> bool:
    """Whether the answer was one that the question does not take."""
    answer, asked = entry.value, entry.verb
    if isinstance(answer, NoInput):
        return False
    if isinstance(answer, Utterance) and means(answer.text) in (Meant.REPEAT, Meant.WAIT):
        return False
    if isinstance(answer, NoMatch):
        return True
    if following is None:
        return False
    again = following.verb
    if isinstance(again, Note):
        return again.text == GAVE_UP
    if not isinstance(again, Ask) or again.prompt == WAITING:
        return False
    repeated = isinstance(answer, Digits) and again.prompt == asked.prompt
    return not repeated and again == replace(asked, prompt=again.prompt, flush=True)
