"""``kind: goto``: go on at another node, of this file or another."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.dialplan.fields import Exit, Node, Target
from ivr.dialplan.walk import Visit


class Goto(Node):
    """Go on at ``to``. Useful where several ways meet, or to lead into another file under a name of this one."""

    to: Target

    def exits(self) -> Iterator[Exit]:
        """``to``."""
        return self._one_exit("to")

    async def run(self, visit: Visit) -> str | None:
        """Nothing is heard."""
        return self.to
