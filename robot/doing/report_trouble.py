"""Somebody is in the dark: it is kept, and with others like it becomes a probable outage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Executor
from datetime import datetime

from ivr.call.errands import Unavailable
from outage_feed.clusters import Report
from outage_feed.errors import StoreError
from outage_feed.troubles import Troubles
from robot.errands import ReportTrouble, TroubleNoted

Answer = TroubleNoted | Unavailable


def report_trouble(
    troubles: Troubles, threads: Executor, clock: Callable[[], datetime]
) -> Callable[[ReportTrouble], Awaitable[Answer]]:
    """The handler of :class:`ReportTrouble`."""

    async def do(errand: ReportTrouble) -> Answer:
        report = Report(clock(), errand.point, errand.call_id, errand.phone or "", errand.alone)
        try:
            found = await asyncio.get_running_loop().run_in_executor(threads, troubles.report, report)
        except StoreError as error:
            return Unavailable(f"trouble report: {error}")
        return TroubleNoted(found.id if found else 0)

    return do
