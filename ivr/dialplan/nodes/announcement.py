"""``kind: announcement``: the slot for what supervisors want everybody to hear now, as in a storm."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from ivr.call import verbs
from ivr.call.errands import Announcement as Announced
from ivr.call.errands import CurrentAnnouncement, NoAnnouncement
from ivr.call.model import Prompt
from ivr.dialplan.fields import Exit, Node, Target
from ivr.dialplan.walk import Visit

PROMPT = "announcement"
"""The prompt that carries the announced text as its value ``text``."""


class Announcement(Node):
    """Say what is announced now to callers of this branch, if anything is; then go on at ``next``."""

    needs_prompts: ClassVar[tuple[str, ...]] = (PROMPT,)

    next: Target

    def exits(self) -> Iterator[Exit]:
        """``next``."""
        return self._one_exit("next")

    async def run(self, visit: Visit) -> str | None:
        """Without an announcement, or when it cannot be read in time, the caller notices nothing."""
        match await CurrentAnnouncement(visit.call.branch):
            case Announced(text=text):
                await verbs.Say(Prompt(PROMPT, text=text))
            case NoAnnouncement():
                pass
            case unavailable:
                await verbs.Note(f"no announcement: {unavailable.why}")
        return self.next
