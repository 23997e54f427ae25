"""``kind: announcement``: the slot for what supervisors want everybody to hear now, as in a storm."""

from __future__ import annotations

from typing import ClassVar

from ivr.call import verbs
from ivr.call.errands import Announcement as Announced
from ivr.call.errands import CurrentAnnouncement, NoAnnouncement
from ivr.call.model import Prompt
from ivr.dialplan.fields import Node, Target
from ivr.dialplan.walk import Visit

PROMPT = "announcement"
"""The prompt that speaks a text of the supervisors' own; its value is ``text``."""


class Announcement(Node):
    """Say what is announced now to callers of this branch, if anything is; then go on at ``next``.

    What is announced is a prompt by its name, or a text of the supervisors' own.
    """

    says: ClassVar[tuple[str, ...]] = (PROMPT,)

    next: Target

    async def run(self, visit: Visit) -> str | None:
        """Without an announcement, or when it cannot be read in time, the caller notices nothing."""
        match await CurrentAnnouncement(await visit.branch()):
            case Announced(text=text):
                ready = text in visit.plan.book and not visit.plan.book.takes(text)
                await verbs.Say(Prompt(text) if ready else Prompt(PROMPT, text=text))
            case NoAnnouncement():
                pass
            case unavailable:
                await verbs.Note(f"no announcement: {unavailable.why}")
        return self.next
