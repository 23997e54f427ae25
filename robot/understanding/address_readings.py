"""◆ How one text can be read as an address: which words are settlement, street and house, and what is left over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from outage_feed.model import Address, House, Settlement
from outage_feed.names import same_street
from outage_feed.places import Places, Way, canonical, read_house
from robot.understanding.address_districts import district_wrong, regional_words, stem, stems
from robot.understanding.address_doubts import (
    BEHIND,
    CHANGED,
    CONTRADICTED,
    EXTRA_NUMBER,
    GUESS_FROM,
    HOPELESS,
    LEFT_BESIDE,
    LEFT_MOST,
    LEFT_OVER,
    LEFT_TOWN,
    MISHEARD_DISTRICT,
    NAMED,
    NOT_SAID,
    OTHER_NUMBER,
    TWO_HOUSES,
    TYPE_UNUSED,
    UNSAID_STREET_TYPE,
    street_type_doubt,
    town_type_doubt,
)
from robot.understanding.address_guesses import guessed
from robot.understanding.address_names import Name, names_in
from robot.understanding.address_words import (
    STREET_WORDS,
    TOWN_WORDS,
    TYPE_WORDS,
    common,
    next_to,
    numbers_a_house,
)
from robot.understanding.houses import SaidHouse, denied_numbers, flats, said_houses
from robot.understanding.numbered import Token
from robot.understanding.understood import SoFar


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a text. ``way`` is ``None`` where no street is known; ``house`` where none was said."""

    doubt: float
    settlement: Settlement
    way: Way | None
    house: House | None
    said_settlement: bool
    """Whether it was said, now or earlier."""
    said_street: bool
    misheard: float = 0.0
    """The part of the doubt whether the words that are taken for names are names at all."""
    typed: bool = False
    """A type word or a second name stands by the name: it is surely meant as one."""
    doubtful_place: bool = False
    """Another type was said, and a settlement of that name and type there is as well; or another district, nearly."""
    unknown_street: bool = False
    """Something was said of a street, and the reading has none."""
    glued: tuple[House, ...] = ()
    """Other houses that the numbers may have meant: «25/1» for «двадцать пять один»."""
    town_name: Name | None = None
    """The words that are taken for the settlement's name."""
    street_name: Name | None = None

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses of the register that this reading means; none where something is missing or not there."""
        return self.way.addresses(self.house) if self.way is not None and self.house is not None else ()


@dataclass(frozen=True, slots=True)
class _Around:
    """What the words around the names say."""

    house: House | None
    glued: tuple[House, ...]
    street_types: frozenset[str]
    town_types: frozenset[str]
    doubt: float
    unknown_street: bool


class Text:
    """One text with its names found, for readings with what is known so far."""

    def __init__(self, said: Sequence[Token], places: Places, so_far: SoFar, *, corrects: bool = False) -> None:
        self._places = places
        self._said = said
        meant = places.meant(so_far.settlement) if so_far.settlement else ()
        asked = {stem(each.district) for each in meant} if len(meant) > 1 else set()
        known = stems(places.districts)
        self._region, self._district, regional = regional_words(said, asked, known)
        self._district_named = self._district in known
        beside = flats(said) | denied_numbers(said) | regional
        self._names = names_in(said, beside, places)
        self._beside = beside | self._names.gone
        self._corrects = corrects or bool(self._names.denied)
        self.so_far = _without(self._names.denied, so_far)
        """What is known from earlier, without what this text denies."""
        self._before = places.meant(self.so_far.settlement) if self.so_far.settlement else ()

    def readings(self) -> list[Reading]:
        """Every reading that fits the register and is not hopeless, nor so much worse than another that it tells
        nothing."""
        found = self._tried(self._names.streets, self._names.towns)
        best = min(found, key=lambda each: each.doubt, default=None)
        if best is not None and best.addresses and best.doubt <= GUESS_FROM:
            return found
        streets, towns = self._guessed()
        if not streets and not towns:
            return found
        return self._tried((*self._names.streets, *streets), (*self._names.towns, *towns))

    def _tried(self, streets: Sequence[Name], towns: Sequence[Name]) -> list[Reading]:
        so_far = self.so_far
        tried: list[tuple[float, int, Name | None, Name | None, _Around]] = []
        for street in (*streets, None):
            for town in (*towns, None):
                if street and town and street.start < town.end and town.start < street.end:
                    continue
                around = self._around(street, town, so_far)
                if around.doubt < HOPELESS:
                    tried.append((around.doubt, len(tried), street, town, around))
        found: list[Reading] = []
        best = HOPELESS
        for doubt, _, street, town, around in sorted(tried, key=lambda each: each[:2]):
            # The doubts of a reading only add up, so what lies so far behind already need not be looked for.
            if doubt >= min(HOPELESS, best + BEHIND):
                break
            for reading in self._with(street, town, around, min(HOPELESS, best + BEHIND)):
                found.append(reading)
                best = min(best, reading.doubt)
        return [each for each in found if each.doubt < best + BEHIND]

    def _guessed(self) -> tuple[list[Name], list[Name]]:
        """Streets and settlements that may be meant although they were badly misheard, where the rest leaves few."""
        towns = [each for each in self._names.towns if each.doubt <= NAMED]
        places = {place for town in towns for place in self._places.settlements(town.name)} or set(self._before)
        if self._region:
            places = {each for each in places if each.region == self._region}
        if self._district:
            places = {each for each in places if self._wrong(each.district) is not None}
        among = {way.street.name for place in places for way in self._places.ways_in(place) if way.street}
        taken = self._beside | {at for each in towns for at in each.places}
        streets = guessed(self._said, taken, self._places.streets_likest, among) if among else []
        if places:
            return streets, []
        named = [each for each in self._names.streets if each.doubt <= NAMED]
        among = {way.settlement.name for street in named for way in self._places.ways_named(street.name)}
        if self._district:
            near = [each for each in self._places.districts if self._wrong(each) is not None]
            among = {name for each in near for name in self._places.names_in(each)}
        taken = self._beside | {at for each in named for at in each.places}
        return streets, guessed(self._said, taken, self._places.towns_likest, among) if among else []

    def _around(self, street: Name | None, town: Name | None, so_far: SoFar) -> _Around:
        """The house and the types that were said, and the doubt about what is left over."""
        said = self._said
        names = [each for each in (street, town) if each]
        used = {place for each in names for place in each.places}
        taken = frozenset(used | self._beside)
        houses = said_houses(said, taken)
        main = _main_house(houses, street)
        doubt = (street.doubt if street else 0.0) + (town.doubt if town else 0.0)
        glued: tuple[House, ...] = ()
        if main is not None:
            others = [each for each in houses if each is not main and each.house != main.house]
            if others and (main.marked or (street is None and so_far.street is None)):
                doubt += TWO_HOUSES  # where there are no streets there are no flats either
            elif others:
                doubt += EXTRA_NUMBER * len(others)
                if street and any(each.end == street.start for each in others):
                    doubt += OTHER_NUMBER  # «3 новая 23»: the number is the street's
                glued = tuple(
                    each for other in others if other.start == main.end for each in _glued(main.house, other.house)
                )
        counted = {place for each in houses for place in range(each.start, each.end)}
        types = {
            place: token.text
            for place, token in enumerate(said)
            if token.text in TYPE_WORDS and (place not in used or any(each.inside(place) for each in names))
        }
        spans = [*((each.start, each.end) for each in names), *((each.start, each.end) for each in houses)]
        beside = next_to(said, spans)
        left = [
            place
            for place, token in enumerate(said)
            if place not in used | counted | self._beside | types.keys() and not _beside_the_point(token)
        ]
        nameless = street is None and so_far.street is None  # any word may be the street then
        close = sum(nameless or place in self._names.named or place in beside for place in left)
        doubt += min(LEFT_BESIDE * min(close, 1) + LEFT_OVER * (len(left) - min(close, 1)), LEFT_MOST)
        if town is None and so_far.settlement is None and not self._names.named_towns.isdisjoint(left):
            doubt += LEFT_TOWN
        if any(said[place].ordinal and place in beside for place in left):
            doubt += OTHER_NUMBER
        street_types = frozenset(STREET_WORDS[text] for text in types.values() if text in STREET_WORDS)
        town_types = frozenset(TOWN_WORDS[text] for text in types.values() if text in TOWN_WORDS)
        if town is None and street is not None:
            town_types -= street_types
        if street is None and town is not None:
            street_types -= town_types
        if street_types - town_types and not (street or so_far.street):
            doubt += TYPE_UNUSED
        if town_types - street_types and not (town or so_far.settlement):
            doubt += TYPE_UNUSED
        house = canonical(main.house) if main else None
        unknown_street = nameless and bool(left) and (main is not None or bool(street_types - town_types))
        return _Around(house, glued, street_types, town_types, doubt, unknown_street)

    def _with(self, street: Name | None, town: Name | None, around: _Around, most: float) -> Iterator[Reading]:
        """The readings with these names: one for each place of the register that has them, in less doubt than that."""
        so_far = self.so_far
        if town is None and street is None and around.house is None and not (so_far.settlement and self._district):
            return  # nothing was said of the place
        base = Reading(
            doubt=around.doubt,
            settlement=Settlement(""),
            way=None,
            house=around.house or (read_house(so_far.house) if so_far.house else None),
            said_settlement=True,
            said_street=street is not None,
            misheard=sum(each.misheard for each in (street, town) if each),
            typed=bool(around.street_types | around.town_types) or (street is not None and town is not None),
            unknown_street=around.unknown_street,
            glued=around.glued,
            town_name=town,
            street_name=street,
        )
        for settlement, more in self._settlements(town):
            doubt = base.doubt + more + self._town_doubt(settlement, town, around)
            if doubt >= most:
                continue
            for way, more_still in self._on_streets(self._places.ways_in(settlement), street, around):
                if doubt + more_still < most:
                    yield replace(
                        base,
                        settlement=settlement,
                        way=way,
                        doubt=doubt + more_still,
                        said_street=base.said_street or (way is not None and way.street is not None),
                        doubtful_place=(town is not None and self._other_type(settlement, around.town_types))
                        or self._district_misheard(settlement),
                    )
        if town is not None or so_far.settlement is not None or not (street or so_far.street):
            return
        for each in self._everywhere(street):
            doubt = base.doubt + NOT_SAID
            if doubt >= most:
                return
            doubt += self._town_doubt(each.settlement, None, around)
            if doubt >= most:
                continue
            for way, more in self._on_streets((each,), street, around):
                if doubt + more < most:
                    said = base.said_street or (way is not None and way.street is not None)
                    yield replace(
                        base,
                        settlement=each.settlement,
                        way=way,
                        doubt=doubt + more,
                        said_settlement=False,
                        said_street=said,
                    )

    def _settlements(self, town: Name | None) -> Iterator[tuple[Settlement, float]]:
        before = self._before
        if town is None:
            yield from ((settlement, 0.0) for settlement in before)
            return
        for settlement in self._places.settlements(town.name):
            changed = before and settlement not in before and not self._corrects
            yield settlement, CHANGED if changed else 0.0

    def _other_type(self, settlement: Settlement, said: frozenset[str]) -> bool:
        namesakes = self._places.settlements(settlement.name)
        return settlement.type not in said and any(each.type in said for each in namesakes)

    def _everywhere(self, street: Name | None) -> Sequence[Way]:
        before = self.so_far.street
        return self._places.ways_named(street.name if street else before.name if before else "")

    def _on_streets(
        self, ways: Iterable[Way], street: Name | None, around: _Around
    ) -> Iterator[tuple[Way | None, float]]:
        """Each of the settlement's streets that are meant, with its doubt; none, where none was said."""
        before = self.so_far.street
        if street is not None:
            for way in ways:
                if way.street is not None and way.street.name == street.name:
                    more = street_type_doubt(way.street, street.form, around.street_types)
                    if before and before.name != way.street.name and not self._corrects:
                        more += CHANGED
                    yield way, more
            return
        if before is not None:
            for way in ways:
                if way.street is not None and same_street(way.street, before) is not None:
                    yield way, 0.0 if way.street == before else UNSAID_STREET_TYPE
            return
        yield next((way for way in ways if way.street is None), None), 0.0

    def _town_doubt(self, settlement: Settlement, town: Name | None, around: _Around) -> float:
        doubt = 0.0
        if self._region and settlement.region != self._region:
            doubt += CONTRADICTED
        if self._district:
            wrong = self._wrong(settlement.district)
            doubt += CONTRADICTED if wrong is None else MISHEARD_DISTRICT * wrong
        types = around.town_types if town else around.town_types - around.street_types
        return doubt + town_type_doubt(settlement.type, types, named=town is not None)

    def _wrong(self, district: str) -> int | None:
        return district_wrong(self._district, stem(district), named=self._district_named)

    def _district_misheard(self, settlement: Settlement) -> bool:
        """Whether a district was said, and nearly this settlement's."""
        return bool(self._district) and bool(self._wrong(settlement.district))


def _without(denied: frozenset[str], so_far: SoFar) -> SoFar:
    street, town = so_far.street, so_far.settlement
    return SoFar(
        None if town is not None and town.name in denied else town,
        None if street is not None and street.name in denied else street,
        so_far.house,
    )


def _main_house(houses: Sequence[SaidHouse], street: Name | None) -> SaidHouse | None:
    """The last marked one, else the first one behind the street, else the first one."""
    if not houses:
        return None
    if houses[0].marked:
        return houses[-1]
    return next((each for each in houses if street and each.start >= street.end), houses[0])


def _glued(first: House, second: House) -> tuple[House, ...]:
    """«двадцать пять один»: the word between the two may have been lost."""
    if not first.plain or not second.plain or second.letter:
        return ()
    text = str(second)
    return (replace(first, fraction=text), replace(first, corpus=text))


def _beside_the_point(token: Token) -> bool:
    return (common(token.text) or numbers_a_house(token)) if token.value is None else token.value == 0
