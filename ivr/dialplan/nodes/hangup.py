"""``kind: hangup``: the end of the call, with or without a last word."""

from __future__ import annotations

from ivr.call import verbs
from ivr.dialplan.fields import Node, Wording
from ivr.dialplan.walk import Visit


class Hangup(Node):
    """Say ``prompt``, where there is one, and end the call."""

    prompt: Wording | None = None

    async def run(self, visit: Visit) -> str | None:
        """Say goodbye; the end of the script hangs up."""
        if self.prompt is not None:
            await verbs.Say(visit.prompt(self.prompt))
        return None
