"""What holds at every step of a call: danger words, «оператор», «повторите», «подождите».

A combinator over scripts, not an ``if`` in every topic: :func:`listening_for` looks at everything that the caller says,
as an answer or in the middle of a sentence of ours, before the script inside gets to see it.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, TypeVar

from ivr.call.model import Heard, Prompt, Speech, Utterance
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Ask, Reply, Say, Transfer, Verb

T = TypeVar("T")


class Meant(Enum):
    """What a caller may mean at any step."""

    DANGER = "danger"
    PERSON = "person"
    REPEAT = "repeat"
    WAIT = "wait"


Means = Callable[[str], Meant | None]
"""Words → what they mean at any step, if they do."""

MOST_REPEATS = 3
"""So often in a row the same is said again; after that «повторите» is an answer like any other."""
WAITING = Prompt("i_wait")
LONG_WAIT_S = 30.0
"""How long a caller who asked us to wait is waited for."""


@dataclass(frozen=True, slots=True)
class Left:
    """The script was left for something that goes before it."""

    meant: Meant


class LeftFor(CallerHungUp):
    """Raised inside a script that is left. To the script it is as if the caller were gone: it may say what has come of
    its part and write what must be written, but says nothing more."""


class Listening(Generator[Verb[Any], Any, Any]):
    """A started script whose replies are looked through first. ``cr_await``: see :class:`ivr.dialplan.walk.Watched`."""

    def __init__(self, steps: Coroutine[Any, Any, Any], means: Means, leaves_for: frozenset[Meant]) -> None:
        self.cr_await = steps
        self._means = means
        self._leaves_for = leaves_for
        self._leaving: Meant | None = None
        self._due: Meant | None = None
        """What was said while an errand was done: the script has its answer first, and is left before it says more."""
        self._verb: Verb[Any] | None = None
        """The voice verb whose reply comes next."""
        self._told: list[Say] = []
        """What was told since the caller's last answer: it can be said again."""
        self._asked: Ask | None = None
        self._ahead: list[Verb[Any]] = []
        """What is still to be said again."""
        self._repeats = 0
        self._insisted = False

    def __await__(self) -> Listening:
        return self

    def send(self, value: Any) -> Verb[Any]:
        """The next verb: the script's own, or one said again. Raises ``StopIteration`` with :class:`Left`."""
        if self._leaving is None and self._verb is None and value is not None and value.overheard:
            meant = self._meaning(None, value)
            self._due = meant if meant in self._leaves_for else self._due
        if self._leaving is None and self._verb is not None:
            meant = self._meaning(self._verb, value)
            if meant in self._leaves_for:
                self._leaving = meant
                return self.throw(LeftFor())
            if meant is Meant.REPEAT and self._repeats < MOST_REPEATS:
                self._repeats += 1
                return self._again()
            if meant is Meant.WAIT and isinstance(self._verb, Ask) and self._verb.prompt != WAITING:
                return self._pass(replace(self._verb, prompt=WAITING, wait=LONG_WAIT_S, flush=True))
            if isinstance(self._verb, Say) and self._verb.interruptible and (first := self._instead(self._verb, meant)):
                return self._pass(first)
            if self._ahead:
                return self._pass(self._ahead.pop(0))
        try:
            return self._step(self.cr_await.send(value))
        except StopIteration:
            self._leaving = self._leaving or self._due
            self._say_left()
            raise

    def throw(self, typ: Any, val: Any = None, tb: Any = None) -> Verb[Any]:
        """Raise an exception in the script; its next verb, if it goes on."""
        error = typ if val is None else val
        self._due = None  # whoever has hung up is led nowhere
        try:
            return self._step(self.cr_await.throw(error if tb is None else error.with_traceback(tb)))
        except (StopIteration, LeftFor):
            self._say_left()
            raise

    def close(self) -> None:
        """End the script."""
        self.cr_await.close()

    def _say_left(self) -> None:
        if self._leaving is not None:
            raise StopIteration(Left(self._leaving)) from None

    def _step(self, verb: Verb[Any]) -> Verb[Any]:
        """A verb of the script's own."""
        voice = isinstance(verb, Say | Ask | Transfer)
        if self._leaving is not None:
            if voice:  # it was told that the caller listens no more: it may write, but what it says is not said
                self.cr_await.close()
                self._say_left()
            return verb
        if voice and self._due is not None:
            self._leaving, self._due = self._due, None
            return self.throw(LeftFor())
        if isinstance(verb, Say):
            if self._asked is not None:
                self._told.clear()
                self._asked = None
            self._told.append(verb)
        elif isinstance(verb, Ask):
            if self._asked is None or self._asked.prompt != verb.prompt:
                self._repeats = 0
            self._asked = verb
        elif isinstance(verb, Transfer):
            self._told.clear()
        return self._pass(verb)

    def _pass(self, verb: Verb[Any]) -> Verb[Any]:
        self._verb = verb if isinstance(verb, Say | Ask) else None
        return verb

    def _instead(self, cut: Say, meant: Meant | None) -> Verb[Any] | None:
        """What comes after a sentence that was cut short by words which lead nowhere from here; it must not be lost.

        Who speaks of danger where danger is spoken of hears the rest of it all the same, but is not held up for ever.
        """
        if meant is Meant.DANGER and not self._insisted:
            self._insisted = True
            return cut
        if meant is Meant.WAIT and self._repeats < MOST_REPEATS:
            self._repeats += 1
            self._ahead.insert(0, cut)
            return Ask(WAITING, wait=LONG_WAIT_S, flush=True, speech=Speech("free"))
        return None

    def _again(self) -> Verb[Any]:
        """What was told since the last answer, and the question after it."""
        again: list[Verb[Any]] = [*self._told]
        if isinstance(self._verb, Ask) and self._asked is not None:  # not the «I wait» that may stand in for it
            again.append(replace(self._asked, flush=True))
        first, *self._ahead = again
        return self._pass(first)

    def _meaning(self, verb: Verb[Any] | None, reply: Reply[Any] | None) -> Meant | None:
        """The most urgent meaning of what was said meanwhile and answered."""
        if reply is None:
            return None
        heard: list[Heard] = list(reply.overheard)
        if isinstance(verb, Ask) and isinstance(reply.value, Utterance):
            heard.append(reply.value)
        meanings = {self._means(one.text) for one in heard if isinstance(one, Utterance)}
        return next((meant for meant in Meant if meant in meanings), None)


def listening_for(steps: Coroutine[Any, Any, T], means: Means, leaves_for: frozenset[Meant]) -> Listening:
    """``await listening_for(script(), means, {DANGER, PERSON})`` → what the script returns, or :class:`Left`.

    ``means`` tells what words mean at any step. What is in ``leaves_for`` ends the script; ``REPEAT`` says again what
    was told since the caller's last answer, ``WAIT`` gives the caller time.
    """
    return Listening(steps, means, leaves_for)
