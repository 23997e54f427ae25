"""House numbers and lists of houses: read, written, and asked whether a house is among them.

Understood: single («5»), letter («5а», «7-а»), slash («25/1»), корпус and строение («25 корп. 2 стр. 1»), ranges
(«с N 15 по 37», «с 1 по 25 нечётная сторона», «95-а по N 123»), one side of the street, «вся улица». A hyphen is
ambiguous: «12-18» may be a range or a flat, so it is kept as possible only. Whatever cannot be read stays as text, and
makes the street's houses possibly affected.
"""

from __future__ import annotations

import re
from functools import lru_cache

from outage_feed.model import House, HouseItem, HouseSet, Parity, Range, Single, Sureness
from outage_feed.names import clean

_HOUSE = re.compile(
    r"""(?:(?:дома?|д)\b\.?\s*){0,2}(?:[n№]+\.?\s*)?
    (?P<number>\d{1,4})
    (?:\s*(?:-\s*)?(?:["']\s*)?(?:(?:литера?|буква|лит\.)\s*)?(?P<letter>[а-я])(?![а-я.]|\s*\d)(?:\s*["'])?)?
    (?:\s*/\s*(?P<fraction>\d{1,4}[а-я]?|[а-я](?![а-я])))?
    (?:\s*,?\s*(?:корпус|корп|к)\.?\s*(?P<corpus>\d{1,3}[а-я]?|[а-я](?![а-я])))?
    (?:\s*,?\s*(?:строение|стр|с)\.?\s*(?P<building>\d{1,3}[а-я]?))?""",
    re.VERBOSE,
)
_LOOKALIKES = str.maketrans("aeko", "аеко")  # Latin letters typed for Cyrillic ones; others are too doubtful to map
_ANY_END = 9999
_PARITY = re.compile(r"\(?\b(не)?ч[её]т(?:н[а-я]+|\.)?\)?\s*(?:сторон[а-я]*|номера?|дома?)?[\s:,-]*")
_BOTH_SIDES = re.compile(r"(?:^|[\s(])(?:все|обе\s+стороны)(?:\s+дома)?(?=[\s)]|$)")
_SIDE_WORDS = re.compile(r"^(?:по\s+)?(?:вс[яе]\s+)?|^дома?\b\.?\s*")
_WHOLE = re.compile(r"(?:вся|весь|все|полностью|целиком)(?:\s+(?:улица|ул\.?|переулок|пер\.?|дома|проезд))?")
_RANGE = re.compile(
    r"(?:(?:дома?|д\.)\s*){0,2}(?:с|от)\s*(?:дома\s+)?(?P<first>.+?)\s*(?:по|до)\s*(?:дом\s+)?(?P<last>.+)"
)
_HOURS = re.compile(r"(?:с|от)\s*(\d{1,2})\s*до\s*(\d{1,2})")
_BARE_RANGE = re.compile(r"(?P<first>[^а-я]*\d+[^ ]*)\s+по\s+(?P<last>.+)")
_HYPHEN = re.compile(r"(?P<first>[^–—-]*?\d[^–—]*?)\s*[–—-]\s*(?P<last>(?:[n№д.\s]*)\d.*)")


@lru_cache(maxsize=65536)
def parse_house(text: str) -> House | None:
    """One house number taken apart, or None where the text is not surely one house («12-18», «участок у леса»)."""
    text = clean(text).casefold().replace("ё", "е").translate(_LOOKALIKES).strip(" .,;")
    found = _HOUSE.fullmatch(text)
    if found is None or int(found["number"]) == 0:
        return None
    return House(
        int(found["number"]),
        found["letter"] or "",
        found["fraction"] or "",
        found["corpus"] or "",
        found["building"] or "",
    )


def parse_houses(texts: tuple[str, ...] | list[str]) -> HouseSet:
    """A house set out of the pieces of a list, one house or range in each: ``["1", "3а", "с 5 по 15"]``."""
    items: list[HouseItem] = []
    unclear: list[str] = []
    whole = False
    for text in texts:
        text = clean(text).strip(" .,;")
        if not text:
            continue
        plain = text.casefold().replace("ё", "е")
        if _WHOLE.fullmatch(plain):
            whole = True
        elif (item := _parse_item(plain)) is not None:
            items.append(item)
        else:
            unclear.append(text)
    return HouseSet(tuple(dict.fromkeys(items)), whole, tuple(dict.fromkeys(unclear)))


