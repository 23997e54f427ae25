"""◆ The addresses that may have been said, the likeliest first, each with why: for people who look, and for benches.

What the robot does with the same words, :func:`robot.understanding.address.understand_address` decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from outage_feed.model import Address
from outage_feed.places import Places
from robot.understanding.address import all_readings, in_the_only_place
from robot.understanding.address_names import Name
from robot.understanding.address_readings import Reading
from robot.understanding.understood import NOTHING_YET, SoFar

_LITTLE = 0.005
"""Doubts so small are not told."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address of the register; without a house where none was said, or where the street has no such one."""

    address: Address
    confidence: float
    """1 less the doubts of this reading alone; what else may be meant is not in it."""
    why: tuple[str, ...]


def candidates(heard: Sequence[str], places: Places, so_far: SoFar = NOTHING_YET, limit: int = 10) -> list[Candidate]:
    """At most ``limit`` addresses that fit what was heard (best text first, then the recogniser's alternatives)."""
    _, readings = all_readings(heard, places, in_the_only_place(places, so_far))
    found: dict[Address, Candidate] = {}
    for reading in readings:
        for address in _addresses(reading):
            if address not in found:
                found[address] = Candidate(address, round(max(1.0 - reading.doubt, 0.0), 3), tuple(_why(reading)))
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _addresses(reading: Reading) -> tuple[Address, ...]:
    if reading.addresses:
        return reading.addresses
    return (Address(reading.settlement, reading.way.street if reading.way else None),)


def _why(reading: Reading) -> Iterator[str]:
    named = 0.0
    for part, name in (("settlement", reading.town_name), ("street", reading.street_name)):
        if name is not None:
            named += name.doubt
            yield _named(part, name)
    if reading.town_name is None:
        yield "settlement known before" if reading.said_settlement else "settlement not said"
    if reading.street_name is None and reading.way is not None and reading.way.street is not None:
        yield "street known before"
    if reading.house is None:
        yield "no house said"
    elif not reading.addresses:
        yield f"no house {reading.house} here"
    else:
        yield f"house {reading.house}"
    if reading.doubt - named > _LITTLE:
        yield f"other doubts {reading.doubt - named:.2f}"


def _named(part: str, name: Name) -> str:
    if name.doubt <= _LITTLE:
        return f"{part} as said"
    return f"{part} heard as «{name.form or name.name}», doubt {name.doubt:.2f}"
