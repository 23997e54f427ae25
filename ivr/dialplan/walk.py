"""A plan and a call → a script: from node to node until the call ends."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any

from ivr.call.handover import Handover, reason_of
from ivr.call.listening import WAITING, Left, Means, Meant, listening_for
from ivr.call.memory import About, AtPlace, BelongsTo, Recall, Registered, Remember, SaidLately, remembering
from ivr.call.model import Abandoned, Call, Ended, LeftQueue, NeedsPerson, Outcome, OutcomeClass, Prompt
from ivr.call.script import CallerHungUp, Script
from ivr.call.verbs import Enter, Note, Verb
from ivr.dialplan.fields import PromptUse, resolve
from ivr.errors import IvrError

if TYPE_CHECKING:
    from ivr.dialplan.model import Plan
    from ivr.dialplan.topics import Topic

MOST_NODES = 200
"""No sensible call visits more. A dialplan's idle loops are refused when it is loaded; a caller may still go round
and round by pressing keys."""

_WORTH = {OutcomeClass.OPERATOR: 3, OutcomeClass.SERVED: 2, OutcomeClass.ERROR: 1}
"""Which outcome stands for a call that had several; those not named here do not stand for it at all."""


Chooses = Callable[[str, Mapping[str, Sequence[str]]], str | None]
"""Words, and the phrases of each choice → the choice that is meant, if it is one."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What words mean: to a menu, and at any step. Given by whoever knows the language (``robot/understanding/``)."""

    chooses: Chooses
    means: Means


MOST_LEFT = 5
"""So often a call may leave where it is for danger or a person: one that never gets there must come to an end."""


class WalkedTooLong(IvrError):
    """A call came through more than :data:`MOST_NODES` nodes. The runner apologises and finds a person."""


class Visit:
    """What the nodes of one call share: the call, its plan, and what has come of it so far."""

    def __init__(
        self, plan: Plan, call: Call, topics: Mapping[str, Topic], understanding: Understanding | None = None
    ) -> None:
        self.understanding = understanding
        self.left = 0
        self.plan = plan
        self.call = call
        self.topics = topics
        self.address = ""
        self.best: Outcome | None = None
        self.why = ""
        self.hung_up = False

    def understands(self, text: str, phrases: Mapping[str, Sequence[str]]) -> str | None:
        """Which choice is meant by words, given what callers say for each; ``None`` when that is not clear."""
        return self.understanding.chooses(text, phrases) if self.understanding else None

    async def run(self, address: str) -> str | None:
        """Do what the node at ``address`` is for, obeying danger words and «оператор» meanwhile: the address to go on
        at. Within the file that those lead to, they lead nowhere: the caller is there already. Whoever is on the way
        to a dispatcher is not led away from there by asking for a person."""
        steps = self.plan.dialplan.nodes[address].run(self)
        if self.understanding is None:
            target = await steps
            return None if target is None else resolve(target, address)
        here = address.partition(":")[0]
        in_danger = self.plan.anywhere.get(Meant.DANGER.value, "").partition(":")[0] == here
        leads = {
            meant: to
            for meant in (Meant.DANGER, Meant.PERSON)
            if (to := self.plan.anywhere.get(meant.value))
            and not in_danger
            and to.partition(":")[0] != here
            and self.left < MOST_LEFT
        }
        target = await listening_for(steps, self._means, frozenset(leads))
        if isinstance(target, Left):
            self.left += 1
            self.hung_up = False
            self.why = f"said: {target.meant.value}"
            await Note(f"the caller speaks of {target.meant.value}")
            return leads[target.meant]
        return None if target is None else resolve(target, address)

    def _means(self, text: str) -> Meant | None:
        """What words mean at any step; wordings from before there was one for waiting do not know «подождите»."""
        meant = self.understanding.means(text) if self.understanding else None
        return None if meant is Meant.WAIT and WAITING.name not in self.plan.book else meant

    def prompt(self, use: PromptUse) -> Prompt:
        """The prompt that a node asks for."""
        return use.prompt(self.plan.book.takes(use.name)) if use.values else Prompt(use.name)

    def note_outcome(self, outcome: Outcome) -> None:
        """Keep ``outcome`` if it tells more of the call than what there was; of equals the later one counts."""
        worth = _WORTH.get(outcome.kind, 0)
        if worth and worth >= (_WORTH[self.best.kind] if self.best else 0):
            self.best = outcome

    async def hold(self, topic: str, settings: Mapping[str, str]) -> Outcome:
        """Let a topic talk to the caller, and keep what came of it.

        A topic may catch the caller's hang-up to say how its part of the call is to be counted.
        """
        before, about = await Recall(About), settings.get("subject", topic)
        if reason_of(about):
            await Remember(About(about))
        watched = Watched(self.topics[topic](self.call, **settings))
        outcome: Outcome = await watched
        self.hung_up = watched.hung_up
        self.note_outcome(outcome)
        if isinstance(outcome, NeedsPerson):
            self.why = outcome.why
        elif outcome.kind is OutcomeClass.MISSED:  # it had nothing for this caller: that is not what they call about
            await Remember(before or About(""))
        return outcome

    async def belongs_to(self) -> BelongsTo | None:
        """The branch and РЭС: of the service point when a topic has found it, else by the call's numbers."""
        known = await Recall(BelongsTo)
        if known is None and self.call.branch is not None:
            return BelongsTo(self.call.branch, self.call.res or "")
        return known

    async def branch(self) -> str | None:
        """The region code alone."""
        known = await self.belongs_to()
        return known.branch if known else None

    async def handover(self) -> Handover:
        """What is known of the call by now, for whoever takes it over."""
        about, place = await Recall(About), await Recall(AtPlace)
        ticket, said = await Recall(Registered), await Recall(SaidLately)
        return Handover(
            topic=about.topic if about else "",
            address=place.address if place else "",
            ticket=ticket.number if ticket else None,
            words=said.words if said else (),
        )

    async def context(self, known: Handover) -> tuple[tuple[str, str], ...]:
        """What the operator's side is told."""
        belongs = await self.belongs_to()
        facts = [("node", self.address), ("why", self.why)]
        facts += [("branch", belongs.branch), ("res", belongs.res)] if belongs else []
        return (*((name, value) for name, value in facts if value), *known.facts())

    def abandoned(self) -> Outcome:
        """How a call counts that the caller has ended."""
        return self.best or Abandoned(self.address)


