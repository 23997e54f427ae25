"""◆ Names of the register in a text: which words may be a street, which a settlement, which are taken back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from outage_feed.alike import SAME_SOUND
from outage_feed.places import Places
from robot.understanding.address_doubts import EVERYDAY, NAMED, OTHER_WORD
from robot.understanding.address_words import PREPOSITIONS, TYPE_WORDS, common, numbers_a_house
from robot.understanding.numbered import Token
from robot.understanding.spoken_places import counted

_LONGEST = 6
"""Words of a name; «улица сорок лет победы октября» has fewer."""
_PREPOSITIONS_OF_PLACE = frozenset(("в", "во", "на", "из", "с"))
_MOST = 14
"""So many of the likeliest names are tried."""


@dataclass(frozen=True, slots=True)
class Name:
    """Tokens ``start`` up to ``end`` taken for a name of the register, with some doubt; ``form``: as it is said."""

    name: str
    doubt: float
    form: str
    start: int
    end: int
    misheard: float = 0.0
    """The doubt whether these words are a name at all; none where a form of it was heard letter by letter."""

    @property
    def places(self) -> range:
        """Its tokens."""
        return range(self.start, self.end)

    def inside(self, place: int) -> bool:
        """Whether the token stands between the name's first and last one."""
        return self.start < place < self.end - 1


@dataclass(frozen=True, slots=True)
class Names:
    """The names in a text."""

    streets: tuple[Name, ...]
    towns: tuple[Name, ...]
    denied: frozenset[str]
    """Names that the caller takes back."""
    gone: frozenset[int]
    """The tokens with which that is said."""
    named: frozenset[int]
    """Tokens that are names with little doubt."""
    named_towns: frozenset[int]
    """Tokens that are names of settlements with little doubt, and of no streets."""


def names_in(said: Sequence[Token], beside: frozenset[int], places: Places) -> Names:
    """The names among the tokens but those ``beside`` the point."""
    streets, towns = _spotted(said, beside, places)
    denied = _denied(said, [*streets, *towns])
    gone = {place for each in denied for place in range(each.start, each.end)}
    gone |= {each.end for each in denied if each.end < len(said) and said[each.end].text == "а"}
    streets = [each for each in streets if gone.isdisjoint(each.places)]
    towns = [each for each in towns if gone.isdisjoint(each.places)]
    of_streets, of_towns = (
        frozenset(place for each in names if each.doubt <= NAMED for place in each.places) for names in (streets, towns)
    )
    return Names(
        _likeliest(streets),
        _likeliest(towns),
        frozenset(each.name for each in denied),
        frozenset(gone),
        of_streets | of_towns,
        of_towns - of_streets,
    )


def _spotted(said: Sequence[Token], beside: frozenset[int], places: Places) -> tuple[list[Name], list[Name]]:
    streets: list[Name] = []
    towns: list[Name] = []
    for start in range(len(said)):
        if numbers_a_house(said[start]):
            continue
        before = said[start - 1] if start else None
        for end in range(start + 1, min(start + _LONGEST, len(said)) + 1):
            if end - 1 in beside:
                break
            part = said[start:end]
            if numbers_a_house(part[-1]) or not _numbers_fit(part, before):
                continue
            if all(token.ordinal for token in part) and not _typed(said, start, end):
                continue  # «вторая набережная» may be named by its number, «второй день» is not
            numbered = part[-1].value is not None and not part[-1].ordinal  # «озерки один» is a name or a house
            loose = numbered or part[0].text in PREPOSITIONS or part[-1].text in PREPOSITIONS
            numbers = tuple(token.value for token in part[: -1 if numbered else None] if token.value is not None)
            everyday = all(common(token.text) for token in part if token.value is None)
            for letters in _wordings(part):
                for found, like in ((streets, places.streets_like), (towns, places.towns_like)):
                    for name, doubt, form in like(letters, numbers):
                        if loose and doubt:  # «на дежда» may be a name cut in two, «на деждинская» is not
                            continue
                        if everyday and letters and not (before and before.text in TYPE_WORDS):
                            if doubt:
                                continue
                            doubt = EVERYDAY
                        misheard = doubt if form != letters or doubt == EVERYDAY else 0.0
                        found.append(Name(name, doubt, form, start, end, misheard))
    return streets, towns


def _typed(said: Sequence[Token], start: int, end: int) -> bool:
    """Whether a type word stands next to the name."""
    return any(token.text in TYPE_WORDS for token in (*said[max(start - 1, 0) : start], *said[end : end + 1]))


def _wordings(part: Sequence[Token]) -> Iterator[str]:
    """The letters in one piece; without type words in the middle as well («первый переулок газа»)."""
    letters = "".join(token.text for token in part if token.value is None)
    if part[-1].value is not None and not part[-1].ordinal:
        yield letters + counted(part[-1].value)
        return
    yield letters
    within = part[1:-1]
    if any(token.text in TYPE_WORDS for token in within):
        middle = [token for token in within if token.text not in TYPE_WORDS]
        yield "".join(token.text for token in (part[0], *middle, part[-1]) if token.value is None)


def _numbers_fit(part: Sequence[Token], before: Token | None) -> bool:
    """Numbers in names are ordinals («первая»), or stand first («сорок лет», «девять января») and are no house's.

    One at the end may count places of one name («Озерки-1»).
    """
    for at, token in enumerate(part):
        if token.value is None or token.ordinal or (at and at == len(part) - 1):
            continue
        if at or len(part) == 1 or (before is not None and before.text in ("дом", "дома", "номер", "участок")):
            return False
    return True


def _denied(said: Sequence[Token], names: Iterable[Name]) -> list[Name]:
    """Names behind a «не», the «не» with them, and what else these words may have been: «не ленина ленинградская»."""
    found: dict[int, Name] = {}
    names = list(names)
    for each in names:
        start = each.start - 1
        while start >= 1 and (said[start].text in TYPE_WORDS or said[start].text in _PREPOSITIONS_OF_PLACE):
            start -= 1
        if start < 0 or said[start].text != "не" or each.doubt > NAMED:
            continue
        known = found.get(start)
        if known is None or (each.doubt, -each.end) < (known.doubt, -known.end):
            found[start] = replace(each, start=start)
    meant = list(found.values())
    same = (
        each for each in names for one in meant if one.start < each.start < each.end == one.end and each.doubt <= NAMED
    )
    return [*meant, *same]


def _likeliest(names: list[Name]) -> tuple[Name, ...]:
    """The names with the least doubt, longer ones first, each name once at each place."""
    words = {each.places for each in names if each.doubt <= SAME_SOUND}
    names = [
        replace(each, doubt=each.doubt + OTHER_WORD) if each.doubt > SAME_SOUND and each.places in words else each
        for each in names
    ]
    kept: dict[tuple[str, int, int], Name] = {}
    for each in sorted(names, key=lambda each: (each.doubt, each.start - each.end)):
        kept.setdefault((each.name, each.start, each.end), each)
    return tuple(kept.values())[:_MOST]
