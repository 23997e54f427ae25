"""◆ What can come out of understanding an address, and what goes in beside the words. Frozen data, journaled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from outage_feed.model import Address, Settlement, Street

SURE = 0.8
"""From this confidence on an address needs no question of its own: it is read back inside the answer."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What makes some places likelier than others. Hints order and choose; they never make an address sure."""

    region: str = ""
    """The code of the region («36»), out of the number that was dialled or the caller's area code."""
    district: str = ""
    near: tuple[Settlement, ...] = ()
    """Settlements of earlier calls from this number, the likeliest first."""


@dataclass(frozen=True, slots=True)
class SoFar:
    """What earlier turns of this question gave. What is said now comes first where the two disagree.

    A ``settlement`` without a district, where its name repeats, stands for all of that name.
    """

    settlement: Settlement | None = None
    street: Street | None = None
    house: str = ""


NOTHING_YET = SoFar()
NO_HINTS = Hints()


@dataclass(frozen=True, slots=True)
class Matched:
    """An address as the register has it: settlement, street, house, without a flat."""

    address: Address
    confidence: float
    """0 … 1; :data:`SURE` and more is sure, less wants a «верно?»."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """Several addresses fit as well; ``asks`` is the part in which they differ. The likeliest comes first.

    They have no house where none was said («молодёжная», and there is a first and a second one).
    """

    candidates: tuple[Address, ...]
    asks: Literal["settlement", "district", "street", "house"]

    @property
    def shared(self) -> SoFar:
        """What all candidates share, to go on with once the difference is asked for.

        Where only districts differ, it is the settlement without its district, which stands for all of them.
        """
        places = {each.settlement for each in self.candidates}
        names = {(each.name, each.type) for each in places}
        regions = {each.region for each in places}
        settlement = None
        if len(places) == 1:
            (settlement,) = places
        elif len(names) == 1:
            ((name, kind),) = names
            settlement = Settlement(name, kind, region=regions.pop() if len(regions) == 1 else "")
        streets = {each.street for each in self.candidates}
        houses = {each.house for each in self.candidates}
        return SoFar(settlement, streets.pop() if len(streets) == 1 else None, houses.pop() if len(houses) == 1 else "")


@dataclass(frozen=True, slots=True)
class Incomplete:
    """What was said fits so far, and ``asks`` is still to be said."""

    so_far: SoFar
    asks: Literal["settlement", "street", "house"]


@dataclass(frozen=True, slots=True)
class HouseUnknown:
    """Settlement and street are sure; the register has no such house there. ``house`` as «25а», «25/1»."""

    so_far: SoFar
    house: str


@dataclass(frozen=True, slots=True)
class NotFound:
    """Nothing of the register fits what was said; ``so_far`` is what does."""

    so_far: SoFar


Understood = Matched | Ambiguous | Incomplete | HouseUnknown | NotFound
