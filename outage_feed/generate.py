"""A made-up register of any size, to try the software with before the real one is there.

Shaped like the real ones (DOMAIN §5): names in every writing, villages whose names repeat in several districts,
villages without streets, gardens, houses with letters, slashes and корпуса, blocks of flats. Names of regions, towns
and districts are real, everything else is chance; the same ``seed`` gives the same register. Telephones are made up.
"""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import resources
from itertools import islice
from pathlib import Path
from typing import Any

from outage_feed.regions import REGIONS
from outage_feed.register import COLUMNS

Row = dict[str, str]

_CITY, _TOWNS, _GARDENS = 0.3, 0.3, 0.05
"""Shares of a region's points: its centre, the other towns, gardens; the villages have the rest."""
_WITH_PHONE = 0.6
_OFTEN = 0.3
"""Share of the villages that have one of the few names that a region has many times («Бор» nine times)."""


@dataclass(slots=True)
class _Maker:
    """What the parts of a register share: chance, names, the next number."""

    chance: random.Random
    names: dict[str, Any]
    number: int = 0
    taken: set[tuple[str, ...]] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Place:
    region: str
    district: str
    settlement: str
    points: int
    urban: bool = False


def generate(points: int, seed: int = 1) -> Iterator[Row]:
    """So many rows with the columns of a register (:data:`outage_feed.register.COLUMNS`)."""
    names = json.loads((resources.files("outage_feed") / "generate_names.json").read_text(encoding="utf-8"))
    maker = _Maker(random.Random(seed), names)
    return islice(_rows(maker, points), points)


