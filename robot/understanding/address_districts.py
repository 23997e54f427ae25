"""◆ Districts and regions as they are said: «в Новоусманском районе», «Курская область», and misheard ones."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from outage_feed.alike import sounds
from outage_feed.names import fold_district
from outage_feed.regions import find_region
from robot.understanding.address_words import adjective_stem
from robot.understanding.numbered import Token

_DISTRICT_WORDS = frozenset("район районе района району округ округе округа".split())
_FIRST_OF_DISTRICTS = frozenset(("лев", "гаврилов", "холм"))
"""«Лев-Толстовский», «Гаврилов-Ямский», «Холм-Жирковский»: of such names the last word counts."""


@lru_cache(maxsize=4096)
def stem(district: str) -> str:
    """The last word of the district's name, without its ending: «Лев-Толстовский р-н» → «толстовск»."""
    return adjective_stem(fold_district(district).rpartition(" ")[2])


@lru_cache(maxsize=16_384)
def district_wrong(said: str, known: str, *, named: bool) -> int | None:
    """How many sounds of the district were misheard; ``None``: it is another one.

    ``named``: what was said is a district's name as it is; then one that only sounds the same counts as misheard
    («Красненский», «Краснинский»).
    """
    heard, sound = sounds(said), sounds(known)
    most = 1 if len(known) < 7 else 2
    wrong = OSA.distance(heard, sound, score_cutoff=most)
    if not wrong and named and said != known:
        return 1
    return wrong if wrong <= most else None


@lru_cache(maxsize=2)
def stems(districts: frozenset[str]) -> frozenset[str]:
    """The stems of all of them."""
    return frozenset(stem(each) for each in districts)


def regional_words(said: Sequence[Token], asked: set[str], known: Collection[str]) -> tuple[str, str, frozenset[int]]:
    """The region's code and the stem of the district that are said with their words, and their tokens.

    One of the districts ``asked`` for needs no «район»; the ``known`` ones may be cut in two.
    """
    region, district, used = "", "", set()
    for at, token in enumerate(said[1:], start=1):
        if token.text.startswith("област") and (found := find_region(adjective_stem(said[at - 1].text) + "ая")):
            region = found.code
            used |= {at - 1, at}
        elif token.text in _DISTRICT_WORDS:
            district = adjective_stem(said[at - 1].text)
            used |= {at - 1, at}
            if at > 1 and district not in known:
                joined = adjective_stem(said[at - 2].text + said[at - 1].text)  # «гор оховецкий»
                if joined in known:
                    district = joined
                    used.add(at - 2)
            if at > 1 and said[at - 2].text in _FIRST_OF_DISTRICTS:
                used.add(at - 2)
    for at, token in enumerate(said):
        if not district and token.value is None and adjective_stem(token.text) in asked - {""}:
            district = adjective_stem(token.text)
            used.add(at)
    return region, district, frozenset(used)
