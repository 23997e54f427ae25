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
from outage_feed.names import SETTLEMENT_TYPES, STREET_TYPES, clean, parse_settlement, parse_street
from outage_feed.regions import find_region

_REGION = re.compile(r"(?i)(?<![а-яё])обл(?:асть|\.)?(?![а-яё])")
_DISTRICT_WORD = r"(?i:м\.?\s?р-н|р-н|район|муниципальный\s+(?:район|округ)|городской\s+округ|округ)(?![а-яё])\.?"
_DISTRICT = re.compile(
    rf"(?P<name>[А-ЯЁ][а-яё-]+\s+{_DISTRICT_WORD}|{_DISTRICT_WORD}\s+[А-ЯЁ][а-яё-]+)(?P<rest>.*)", re.DOTALL
)
_STREET_BEHIND = re.compile(
    r"(?<=[а-яё»\"\d)])[\s.:–—-]+(?=(?:ул|пер|пр-кт|просп|пр-д|б-р|наб|пл|туп|мкр|СНТ|снт)(?:\.\s*|\s+)[«\"А-ЯЁ\d])"
)
"""Where «с. Отрадное ул. Мира» lacks its comma; whole words («Линия», «Набережная») may belong to the name."""
_GARDEN_TYPES = frozenset(SETTLEMENT_TYPES) & frozenset(STREET_TYPES)
_BARE_NAME = re.compile(r"[А-ЯЁ][а-яё]+(?:[ -][А-ЯЁа-яё]+){0,3}(?:-\d{1,2})?")
_PIECES = re.compile(r",(?![^()]*\))")


def parse_places(text: str, *, region: str, district: str = "") -> tuple[tuple[Area, ...], tuple[str, ...]]:
    """The areas that the text speaks of, one for each settlement, and the pieces that belong to none. Never raises."""
    if len(text) > LONGEST:
        return (), (clean(text),)
    found: dict[Settlement, list[str]] = {}
    unclear: list[str] = []
    current: Settlement | None = None
    outer: Settlement | None = None
    for sentence in re.split(r"[;\n\u2028]", text):
        first = True
        for piece in _PIECES.split(_STREET_BEHIND.sub(", ", clean(sentence).replace(": ", ", "))):
            piece = piece.strip(" .,:")
            if named := _DISTRICT.fullmatch(piece):
                if first or current is None or current.type != "г":  # else it is a district of that town
                    district, current = named["name"].strip(" ."), None
                piece = named["rest"].strip(" .,:")
            if not piece or _is_region(piece):
                continue
            place = _place_at(piece, inside=current is not None) if len(piece) <= LONGEST_NAME else None
            if place is not None:
                outer = None
                if (
                    place.type in _GARDEN_TYPES
                    and current is None
                    and unclear
                    and district
                    and _is_bare_name(unclear[-1])
                ):
                    # «Мшинское массив, СНТ Заря»: registers have the gardens as a place, or as a part of that one.
                    outer = parse_settlement(unclear.pop(), district=district, region=region)
                    found.setdefault(outer, []).append(f"; {piece}")
                current = replace(place, district=district, region=region)
                found.setdefault(current, [])
            elif current is None:
                unclear.append(piece)
            else:
                for one in filter(None, (current, outer)):
                    found[one].append(f"{'; ' if first else ', '}{piece}")
            first = False
    if not found and unclear and district and _is_bare_name(unclear[0]):
        # «Русское, Лесная ул., д. 5» of a district: the first name stands where settlements stand.
        found[parse_settlement(unclear[0], district=district, region=region)] = [", ".join(unclear[1:])]
        unclear = []
    areas = tuple(parse_area(place, "".join(texts).strip(" ,;")) for place, texts in found.items())
    return areas, tuple(dict.fromkeys(unclear))


def parse_place(place: str, objects: str, *, region: str, district: str = "") -> tuple[Area, ...]:
    """The areas of a record that has the settlement in a field of its own; no place gives nothing.

    Several settlements in it, each with its type («с. Бабяково, д. Отрадное»), share the text: which streets lie in
    which of them it does not tell, so it is kept as text for each. Streets behind the settlement («с. Бабяково, ул.
    Мира») are read with the text.
    """
    parts = [
        part
        for part in (clean(part).strip(" .") for part in re.split(r"[,;\n\u2028]", _STREET_BEHIND.sub(", ", place)))
        if part
    ]
    found = [_place_at(part, inside=False) for part in parts]
    typed = [replace(one, district=district, region=region) for one in found if one is not None]
    if len(parts) > 1 and len(typed) == len(parts):
        return tuple(Area(one, unclear=(clean(objects),) if objects else ()) for one in typed)
    if len(parts) > 1 and found[0] is not None:
        behind = ", ".join(parts[1:])
        glue = ", " if len(parts) == 2 and objects[:1].isdecimal() else "; "
        return (parse_area(typed[0], glue.join(filter(None, (behind, objects)))),)
    whole = parse_settlement(place, district=district, region=region)
    return (parse_area(whole, objects),) if whole.name else ()


def _is_region(piece: str) -> bool:
    return bool(_REGION.search(piece)) and find_region(piece) is not None and len(piece.split()) <= 3


def _place_at(piece: str, *, inside: bool) -> Settlement | None:
    """The settlement that the piece names, if it does. Inside of another one «СНТ Заря» is a part of that."""
    place = settlement_at(piece)
    if place is not None:
        return place
    whole = parse_settlement(piece)
    words = piece.casefold().split()
    first, last = words[0].rstrip("."), words[-1].rstrip(".")
    if not whole.type or any(word.isdecimal() for word in words):
        return None
    if last in SETTLEMENT_TYPES and last not in STREET_TYPES:
        return whole  # «Абрамова Гора дер.»
    return whole if not inside and {first, last} & _GARDEN_TYPES else None


def _is_bare_name(piece: str) -> bool:
    """Whether a piece can be a settlement without its type: a name and nothing else."""
    return bool(_BARE_NAME.fullmatch(piece)) and not parse_street(piece).type and len(piece) <= LONGEST_NAME
