"""◆ The register's places in memory: settlements, their streets, their houses, found by how their names sound.

For a million service points. Their houses are written in few ways («5», «5а», «уч. 15»), so each writing is kept once
and a street has numbers of writings; the index of names stays small, because names are shared by many places.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from outage_feed.alike import NameIndex, Said
from outage_feed.houses import parse_house
from outage_feed.model import Address, House, Settlement, Street
from outage_feed.names import fold

Forms = Callable[[str], Iterable[Said]]
"""A name, folded or not, → the forms in which it is said."""
_Named = tuple[tuple[str, float, str], ...]
"""(name, doubt, form)."""
_MARKER = re.compile(r"^(?:вл|влад|владение|уч|уч-к|участок|двлд|домовл|домовладение)\b\.?\s*№?\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class WayHouses:
    """A street of a settlement (``None``: the houses without a street) with the writings of its houses, by number."""

    settlement: Settlement
    street: Street | None
    houses: Sequence[int]
    """Places in :attr:`Contents.writings`, growing."""


@dataclass(frozen=True, slots=True)
class Contents:
    """All that the places are made of: what is stored of them."""

    writings: Sequence[str]
    """Every house number as the register writes it, each once."""
    ways: Sequence[WayHouses]
    towns: Sequence[tuple[str, Said]]
    """Each name of settlements with each form in which it is said."""
    streets: Sequence[tuple[str, Said]]


class _Houses:
    """Every writing of a house number there is, with what it is understood as."""

    def __init__(self, writings: Sequence[str]) -> None:
        self.writings = writings
        self.read: list[House] = []
        self.of_house: dict[House, list[int]] = {}
        self.of_number: dict[int, list[int]] = {}
        for at, text in enumerate(writings):
            house = read_house(text)
            if house is None:
                raise ValueError(f"no house number: {text!r}")
            self.read.append(house)
            self.of_house.setdefault(house, []).append(at)
            self.of_number.setdefault(house.number, []).append(at)


class Way:
    """A street of a settlement (``None``: the houses that have no street) and its houses."""

    __slots__ = ("_all", "_end", "_houses", "_start", "settlement", "street")

    def __init__(
        self, settlement: Settlement, street: Street | None, houses: _Houses, everything: array[int], start: int
    ) -> None:
        self.settlement = settlement
        self.street = street
        self._houses = houses
        self._all = everything
        self._start = start
        self._end = len(everything)

    def addresses(self, house: House) -> tuple[Address, ...]:
        """The addresses of the house as the register has them; none if there is no such house."""
        return tuple(
            Address(self.settlement, self.street, self._houses.writings[at])
            for at in self._having(self._houses.of_house.get(house, ()))
        )

    def with_number(self, number: int) -> tuple[House, ...]:
        """The houses that have this number: 25, 25а, 25/1."""
        having = self._having(self._houses.of_number.get(number, ()))
        return tuple(dict.fromkeys(self._houses.read[at] for at in having))

    def _having(self, wanted: Iterable[int]) -> Iterator[int]:
        for one in wanted:
            at = bisect_left(self._all, one, self._start, self._end)
            if at < self._end and self._all[at] == one:
                yield one


class Places:
    """Every settlement, street and house of the register. Built once, then only read; safe from several threads."""

    def __init__(self, contents: Contents) -> None:
        self.contents = contents
        houses = _Houses(contents.writings)
        self.houses = 0
        """How many houses there are, each writing counted."""
        everything: array[int] = array("I")
        self._ways: dict[Settlement, list[Way]] = {}
        self._towns: dict[str, list[Settlement]] = {}
        self._folded: dict[str, list[Settlement]] = {}
        self._streets: dict[str, list[Way]] = {}
        for each in contents.ways:
            start = len(everything)
            everything.extend(each.houses)
            way = Way(each.settlement, each.street, houses, everything, start)
            if each.settlement not in self._ways:
                self._ways[each.settlement] = []
                self._towns.setdefault(each.settlement.name, []).append(each.settlement)
                self._folded.setdefault(fold(each.settlement.name), []).append(each.settlement)
            self._ways[each.settlement].append(way)
            if each.street is not None:
                self._streets.setdefault(each.street.name, []).append(way)
        self.houses = len(everything)
        self._in_district: dict[str, dict[str, None]] = {}
        for settlement in self._ways:
            self._in_district.setdefault(settlement.district, {})[settlement.name] = None
        self.districts = frozenset(self._in_district) - {""}
        """Every district, as the register writes it."""
        self.only = next(iter(self._ways)) if len(self._ways) == 1 else None
        """The settlement of a register that has one only: nobody need say it."""
        self._town_index = NameIndex(contents.towns)
        self._street_index = NameIndex(contents.streets)

    def towns_like(self, letters: str, numbers: tuple[int, ...] = ()) -> _Named:
        """Names of settlements that may have been said: (name, doubt, form)."""
        return self._town_index.like(letters, numbers)

    def streets_like(self, letters: str, numbers: tuple[int, ...] = ()) -> _Named:
        """Names of streets that may have been said: (name, doubt, form)."""
        return self._street_index.like(letters, numbers)

    def towns_likest(self, letters: str, numbers: tuple[int, ...], among: Iterable[str], limit: int) -> _Named:
        """As :meth:`towns_like`, with more doubt, among some names only."""
        return self._town_index.likest(letters, numbers, among, limit)

    def streets_likest(self, letters: str, numbers: tuple[int, ...], among: Iterable[str], limit: int) -> _Named:
        """As :meth:`streets_like`, with more doubt, among some names only."""
        return self._street_index.likest(letters, numbers, among, limit)

    def names_in(self, district: str) -> Iterable[str]:
        """The names of the settlements of a district, as the register writes it."""
        return self._in_district.get(district, ())

    def settlements(self, name: str) -> Sequence[Settlement]:
        """The settlements of that name, as the register writes it."""
        return self._towns.get(name, ())

    def meant(self, settlement: Settlement) -> tuple[Settlement, ...]:
        """The settlements that a settlement stands for: itself, or all that fit where it leaves something open."""
        if settlement in self._ways:
            return (settlement,)
        return tuple(
            each
            for each in self._folded.get(fold(settlement.name), ())
            if settlement.type in ("", each.type)
            and settlement.region in ("", each.region)
            and settlement.district in ("", each.district)
        )

    def ways_in(self, settlement: Settlement) -> Sequence[Way]:
        """The streets of a settlement, and its houses without a street."""
        return self._ways.get(settlement, ())

    def ways_named(self, street: str) -> Sequence[Way]:
        """The streets of that name, as the register writes it, of all settlements."""
        return self._streets.get(street, ())


def gather(addresses: Iterable[Address], town_forms: Forms, street_forms: Forms) -> Contents:
    """What the places of these addresses are made of; houses that are no number («б/н») are left out."""
    writings: dict[str, int] = {}
    ways: dict[tuple[Settlement, Street | None], array[int]] = {}
    shared: dict[Settlement | Street, Settlement | Street] = {}
    for address in addresses:
        key = (address.settlement, address.street)
        houses = ways.get(key)
        if houses is None:
            houses = ways[key] = array("I")
        at = writings.get(address.house)
        if at is None and read_house(address.house) is not None:
            at = writings[address.house] = len(writings)
        if at is not None:
            houses.append(at)
    found = []
    for (settlement, street), houses in ways.items():
        one = shared.setdefault(settlement, settlement)
        other = None if street is None else shared.setdefault(street, street)
        assert isinstance(one, Settlement)
        assert other is None or isinstance(other, Street)
        found.append(WayHouses(one, other, array("I", sorted(set(houses)))))
    ways.clear()
    return Contents(
        tuple(writings),
        tuple(found),
        _said((each.settlement.name for each in found), town_forms),
        _said((each.street.name for each in found if each.street is not None), street_forms),
    )


def _said(names: Iterable[str], forms: Forms) -> tuple[tuple[str, Said], ...]:
    return tuple((name, said) for name in dict.fromkeys(names) for said in dict.fromkeys(forms(name)))


@lru_cache(maxsize=16_384)
def read_house(text: str) -> House | None:
    """A house as the register writes it, «вл. 3» and «уч. 15» as numbers, «12/а» as «12а»; ``None`` for «б/н»."""
    house = parse_house(_MARKER.sub("", text.strip()))
    return None if house is None else canonical(house)


def canonical(house: House) -> House:
    """«12/а» and «12а» are one house."""
    if house.fraction.isalpha() and not house.letter:
        return replace(house, letter=house.fraction, fraction="")
    return house
