"""Free text about streets and houses, as feeds write it, into street parts.

Understood, for instance::

    ул. Советская с N 15 по 37 и с N 14 по 42, пер. Транспортный, дома 3, 5, 7-а; СНТ Заря
    ул. Ясная 3, 5, 7, 9
    ул. Пугачева (нечетная сторона дома с N 1 по N 25 и четная сторона дома с N 2 по N 20)

The text is read piece by piece between commas. A piece is a street (it has a type word, or is a name standing in a row
of names), or houses that belong to the street before it, or it stays as it is and comes back in ``unclear``: then it is
the matter of :mod:`outage_feed.affecting` to say «possibly». Nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from outage_feed.houses import parse_houses
from outage_feed.model import Area, Settlement, Street, StreetPart
from outage_feed.names import SETTLEMENT_TYPES, STREET_TYPES, clean, fold, parse_settlement, parse_street

LONGEST = 20_000
"""Characters of one text that are read; a longer one is no list of addresses, and stays as it is."""
LONGEST_NAME = 300
"""Characters of a name; what is longer is no name."""
_TYPE = "|".join(sorted((re.escape(word) for word in STREET_TYPES), key=len, reverse=True))
_PLURALS = {"улицы": "ул", "ул-цы": "ул", "переулки": "пер", "проезды": "проезд"}
_HOUSES_AT = re.compile(
    rf"""(?ix)
    (?:(?<=\s)|(?<=,)|^|(?<=[а-яё]\.))
    (?: дома?\b | д\.\s?(?=[\dn№]) | д\s(?=\d) | [n№]+\.?\s?\d | (?:с|от)\s+(?:[n№]+\.?\s*|дома?\s+)?\d
      | (?:не)?ч[её]т(?:н[а-яё]+|\.) | вся\s+улица | весь\s+пер | все\s+(?=дома|(?:с|от)\s|[n№\d]) | полностью | целиком
      | \d+(?!\d|\s*-?\s*(?:й|я|го|ой|ый|ий|ая|ое|ти)(?![а-яё])|\s*-?\s*[а-яё]{{0,2}}\s(?:{_TYPE})\.?\s*$) )
    """
)
_LEADING_NUMBER = re.compile(
    r"""(?ix) \d+ (?: \s*-?\s*(?:й|я|е|го|ой|ый|ий|ая|ое|ти)\s+[а-яё]{3,}
      | \s+(?:лет|год|январ|феврал|март|апрел|ма[йя]|июн|июл|август|сентябр|октябр|ноябр|декабр|парт|съезд|дивизи|арми
        |бригад|гвардейск|пятилет|интернационал|километр|лини)[а-яё]* )"""
)
_ONLY_HOUSES = re.compile(
    r"(?i)(?:\d|д\.?\s*\d|дома?\b|[n№]+\.?\s*\d|(?:с|от)\s+[n№\d]|(?:не)?ч[её]т|вся\b|весь\b|все\b|полностью|целиком)"
)
_WHOLE_WORD = re.compile(r"(?i)(?:вся|весь|все)\b")
_WHOLE_SETTLEMENT = re.compile(
    r"(?i)(?:(?:весь|вс[её]|вся)\s+)?(?:(?:населенный|населённый)\s+пункт|село|поселок|посёлок|деревня|хутор|город|с|п|д|х|г|н\.?\s?п)?"
    r"\.?\s*(?:полностью|целиком)?"
)
_AND = re.compile(rf"(?i)\s+и\s+(?=\d|[n№]|(?:с|от)\s+[n№\d]|д\.?\s*\d|дома?\b|(?:не)?ч[её]т|(?:{_TYPE})\.?\s)")
_BLOCK_AFTER_COMMA = re.compile(r"(?i),\s*(?=(?:корпус|корп|к|строение|стр|литера?|лит)\.?\s*[\dа-я]{1,2}(?![а-яё]))")
_BRACKETS = re.compile(r"\(([^()]*)\)")
_EXCEPT = re.compile(r"(?i)\b(?:кроме|исключая|исключением|частично|част[ьи])\b")
_EQUIPMENT = re.compile(r"(?i)\b(?:к?тп|ктпн|зтп|гктп|рп|вл|кл|пс|ф|фидер|яч)\b[\s.№N-]*\d|\d\s*(?-i:кВ)\b|\bопор")
_COUNTS = re.compile(
    r"(?i)(?<![а-яё])(?:корпус[аы]?|корп|к|строени[ея]|стр|литера?|лит|под[ъь]?езды?|п-?д|кв|квартир[аы]|этажи?|секци[яи]"
    r"|участк[аи]|участок|уч|опор[аы]?|г?к?тпн?|зтп|рп|вл|кл|пс|ф|фидеры?|яч|ячейк[аи])(?![а-яё])[\s.№N-]*\d*[а-яё]?\.?\s*$"
)
_BARE = re.compile(
    r"(?i)(?:(?:с|от)\s+)?(?:[n№]+\.?\s*)?\d[\d\s/–—-]*[а-яё]?(?:[/–—-]\d+[а-яё]?)?(?:\s+(?:по|до)\s+(?:[n№]+\.?\s*)?\d+[а-яё]?)?"
)
_SAYS_HOUSE = re.compile(r"(?i)дома?\b|д\.?\s*\d")
_NAME = re.compile(r"(?:\d+(?:-?[а-яё]{1,2})?\s+)?[А-ЯЁ][А-ЯЁа-яё.\- «»\"\d]*")
_MISSING_COMMA = re.compile(
    r"(?:(?<=\d)|(?<=\d[а-яё])|(?<=\)))\s+(?=(?:ул|пер|пр-кт|просп|б-р|наб|туп|СНТ)\.?\s?[А-ЯЁ\d«\"])"
)


@dataclass(slots=True)
class _Reading:
    """What has been read so far: the streets with the pieces of their house lists, and what stays raw."""

    streets: dict[Street, list[str]] = field(default_factory=dict)
    current: Street | None = None
    row_type: str | None = None
    unclear: list[str] = field(default_factory=list)
    doubt: str = ""
    """A piece that bare numbers after the next comma may go on with: «ТП 12», «подъезд 1», «12 корпус 2»."""

    def street(self, text: str, houses: str) -> None:
        if len(text) > LONGEST_NAME:
            self.unread(f"{text} {houses}".strip())
            return
        self.doubt = ""
        self.current = parse_street(text)
        if not self.current.type and self.row_type:
            self.current = Street(self.current.name, self.row_type)
        self.houses(houses)

    def houses(self, text: str) -> None:
        assert self.current is not None
        pieces = self.streets.setdefault(self.current, [])
        if not text.strip(" .,;:-"):
            return
        if self.doubt and _BARE.fullmatch(text.strip()):
            text = f"{self.doubt}, {text}"  # nothing that reads as a house: kept as text, possible only
        elif _COUNTS.search(text):
            self.doubt = text
        elif _SAYS_HOUSE.match(text):
            self.doubt = ""
        pieces.append(text)

    def unread(self, piece: str) -> None:
        self.unclear.append(piece)
        self.doubt = piece if _COUNTS.search(piece) or _EQUIPMENT.search(piece) else ""


def parse_area(settlement: Settlement, text: str) -> Area:
    """What the text says about the settlement; «весь населённый пункт», «полностью» mean all of it."""
    text = clean(text)
    if len(text) > LONGEST:
        return Area(settlement, unclear=(text,))
    plain = text.strip(" .,;()").casefold()
    if plain and _WHOLE_SETTLEMENT.fullmatch(plain) and re.search(r"\bвес|\bвс[её]|полностью|целиком", plain):
        return Area(settlement, whole=True)
    streets, unclear = parse_objects(text, settlement)
    return Area(settlement, streets, unclear=unclear)


def parse_objects(text: str, settlement: Settlement | None = None) -> tuple[tuple[StreetPart, ...], tuple[str, ...]]:
    """The streets with their houses, and the pieces that could not be read. Never raises; no text gives nothing.

    ``settlement`` is the place the text speaks of: its own name in front is skipped, and what follows the name of
    *another* settlement is left as text, because its streets lie elsewhere.
    """
    reading = _Reading()
    for sentence in re.split(r"[;\n]|\.\s{2,}", text.replace("\r", "\n").replace("\n", " ")):
        reading.current = reading.row_type = None
        reading.doubt = ""
        _read_sentence(clean(sentence), reading, settlement)
    parts = tuple(StreetPart(street, parse_houses(pieces)) for street, pieces in reading.streets.items())
    return parts, tuple(dict.fromkeys(reading.unclear))


def _read_sentence(text: str, reading: _Reading, settlement: Settlement | None) -> None:
    if _EXCEPT.search(text):
        # «кроме домов 3 и 5», «частично»: which houses are meant cannot be told piece by piece.
        reading.unclear.append(text)
        return
    text = _BRACKETS.sub(lambda found: f" {found[1]} " if _HOUSES_AT.search(found[1]) else f", {found[1]}, ", text)
    text = _MISSING_COMMA.sub(", ", _BLOCK_AFTER_COMMA.sub(" ", text))
    pieces = [piece for chunk in text.split(",") for piece in _AND.split(chunk)]
    for at, piece in enumerate(pieces):
        piece = piece.strip(" .,:")
        if not piece:
            continue
        place = settlement_at(piece)
        if place is not None:
            own, rest = _strip_own(piece, settlement)
            if not own:
                reading.unclear.append(clean(", ".join(pieces[at:])))
                return
            piece = rest
            if not piece:
                continue
        _read_piece(piece, reading)


def _read_piece(piece: str, reading: _Reading) -> None:
    first = piece.split()[0].casefold().rstrip(".")
    if first in _PLURALS:
        reading.row_type = _PLURALS[first]
        piece = piece.split(None, 1)[1] if " " in piece else ""
        if not piece:
            return
    typed = _has_type(piece) and not _WHOLE_WORD.match(piece)
    if _EQUIPMENT.search(piece) and not typed:
        reading.unread(piece)
    elif not typed and _ONLY_HOUSES.match(piece) and not _LEADING_NUMBER.match(piece):
        if reading.current is None:
            reading.unread(piece)
        else:
            reading.houses(piece)
    elif typed or _NAME.match(piece):
        name, houses = _cut(piece)
        if not typed and not _NAME.fullmatch(name):
            reading.unread(piece)
        else:
            if typed:
                reading.row_type = None
            reading.street(name, houses)
    elif reading.current is not None and piece[0].isdigit():
        reading.houses(piece)
    else:
        reading.unread(piece)


def _has_type(piece: str) -> bool:
    """Whether the piece has a street's type word, before the name or behind it."""
    name, _ = _cut(piece)
    return bool(parse_street(name).type)


