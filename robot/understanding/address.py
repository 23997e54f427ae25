"""◆ An address by voice: words → the address as the closed register has it, or what is to be asked next.

A wrong house must never be sure. So whatever comes close to the best reading makes the answer a question, and whatever
comes near to it keeps the confidence below :data:`SURE`. Over a generated register of a million points 99.97 % of the
sure answers were right, with noisy callers too (``python -m bench addresses``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal

from outage_feed.alike import SAME_SOUND
from outage_feed.model import Address, House, Settlement, Street
from outage_feed.names import fold_district, same_street
from outage_feed.places import Places, Way
from robot.understanding.address_doubts import HOPELESS, NAMED
from robot.understanding.address_readings import Reading, Text
from robot.understanding.address_words import address_tokens, turns
from robot.understanding.houses import house_alone
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

CLOSE = 0.07
"""Readings whose doubts differ by less fit as well as each other: the caller is asked."""
NEAR = 0.16
"""A reading that is not so near leaves the best one sure; a nearer one does not."""
FAR = 0.2
MISHEARD = 0.25
"""So much doubt about a name may be gone on with, where it was surely meant as a name."""
LEAST = 0.55
"""With less confidence the address is not worth a question: three of four such ones were wrong."""
ALTERNATIVE = 0.1
"""Doubt added to what only an alternative text of the recogniser says."""
MOST_ALTERNATIVES = 4
MOST_CANDIDATES = 10
UNSURE = SURE - 0.05
"""The most for what has a near rival, and where the settlement was not said: calls come from places that are not in the
register as well, and they have streets of the same names."""
GUESSED = 0.7
"""The most for a settlement that only the hints tell."""
OTHER_FORM = 0.6
"""The most for a house that differs in корпус, letter or slash from what was said («25» for «25/1»)."""

Part = Literal["settlement", "district", "street", "house"]


def understand_address(
    heard: Sequence[str], places: Places, so_far: SoFar = NOTHING_YET, hints: Hints = NO_HINTS
) -> Understood:
    """The address that was said. ``heard``: the best text first, then the recogniser's alternatives."""
    so_far = in_the_only_place(places, so_far)
    kept, readings = all_readings(heard, places, so_far)
    if not readings:
        return _nothing_fits(heard[0] if heard else "", so_far, kept)
    answer = _decide(readings, hints)
    return NotFound(_known_of(readings, kept)) if answer is None else answer


def in_the_only_place(places: Places, so_far: SoFar) -> SoFar:
    """What is known so far; where the register has one settlement only, it is that one."""
    if so_far.settlement is None and places.only is not None:
        return replace(so_far, settlement=places.only)
    return so_far


def all_readings(heard: Sequence[str], places: Places, so_far: SoFar) -> tuple[SoFar, list[Reading]]:
    """What is known after what was said, and every way to read it, the likeliest first."""
    readings: list[Reading] = []
    kept = so_far
    for rank, text in enumerate(dict.fromkeys(heard[:MOST_ALTERNATIVES])):
        known, found = _read(text, places, so_far)
        if rank == 0:
            kept = known
        readings += [replace(each, doubt=each.doubt + (ALTERNATIVE if rank else 0.0)) for each in found]
    return kept, sorted((each for each in readings if each.doubt < HOPELESS), key=lambda each: each.doubt)


def _nothing_fits(text: str, before: SoFar, kept: SoFar) -> Understood:
    """No name was said; something may have been taken back («нет не ленина»), or a house be said alone."""
    if kept.street is None and (alone := house_alone(address_tokens(text))) is not None:
        kept = SoFar(kept.settlement, None, str(alone))
    if kept == before:
        return NotFound(kept)
    return Incomplete(kept, "settlement" if kept.settlement is None else "street")


def _read(text: str, places: Places, so_far: SoFar) -> tuple[SoFar, list[Reading]]:
    """The readings of a text; a part of it that corrects what stands before goes on from there."""
    found: list[Reading] = []
    for corrects, said in turns(address_tokens(text)):
        part = Text(said, places, so_far, corrects=corrects)
        so_far = part.so_far
        readings = part.readings()
        if readings:
            found = readings
            best = min(readings, key=lambda each: each.doubt)
            so_far = _so_far(best, so_far)
    return so_far, found