def write_register(path: Path, points: int, seed: int = 1) -> None:
    """Write such a register as a file that ``ivr register import`` takes. Raises OSError."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(generate(points, seed))


def _rows(maker: _Maker, points: int) -> Iterator[Row]:
    share = -(-points // len(REGIONS))
    while True:  # the last round is cut off by whoever counts
        for region in REGIONS:
            for place in _places(maker, region, share):
                yield from _points(maker, place)


def _places(maker: _Maker, region: str, points: int) -> Iterator[_Place]:
    """The settlements of a region with their sizes."""
    chance, of_region = maker.chance, maker.names["regions"][region]
    districts: list[str] = of_region["districts"]
    centre, *towns = of_region["towns"]
    left = points
    sizes = [(f"г. {centre}", "", round(points * _CITY))]
    for town in towns:
        sizes.append((f"г. {town}", _district_of(town, districts), round(points * _TOWNS / len(towns))))
    for town in of_region["settlements"][: max(1, points // 400)]:
        kind = chance.choice(("рп.", "пгт", "п.", "с."))
        sizes.append((f"{kind} {town}", chance.choice(districts), chance.randint(15, 60)))
    for settlement, district, size in sizes:
        left -= size
        yield _Place(region, _rn(district), settlement, size, urban=True)
    gardens = round(points * _GARDENS)
    while gardens > 0:
        size = min(chance.randint(8, 30), gardens)
        gardens, left = gardens - size, left - size
        name, district = chance.choice(maker.names["gardens"]), chance.choice(districts)
        if _new(maker, region, district, name):
            yield _Place(region, _rn(district), chance.choice((f"СНТ «{name}»", f"СНТ {name}")), size)
    often = chance.sample(maker.names["villages"], 5) + chance.sample(maker.names["odd_villages"], 1)
    while left > 0:
        size = min(chance.randint(4, 50), left)
        district = chance.choice(districts)
        name = chance.choice(often if chance.random() < _OFTEN else maker.names["villages"])
        kind = chance.choice(("д.", "д.", "с.", "с.", "п.", "х.", "сл."))
        if _new(maker, region, district, name):
            left -= size
            yield _Place(region, _rn(district), f"{kind} {name}", size)
        elif chance.random() < 0.05:  # every name of the district is given: a village grows
            left -= size


def _new(maker: _Maker, *key: str) -> bool:
    if key in maker.taken:
        return False
    maker.taken.add(key)
    return True


def _rn(district: str) -> str:
    return f"{district} р-н" if district else ""


def _district_of(town: str, districts: list[str]) -> str:
    """The district that is named after the town, if one is."""
    return next((each for each in districts if each[:4] == town[:4]), "")


def _points(maker: _Maker, place: _Place) -> Iterator[Row]:
    chance = maker.chance
    left = place.points
    gardens = "СНТ" in place.settlement
    if gardens or (not place.urban and chance.random() < 0.35):
        for number in range(1, left + 1):
            house = f"уч. {number}" if gardens and chance.random() < 0.8 else _house(chance, number, urban=False)
            yield _row(maker, place, "", house)
        return
    streets = _streets(maker, urban=place.urban, big=place.points > 400)
    while left > 0:
        street = next(streets)
        houses = min(left, chance.randint(8, 60) if place.urban else chance.randint(4, 25))
        number, step = 1, 1 if chance.random() < 0.7 else 2
        for _ in range(houses):
            house = _house(chance, number, urban=place.urban)
            flats = chance.randint(4, 40) if place.urban and chance.random() < 0.05 else 0
            for flat in range(1, flats + 1) if flats else (0,):
                if left > 0:
                    yield _row(maker, place, street, house, str(flat or ""))
                    left -= 1
            number += step if chance.random() < 0.9 else 0 if house != str(number) else 2


def _house(chance: random.Random, number: int, *, urban: bool) -> str:
    kind = chance.random()
    if kind < 0.82:
        return str(number)
    if kind < 0.9:
        letter = chance.choice("ааабббвгде")
        return chance.choice((f"{number}{letter}", f"{number}{letter.upper()}", f"{number}-{letter}"))
    if kind < 0.94:
        return f"{number}/{chance.randint(1, 9)}"
    if urban:
        block = chance.randint(1, 4)
        wordings = (
            f"{number} корп. {block}",
            f"{number}к{block}",
            f"{number} корпус {block}",
            f"{number} стр. {block}",
        )
        return chance.choice(wordings)
    return chance.choice((f"вл. {number}", f"{number} лит. А", str(number)))


def _streets(maker: _Maker, *, urban: bool, big: bool) -> Iterator[str]:
    """Streets of one settlement as the register writes them, each once; more and more numbered ones in the end."""
    chance, names = maker.chance, maker.names
    given: set[tuple[str, str]] = set()
    number = 1
    while True:
        kind, name = _street(chance, names, urban=urban, big=big)
        if (kind, name) in given:
            if chance.random() < 0.9:
                continue
            number += 1
            kind, name = "ул", f"{number}-я {chance.choice(names['numbered'])}"
            if (kind, name) in given:
                continue
        given.add((kind, name))
        yield _written(chance, kind, name)


def _street(chance: random.Random, names: dict[str, Any], *, urban: bool, big: bool) -> tuple[str, str]:
    of = chance.random()
    if of < 0.38:
        # villages have the same few streets everywhere
        return "ул", chance.choice(names["adjectives"][: 400 if big else 120 if urban else 50])
    if of < 0.66:
        return "ул", chance.choice(names["after_people"][: 320 if big else 90 if urban else 30])
    if of < 0.74:
        return "ул", chance.choice(names["dates"])
    if of < 0.8:
        return "ул", f"{chance.randint(1, 3)}-я {chance.choice(names['numbered'])}"
    if of < 0.86:
        return "ул", chance.choice(names["full_names"])
    if of < 0.95 or not big:
        lane = chance.choice(names["lanes"])
        return "пер", f"{chance.randint(1, 3)}-й {lane}" if chance.random() < 0.25 else lane
    kind, family = chance.choice((("пр-кт", "avenues"), ("б-р", "boulevards"), ("ш", "highways"), ("проезд", "lanes")))
    return kind, chance.choice(names[family])


def _written(chance: random.Random, kind: str, name: str) -> str:
    """The street in one of the writings that registers have."""
    words = name.split()
    if len(words) == 2 and words[0][0].isupper() and words[0] in ("Карла", "Розы", "Зои", "Максима", "Степана"):
        name = chance.choice((name, f"{words[0][0]}.{words[1]}", f"{words[0][0]}. {words[1]}"))
    name = name.replace("ё", "е") if chance.random() < 0.5 else name
    if kind == "ш":
        return chance.choice((f"ул. {name} шоссе", f"{name} шоссе", f"ш. {name}"))
    writing = chance.random()
    if writing < 0.75:
        return f"{kind}. {name}" if kind in ("ул", "пер", "ш") else f"{kind} {name}"
    if writing < 0.85:
        return f"{name} {kind}." if kind in ("ул", "пер") else f"{kind} {name}"
    return f"{kind} {name}"


def _row(maker: _Maker, place: _Place, street: str, house: str, flat: str = "") -> Row:
    maker.number += 1
    number, chance = maker.number, maker.chance
    phone = f"+7900{number:07d}" if chance.random() < _WITH_PHONE else ""
    substation = f"ТП-{chance.randint(1, 900)}|Ф-{chance.randint(1, 30)}"
    district = place.district.removesuffix(" р-н") or REGIONS[place.region].branch
    return {
        "id": f"made-{number}", "account": f"{place.region}{number:08d}", "phones": phone, "region": place.region,
        "district": place.district, "settlement": place.settlement, "street": street, "house": house, "flat": flat,
        "branch": REGIONS[place.region].branch, "res": f"{district} РЭС", "network": substation,
    }  # fmt: skip
