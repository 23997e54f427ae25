"""The register of service points as files: CSV or JSON of ours, read with every bad row named by file and line.

CSV: comma or semicolon, UTF-8 or windows-1251, a header line with the names of :data:`COLUMNS` in any order; only
``id``, ``region``, ``settlement`` are required. Several phones or network parents stand in one cell, separated by
spaces, commas or ``|``. JSON: an array of objects with the same names.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from outage_feed.errors import RegisterError
from outage_feed.formats import decode
from outage_feed.model import Address, ServicePoint, Settlement
from outage_feed.names import clean, parse_settlement, parse_street
from outage_feed.regions import find_region

COLUMNS = (
    "id", "account", "phones", "region", "district", "settlement", "street", "house", "flat",
    "branch", "res", "network", "fias",
)  # fmt: skip
"""The columns of a register. ``settlement`` and ``street`` carry their types: «с. Бабяково», «ул. Ленина»."""
_REQUIRED = ("id", "region", "settlement")


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
    """Read a register; raises RegisterError where the file as a whole cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RegisterError(f"{path}: {error.strerror}") from error
    text = decode(data)
    rows = _json_rows(text, path) if path.suffix.lower() == ".json" else _csv_rows(text, path)
    points: dict[str, ServicePoint] = {}
    problems: list[RowProblem] = []
    for line, row in rows:
        try:
            point, remarks = read_point(row)
        except ValueError as error:
            problems.append(RowProblem(str(path), line, f"row left out: {error}"))
            continue
        problems += [RowProblem(str(path), line, remark) for remark in remarks]
        if point.id in points:
            problems.append(RowProblem(str(path), line, f"row left out: the id «{point.id}» stands twice"))
            continue
        points[point.id] = point
    return Loaded(tuple(points.values()), tuple(problems))


def read_point(row: dict[str, str]) -> tuple[ServicePoint, list[str]]:
    """A service point and remarks on values left out; raises ValueError with the reason where the row is unusable."""
    values = {name: clean(row.get(name) or "") for name in COLUMNS}
    missing = [name for name in _REQUIRED if not values[name]]
    if missing:
        raise ValueError(f"no {', '.join(missing)}")
    region = find_region(values["region"])
    if region is None:
        raise ValueError(f"region «{values['region']}» is not one of the served regions")
    settlement: Settlement = parse_settlement(values["settlement"], district=values["district"], region=region.code)
    street = parse_street(values["street"]) if values["street"] else None
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


def _phones(text: str) -> list[str]:
    """The numbers in a cell: separated by commas, «|», «;», or by spaces where each part is a whole number."""
    parts = [part.strip() for part in re.split(r"[,;|]", text) if part.strip()]
    words = text.split()
    if len(parts) == 1 and len(words) > 1 and all(normalise_phone(word) for word in words):
        return words
    return parts


def _csv_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    first = text.partition("\n")[0]
    reader = csv.DictReader(
        io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    names = [clean(name or "").casefold() for name in reader.fieldnames or ()]
    if missing := [name for name in _REQUIRED if name not in names]:
        raise RegisterError(f"{path}:1: no column {', '.join(missing)}; the columns are {', '.join(COLUMNS)}")
    reader.fieldnames = names
    try:
        for row in reader:
            yield reader.line_num, {name: value for name, value in row.items() if isinstance(value, str)}
    except csv.Error as error:
        raise RegisterError(f"{path}:{reader.line_num}: {error}") from error


def _json_rows(text: str, path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """The objects of a JSON array, each with the line it begins on."""
    decoder = json.JSONDecoder()
    at = re.match(r"\s*", text).end()  # type: ignore[union-attr]  # it matches everywhere
    if text[at : at + 1] != "[":
        raise RegisterError(f"{path}:1: not a JSON array of objects")
    at, line, counted = at + 1, 1, 0
    while True:
        while text[at : at + 1] in (" ", "\t", "\r", "\n", ","):
            at += 1
        line, counted = line + text.count("\n", counted, at), at
        if text[at : at + 1] == "]":
            return
        try:
            row, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            raise RegisterError(f"{path}:{line}: not JSON: {error}") from None
        yield line, {name: _cell(value) for name, value in row.items()} if isinstance(row, dict) else {}


def _cell(value: object) -> str:
    return "|".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
