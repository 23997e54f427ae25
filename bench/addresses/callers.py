"""Callers who say an address of a register, or one that it does not have. Seeded.

The words come from the modules that put addresses into words for prompts, and from the inflection of names.
"""

from __future__ import annotations

import random
import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from bench.addresses.noises import NOISES, UNSEEN, noisy
from ivr.prompts.russian.houses import house_words, is_house
from ivr.prompts.russian.places import place_name
from outage_feed.model import Address, Settlement, Street
from outage_feed.names import fold, fold_district, same_street
from outage_feed.places import Contents, WayHouses, read_house
from outage_feed.regions import REGIONS
from robot.hearing.inflecting import street_forms, town_forms

SETS = ("clean", "dictated", "noisy", "unseen")
ABSENT = 0.25
"""Share of the queries whose address the register does not have."""
_STREET_TYPES = (
    "улица", "переулок", "проспект", "проезд", "бульвар", "шоссе", "набережная", "площадь", "тупик", "линия", "квартал",
    "микрорайон", "территория", "аллея",
)  # fmt: skip
_TOWN_TYPES = (
    "посёлок городского типа", "рабочий посёлок", "дачный посёлок", "садовое товарищество", "город", "посёлок", "село",
    "деревня", "хутор", "слобода", "станция", "разъезд", "станица",
)  # fmt: skip
_TYPE_WORDS = frozenset(word for kind in (*_STREET_TYPES, *_TOWN_TYPES) for word in kind.split())
_IN = {"город": "в городе", "посёлок": "в посёлке", "село": "в селе", "деревня": "в деревне", "хутор": "на хуторе"}
_BEFORE = (
    "", "", "", "", "девушка у нас света нет ", "добрый день ", "мой адрес ", "мы живём ", "так пишите ",
    "подскажите пожалуйста ", "алло ", "звоню из ", "меня интересует ",
)  # fmt: skip
_BEHIND = ("", "", "", "", " света нет", " отключили свет", " пожалуйста", " вот", " когда дадут свет")
_ELSEWHERE = (
    "рязань", "калуга", "тула", "пенза", "саратов", "самара", "вологда", "псков", "великие луки", "балашов", "камышин",
    "коломна", "серпухов", "череповец", "арзамас", "дзержинск", "сызрань", "елабуга", "миасс", "нижний тагил",
)  # fmt: skip
_TRIES = 50


@dataclass(frozen=True, slots=True)
class Query:
    """What is heard, best text first, and the address that was meant; ``None``: one that the register does not have."""

    set: str
    heard: tuple[str, ...]
    meant: Address | None