def _so_far(reading: Reading, before: SoFar) -> SoFar:
    """What a reading adds to what was known."""
    return SoFar(
        reading.settlement if reading.said_settlement else before.settlement,
        reading.way.street if reading.way and reading.said_street else before.street,
        str(reading.house) if reading.house else before.house,
    )


def _known_of(readings: Sequence[Reading], so_far: SoFar) -> SoFar:
    """What is known although the whole was not found: the settlement that was said, and the house."""
    said = dict.fromkeys(each.settlement for each in readings if each.said_settlement and _settled(each))
    house = str(readings[0].house) if readings[0].house else so_far.house
    return SoFar(next(iter(said)) if len(said) == 1 else so_far.settlement, None, house)


def _decide(readings: Sequence[Reading], hints: Hints) -> Understood | None:
    """The answer; ``None`` where nothing of the register fits."""
    best = readings[0]
    close = [each for each in readings if each.doubt < best.doubt + CLOSE]
    whole = [each for each in close if each.addresses]
    if not whole and best.unknown_street:
        # Words were left over as the street that is lacking; who takes them for one, in more doubt, may be right.
        whole = [each for each in readings if each.addresses and each.said_settlement and each.doubt < best.doubt + FAR]
        whole = [each for each in whole if each.doubt < whole[0].doubt + CLOSE]
    if whole:
        return _whole(whole, readings, hints)
    if best.house is not None and best.way is not None:
        return _no_such_house(close, readings, hints)
    if not _settled(best):
        return None
    if best.way is not None and best.way.street is not None:
        return _no_house(close)
    return _no_street(best, close)


def _settled(reading: Reading) -> bool:
    """Whether its names may be gone on from: later turns take them for sure, so an odd word must not become one."""
    return reading.misheard <= (MISHEARD if reading.typed else NAMED)


def _whole(whole: Sequence[Reading], readings: Sequence[Reading], hints: Hints) -> Understood | None:
    """Settlement, street and house are there, in one way or several."""
    best = whole[0]
    most = 1.0
    addresses = _distinct(address for each in whole for address in each.addresses)
    addresses += [each for each in _glued_houses(best) if each not in addresses]
    if len(addresses) > 1:
        chosen = _hinted(addresses, hints)
        if len(chosen) > 1:
            return _ambiguous(chosen)
        most = GUESSED
        addresses = chosen
    rivals = (each for each in readings if each.doubt < best.doubt + NEAR and each.way is not None)
    if (
        best.doubtful_place
        or not best.said_settlement
        or any(not _same_place(each, addresses[0], best.house) for each in rivals)
    ):
        most = min(most, UNSURE)
    return Matched(addresses[0], _confidence(best, most)) if _confidence(best) >= LEAST else None


def _same_place(reading: Reading, address: Address, house: House | None) -> bool:
    assert reading.way is not None
    return reading.house == house and _one_way(reading.way.settlement, reading.way.street, address)


def _one_way(settlement: Settlement, street: Street | None, address: Address) -> bool:
    """Whether it is the address's street; registers write one street in two ways now and then."""
    if settlement != address.settlement:
        return False
    if street is None or address.street is None:
        return street is address.street
    return street.type == address.street.type and same_street(street, address.street) is not None


def _distinct(addresses: Iterable[Address]) -> list[Address]:
    found: list[Address] = []
    for address in addresses:
        if not any(address.house == one.house and _one_way(address.settlement, address.street, one) for one in found):
            found.append(address)
    return found


def _glued_houses(reading: Reading) -> list[Address]:
    return [address for house in reading.glued if reading.way for address in reading.way.addresses(house)]


def _hinted(addresses: list[Address], hints: Hints) -> list[Address]:
    """The addresses that the hints leave, if they leave any. They choose among settlements, never among houses."""
    for settlement in hints.near:
        if near := [each for each in addresses if each.settlement == settlement]:
            return near
    in_region = [each for each in addresses if hints.region and each.settlement.region == hints.region]
    district = fold_district(hints.district)
    in_district = [each for each in in_region if district and fold_district(each.settlement.district) == district]
    return in_district or in_region or addresses


def _ambiguous(addresses: Sequence[Address]) -> Ambiguous:
    return Ambiguous(tuple(addresses[:MOST_CANDIDATES]), _differing(addresses))


