"""``kind: goto``: go on at another node, of this file or another."""

from __future__ import annotations

from ivr.dialplan.fields import Node, Target
from ivr.dialplan.walk import Visit


class Goto(Node):
    """Go on at ``to``. Useful where several ways meet, or to lead into another file under a name of this one."""

    to: Target

    async def run(self, visit: Visit) -> str | None:
        """Nothing is heard."""
        return self.to
