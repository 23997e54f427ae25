"""``kind: region``: callers from the served regions, from elsewhere, and those of whom it is not known."""

from __future__ import annotations

from dataclasses import replace

from ivr.call import verbs
from ivr.dialplan.fields import Node, Target
from ivr.dialplan.numbers import Origin
from ivr.dialplan.walk import Visit


class Region(Node):
    """Go on by where the call comes from: its service point, the diversion or the dialled number, or an area code.

    A mobile or hidden number proves nothing: that is ``unknown``.
    """

    served: Target
    outside: Target
    unknown: Target

    async def run(self, visit: Visit) -> str | None:
        """Look at the numbers."""
        origin, why = visit.plan.numbers.origin(replace(visit.call, branch=await visit.branch()))
        await verbs.Note(f"caller's region: {origin.value} ({why})")
        return {Origin.SERVED: self.served, Origin.OUTSIDE: self.outside, Origin.UNKNOWN: self.unknown}[origin]
