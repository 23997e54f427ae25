"""A delivery of the state register of addresses (ГАР, formerly ФИАС) → rows of our register, one for each house.

A ZIP archive or a folder with a folder for each region («36/») in it: ``AS_ADDR_OBJ_*`` (settlements, streets,
gardens), ``AS_HOUSES_*``, ``AS_ADM_HIERARCHY_*`` (which lies in which); beside them ``AS_HOUSE_TYPES_*`` and
``AS_ADDHOUSE_TYPES_*``.
Of the regions only the served ones are read. The XML is streamed and never in memory as a whole: a region has a million
objects. A document type, and with it every entity, is refused.

What lies above a house: levels 1 region, 2 district, 5 town, 6 settlement, 7 garden partnership, quarter or territory,
8 street. A garden partnership is a settlement of its own, as callers say it; another element of level 7 counts as the
street where there is none. Garages, cellars and the like are left out: «гараж 5» is no «дом 5».
"""

from __future__ import annotations

import re
import zipfile
from array import array
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

import numpy as np

from outage_feed.errors import RegisterError
from outage_feed.names import fold, parse_settlement
from outage_feed.regions import REGIONS

Row = tuple[str, int, dict[str, str]]
"""File, line, values."""
_CHUNK = 1 << 18
_REGION, _DISTRICT, _TOWN, _SETTLEMENT, _PART, _STREET = 1, 2, 5, 6, 7, 8
_LEVELS = frozenset((_REGION, _DISTRICT, _TOWN, _SETTLEMENT, _PART, _STREET))
_DEEPEST = 20
_GARDENS = frozenset(("снт", "днт", "днп", "дпк"))
_HOUSE_TYPES = {"1": "владение", "2": "дом", "3": "домовладение", "4": "гараж", "5": "здание"}
"""Where a delivery is without its types; the numbers are the state register's own."""
_ADDED_TYPES = {"1": "корпус", "2": "строение", "3": "сооружение", "4": "литера"}
_HOUSES = {"владение": "вл. ", "дом": "", "домовладение": "", "здание": ""}
"""Kinds of houses that callers live in, and what stands before their number."""
_ADDED = {"корпус": " корп. ", "строение": " стр. ", "литера": " лит. "}
_OPENERS = re.compile(r"(?P<region>\d{2})/(?P<kind>AS_[A-Z_]+?)_\d{8}_[^/]*\.XML", re.IGNORECASE)
_TYPES = re.compile(r"(?:.*/)?(?P<kind>AS_(?:ADD)?HOUSE_TYPES)_\d{8}_[^/]*\.XML", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Object:
    level: int
    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.type} {self.name}".strip()


@dataclass(slots=True)
class _Region:
    """One region's files, by kind (``AS_HOUSES`` …)."""

    files: dict[str, str] = field(default_factory=dict)


