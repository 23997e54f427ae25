"""``kind: hangup``: the end of the call, with or without a last word."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.call import verbs
from ivr.dialplan.fields import Node, PromptUse, Wording
from ivr.dialplan.walk import Visit


class Hangup(Node):
    """Say ``prompt``, where there is one, and end the call."""

    prompt: Wording | None = None

    def prompts(self) -> Iterator[tuple[tuple[str | int, ...], PromptUse]]:
        """``prompt``."""
        return self._one_prompt("prompt")

    async def run(self, visit: Visit) -> str | None:
        """Say goodbye; the end of the script hangs up."""
        if self.prompt is not None:
            await verbs.Say(visit.prompt(self.prompt))
        return None