def _cut(piece: str) -> tuple[str, str]:
    """Name and houses: «ул. 8 Марта 3» → «ул. 8 Марта», «3». A number before the name belongs to the name."""
    start = 0
    if found := re.match(rf"(?i)(?:{_TYPE})(?:\.\s*|\s+)", piece):
        start = found.end()
    start = found.end() if (found := _LEADING_NUMBER.match(piece, start)) else max(start, 1)
    found = _HOUSES_AT.search(piece, start)
    if found is None:
        return piece, ""
    return piece[: found.start()].strip(" .,"), piece[found.start() :]


def settlement_at(piece: str) -> Settlement | None:
    """The settlement that the piece begins with, if it does: «с. Отрадное ул. Мира». «д. 5» is a house."""
    found = re.match(r"(?i)([а-яё-]+)(?:\.\s*|\s+)(?=[«\"]?[А-ЯЁ])", piece)
    word = found[1].casefold() if found else ""
    if found is None or word not in SETTLEMENT_TYPES or word in STREET_TYPES:
        return None
    if not piece[found.end()].isupper() and piece[found.end()] not in '«"':
        return None
    return parse_settlement(piece)


def _strip_own(piece: str, settlement: Settlement | None) -> tuple[bool, str]:
    """Whether the piece begins with the settlement's own name, and what stands behind it."""
    if settlement is None:
        return False, piece
    words = piece.split()
    for count in range(1, len(words) + 1):
        head = parse_settlement(" ".join(words[:count]))
        if fold(head.name) == fold(settlement.name) and head.type:
            return True, " ".join(words[count:]).strip(" .,:")
    return False, piece
