"""The operator's own errands, as data; their I/O side is in ``robot/doing/``."""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.errands import Errand, Unavailable
from outage_feed.model import ServicePoint
from outage_feed.telling import Found


@dataclass(frozen=True, slots=True)
class Points:
    """The service points that were found; none is an answer too."""

    points: tuple[ServicePoint, ...] = ()


@dataclass(frozen=True, slots=True)
class FindServicePoints(Errand[Points | Unavailable]):
    """The service points of a telephone number or of a personal account; exactly one of the two is given."""

    phone: str | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        if (self.phone is None) == (self.account is None):
            raise ValueError("look service points up by phone or by account, one of the two")


@dataclass(frozen=True, slots=True)
class FindOutages(Errand[Found | Unavailable]):
    """What is known of outages at a service point."""

    point: ServicePoint
