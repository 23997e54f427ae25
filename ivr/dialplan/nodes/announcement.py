"""``kind: announcement``: the slot for what supervisors want everybody to hear now, as in a storm."""

from __future__ import annotations

from ivr.call import verbs
from ivr.call.errands import Announcement as Announced
from ivr.call.errands import CurrentAnnouncement, NoAnnouncement
from ivr.call.model import Prompt
from ivr.dialplan.fields import Node, Target
from ivr.dialplan.walk import Visit


class Announcement(Node):
    """Say what is announced now to callers of this branch, if anything is; then go on at ``next``.

    What is announced is a prompt by its name: its words have been checked and its sound is ready before the storm.
    """

    next: Target

    async def run(self, visit: Visit) -> str | None:
        """Without an announcement, or when it cannot be read in time, the caller notices nothing."""
        match await CurrentAnnouncement(visit.call.branch):
            case Announced(text=name) if name in visit.plan.book and not visit.plan.book.takes(name):
                await verbs.Say(Prompt(name))
            case Announced(text=name):
                await verbs.Note(f"announcement skipped: this plan has no prompt {name!r} that needs no values")
            case NoAnnouncement():
                pass
            case unavailable:
                await verbs.Note(f"no announcement: {unavailable.why}")
        return self.next
