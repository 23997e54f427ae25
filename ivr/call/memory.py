"""What a call remembers from one piece of its script to the next.

The dialplan hands a call from topic to topic, and no caller likes to be asked the same thing twice. A topic therefore
says ``await Remember(fact)``, and a later one of the same call asks ``await Recall(Kind)``. The combinator
:func:`remembering` around the whole script answers both: the facts live in it, one per call, and end with the call.
Neither verb reaches the runner, and so neither is journaled: a replay finds the facts again by running the script.
"""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

from ivr.call.model import Digits, Outcome, Utterance
from ivr.call.script import Script
from ivr.call.verbs import Reply, Verb

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Remember(Verb[None]):
    """Keep a fact for the rest of the call; it replaces an earlier one of the same class."""

    fact: object


@dataclass(frozen=True, slots=True)
class Recall(Verb[T | None]):
    """The fact of this class that was remembered last, or ``None``."""

    kind: type[T]


@dataclass(frozen=True, slots=True)
class BelongsTo:
    """A fact to remember: the branch (region code) and the РЭС of the service point that the call is about.

    It outweighs what the numbers told (DOMAIN section 4): hours, announcements and the operator's side go by it.
    """

    branch: str
    res: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """A fact to remember: what the call is about, as the name of a topic (``no_power``, ``theft`` …)."""

    topic: str


@dataclass(frozen=True, slots=True)
class AtPlace:
    """A fact to remember: where it is, in a few words: street and house; never a flat, never a name."""

    address: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A fact to remember: the ticket that this call has opened or joined last."""

    number: int
    topic: str


@dataclass(frozen=True, slots=True)
class SaidLately:
    """What the caller has said last, the newest last. :class:`Remembering` keeps it by itself."""

    words: tuple[str, ...] = ()
    last: str = ""
    """The words of the very last answer; empty when that was given by keys."""


MOST_SAID = 3
"""So many of the caller's sentences are kept."""


class Remembering(Coroutine[Verb[Any], Any, Outcome]):
    """A started script whose :class:`Remember` and :class:`Recall` are answered here; all else passes through, and what
    the caller says on the way is kept as :class:`SaidLately`."""

    def __init__(self, inner: Coroutine[Any, Any, Outcome]) -> None:
        self.inner = inner
        self._facts: dict[type[object], object] = {}

    @property
    def cr_await(self) -> Coroutine[Any, Any, Outcome]:
        """The script inside, under the name that whoever prints a running coroutine looks for."""
        return self.inner

    def send(self, value: Any) -> Verb[Any]:
        """The next verb that is not about memory. Raises ``StopIteration`` with the outcome at the script's end."""
        if isinstance(value, Reply):
            for heard in (*value.overheard, value.value):
                self._note_heard(heard)
        return self._pass(self.inner.send(value))

    def throw(
        self,
        typ: Any,
        val: Any = None,
        tb: TracebackType | None = None,
    ) -> Verb[Any]:
        """Raise an exception inside the script; the next verb that is not about memory."""
        raised = typ if val is None else val
        return self._pass(self.inner.throw(raised if tb is None else raised.with_traceback(tb)))

    def close(self) -> None:
        """Close the script inside."""
        self.inner.close()

    def __await__(self) -> Any:
        """Being awaited by another script (a combinator around this one)."""
        value: Any = None
        try:
            verb = self.send(None)
            while True:
                try:
                    value = yield verb
                except GeneratorExit:
                    self.close()
                    raise
                except BaseException as error:
                    verb = self.throw(error)
                else:
                    verb = self.send(value)
        except StopIteration as end:
            return end.value

    def _note_heard(self, heard: object) -> None:
        if isinstance(heard, Utterance) and heard.text.strip():
            known = self._facts.get(SaidLately)
            before = known.words if isinstance(known, SaidLately) else ()
            self._facts[SaidLately] = SaidLately((*before, heard.text)[-MOST_SAID:], heard.text)
        elif isinstance(heard, Digits):
            known = self._facts.get(SaidLately)
            if isinstance(known, SaidLately):
                self._facts[SaidLately] = SaidLately(known.words)

    def _pass(self, verb: Any) -> Verb[Any]:
        while True:
            if isinstance(verb, Remember):
                self._facts[type(verb.fact)] = verb.fact
                verb = self.inner.send(Reply(None))
            elif isinstance(verb, Recall):
                verb = self.inner.send(Reply(self._facts.get(verb.kind)))
            else:
                passed: Verb[Any] = verb
                return passed


def remembering(script: Script) -> Script:
    """The same script, with a memory of its own for every call that it is started for."""

    def started() -> Remembering:
        return Remembering(script())

    return started
