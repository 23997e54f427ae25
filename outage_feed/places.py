"""◆ The register's places in memory: settlements, their streets, their houses, found by how their names sound.

For tens of thousands of service points; names are shared by many places, so the index of names stays small.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from outage_feed.alike import NameIndex, Said
from outage_feed.houses import parse_house
from outage_feed.model import Address, House, Settlement, Street
from outage_feed.names import fold

Forms = Callable[[str], Iterable[Said]]
"""A name, folded or not, → the forms in which it is said."""
_MARKER = re.compile(r"^(?:вл|влад|владение|уч|уч-к|участок|двлд|домовл|домовладение)\b\.?\s*№?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Way:
    """A street of a settlement (``None``: the houses that have no street) and its houses."""

    settlement: Settlement
    street: Street | None
    houses: Mapping[House, tuple[str, ...]]
    """Each house as it is understood → as the register writes it (mostly in one way)."""
    numbers: Mapping[int, tuple[House, ...]]
    """The houses that share a number: 25, 25а, 25/1."""

    def addresses(self, house: House) -> tuple[Address, ...]:
        """The addresses of the house as the register has them; none if there is no such house."""
        return tuple(Address(self.settlement, self.street, text) for text in self.houses.get(house, ()))


class Places:
    """Every settlement, street and house of the register. Built once, then only read."""

    def __init__(self, addresses: Iterable[Address], town_forms: Forms, street_forms: Forms) -> None:
        houses: dict[tuple[Settlement, Street | None], dict[House, dict[str, None]]] = {}
        for address in addresses:
            of_way = houses.setdefault((address.settlement, address.street), {})
            if (house := read_house(address.house)) is not None:
                of_way.setdefault(house, {})[address.house] = None
        self.houses = sum(map(len, houses.values()))
        """How many houses there are."""
        self._ways: dict[Settlement, list[Way]] = {}
        self._towns: dict[str, list[Settlement]] = {}
        self._streets: dict[str, list[Way]] = {}
        for (settlement, street), of_way in houses.items():
            way = _way(settlement, street, of_way)
            if settlement not in self._ways:
                self._ways[settlement] = []
                self._towns.setdefault(settlement.name, []).append(settlement)
            self._ways[settlement].append(way)
            if street is not None:
                self._streets.setdefault(street.name, []).append(way)
        self.districts = frozenset(settlement.district for settlement in self._ways) - {""}
        """Every district, as the register writes it."""
        self.only = next(iter(self._ways)) if len(self._ways) == 1 else None
        """The settlement of a register that has one only: nobody need say it."""
        self._town_index = NameIndex(self._towns, town_forms)
        self._street_index = NameIndex(self._streets, street_forms)

    def towns_like(self, letters: str, numbers: tuple[int, ...] = ()) -> tuple[tuple[str, float, str], ...]:
        """Names of settlements that may have been said: (name, doubt, form)."""
        return self._town_index.like(letters, numbers)

    def streets_like(self, letters: str, numbers: tuple[int, ...] = ()) -> tuple[tuple[str, float, str], ...]:
        """Names of streets that may have been said: (name, doubt, form)."""
        return self._street_index.like(letters, numbers)

    def settlements(self, name: str) -> tuple[Settlement, ...]:
        """The settlements of that name, as the register writes it."""
        return tuple(self._towns.get(name, ()))

    def meant(self, settlement: Settlement) -> tuple[Settlement, ...]:
        """The settlements that a settlement stands for: itself, or all that fit where it leaves something open."""
        if settlement in self._ways:
            return (settlement,)
        return tuple(
            each
            for name, of_name in self._towns.items()
            if fold(name) == fold(settlement.name)
            for each in of_name
            if settlement.type in ("", each.type)
            and settlement.region in ("", each.region)
            and settlement.district in ("", each.district)
        )

    def ways_in(self, settlement: Settlement) -> tuple[Way, ...]:
        """The streets of a settlement, and its houses without a street."""
        return tuple(self._ways.get(settlement, ()))

    def ways_named(self, street: str) -> tuple[Way, ...]:
        """The streets of that name, as the register writes it, of all settlements."""
        return tuple(self._streets.get(street, ()))


def read_house(text: str) -> House | None:
    """A house as the register writes it, «вл. 3» and «уч. 15» as numbers, «12/а» as «12а»; ``None`` for «б/н»."""
    house = parse_house(_MARKER.sub("", text.strip()))
    return None if house is None else canonical(house)


def canonical(house: House) -> House:
    """«12/а» and «12а» are one house."""
    if house.fraction.isalpha() and not house.letter:
        return replace(house, letter=house.fraction, fraction="")
    return house


def _way(settlement: Settlement, street: Street | None, houses: Mapping[House, Mapping[str, None]]) -> Way:
    numbers: dict[int, tuple[House, ...]] = {}
    for house in houses:
        numbers[house.number] = (*numbers.get(house.number, ()), house)
    return Way(settlement, street, {house: tuple(texts) for house, texts in houses.items()}, numbers)