def _differing(addresses: Sequence[Address]) -> Part:
    """The first part, from the largest to the smallest, in which the addresses differ."""
    towns = {each.settlement for each in addresses}
    if len({(each.type, each.name) for each in towns}) > 1:
        return "settlement"
    if len(towns) > 1:
        return "district"
    return "street" if len({each.street for each in addresses}) > 1 else "house"


def _no_such_house(close: Sequence[Reading], readings: Sequence[Reading], hints: Hints) -> Understood | None:
    """The street is there, the house is not: one in another form may be («25» for «25 корпус 2»)."""
    best = close[0]
    assert best.way is not None
    assert best.house is not None
    for each in readings:
        # An alternative of the recogniser may have a house that there is; and where the name was misheard anyway,
        # a name in a little more doubt with that house is the likelier one.
        misheard = best.doubt >= SAME_SOUND and each.doubt < best.doubt + FAR
        if each.addresses and (misheard or (each.way == best.way and each.doubt < best.doubt + NEAR)):
            return Matched(each.addresses[0], _confidence(each, OTHER_FORM))
    ways = _ways(close)
    others = ((way, house) for way in ways for house in way.with_number(best.house.number))
    fitting = _distinct(each for way, house in others if _can_be(best.house, house) for each in way.addresses(house))
    if fitting and (len(fitting) > 1 or len(ways) == 1):
        chosen = _hinted(fitting, hints)
        return _ambiguous(chosen) if len(chosen) > 1 else Matched(chosen[0], _confidence(best, OTHER_FORM))
    if len(ways) > 1:
        return _which_way(ways, str(best.house))
    if not best.said_settlement:
        return Incomplete(SoFar(None, best.way.street, str(best.house)), "settlement") if _settled(best) else None
    so_far = SoFar(best.way.settlement, best.way.street, str(best.house))
    return HouseUnknown(so_far, str(best.house)) if _confidence(best) >= SURE else None


def _can_be(said: House, known: House) -> bool:
    """Whether the register's house may be the one that was said, one of the two told in less detail."""
    if said == House(said.number) or known == House(known.number):
        return True
    return said.letter == known.letter and (said.fraction or said.corpus) == (known.fraction or known.corpus)


def _confidence(reading: Reading, most: float = 1.0) -> float:
    return round(max(min(1.0 - reading.doubt, most), 0.0), 3)


def _ways(readings: Iterable[Reading]) -> list[Way]:
    """The distinct streets, the likeliest first."""
    found: list[Way] = []
    for each in readings:
        way = each.way
        if way is not None and not any(
            _one_way(way.settlement, way.street, Address(one.settlement, one.street)) for one in found
        ):
            found.append(way)
    return found


def _no_house(close: Sequence[Reading]) -> Understood:
    ways = _ways(each for each in close if each.way and each.way.street)
    if len(ways) > 1:
        return _which_way(ways, "")
    # A settlement that was not said stays open: the whole address will be asked back then.
    said = close[0].said_settlement
    return Incomplete(SoFar(ways[0].settlement if said else None, ways[0].street), "house")


def _which_way(ways: Sequence[Way], house: str) -> Understood:
    """Several streets fit; the first difference is asked for."""
    addresses = [Address(way.settlement, way.street, house) for way in ways]
    part = _differing(addresses)
    if part == "settlement":
        return Incomplete(SoFar(None, ways[0].street, house), "settlement")
    return Ambiguous(tuple(addresses[:MOST_CANDIDATES]), part)


def _no_street(best: Reading, close: Sequence[Reading]) -> Understood | None:
    """A settlement was said, and no street that it has."""
    house = str(best.house) if best.house else ""
    towns = list(dict.fromkeys(each.settlement for each in close))
    if best.unknown_street or not best.said_settlement:
        return None
    if len(towns) > 1 and len({(each.type, each.name) for each in towns}) > 1:
        return Ambiguous(tuple(Address(each) for each in towns[:MOST_CANDIDATES]), "settlement")
    settlement = towns[0] if len(towns) == 1 else Settlement(towns[0].name, towns[0].type)
    without_streets = best.way is not None
    return Incomplete(SoFar(settlement, None, house), "house" if without_streets else "street")
