"""Scripts: what happens in a call, in order; and what scripts are put together from."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ivr.call.model import Answer, Digits, Heard, NoInput, Outcome, Prompt, Utterance
from ivr.call.verbs import Ask, Note, Reply, Verb

T = TypeVar("T")

Steps = Coroutine[Verb[Any], Reply[Any], T]
"""A started script (or a piece of one) that ends with a ``T``."""
Script = Callable[[], Coroutine[Any, Any, Outcome]]
"""A call script, not yet started: always passed as a factory, so that nothing half-started is lost."""


class CallerHungUp(BaseException):
    """The caller is gone. Raised from voice verbs only, never from errands.

    A ``BaseException``, so that no ``except Exception`` swallows it. A script may catch it to say how the call is to
    be counted; it may run errands afterwards, but the next voice verb closes it.
    """

    def __init__(self, in_queue: str | None = None) -> None:
        super().__init__(in_queue)
        self.in_queue = in_queue


@dataclass(frozen=True, slots=True)
class GaveUp:
    """A question was asked as often as it may be; ``silent`` tells whether the last try brought nothing at all."""

    silent: bool


async def ask_until(
    question: Ask,
    accept: Callable[[Heard], T | None],
    *,
    no_input: Sequence[Prompt],
    no_match: Sequence[Prompt],
) -> T | GaveUp:
    """Ask until ``accept`` takes the answer, or until either ladder is used up.

    No-input and no-match are counted apart: the n-th silence is followed by ``no_input[n]`` as the reprompt, the
    n-th answer that ``accept`` refuses (returns ``None`` for) by ``no_match[n]``. With the ladder at its end the
    caller has been asked as often as is decent: :class:`GaveUp`. One budget bounds both (VoiceXML 2.0, section 5.2.2).
    """
    silences = refusals = 0
    asked = question
    while True:
        answer: Answer = await asked
        if isinstance(answer, Digits | Utterance):
            accepted = accept(answer)
            if accepted is not None:
                return accepted
        if isinstance(answer, NoInput):
            if silences >= len(no_input):
                await Note("silent too often")
                return GaveUp(silent=True)
            reprompt = no_input[silences]
            silences += 1
        else:
            if refusals >= len(no_match):
                await Note("not understood too often")
                return GaveUp(silent=False)
            reprompt = no_match[refusals]
            refusals += 1
        asked = replace(question, prompt=reprompt, flush=True)