def _parse_item(text: str) -> HouseItem | None:
    if house := parse_house(text):
        return Single(house)
    parity = Parity.UNSAID
    if sides := list(_PARITY.finditer(text)):
        if len(sides) > 1:
            return None
        parity = Parity.ODD if sides[0][1] else Parity.EVEN
        text = clean(text[: sides[0].start()] + " " + text[sides[0].end() :]).strip(" .,;:()-")
        if not _SIDE_WORDS.sub("", text).strip():
            return Range(House(1), House(_ANY_END), parity)
    elif found := _BOTH_SIDES.search(text):
        parity = Parity.ALL
        text = clean(text[: found.start()] + " " + text[found.end() :]).strip(" .,;:()-")
    if found := _RANGE.fullmatch(text) or _BARE_RANGE.fullmatch(text):
        if parity is Parity.UNSAID and (hours := _HOURS.fullmatch(text)) and max(map(int, hours.groups())) <= 24:
            return None  # «с 9 до 17» may be the hours of the work: nothing is said of the houses then
        return _range(found["first"], found["last"], parity, sure=True)
    if found := _HYPHEN.fullmatch(text):
        # With a side of the street named, «1-25» can only be a range.
        return _range(found["first"], found["last"], parity, sure=parity is not Parity.UNSAID)
    return None


def _range(first_text: str, last_text: str, parity: Parity, *, sure: bool) -> HouseItem | None:
    first, last = parse_house(first_text), parse_house(last_text)
    if first is None or last is None:
        return None
    if (first.number, first.letter) < (last.number, last.letter):
        return Range(first, last, parity, sure)
    # «12-3» cannot be a range, but house 12 may be meant (flat 3); «с 25 по 1» is a slip of the pen: leave it as text.
    return Single(first, sure=False) if not sure else None


def write_item(item: HouseItem) -> str:
    """The item as text that :func:`parse_houses` reads back to the same item."""
    if isinstance(item, Single):
        return str(item.house) if item.sure else f"{item.house}-1"
    side = {Parity.ODD: "нечётные ", Parity.EVEN: "чётные ", Parity.ALL: "все "}.get(item.parity, "")
    if item.first == House(1) and item.last == House(_ANY_END):
        return f"{side}дома".strip()
    return f"{side}с {item.first} по {item.last}" if item.sure else f"{item.first} - {item.last}"


def includes(houses: HouseSet, house: str) -> Sureness | None:
    """Whether the set takes in the house: surely, possibly, or not.

    Possibly: nothing is said about the houses, the text could not be read, a hyphen is ambiguous, or the list and the
    register differ in корпус or строение only.
    """
    if houses.whole:
        return Sureness.SURE
    if not houses.items and not houses.unclear:
        return Sureness.POSSIBLE
    wanted = parse_house(house)
    if wanted is None:
        return Sureness.POSSIBLE
    answers = {_item_includes(item, wanted) for item in houses.items}
    if Sureness.SURE in answers:
        return Sureness.SURE
    return Sureness.POSSIBLE if Sureness.POSSIBLE in answers or houses.unclear else None


def _item_includes(item: HouseItem, house: House) -> Sureness | None:
    answer = _same_house(item.house, house) if isinstance(item, Single) else _in_range(item, house)
    return answer if answer is None or item.sure else Sureness.POSSIBLE


def _same_house(one: House, other: House) -> Sureness | None:
    if one == other:
        return Sureness.SURE
    if (one.number, one.letter, one.fraction) != (other.number, other.letter, other.fraction):
        return None
    # «25» may stand for all of its blocks, and a register may know «25» only: neither is certain.
    one_plain, other_plain = not (one.corpus or one.building), not (other.corpus or other.building)
    return Sureness.POSSIBLE if one_plain != other_plain or one.corpus == other.corpus else None


def _in_range(item: Range, house: House) -> Sureness | None:
    first, last = item.first, item.last
    if not first.number <= house.number <= last.number:
        return None
    odd = house.number % 2 == 1
    if (item.parity is Parity.ODD and not odd) or (item.parity is Parity.EVEN and odd):
        return None
    at_first, at_last = house.number == first.number, house.number == last.number
    if at_first and house.letter < first.letter:
        return None
    if at_last and house.letter > last.letter:
        # «по 123» and house 123а: the last house may or may not bring its lettered neighbours.
        return Sureness.POSSIBLE if not last.letter else None
    if (at_first and not _end_covers(first, house)) or (at_last and not _end_covers(last, house)):
        return Sureness.POSSIBLE
    one_sided = item.parity is Parity.UNSAID and first.number % 2 == last.number % 2
    if one_sided and odd != (first.number % 2 == 1):
        # «с 15 по 37» without a word about sides is mostly the odd side; the even side is only possible.
        return Sureness.POSSIBLE
    return Sureness.SURE


def _end_covers(end: House, house: House) -> bool:
    """Whether the house at the end of a range is the one that the range names, up to its letter."""
    return house == end or (end.plain and house.plain)
