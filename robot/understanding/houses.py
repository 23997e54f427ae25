"""◆ House numbers as callers say them (DOMAIN §5): «двадцать пять дробь один», «двенадцать бэ», «пять корпус два».

Ordinals are no house numbers: they belong to streets («первая молодёжная»).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ivr.prompts.russian.letters import LETTERS
from outage_feed.model import House
from robot.understanding.numbered import Token, tokens
from robot.understanding.words import FILLERS

MARKERS = frozenset(
    "дом дома доме дому домик номер домовладение домовладения владение владения владении участок участке участка"
    " надел".split()
)
"""Words that stand before the number of a house."""
PARTS = frozenset(
    "корпус корпуса корпусе строение строения строении литер литера литере литеру буква буквы дробь".split()
)
FLATS = frozenset(
    "квартира квартиры квартире квартиру кв комната комнаты комнате офис офисе помещение подъезд подъезда подъезде"
    " этаж этажа этаже секция секции блок".split()
)
"""Words that stand before or behind a number which is not the house's."""
_TIMES = frozenset(
    "час часа часов минут минуты минуту день дня дней сутки суток неделя неделю недели недель раз раза месяц месяца"
    " месяцев года год утра вечера ночи человек рублей процентов".split()
)
"""What stands behind a number that tells of time and other things."""
_ABOUT = frozenset("минут минуты часа часов дня дней".split())
"""«минут двадцать», «часа два»: so many or so."""
_LETTER_WORDS = {spoken.replace("ё", "е"): letter for letter, spoken in LETTERS.items() if letter not in "йё"} | {
    "бе": "б", "ве": "в", "ге": "г", "де": "д", "же": "ж", "зе": "з", "эль": "л", "ел": "л", "ем": "м", "пе": "п",
    "те": "т", "б": "б", "в": "в", "г": "г", "д": "д", "ж": "ж", "з": "з", "к": "к", "л": "л", "м": "м", "н": "н",
    "п": "п", "р": "р", "с": "с", "т": "т",
}  # fmt: skip
_CAN_BE_WORDS = frozenset("в и к с у о же э я о".split())
"""Letters that are words as well: they count only where nothing else can follow («двенадцать вэ», «двенадцать в»)."""
_LETTER_MARKERS = frozenset("литер литера литере литеру буква буквы".split())


@dataclass(frozen=True, slots=True)
class SaidHouse:
    """A house number in a text: tokens ``start`` up to ``end``, the marker («дом») included."""

    house: House
    start: int
    end: int
    marked: bool = False
    """Whether a word says that it is a house number."""


def house(text: str) -> House | None:
    """The house number that was said; ``None`` where there is none, or several that differ.

    Flats do not count, other words may stand around it. After a correction («не пять а семь») it is the corrected one.
    """
    found = {each.house for each in said_houses(kept(tokens(text)))}
    return found.pop() if len(found) == 1 else None


def house_alone(said: Sequence[Token]) -> House | None:
    """The house number where «дом» says that it is one, or where nothing else was said; else ``None``."""
    said = kept(said)
    found = said_houses(said)
    if len({each.house for each in found}) != 1:
        return None
    within = {place for each in found for place in range(each.start, each.end)}
    others = (token for place, token in enumerate(said) if place not in within)
    return found[0].house if found[0].marked or all(token.text in FILLERS for token in others) else None


def said_houses(said: Sequence[Token], taken: frozenset[int] = frozenset()) -> list[SaidHouse]:
    """Every house number among the tokens but the ``taken`` ones; where one is marked as such, only the marked ones."""
    found: list[SaidHouse] = []
    at = 0
    while at < len(said):
        one = None if at in taken else _read(said, at, taken)
        if one is None or (
            one.start and said[one.start - 1].text in PARTS
        ):  # of «… корпус три» the house was not heard
            at += 1
        else:
            found.append(one)
            at = one.end
    marked = [one for one in found if one.marked]
    return marked or found


def flats(said: Sequence[Token]) -> frozenset[int]:
    """The tokens that tell a flat, an entrance, a floor or a time: «квартира три», «второй подъезд», «два часа»."""
    found: set[int] = set()
    for at, token in enumerate(said):
        before, after = _at(said, at - 1), _at(said, at + 1)
        if token.text in FLATS:
            found.add(at)
            if after and after.value is not None:
                found.add(at + 1)
            elif after and after.text == "номер":
                found |= {at + 1, at + 2}
            elif before and before.ordinal:
                found.add(at - 1)
        elif token.value is not None and not token.ordinal and after and after.text in _TIMES:
            found |= {at, at + 1}
        elif token.value is not None and not token.ordinal and before and before.text in _ABOUT:
            found |= {at - 1, at}
    return frozenset(found)


