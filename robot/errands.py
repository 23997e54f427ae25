"""The operator's own errands, as data; their I/O side is in ``robot/doing/``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.call.errands import Errand, Unavailable
from outage_feed.model import Address, ServicePoint
from outage_feed.telling import Found
from robot.understanding.understood import (
    NO_HINTS,
    NOTHING_YET,
    Ambiguous,
    Hints,
    HouseUnknown,
    Incomplete,
    Matched,
    NotFound,
    SoFar,
)


@dataclass(frozen=True, slots=True)
class Points:
    """The service points that were found; none is an answer too."""

    points: tuple[ServicePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class FindServicePoints(Errand[Points | Unavailable]):
    """The service points of a telephone number, a personal account, an address or an id; exactly one is given.

    An ``address`` is one as the register has it (:class:`UnderstandAddress` gives it); its flat does not count: all
    points of the house are found.
    """

    phone: str | None = None
    account: str | None = None
    address: Address | None = None
    id: str | None = None

    def __post_init__(self) -> None:
        if [self.phone, self.account, self.address, self.id].count(None) != 3:
            raise ValueError("look service points up by phone, account, address or id, one of the four")


@dataclass(frozen=True, slots=True)
class UnderstandAddress(Errand[Matched | Ambiguous | Incomplete | HouseUnknown | NotFound | Unavailable]):
    """Which address of the register was said? See :func:`robot.understanding.address.understand_address`."""

    heard: tuple[str, ...]
    """What the recogniser heard: its best text first, then the alternatives."""
    so_far: SoFar = NOTHING_YET
    hints: Hints = NO_HINTS


@dataclass(frozen=True, slots=True)
class FindOutages(Errand[Found | Unavailable]):
    """What is known of outages at a service point."""

    point: ServicePoint


@dataclass(frozen=True, slots=True)
class TroubleNoted:
    """The report is kept. ``probable``: the number of the probable outage that it belongs to; 0: of none (yet)."""

    probable: int = 0


@dataclass(frozen=True, slots=True)
class ReportTrouble(Errand[TroubleNoted | Unavailable]):
    """Somebody is in the dark at ``point``, and no list tells why for certain: several such calls make an outage.

    ``alone``: only this household. The same telephone about the same house again is the same report.
    """

    writes: ClassVar[bool] = True

    point: ServicePoint
    call_id: str
    phone: str | None
    alone: bool = False
