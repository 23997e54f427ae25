"""``kind: hours``: one way during working hours, another outside them."""

from __future__ import annotations

from collections.abc import Iterator

from ivr.call import verbs
from ivr.call.errands import Now
from ivr.dialplan.fields import Name, Node, Target
from ivr.dialplan.findings import Finding, Knowledge
from ivr.dialplan.walk import Visit


class Hours(Node):
    """Go on at ``open`` or ``closed`` by a schedule of ``calendar.yaml``, with its holidays and short days.

    ``holiday``, where given, is gone to instead of ``closed`` on holidays and on days that are not worked at all.
    """

    schedule: Name
    open: Target
    closed: Target
    holiday: Target | None = None

    def findings(self, known: Knowledge) -> Iterator[Finding]:
        """The schedule must exist."""
        if known.schedules is not None and self.schedule not in known.schedules:
            yield known.unknown(("schedule",), "schedule", self.schedule, known.schedules)

    async def run(self, visit: Visit) -> str | None:
        """Look at the clock."""
        now = await Now()
        day = visit.plan.calendar.look_up(self.schedule, await visit.branch(), now)
        await verbs.Note(f"{self.schedule}: {'open' if day.open else 'closed'} ({day.why})")
        if day.open:
            return self.open
        return (self.holiday or self.closed) if day.free else self.closed
