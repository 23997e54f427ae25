"""◆ A whole call as a conversation file: how a phrase is to go through the dialplan, for the tests. Pure.

The way to the menu is looked for by holding the call again and again, one more key each time. Nobody is known and
nothing is dark in that call, so that it needs no register.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml

from ivr.call.errands import Errand, Now
from ivr.call.model import (
    Abandoned,
    Answer,
    Connected,
    Digits,
    LeftQueue,
    Outcome,
    OutcomeClass,
    Prompt,
    Utterance,
    classify,
)
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Ask, Enter, Note, Reply, Say, Transfer, Verb
from ivr.dialplan.model import Plan
from ivr.dialplan.nodes.menu import KEYS, Menu

MOST_TRIED = 300
"""Calls held to find the way; the deepest menu of a sensible dialplan is found far sooner."""
LONG_CALL_S = 60.0
WIDTH = 110

Errands = Mapping[type[Errand[Any]], Callable[[Any], Any]]
"""What errands answer in a call where nobody is known and nothing is dark."""
Line = dict[str, str]


class NoWay(LookupError):
    """The menu cannot be reached without knowing the caller; the message says what stands in the way."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A call in which the phrase is said: the lines of its conversation, and how it ends."""

    lines: tuple[Line, ...]
    ends: OutcomeClass
    outcome: str
    after: str
    """The node that the phrase leads to."""

    def to_yaml(self, title: str, at: datetime, dialled: str) -> str:
        """The conversation as ``tests/conversations`` keeps them."""
        head = {"title": title, "talks": "yes", "at": f"{at:%Y-%m-%d %H:%M}", "caller": "hidden", "dialled": dialled}
        told = {**head, "ends": self.ends.value, "outcome": self.outcome, "call": list(self.lines)}
        return yaml.safe_dump(told, allow_unicode=True, sort_keys=False, width=WIDTH)


def draft(plan: Plan, script: Script, node: str, phrase: str, errands: Errands, now: datetime) -> Drafted:
    """A call by ``plan`` in which a caller with a hidden number says ``phrase`` at the menu ``node``.

    ``script`` is that call's. Raises :class:`NoWay`.
    """
    ways: deque[tuple[str, ...]] = deque([()])
    seen: set[str] = set()
    for _ in range(MOST_TRIED):
        if not ways:
            break
        keys = ways.popleft()
        held = _Held(plan, node, phrase, errands, now, list(keys))
        outcome = held.hold(script)
        if outcome is None:
            if held.said:
                raise NoWay(f"what comes behind {node} needs more than is known of nobody")
            continue
        if held.said:
            return Drafted(tuple(held.lines), classify(outcome, LONG_CALL_S), type(outcome).__name__, held.after)
        if held.stuck_at not in seen:
            seen.add(held.stuck_at)
            here = plan.dialplan.nodes.get(held.stuck_at)
            if isinstance(here, Menu):
                ways.extend((*keys, KEYS[key]) for key, choice in here.choices.items() if choice.to != held.stuck_at)
    raise NoWay(f"no way to {node} was found for a caller whom nobody knows")


@dataclass(slots=True)
class _Held:
    """One call: ``keys`` are pressed at the menus on the way, the phrase is said at ``node``."""

    plan: Plan
    target: str
    phrase: str
    errands: Errands
    now: datetime
    keys: list[str]
    lines: list[Line] = field(default_factory=list)
    node: str = ""
    said: bool = False
    after: str = ""
    stuck_at: str = ""
    """The node in which an answer was wanted that was not there."""

    def hold(self, script: Script) -> Outcome | None:
        """Hold the call; ``None`` when an errand comes up that has no answer in it."""
        steps = script()
        reply: Reply[Any] | None = None
        gone: CallerHungUp | None = None
        try:
            while True:
                try:
                    verb = steps.send(reply) if gone is None else steps.throw(gone)
                except StopIteration as end:
                    outcome: Outcome = end.value
                    return outcome
                except CallerHungUp as end:
                    return LeftQueue(end.in_queue) if end.in_queue else Abandoned(self.node)
                if gone is not None and isinstance(verb, Say | Ask | Transfer):
                    return Abandoned(self.node)
                gone = None
                if isinstance(verb, Errand) and not isinstance(verb, Now) and type(verb) not in self.errands:
                    return None
                value = self._value(verb)
                if isinstance(value, CallerHungUp):
                    gone = value
                reply = Reply(None if isinstance(value, CallerHungUp) else value)
        finally:
            steps.close()

    def _value(self, verb: Verb[Any]) -> Any:
        match verb:
            case Enter(node=node):
                self.node = node
                self.after = self.after or (node if self.said else "")
            case Note():
                pass
            case Say(prompt=prompt):
                self.lines.append(self._robot(prompt))
            case Ask(prompt=prompt):
                self.lines.append(self._robot(prompt))
                return self._answer()
            case Transfer():
                self.lines.append({"operator": "answers after 5 s"})
                return Connected(5.0, 60.0)
            case Now():
                return self.now
            case Errand():
                return self.errands[type(verb)](verb)
        return None

    def _answer(self) -> Answer | CallerHungUp:
        if self.node == self.target and not self.said:
            self.said = True
            self.lines.append({"caller": f"says {self.phrase}"})
            return Utterance(self.phrase)
        if not self.said and self.keys:
            key = self.keys.pop(0)
            self.lines.append({"caller": f"presses {key}"})
            return Digits(key)
        return self._stuck()

    def _stuck(self) -> CallerHungUp:
        self.stuck_at = self.node
        self.lines.append({"caller": "hangs up"})
        return CallerHungUp()

    def _robot(self, prompt: Prompt) -> Line:
        if not prompt.pairs:
            return {"says": prompt.name}
        return {"robot": self.plan.book.speak(prompt, self.now, talk=True).text}
