"""``kind: transfer``: hand the caller to the people of a queue, with a way on when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from ivr.call import verbs
from ivr.call.model import Connected, TalkedToPerson, Unanswered
from ivr.dialplan.fields import Node, Seconds, Target, Whole, Wording
from ivr.dialplan.findings import Finding, Knowledge
from ivr.dialplan.walk import Visit


class Transfer(Node):
    """Say ``announce``, then wait in ``queue`` for a person, ``patience`` seconds at most (else the queue's own limit).

    When nobody takes the call it goes on at ``no_answer``; after the talk at ``next``, or ends. ``priority``: 0 is
    usual, 10 danger to life; larger goes first. Whoever takes the call hears first, in a few words, what is known of
    it; ``whisper: no`` leaves that out.
    """

    queue: str
    no_answer: Target
    announce: Wording | None = None
    priority: Whole = Field(0, ge=0, le=20)
    patience: Seconds | None = None
    whisper: bool = True
    next: Target | None = None

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """Asterisk must know the queue."""
        if known.queues is not None and self.queue not in known.queues:
            yield known.unknown(("queue",), "queue", self.queue, known.queues, "Asterisk's queues are in queues.conf")

    async def run(self, visit: Visit) -> str | None:
        """Wait for a person."""
        if self.announce is not None:
            await verbs.Say(visit.prompt(self.announce))
        known = await visit.handover()
        context, whisper = await visit.context(known), known.whisper() if self.whisper else ()
        match await verbs.Transfer(self.queue, self.priority, self.patience, context, whisper):
            case Connected(waited=waited):
                visit.note_outcome(TalkedToPerson(self.queue, waited))
                return self.next
            case Unanswered():
                return self.no_answer
