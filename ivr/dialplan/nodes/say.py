"""``kind: say``: say a prompt and go on."""

from __future__ import annotations

from ivr.call import verbs
from ivr.dialplan.fields import Node, Target, Wording
from ivr.dialplan.walk import Visit


class Say(Node):
    """Say ``prompt``, then go on at ``next``; without ``next`` the call ends.

    A key cuts the prompt short (and counts as the answer to the next menu) unless ``interruptible`` is ``no``: that
    is for legal notices only.
    """

    prompt: Wording
    interruptible: bool = True
    next: Target | None = None

    async def run(self, visit: Visit) -> str | None:
        """Say it."""
        await verbs.Say(visit.prompt(self.prompt), self.interruptible)
        return self.next
