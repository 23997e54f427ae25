"""Errands: the place that a telephone asked about in its last call, so that nobody says an address twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from ivr.call.errands import Errand, Unavailable


@dataclass(frozen=True, slots=True)
class LastPlace:
    """Where the telephone's last call was about; ``point`` is the id of a service point of the register.

    Empty when there was no such call, or too long ago.
    """

    point: str = ""


@dataclass(frozen=True, slots=True)
class FindLastPlace(Errand[LastPlace | Unavailable]):
    """The place of the last call of a telephone."""

    phone: str


@dataclass(frozen=True, slots=True)
class KeepLastPlace(Errand[LastPlace | Unavailable]):
    """Keep the place that a call is about, for the telephone's next call."""

    writes: ClassVar[bool] = True

    phone: str
    point: str
    call_id: str
