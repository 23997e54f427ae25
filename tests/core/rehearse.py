"""Running a script without an event loop: answers in, verbs and outcome out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ivr.call.errands import Errand
from ivr.call.memory import remembering
from ivr.call.model import Outcome, Prompt
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Ask, Enter, Note, Reply, Say, Transfer, Verb
from ivr.ports import LineDropped

HANG_UP = CallerHungUp()


@dataclass
class Rehearsal:
    """What a script did. ``outcome`` is None when it let the caller's hang-up through, as scripts may."""

    verbs: list[Verb[Any]] = field(default_factory=list)
    outcome: Outcome | None = None

    @property
    def said(self) -> list[Prompt]:
        return [verb.prompt for verb in self.verbs if isinstance(verb, Say | Ask)]

    @property
    def names(self) -> list[str]:
        return [prompt.name for prompt in self.said]

    @property
    def notes(self) -> list[str]:
        return [verb.text for verb in self.verbs if isinstance(verb, Note)]

    @property
    def nodes(self) -> list[str]:
        return [verb.node for verb in self.verbs if isinstance(verb, Enter)]

    def of(self, kind: type[Any]) -> list[Any]:
        return [verb for verb in self.verbs if isinstance(verb, kind)]


def rehearse(
    script: Script,
    answers: Iterable[Any] | Callable[[Verb[Any]], Any] = (),
    errands: Mapping[type[Errand[Any]], Callable[[Any], Any]] | None = None,
) -> Rehearsal:
    """Run ``script`` to its end.

    ``errands`` answer what they are given for; every other errand and every question or transfer takes the next of
    ``answers`` (a callable is asked about each voice verb, and gives for ``Say`` what was overheard). HANG_UP as an
    answer, or LineDropped raised by the callable, is the caller hanging up; a second voice verb after that ends the
    script, as in the runner.
    """
    steps = remembering(script)()
    done = Rehearsal()
    queue = None if callable(answers) else iter(answers)
    thrown: CallerHungUp | None = None
    reply: Reply[Any] | None = None
    hung_up = False
    while True:
        try:
            verb = steps.send(reply) if thrown is None else steps.throw(thrown)
        except StopIteration as end:
            done.outcome = end.value
            return done
        except CallerHungUp:
            return done
        thrown = None
        done.verbs.append(verb)
        is_voice = isinstance(verb, Say | Ask | Transfer)
        if hung_up and is_voice:
            steps.close()
            return done
        value: Any = None
        if isinstance(verb, Errand) and errands is not None and type(verb) in errands:
            value = errands[type(verb)](verb)
        elif callable(answers):
            assert not isinstance(verb, Errand), f"nobody answers {verb}"
            if is_voice:
                try:
                    value = answers(verb)
                except LineDropped as gone:
                    value = CallerHungUp(gone.in_queue)
        elif isinstance(verb, Ask | Transfer | Errand):
            assert queue is not None
            try:
                value = next(queue)
            except StopIteration:
                raise AssertionError(f"no answer left for {verb}") from None
        if isinstance(value, CallerHungUp):
            hung_up, thrown = True, value
        elif isinstance(verb, Say):
            reply = Reply(None, value or ())
        else:
            reply = Reply(value)