def kept(said: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without flats and times, and after «не пять а семь» without the five."""
    beside = flats(said) | denied_numbers(said)
    return tuple(token for at, token in enumerate(said) if at not in beside)


def denied_numbers(said: Sequence[Token]) -> frozenset[int]:
    """The tokens of «не пять (а) …», of «пять нет (не пять) семь»."""
    found: set[int] = set()
    for at, token in enumerate(said):
        if token.text != "не":
            continue
        start = at + 1
        if (marker := _at(said, start)) and marker.text in MARKERS:
            start += 1
        if one := _read(said, start, frozenset(), letter=False):
            found |= set(range(at, one.end))
            if (conjunction := _at(said, one.end)) and conjunction.text == "а":
                found.add(one.end)
            found |= {place for place in range(at) if said[place].value == one.house.number and not said[place].ordinal}
    return frozenset(found)


def _at(said: Sequence[Token], at: int) -> Token | None:
    return said[at] if 0 <= at < len(said) else None


def _read(said: Sequence[Token], at: int, taken: frozenset[int], *, letter: bool = True) -> SaidHouse | None:
    """The house number that begins at the token, if one does."""
    start, marked = at, False
    while at < len(said) and said[at].text in MARKERS and at not in taken:
        at, marked = at + 1, True
    if not _number(said, at, taken):
        return None
    found = House(said[at].value or 0)
    at += 1
    steps = (_letter, _fraction, _corpus, _building) if letter else ()
    for step in steps:
        more = step(said, at, taken)
        if more is not None:
            field, text, at = more
            found = replace(found, **{field: text})  # type: ignore[arg-type]  # all but the number are text
    return SaidHouse(found, start, at, marked)


def _number(said: Sequence[Token], at: int, taken: frozenset[int]) -> bool:
    token = _at(said, at)
    return token is not None and at not in taken and not token.ordinal and 0 < (token.value or 0) < 10_000


_Step = tuple[str, str, int]


def _letter(said: Sequence[Token], at: int, taken: frozenset[int]) -> _Step | None:
    marked = (token := _at(said, at)) is not None and token.text in _LETTER_MARKERS
    at += marked
    found = _letter_at(said, at, taken, marked=marked)
    return None if found is None else ("letter", found, at + 1)


def _letter_at(said: Sequence[Token], at: int, taken: frozenset[int], *, marked: bool) -> str | None:
    token = _at(said, at)
    if token is None or at in taken or token.text not in _LETTER_WORDS:
        return None
    after = _at(said, at + 1)
    if not marked:
        if token.text in ("к", "ка") and after is not None and after.value is not None:
            return None  # «пять ка два» is the corpus
        if token.text in _CAN_BE_WORDS and not (after is None or after.text in PARTS or after.text in FLATS):
            return None
        if token.text == "а" and after is not None and (after.text in ("не", "нет") or after.value is not None):
            return None
    return _LETTER_WORDS[token.text]


def _fraction(said: Sequence[Token], at: int, taken: frozenset[int]) -> _Step | None:
    token = _at(said, at)
    if token is None or at in taken or token.text not in ("дробь", "дроби", "слэш", "черта"):
        return None
    return _part("fraction", said, at + 1, taken)


def _corpus(said: Sequence[Token], at: int, taken: frozenset[int]) -> _Step | None:
    token = _at(said, at)
    if token is None or at in taken:
        return None
    if token.text in ("к", "ка") and _number(said, at + 1, taken):
        return _part("corpus", said, at + 1, taken)
    return _part("corpus", said, at + 1, taken) if token.text in ("корпус", "корпуса", "корпусе") else None


def _building(said: Sequence[Token], at: int, taken: frozenset[int]) -> _Step | None:
    token = _at(said, at)
    if token is None or at in taken or token.text not in ("строение", "строения", "строении"):
        return None
    return _part("building", said, at + 1, taken)


def _part(field: str, said: Sequence[Token], at: int, taken: frozenset[int]) -> _Step | None:
    """A number with a letter behind it, or a letter alone."""
    if (token := _at(said, at)) and token.text == "номер":
        at += 1
    if _number(said, at, taken):
        letter = _letter_at(said, at + 1, taken, marked=False)
        return (field, said[at].text + (letter or ""), at + 1 + bool(letter))
    found = _letter_at(said, at, taken, marked=True)
    return None if found is None else (field, found, at + 1)
