"""◆ An address by voice: words → the address as the closed register has it, or what is to be asked next."""

from __future__ import annotations

from collections.abc import Sequence

from outage_feed.places import Places
from robot.understanding.understood import (
    NO_HINTS,
    NOTHING_YET,
    SURE,
    Ambiguous,
    Hints,
    HouseUnknown,
    Incomplete,
    Matched,
    NotFound,
    SoFar,
    Understood,
)

__all__ = [
    "SURE", "Ambiguous", "Hints", "HouseUnknown", "Incomplete", "Matched", "NotFound", "SoFar", "Understood",
    "understand_address",
]  # fmt: skip


def understand_address(
    heard: Sequence[str], places: Places, so_far: SoFar = NOTHING_YET, hints: Hints = NO_HINTS
) -> Understood:
    """The address that was said. ``heard``: the best text first, then the recogniser's alternatives."""
    return NotFound(so_far)