class _Delivery:
    """The files of a delivery, in an archive or a folder, and how much of them was read."""

    def __init__(self, path: Path, progress: Callable[[float], None]) -> None:
        self._path = path
        self._archive = zipfile.ZipFile(path) if path.is_file() else None
        self._progress = progress
        self._read = 0
        self.sizes: dict[str, int] = {}
        if self._archive is not None:
            self.sizes = {each.filename: each.file_size for each in self._archive.infolist()}
        else:
            files = (each for each in path.rglob("*") if each.is_file())
            self.sizes = {each.relative_to(path).as_posix(): each.stat().st_size for each in files}
        self.wanted = 1

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()

    def open(self, name: str) -> IO[bytes]:
        return (self._path / name).open("rb") if self._archive is None else self._archive.open(name)

    def shown(self, name: str) -> str:
        """The file as a problem names it."""
        return f"{self._path}/{name}"

    def elements(self, name: str, tag: str) -> Iterator[tuple[int, dict[str, str]]]:
        """The attributes of every element of that name, with the line where it stands. Raises RegisterError."""
        found: list[tuple[int, dict[str, str]]] = []
        parser = expat.ParserCreate()
        depth = 0

        def start(element: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > _DEEPEST:
                raise RegisterError(f"{self.shown(name)}: nested too deeply")
            if element == tag:
                found.append((parser.CurrentLineNumber, attributes))

        def end(_: str) -> None:
            nonlocal depth
            depth -= 1

        def refuse(*_: object) -> None:
            raise RegisterError(f"{self.shown(name)}: a document type is not allowed in a delivery")

        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.StartDoctypeDeclHandler = refuse
        try:
            with self.open(name) as file:
                while part := file.read(_CHUNK):
                    parser.Parse(part)
                    self._read += len(part)
                    self._progress(min(self._read / self.wanted, 1.0))
                    yield from found
                    found.clear()
                parser.Parse(b"", True)
        except expat.ExpatError as error:
            raise RegisterError(f"{self.shown(name)}:{error.lineno}: not XML: {error}") from None
        yield from found


def rows(path: Path, progress: Callable[[float], None]) -> Iterator[Row]:
    """Every house of the served regions as a row of our register. Raises RegisterError, OSError.

    A house that cannot be placed comes as a row without a settlement, so that it is named as a problem.
    """
    try:
        delivery = _Delivery(path, progress)
    except zipfile.BadZipFile as error:
        raise RegisterError(f"{path}: {error}") from None
    with closing(delivery):
        regions: dict[str, _Region] = {}
        types = {"AS_HOUSE_TYPES": _HOUSE_TYPES, "AS_ADDHOUSE_TYPES": _ADDED_TYPES}
        for name in sorted(delivery.sizes):
            if (found := _OPENERS.search(name)) and found["region"] in REGIONS:
                regions.setdefault(found["region"], _Region()).files[found["kind"].upper()] = name
            elif found := _TYPES.fullmatch(name):
                types[found["kind"].upper()] = _read_types(delivery, name)
        if not regions:
            raise RegisterError(f"{path}: no files of a served region («36/AS_HOUSES_….XML») in it")
        needed = ("AS_ADDR_OBJ", "AS_ADM_HIERARCHY", "AS_HOUSES")
        for code, region in regions.items():
            if missing := [kind for kind in needed if kind not in region.files]:
                raise RegisterError(f"{path}: region {code} has no {', '.join(missing)}")
        delivery.wanted = max(1, sum(delivery.sizes[each.files[kind]] for each in regions.values() for kind in needed))
        for code, region in regions.items():
            yield from _houses(delivery, code, region, types)


def _read_types(delivery: _Delivery, name: str) -> dict[str, str]:
    """The number of each kind of house → its name in small letters."""
    tag = "ADDHOUSETYPE" if "ADDHOUSE" in name.upper() else "HOUSETYPE"
    return {each["ID"]: fold(each.get("NAME", "")) for _, each in delivery.elements(name, tag) if "ID" in each}


def _houses(delivery: _Delivery, code: str, region: _Region, types: dict[str, dict[str, str]]) -> Iterator[Row]:
    objects = _objects(delivery, region.files["AS_ADDR_OBJ"])
    parents = _Parents(delivery, region.files["AS_ADM_HIERARCHY"])
    name = region.files["AS_HOUSES"]
    file = delivery.shown(name)
    for line, house in delivery.elements(name, "HOUSE"):
        if not _in_force(house):
            continue
        kind = types["AS_HOUSE_TYPES"].get(house.get("HOUSETYPE", ""), "дом")
        if kind not in _HOUSES:
            continue
        above = list(_above(_number(house), objects, parents))
        guid = house.get("OBJECTGUID", "").lower()
        number = _HOUSES[kind] + house.get("HOUSENUM", "")
        for added in ("1", "2"):
            if value := house.get(f"ADDNUM{added}", ""):
                what = types["AS_ADDHOUSE_TYPES"].get(house.get(f"ADDTYPE{added}", ""), "")
                number += f"{_ADDED.get(what, '/')}{value}"
        yield file, line, {"id": guid, "fias": guid, "region": code, "house": number, **_place(above)}


def _objects(delivery: _Delivery, name: str) -> dict[int, _Object]:
    found = {}
    for _, each in delivery.elements(name, "OBJECT"):
        level = int(each["LEVEL"]) if each.get("LEVEL", "").isdigit() else 0
        if _in_force(each) and level in _LEVELS:
            found[_number(each)] = _Object(level, each.get("NAME", ""), each.get("TYPENAME", ""))
    return found


class _Parents:
    """What each object lies in, by the administrative division: two arrays, for there are millions."""

    def __init__(self, delivery: _Delivery, name: str) -> None:
        objects, parents = array("q"), array("q")
        for _, each in delivery.elements(name, "ITEM"):
            if each.get("ISACTIVE") == "1":
                objects.append(_number(each))
                parents.append(_number(each, "PARENTOBJID"))
        unordered = np.frombuffer(objects, dtype=np.int64)
        order = np.argsort(unordered, kind="stable")
        self._objects = unordered[order]
        self._parents = np.frombuffer(parents, dtype=np.int64)[order]

    def of(self, number: int) -> int:
        """The number of what the object lies in; 0: nothing is known."""
        at = int(np.searchsorted(self._objects, number, side="right")) - 1
        return int(self._parents[at]) if at >= 0 and self._objects[at] == number else 0


def _above(house: int, objects: dict[int, _Object], parents: _Parents) -> Iterator[_Object]:
    """What the house lies in, from the nearest outwards."""
    number = house
    for _ in range(_DEEPEST):
        number = parents.of(number)
        if not number:
            return
        if number in objects:
            yield objects[number]


def _place(above: list[_Object]) -> dict[str, str]:
    """District, settlement and street out of what a house lies in."""
    nearest: dict[int, _Object] = {}
    for each in above:
        nearest.setdefault(each.level, each)
    place = nearest.get(_SETTLEMENT) or nearest.get(_TOWN)
    street, part = nearest.get(_STREET), nearest.get(_PART)
    if part is not None and (place is None or parse_settlement(str(part)).type in _GARDENS):
        place = part
    elif part is not None and street is None:
        street = part
    district = nearest.get(_DISTRICT)
    return {
        "district": str(district) if district is not None else "",
        "settlement": str(place) if place is not None else "",
        "street": str(street) if street is not None else "",
    }


def _in_force(element: dict[str, str]) -> bool:
    return element.get("ISACTUAL", "1") == "1" and element.get("ISACTIVE", "1") == "1"


def _number(element: dict[str, str], name: str = "OBJECTID") -> int:
    text = element.get(name, "")
    return int(text) if text.isdigit() else 0
