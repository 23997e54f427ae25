"""Whole addresses in one text, settlements among them, into areas: «р-н Выборгский, п Пески, ул Пихтовая, д. 5, 7».

Read piece by piece between commas: the region is skipped, a district is kept, a settlement begins a new area, and
everything behind it is about that settlement (:func:`outage_feed.freetext.parse_area`). Behind ``;`` or a new line the
settlement still holds until another one is named. Text before the first settlement belongs to none: it comes back.
"""

from __future__ import annotations

import re
from dataclasses import replace

from outage_feed.freetext import LONGEST, LONGEST_NAME, parse_area, settlement_at
from outage_feed.model import Area, Settlement
from outage_feed.names import SETTLEMENT_TYPES, STREET_TYPES, clean, fold, fold_district, parse_settlement
from outage_feed.regions import find_region

_REGION = re.compile(r"(?i)(?<![а-яё])обл(?:асть|\.)?(?![а-яё])")
_DISTRICT = re.compile(r"(?i)(?<![а-яё])(?:р-н|район|м\.?\s?р-н|муниципальный\s+(?:округ|район)|округ)(?![а-яё])")
_STREET = "|".join(sorted((re.escape(word) for word in STREET_TYPES), key=len, reverse=True))
_STREET_BEHIND = re.compile(rf"(?i)(?<=[а-яё»\"\d)])[\s.:–—-]+(?=(?:{_STREET})(?:\.\s*|\s+)[«\"А-ЯЁ\d])")
_GARDEN_TYPES = frozenset(SETTLEMENT_TYPES) & frozenset(STREET_TYPES)
_PIECES = re.compile(r",(?![^()]*\))")


def parse_places(text: str, *, region: str, district: str = "") -> tuple[tuple[Area, ...], tuple[str, ...]]:
    """The areas that the text speaks of, one for each settlement, and the pieces that belong to none. Never raises."""
    if len(text) > LONGEST:
        return (), (clean(text),)
    found: dict[Settlement, list[str]] = {}
    unclear: list[str] = []
    current: Settlement | None = None
    for sentence in re.split(r"[;\n\u2028]", text):
        first = True
        for piece in _PIECES.split(_STREET_BEHIND.sub(", ", clean(sentence))):
            piece = piece.strip(" .,:")
            if not piece or _is_region(piece):
                continue
            if _is_district(piece):
                district, current = _DISTRICT.sub("", piece).strip(" .") and piece, None
                continue
            place = _place_at(piece, inside=current is not None) if len(piece) <= LONGEST_NAME else None
            if place is not None:
                current = replace(place, district=district, region=region)
                found.setdefault(current, [])
            elif current is None:
                unclear.append(piece)
            else:
                found[current].append(f"{'; ' if first and found[current] else ', '}{piece}")
            first = False
    areas = tuple(parse_area(place, "".join(texts).strip(" ,;")) for place, texts in found.items())
    return areas, tuple(dict.fromkeys(unclear))


def parse_place(place: str, objects: str, *, region: str, district: str = "") -> tuple[Area, ...]:
    """The areas of a record that has the settlement in a field of its own; several settlements in it share the text.

    Several typed settlements («с. Бабяково, д. Отрадное»): which streets lie in which of them the text does not tell,
    so it is kept as text for each of them. No place gives nothing.
    """
    parts = [parse_settlement(part, district=district, region=region) for part in re.split(r"[,;\n\u2028]", place)]
    parts = [part for part in parts if part.name]
    if len(parts) > 1 and all(part.type for part in parts):
        if not objects:
            return tuple(Area(part) for part in parts)
        return tuple(Area(part, unclear=(clean(objects),)) for part in parts)
    whole = parse_settlement(place, district=district, region=region)
    if not whole.name:
        return ()
    return (parse_area(whole, objects),)


def _is_region(piece: str) -> bool:
    return bool(_REGION.search(piece)) and find_region(piece) is not None and len(piece.split()) <= 3


def _is_district(piece: str) -> bool:
    return bool(_DISTRICT.search(piece)) and bool(fold_district(piece)) and len(piece.split()) <= 5


def _place_at(piece: str, *, inside: bool) -> Settlement | None:
    """The settlement that the piece names, if it does. Inside of another one «СНТ Заря» is a part of that."""
    place = settlement_at(piece)
    if place is not None:
        return place
    whole = parse_settlement(piece)
    behind = piece.split()[-1].rstrip(".").casefold()
    if whole.type and behind in SETTLEMENT_TYPES and behind not in STREET_TYPES and not any(map(str.isdigit, piece)):
        return whole  # «Абрамова Гора дер.»
    if not inside and whole.type and fold(piece.split()[0]) in _GARDEN_TYPES | {fold(word) for word in _GARDEN_TYPES}:
        return whole
    return None