class Watched(Generator[Verb[Any], Any, Outcome]):
    """Awaits a script and passes everything on, noting whether the caller hung up meanwhile.

    Without it a topic that catches :class:`CallerHungUp` and returns would be followed by a voice verb, and that
    would cost the call its outcome. ``cr_await`` lets a live call print the script inside.
    """

    def __init__(self, steps: Coroutine[Any, Any, Outcome]) -> None:
        self.cr_await = steps
        self.hung_up = False

    def __await__(self) -> Watched:
        return self

    def send(self, value: Any) -> Verb[Any]:
        """The script's next verb."""
        verb: Verb[Any] = self.cr_await.send(value)
        return verb

    def throw(self, typ: Any, val: Any = None, tb: TracebackType | None = None) -> Verb[Any]:
        """Raise an exception in the script; its next verb, if it goes on."""
        error = typ if val is None else val
        self.hung_up = self.hung_up or isinstance(error, CallerHungUp)
        verb: Verb[Any] = self.cr_await.throw(error if tb is None else error.with_traceback(tb))
        return verb

    def close(self) -> None:
        """End the script."""
        self.cr_await.close()


def walk(
    plan: Plan,
    call: Call,
    topics: Mapping[str, Topic],
    entry: str | None = None,
    understanding: Understanding | None = None,
) -> Script:
    """The script that leads ``call`` through ``plan``, from the address ``entry`` (default: where its numbers say).

    ``understanding``: what words mean; without it only labels and keys are understood.
    Its outcome is the best that came of the call: a talk with a person, else the last thing told or registered, else
    :class:`Ended`; after a hang-up likewise, else :class:`Abandoned`, and always :class:`LeftQueue` for a caller who
    gave up waiting in a queue. Raises :class:`WalkedTooLong` and what topics raise; the runner lives with both.
    """

    async def script() -> Outcome:
        visit = Visit(plan, call, topics, understanding)
        address = entry or plan.place(call).entry
        await Remember(plan.manner)
        try:
            for _ in range(MOST_NODES):
                visit.address = address
                await Enter(address)
                target = await visit.run(address)
                if visit.hung_up:
                    return visit.abandoned()
                if target is None:
                    return visit.best or Ended(address)
                address = target
        except CallerHungUp as gone:
            return LeftQueue(gone.in_queue) if gone.in_queue else visit.abandoned()
        raise WalkedTooLong(f"{address}: more than {MOST_NODES} nodes in one call")

    return remembering(script)
