"""Callers' ways of saying an address of a register, and what recognisers make of them. Seeded.

The words come from the module that puts addresses into words for prompts, so not from what is tested.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ivr.prompts.russian.houses import house_words
from ivr.prompts.russian.places import place_name
from outage_feed.model import Address, Settlement
from outage_feed.names import fold
from outage_feed.places import read_house
from robot.hearing.inflecting import street_forms, town_forms

STREET_TYPES = (
    "улица", "переулок", "проспект", "проезд", "бульвар", "шоссе", "набережная", "площадь", "тупик", "линия",
)  # fmt: skip
TOWN_TYPES = (
    "посёлок городского типа", "рабочий посёлок", "садовое товарищество", "город", "посёлок", "село", "деревня",
    "хутор", "слобода",
)  # fmt: skip
_IN = {"город": "в городе", "посёлок": "в посёлке", "село": "в селе", "деревня": "в деревне", "хутор": "на хуторе"}
_BEFORE = ("", "", "", "у нас света нет ", "здравствуйте ", "адрес ", "я живу ", "ну это ", "алло у нас нет света ")
_ALIKE = {
    "а": "оя", "о": "ау", "е": "иэ", "и": "еы", "у": "ою", "ы": "и", "я": "аеи", "б": "пв", "п": "бт", "в": "фб",
    "ф": "вх", "г": "кх", "к": "гт", "д": "тб", "т": "дк", "ж": "шз", "ш": "жс", "з": "сж", "с": "зш", "л": "рв",
    "р": "л", "м": "н", "н": "м", "ц": "сч", "ч": "цщ", "щ": "шч", "х": "фк",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """What is heard, and the address that was meant; ``None``: one that the register does not have."""

    heard: tuple[str, ...]
    meant: Address | None


def said(text: str) -> str:
    """Small letters without punctuation, as recognisers write."""
    return " ".join(re.findall(r"[а-яё]+", text.lower().replace("\u0301", "")))


def without_type(words: str, types: Sequence[str]) -> str:
    for kind in types:
        if words.startswith(f"{kind} "):
            return words.removeprefix(f"{kind} ")
    return words.removesuffix(" шоссе")


class Callers:
    """Callers from the addresses of a register."""

    def __init__(self, addresses: Sequence[Address], seed: int) -> None:
        self.chance = random.Random(seed)
        self.addresses = [each for each in addresses if each.house and read_house(each.house)]
        self.streets = sorted({str(each.street) for each in addresses if each.street})
        self.of_name: dict[tuple[str, str], set[Settlement]] = {}
        for each in {one.settlement for one in addresses}:
            self.of_name.setdefault((fold(each.name), each.type), set()).add(each)
        self.any_type: dict[str, set[Settlement]] = {}
        for each in {one.settlement for one in addresses}:
            self.any_type.setdefault(fold(each.name), set()).add(each)
        self.houses: dict[tuple[Settlement, object], set[int]] = {}
        for each in self.addresses:
            house = read_house(each.house)
            assert house is not None
            self.houses.setdefault((each.settlement, each.street), set()).add(house.number)

    def clean(self) -> Query:
        """An address said in full: with the district where the name repeats, types or cases now and then."""
        address = self.chance.choice(self.addresses)
        return Query((self.full(address),), address)

    def misheard(self) -> Query:
        """One wrong sound in the name of the street or of the settlement, or words of it split or joined."""
        address = self.chance.choice(self.addresses)
        part = self.chance.choice(("town", "street")) if address.street else "town"
        return Query((self.full(address, spoil=part),), address)

    def number_misheard(self) -> Query:
        """Sounds of the house's number that no number has; the caller cannot be understood for sure."""
        address = self.chance.choice(self.addresses)
        return Query((self.full(address, spoil="house"),), address)

    def short(self) -> Query:
        """Without the settlement, or without the district of a name that repeats: to be asked for."""
        address = self.chance.choice(self.addresses)
        place = self.street(address) if address.street else self.town(address, district=False)
        return Query((f"{place} {said(house_words(address.house))}",), address)

    def no_such_house(self) -> Query:
        """A number that the street does not have."""
        address = self.chance.choice(self.addresses)
        numbers = self.houses[address.settlement, address.street]
        number = next(n for n in iter(lambda: self.chance.randint(1, 300), 0) if n not in numbers)
        return Query((self.full(address, house=str(number)),), None)

    def no_such_street(self) -> Query:
        """A street that other places have, said of a settlement without it."""
        while True:
            address = self.chance.choice(self.addresses)
            other = self.chance.choice(self.streets)
            mine = {fold(str(each.street)) for each in self.addresses if each.settlement == address.settlement}
            names = {name.split()[-1] for name in mine}
            if address.street is None or {fold(other).split()[-1], fold(other).split()[0]} & names:
                continue
            if any(set(fold(other).split()[1:]) & set(name.split()) for name in mine):
                continue
            text = f"{self.town(address)} {said(place_name(other))} {said(house_words(address.house))}"
            return Query((text,), None)

    def two_houses_heard(self) -> Query:
        """Two alternatives of the recogniser with different houses that both exist; either may be right."""
        while True:
            address = self.chance.choice(self.addresses)
            others = self.houses[address.settlement, address.street] - {read_house(address.house).number}  # type: ignore[union-attr]
            if not others:
                continue
            other = self.full(address, house=str(self.chance.choice(sorted(others))))
            right = self.full(address)
            return Query((right, other) if self.chance.random() < 0.7 else (other, right), address)

    def full(self, address: Address, house: str = "", spoil: str = "") -> str:
        number = said(house_words(house or address.house))
        if self.chance.random() < 0.4:
            number = number.removeprefix("дом ")
        town, street = self.town(address), self.street(address) if address.street else ""
        if spoil == "town":
            town = self.spoil(town)
        elif spoil == "street":
            street = self.spoil(street)
        elif spoil == "house":
            number = self.spoil(number)
        parts = [part for part in (town, street, number) if part]
        if self.chance.random() < 0.25 and number.startswith("дом "):
            self.chance.shuffle(parts)
        return self.chance.choice(_BEFORE) + " ".join(parts)

    def town(self, address: Address, *, district: bool = True) -> str:
        settlement = address.settlement
        words = said(place_name(str(settlement)))
        name = without_type(words, TOWN_TYPES)
        kind = words.removesuffix(name).strip()
        style = self.chance.random()
        if len(self.any_type[fold(settlement.name)]) > 1 or settlement.type == "снт":
            pass  # the type is needed
        elif style < 0.3:
            words = name
        elif style < 0.5:
            words = f"в {town_forms(name)[min(1, len(town_forms(name)) - 1)]}"
        elif style < 0.6 and kind in _IN:
            words = f"{_IN[kind]} {name}"
        if district and len(self.of_name[fold(settlement.name), settlement.type]) > 1:
            words += f" {said(settlement.district.removesuffix('р-н'))} район"
        return words

    def street(self, address: Address) -> str:
        assert address.street is not None
        words = said(place_name(str(address.street)))
        name = without_type(words, STREET_TYPES)
        kind = words.replace(name, "").strip()
        same = {str(each.street) for each in self.addresses if each.settlement == address.settlement and each.street}
        alone = sum(fold(address.street.name)[:4] in fold(each) for each in same) == 1
        style = self.chance.random()
        if style < 0.35 and (kind == "улица" or alone):
            return name
        if style < 0.6 and kind == "улица":
            forms = street_forms(name)
            return f"на {forms[1]}" if len(forms) > 1 and self.chance.random() < 0.5 else f"на улице {name}"
        return words

    def spoil(self, text: str) -> str:
        """One recogniser's error: a sound, a split, a join."""
        words = text.split()
        types = {word for kind in (*STREET_TYPES, *TOWN_TYPES) for word in kind.split()}
        places = [at for at, word in enumerate(words) if len(word) > 4 and word not in types and word != "район"]
        at = self.chance.choice(places or range(len(words)))
        word = words[at]
        kind = self.chance.random()
        if kind < 0.65:
            letters = [n for n in range(1, len(word)) if word[n] in _ALIKE]
            n = self.chance.choice(letters or [0])
            words[at] = word[:n] + self.chance.choice(_ALIKE.get(word[n], word[n])) + word[n + 1 :]
        elif kind < 0.8:
            n = self.chance.randint(2, len(word) - 2) if len(word) > 4 else 1
            words[at : at + 1] = [word[:n], word[n:]]
        elif at + 1 < len(words) and words[at + 1] != "район":
            words[at : at + 2] = [word + words[at + 1]]
        return " ".join(words)
