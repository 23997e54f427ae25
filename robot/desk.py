"""The operator's desk: which handler does which of the operator's errands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from ivr.call.errands import Errand
from outage_feed.clusters import USUAL_RULE, Rule
from outage_feed.store import GridStore
from outage_feed.troubles import Troubles
from robot.doing.find_outages import find_outages
from robot.doing.find_service_points import find_service_points
from robot.doing.reading import Reads
from robot.doing.report_trouble import report_trouble
from robot.doing.understand_address import PlacesInUse, understand_address
from robot.errands import FindOutages, FindServicePoints, ReportTrouble, UnderstandAddress

READERS = 2
"""Threads that read the grid's database. Of their own: a caller never waits behind somebody else's long work."""
UNDERSTANDERS = 2
"""Threads that understand addresses; one may be busy with the register's places for some seconds."""


def handlers(
    grid: GridStore,
    clock: Callable[[], datetime],
    quick: GridStore | None = None,
    places: PlacesInUse | None = None,
    rule: Rule = USUAL_RULE,
) -> Mapping[type[Errand[Any]], Callable[[Any], Any]]:
    """Handlers for every errand in :mod:`robot.errands`, for the runner. ``clock`` tells the time (aware).

    ``quick``: the same database for looks on the event loop, see :mod:`robot.doing.reading`; ``places``: its places, if
    somebody else uses them as well. ``rule``: when calls about darkness make an outage probable.
    """
    reads = Reads(grid, ThreadPoolExecutor(READERS, thread_name_prefix="grid"), quick)
    threads = ThreadPoolExecutor(UNDERSTANDERS, thread_name_prefix="addresses")
    writer = ThreadPoolExecutor(1, thread_name_prefix="trouble")
    return {
        FindServicePoints: find_service_points(reads),
        FindOutages: find_outages(reads, clock),
        ReportTrouble: report_trouble(Troubles(grid, rule), writer, clock),
        UnderstandAddress: understand_address(places or PlacesInUse(grid), threads),
    }
