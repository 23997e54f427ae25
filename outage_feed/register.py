"""The register of service points: a row of a file (:mod:`outage_feed.register_files`) → a point, every fault named.

The columns are :data:`COLUMNS`; only ``id``, ``region``, ``settlement`` are required. Several phones or network parents
stand in one cell, separated by spaces, commas or ``|``. ``help_point``: where people of the settlement get help in a
long outage, as it is to be told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from outage_feed.model import Address, ServicePoint, Settlement
from outage_feed.names import clean, parse_settlement, parse_street
from outage_feed.regions import find_region

COLUMNS = (
    "id", "account", "phones", "region", "district", "settlement", "street", "house", "flat",
    "branch", "res", "network", "fias", "help_point",
)  # fmt: skip
"""The columns of a register. ``settlement`` and ``street`` carry their types: «с. Бабяково», «ул. Ленина»."""
REQUIRED = ("id", "region", "settlement")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """A row that was left out, or a value of it that was; ``line`` counts from 1."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.message}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """The usable points of a file, and what was wrong with the rest."""

    points: tuple[ServicePoint, ...]
    problems: tuple[RowProblem, ...]


def normalise_phone(text: str) -> str:
    """«8 (900) 123-45-67», «79001234567», «900 1234567» → «+79001234567»; "" where it is no Russian number."""
    if re.search(r"[a-zа-яё@]", text, re.IGNORECASE):
        return ""
    digits = re.sub(r"\D", "", text)
    if len(digits) == 11 and digits[0] in "78":
        digits = digits[1:]
    elif text.strip().startswith("+"):
        return ""
    return f"+7{digits}" if len(digits) == 10 and digits[0] in "3489" else ""


def normalise_account(text: str) -> str:
    """The account's digits and letters without spaces, dashes and dots: «36-0100 2345» → «3601002345»."""
    return re.sub(r"[\s.\-–—/№]", "", text).upper()


def load_points(path: Path) -> Loaded:
    """Read a register into memory; raises RegisterError where the file as a whole cannot be read."""
    from outage_feed.register_files import read_rows

    points: dict[str, ServicePoint] = {}
    problems: list[RowProblem] = []
    for row in read_rows(path):
        try:
            point, remarks = read_point(row.values)
        except ValueError as error:
            problems.append(RowProblem(row.file, row.line, f"row left out: {error}"))
            continue
        problems += [RowProblem(row.file, row.line, remark) for remark in remarks]
        if point.id in points:
            problems.append(RowProblem(row.file, row.line, twice(point.id)))
            continue
        points[point.id] = point
    return Loaded(tuple(points.values()), tuple(problems))


def twice(point_id: str) -> str:
    """What is told of a row whose id another row had before."""
    return f"row left out: the id «{point_id}» stands twice"


def read_point(row: dict[str, str]) -> tuple[ServicePoint, list[str]]:
    """A service point and remarks on values left out; raises ValueError with the reason where the row is unusable."""
    values = {name: clean(row.get(name) or "") for name in COLUMNS}
    missing = [name for name in REQUIRED if not values[name]]
    if missing:
        raise ValueError(f"no {', '.join(missing)}")
    region = _region(values["region"])
    if region is None:
        raise ValueError(f"region «{values['region']}» is not one of the served regions")
    settlement = _settlement(values["settlement"], values["district"], region.code)
    street = _street(values["street"]) if values["street"] else None
    phones, remarks = [], []
    for written in _phones(values["phones"]):
        if phone := normalise_phone(written):
            phones.append(phone)
        else:
            remarks.append(f"phone «{written}» left out: not a Russian number")
    point = ServicePoint(
        id=values["id"],
        address=Address(settlement, street, values["house"], values["flat"]),
        account=normalise_account(values["account"]),
        phones=tuple(dict.fromkeys(phones)),
        branch=values["branch"] or region.branch,
        res=values["res"],
        network=tuple(part.strip() for part in re.split(r"[|;]", values["network"]) if part.strip()),
        fias=values["fias"].lower(),
    )
    return point, remarks


_region = lru_cache(maxsize=256)(find_region)
_street = lru_cache(maxsize=16_384)(parse_street)


@lru_cache(maxsize=16_384)
def _settlement(text: str, district: str, region: str) -> Settlement:
    return parse_settlement(text, district=district, region=region)


def _phones(text: str) -> list[str]:
    """The numbers in a cell: separated by commas, «|», «;», or by spaces where each part is a whole number."""
    parts = [part.strip() for part in re.split(r"[,;|]", text) if part.strip()]
    words = text.split()
    if len(parts) == 1 and len(words) > 1 and all(normalise_phone(word) for word in words):
        return words
    return parts
