"""◆ Rows of a contact list → contacts, with every row that cannot be used named, and every telephone once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from ivr.campaigns.zones import Zones, is_zone, zones_of_region

HEADINGS: Mapping[str, str] = {
    **dict.fromkeys(("phone", "phones", "телефон", "телефоны", "номер телефона"), "phone"),
    **dict.fromkeys(("region", "регион", "область", "код региона"), "region"),
    **dict.fromkeys(("timezone", "часовой пояс"), "timezone"),
    **dict.fromkeys(("address", "адрес"), "address"),
    **dict.fromkeys(("point", "id", "точка учета", "точка учёта"), "point"),
}
"""What a heading (in small letters) means; columns with any other are kept as they are."""

Row = Mapping[str, str]
"""A cell's text by its heading as written."""
_SEVERAL = re.compile(r"[,;|\n]")


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to call (personal data). ``zones`` empty: not known; ``point``: an id of the register, or empty."""

    phone: str
    zones: Zones
    point: str = ""
    address: str = ""
    about: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row, or one of its telephones, that was left out; ``line`` counts from 1."""

    line: int
    problem: str
    row: Row


@dataclass(frozen=True, slots=True)
class Taken:
    """What a list holds: each telephone once, in the order of the list."""

    contacts: tuple[Contact, ...]
    bad: tuple[BadRow, ...]
    repeated: tuple[BadRow, ...]
    """Rows of telephones that an earlier row has."""


def read_list(rows: Iterable[tuple[int, Row]], number: Callable[[str], str], elsewhere: Zones = ()) -> Taken:
    """Read the rows of a list.

    ``number`` makes a telephone ``+7…``, or "" of what is none; ``elsewhere`` are the zones of rows that name neither
    region nor time zone. Of a wrong region or zone nothing is guessed: such a row is bad.
    """
    found: dict[str, Contact] = {}
    first: dict[str, int] = {}
    bad: list[BadRow] = []
    repeated: list[BadRow] = []
    for line, row in rows:
        known, about = _sorted(row)
        written = [part.strip() for part in _SEVERAL.split(known.get("phone", "")) if part.strip()]
        zones = _zones(known, elsewhere)
        if isinstance(zones, str):
            bad.append(BadRow(line, zones, row))
            continue
        if not written:
            bad.append(BadRow(line, "no telephone", row))
        for text in written:
            phone = number(text)
            if not phone:
                bad.append(BadRow(line, f"not a telephone number: {text}", row))
            elif phone in found:
                repeated.append(BadRow(line, f"the same telephone as in line {first[phone]}", row))
            else:
                found[phone] = Contact(phone, zones, known.get("point", ""), known.get("address", ""), about)
                first[phone] = line
    return Taken(tuple(found.values()), tuple(bad), tuple(repeated))


@lru_cache(maxsize=1024)
def meaning(heading: str) -> str:
    """What a heading means («Телефон» → ``phone``); empty for a column of the list's own."""
    return HEADINGS.get(" ".join(heading.casefold().split()), "")


def _sorted(row: Row) -> tuple[dict[str, str], dict[str, str]]:
    known: dict[str, str] = {}
    about: dict[str, str] = {}
    for heading, cell in row.items():
        if text := cell.strip():
            if meant := meaning(heading):
                known[meant] = text
            else:
                about[heading] = text
    return known, about


def _zones(known: Mapping[str, str], elsewhere: Zones) -> Zones | str:
    """The zones of a row, or what is wrong with it. A time zone goes before the region's."""
    if zone := known.get("timezone"):
        return (zone,) if is_zone(zone) else f"no such time zone: {zone} (use a name like Europe/Moscow)"
    if region := known.get("region"):
        return zones_of_region(region) or f"not a region whose time is known: {region} (name its time zone)"
    return elsewhere
