"""A register whose settlements and streets have real names: those of Leningrad region (spb-data's ``lo.js``).

The file is no part of the project. Houses and districts' region are made up: the region is not a served one, so it is
passed off as one that is.
"""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from outage_feed.names import clean, parse_settlement, parse_street
from outage_feed.register import COLUMNS

REGION = "69"


def write_real_register(path: Path, names: Path, points: int, seed: int) -> None:
    """Write a register of about so many points with the names of that file. Raises OSError, ValueError."""
    text = names.read_text(encoding="utf-8")
    whole = json.loads(re.sub(r",(\s*[\]}])", r"\1", text[text.index("{") :].rstrip().rstrip(";")))
    places = list(_places(whole))
    chance = random.Random(seed)
    streets = sum(max(1, len(streets)) for _, _, streets in places)
    most = max(4, 2 * points // streets)
    number = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="")
        writer.writeheader()
        for district, town, of_town in places:
            for street in of_town or ("",):
                for house in range(1, chance.randint(2, most)):
                    number += 1
                    letter = chance.choice("абв") if chance.random() < 0.08 else ""
                    writer.writerow(
                        {"id": f"real-{number}", "region": REGION, "district": district, "settlement": town,
                         "street": street, "house": f"{house}{letter}"}
                    )  # fmt: skip


def _places(whole: dict[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """District, settlement, its streets; entries that are empty or cannot be read are left out."""
    for district in whole["districts"]:
        for place in district.get("nasPunkt") or ():
            town = clean((place or {}).get("name") or "")
            if not town or not parse_settlement(town).name:
                continue
            found = place.get("streets") or place.get("street") or ()
            streets = (clean(each.get("name") or "") if isinstance(each, dict) else clean(each or "") for each in found)
            kept = tuple(dict.fromkeys(each for each in streets if each and parse_street(each).name))
            yield f"{district['name']} р-н", town, kept