class Callers:
    """Callers from the addresses of a register; every house calls as often as every other one."""

    def __init__(self, contents: Contents, seed: int) -> None:
        self.chance = random.Random(seed)
        self.contents = contents
        sayable = {at for at, text in enumerate(contents.writings) if is_house(text)}
        self.ways = [
            WayHouses(way.settlement, way.street, [each for each in way.houses if each in sayable])
            for way in contents.ways
            if not sayable.isdisjoint(way.houses)
        ]
        self.ends = list(accumulate(len(way.houses) for way in self.ways))
        self.in_place: dict[Settlement, list[WayHouses]] = {}
        for way in self.ways:
            self.in_place.setdefault(way.settlement, []).append(way)
        self.namesakes: dict[str, list[Settlement]] = {}
        for place in self.in_place:
            self.namesakes.setdefault(fold(place.name), []).append(place)
        self.lanes = [
            way
            for way in self.ways
            if way.street and way.street.type == "пер" and re.fullmatch(r"[А-ЯЁа-яё]+ый", way.street.name)
        ]
        self.districts = sorted({place.district for place in self.in_place if place.district})
        self.streets = sorted({str(way.street) for way in self.ways if way.street})

    def queries(self, kind: str, number: int) -> Iterator[Query]:
        """So many of one of :data:`SETS`."""
        for _ in range(number):
            address, words = self.absent(kind) if self.chance.random() < ABSENT else self.present(kind)
            text = " ".join(word for word in words if word)
            if kind == "clean":
                yield Query(kind, (text,), address)
                continue
            text = f"{self.chance.choice(_BEFORE)}{text}{self.chance.choice(_BEHIND)}"
            if kind == "dictated":
                yield Query(kind, (text,), address)
                continue
            names = [word for part in words[:2] for word in part.split() if word not in _TYPE_WORDS and word != "район"]
            kinds = UNSEEN if kind == "unseen" else NOISES
            heard = [noisy(self.chance, text, names, kinds)]
            if self.chance.random() < 0.3:  # the recogniser has another idea as well
                heard.append(text if self.chance.random() < 0.5 else noisy(self.chance, text, names, kinds))
            yield Query(kind, tuple(heard), address)

    def present(self, kind: str) -> tuple[Address, tuple[str, str, str]]:
        """An address of the register, and its settlement, street and house in words."""
        way, house = self.some_house()
        address = Address(way.settlement, way.street, house)
        street = self.street(way.street, kind, way.settlement) if way.street else ""
        return address, (self.town(way.settlement, kind), street, self.number(house, kind))

    def absent(self, kind: str) -> tuple[None, tuple[str, str, str]]:
        """An address that the register does not have: no such house, street, settlement, or not in that district.

        «Советская» is said where there is only «переулок Советский» as well.
        """
        makes = (self._no_house, self._no_house, self._no_street, self._other_kind, self._no_town, self._no_district)
        make = self.chance.choice(makes)
        for _ in range(_TRIES):
            if (found := make(kind)) is not None:
                return None, found
        return None, self._no_town(kind)

    def _no_house(self, kind: str) -> tuple[str, str, str] | None:
        way, _ = self.some_house()
        known = {read.number for each in way.houses if (read := read_house(self.contents.writings[each]))}
        number = self.chance.randint(1, 200)
        if number in known:
            return None
        street = self.street(way.street, kind, way.settlement) if way.street else ""
        return self.town(way.settlement, kind), street, self.number(str(number), kind)

    def _no_street(self, kind: str) -> tuple[str, str, str] | None:
        way, house = self.some_house()
        other = self.chance.choice(self.ways).street
        if way.street is None or other is None:
            return None
        words = set(fold(other.name).split())
        here = [each.street for each in self.in_place[way.settlement] if each.street]
        if any(words & set(fold(each.name).split()) or same_street(each, other) for each in here):
            return None
        return self.town(way.settlement, kind), self.street(other, kind, None), self.number(house, kind)

    def _other_kind(self, kind: str) -> tuple[str, str, str] | None:
        lanes = self.lanes
        way = self.chance.choice(lanes) if lanes else None
        if way is None or way.street is None:
            return None
        house = self.contents.writings[self.chance.choice(way.houses)]
        here = [fold(each.street.name) for each in self.in_place[way.settlement] if each.street]
        name = f"{fold(way.street.name)[:-2]}ая"
        if name in here:
            return None
        return self.town(way.settlement, kind), self.chance.choice((name, f"улица {name}")), self.number(house, kind)

    def _no_town(self, kind: str) -> tuple[str, str, str]:
        way, house = self.some_house()
        town = self.chance.choice([name for name in _ELSEWHERE if name not in self.namesakes])
        street = self.street(way.street, kind, None) if way.street else ""
        return f"город {town}", street, self.number(house, kind)

    def _no_district(self, kind: str) -> tuple[str, str, str] | None:
        way, house = self.some_house()
        other = self.chance.choice(self.districts)
        having = {fold_district(each.district) for each in self.namesakes[fold(way.settlement.name)]}
        if way.settlement.type == "г" or fold_district(other) in having:
            return None
        street = self.street(way.street, kind, None) if way.street else ""
        return f"{said(place_name(str(way.settlement)))} {district(other)}", street, self.number(house, kind)

    def some_house(self) -> tuple[WayHouses, str]:
        """A house by chance, with its street."""
        at = self.chance.randrange(self.ends[-1])
        number = bisect_right(self.ends, at)
        way = self.ways[number]
        return way, self.contents.writings[way.houses[at - (self.ends[number - 1] if number else 0)]]

    def town(self, place: Settlement, kind: str) -> str:
        """The settlement with all that is needed to know it: its type, its district, its region where these repeat."""
        words = said(place_name(str(place)))
        name = without(words, _TOWN_TYPES)
        word = words.removesuffix(name).strip()
        namesakes = self.namesakes[fold(place.name)]
        if kind != "clean" and len(namesakes) == 1 and place.type != "снт":
            style = self.chance.random()
            if style < 0.35:
                words = name
            elif style < 0.55:
                words = f"в {town_forms(name)[min(1, len(town_forms(name)) - 1)]}"
            elif style < 0.65 and word in _IN:
                words = f"{_IN[word]} {name}"
        if len([each for each in namesakes if each.type == place.type]) > 1 and place.district:
            words += f" {district(place.district)}"
        same = [each for each in namesakes if (each.type, each.district) == (place.type, place.district)]
        if len(same) > 1:
            words += f" {said(REGIONS[place.region].name)}" if place.region in REGIONS else ""
        return words

    def street(self, street: Street, kind: str, place: Settlement | None) -> str:
        """The street; ``place``: it must be told from the others there."""
        words = said(place_name(str(street)))
        name = without(words, _STREET_TYPES)
        if kind == "clean" or not name or name == words:
            return words
        here = [each.street for each in self.in_place.get(place, ()) if each.street] if place else []
        alone = sum(fold(street.name)[:4] in fold(each.name) for each in here) <= 1
        style = self.chance.random()
        if style < 0.4 and street.type == "ул" and alone:
            return name
        if style < 0.6 and street.type == "ул":
            forms = street_forms(name)
            return f"на {forms[1]}" if len(forms) > 1 and self.chance.random() < 0.5 else f"на улице {name}"
        if style < 0.7:
            return f"{name} {words.removesuffix(name).strip()}" if words.endswith(name) else words
        return words

    def number(self, house: str, kind: str) -> str:
        """The house's number."""
        words = said(house_words(house))
        return words.removeprefix("дом ") if kind != "clean" and self.chance.random() < 0.5 else words


def said(text: str) -> str:
    """Small letters without punctuation, as recognisers write."""
    return " ".join(re.findall(r"[а-яё]+", text.lower().replace("\u0301", "")))


def without(words: str, types: Sequence[str]) -> str:
    """A name without its type."""
    for kind in types:
        if words.startswith(f"{kind} "):
            return words.removeprefix(f"{kind} ")
    return words.removesuffix(" шоссе")


def district(name: str) -> str:
    """«Новоусманский р-н» as it is said."""
    return f"{said(re.sub(r'р-н|район', ' ', name))} район"
