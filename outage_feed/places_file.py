"""The register's places in a file beside the database: made once, opened in a second or so.

A first line of JSON says what the file is of; lines for each name with its spoken forms and for each settlement with
its streets follow, then the houses as whole numbers of four bytes. No line is long, so that whoever reads in a thread
leaves the others time. The file is only a copy: whatever is wrong with it, it is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from outage_feed.alike import Said
from outage_feed.model import Settlement, Street
from outage_feed.places import Contents, WayHouses

_FORMAT = 1
_LINE = 2000
"""Writings of houses in a line."""


def places_file(database: Path) -> Path:
    """Where the places of a database are kept."""
    return database.with_name(f"{database.name}.places")


def write_places(path: Path, contents: Contents, mark: str) -> None:
    """Write the file, whole or not at all, with the rights of the database beside it. Raises OSError.

    ``mark``: what the contents were made from; whoever reads them asks for the same.
    """
    houses = array("I")
    for way in contents.ways:
        houses.extend(way.houses)
    if sys.byteorder == "big":
        houses.byteswap()
    body = b"".join((*(_line(line) for line in _lines(contents)), b"\n", houses.tobytes()))
    head = {"ivr places": _FORMAT, "mark": mark, "sha256": hashlib.sha256(body).hexdigest()}
    handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_line(head))
            file.write(body)
        _like_the_database(Path(name), path.with_name(path.name.removesuffix(".places")))
        os.replace(name, path)  # noqa: PTH105 (one step for whoever reads meanwhile)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_places(path: Path, mark: str) -> Contents | None:
    """What the file holds; ``None`` where there is none, where it is of another mark, or damaged."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    first = data.find(b"\n") + 1
    try:
        head = json.loads(data[:first])
    except ValueError:
        return None
    body = memoryview(data)[first:]
    if not isinstance(head, dict) or head.get("ivr places") != _FORMAT or head.get("mark") != mark:
        return None
    if head.get("sha256") != hashlib.sha256(body).hexdigest():
        return None
    return _contents(data, first)


def _lines(contents: Contents) -> Iterator[list[Any]]:
    writings = iter(contents.writings)
    while part := list(islice(writings, _LINE)):
        yield ["houses", part]
    for kind, said in (("town", contents.towns), ("street", contents.streets)):
        for name, forms in groupby(said, key=lambda each: each[0]):
            yield [kind, name, [[each.letters, each.numbers, each.doubt] for _, each in forms]]
    for place, ways in groupby(contents.ways, key=lambda way: way.settlement):
        streets = [(way.street and [way.street.name, way.street.type], len(way.houses)) for way in ways]
        yield ["place", [place.name, place.type, place.district, place.region], streets]


def _line(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _contents(data: bytes, at: int) -> Contents:
    """What stands behind the first line; its sum is right, so it is as it was written."""
    writings: list[str] = []
    said: dict[str, list[tuple[str, Said]]] = {"town": [], "street": []}
    counted: list[tuple[Settlement, Street | None, int]] = []
    streets: dict[tuple[str, str], Street] = {}
    while (end := data.index(b"\n", at)) > at:
        match json.loads(data[at:end]):
            case ["houses", part]:
                writings += part
            case ["place", place, ways]:
                settlement = Settlement(*place)
                for street, count in ways:
                    key = None if street is None else (street[0], street[1])
                    counted.append((settlement, None if key is None else streets.setdefault(key, Street(*key)), count))
            case [kind, name, forms]:
                said[kind] += _forms(name, forms)
        at = end + 1
    houses = array("I")
    houses.frombytes(memoryview(data)[at + 1 :])
    if sys.byteorder == "big":
        houses.byteswap()
    ways, start = [], 0
    for settlement, one, count in counted:
        ways.append(WayHouses(settlement, one, houses[start : start + count]))
        start += count
    return Contents(tuple(writings), tuple(ways), tuple(said["town"]), tuple(said["street"]))


def _forms(name: str, forms: Iterable[Any]) -> Iterator[tuple[str, Said]]:
    for letters, numbers, doubt in forms:
        yield name, Said(letters, tuple(numbers), doubt)


def _like_the_database(path: Path, database: Path) -> None:
    """It tells no more people where there are customers than the database does; the engine, too, must read it."""
    try:
        about = database.stat()
    except OSError:
        return
    path.chmod(about.st_mode & 0o777)
    with contextlib.suppress(PermissionError):  # only root can give files away
        os.chown(path, about.st_uid, about.st_gid)
