"""◆ What each part of a reading costs: the doubts (0 … 1) that add up, and those of the type words.

The numbers were set by trying on generated registers and noisy queries (``tests/understanding/test_accuracy.py``).
"""

from __future__ import annotations

from outage_feed.model import Street

HOPELESS = 0.5
"""With so much doubt nothing was understood."""
BEHIND = 0.25
"""Readings so far behind the best one of their text decide nothing: more than the sum of what counts as close
(``address.CLOSE``) and as near (``address.NEAR``), and than ``address.FAR``."""
GUESS_FROM = 0.2
"""From so much doubt on, or where no house was found, names are guessed among those that the rest leaves possible."""
GUESS_LEAST = 0.21
"""Of a guess, at least: it is never sure."""
NOT_SAID = 0.05
"""The settlement was not said and nothing tells it but the street's name."""
CHANGED = 0.1
"""Another settlement or street than earlier in the call, without a word of correction."""
LEFT_BESIDE = 0.22
"""A word that is a name, or stands next to one and may belong to it («Новая Садовая»)."""
OTHER_WORD = 0.1
"""Added to a name that only sounds alike, where the very word that was heard is a name of another place."""
NAMED = 0.1
"""A word taken for a name with no more doubt than this cannot be left over lightly."""
LEFT_OVER = 0.05
LEFT_MOST = 0.4
LEFT_TOWN = 0.25
"""Added where a settlement was said, and the reading is of another one that was not."""
OTHER_NUMBER = 0.15
"""Added where the word next to the name is an ordinal: «третья Молодёжная» is neither the first nor the second."""
TYPE_UNUSED = 0.25
"""«улица» was said, and the reading has no street."""
OTHER_STREET_TYPE = 0.25
HABIT = 0.1
"""«улица» is said of lanes and avenues as well."""
UNSAID_STREET_TYPE = 0.04
OTHER_GENDER = 0.18
"""«Советская» for «переулок Советский»: where the street is not known the lane must not be sure."""
OTHER_TOWN_TYPE = 0.08
OTHER_TOWN_KIND = 0.25
"""A town for a village, gardens for either."""
UNSAID_GARDENS = 0.1
CONTRADICTED = 0.4
"""Another region or district was said."""
MISHEARD_DISTRICT = 0.09
"""For each sound of it; the settlements of the same name in districts that sound alike are as likely then."""
EXTRA_NUMBER = 0.03
"""A second number without a word: mostly the flat."""
TWO_HOUSES = 0.25
EVERYDAY = 0.25
"""A name that is an ordinary word («Света»), without its type word."""
_FEMININE = frozenset(("ул", "наб", "пл", "линия", "аллея", "тер", ""))
_URBAN = frozenset(("п", "рп", "пгт", "дп"))
_VILLAGES = frozenset(("с", "д", "х", "п", "сл", "ст-ца", "ст", "рзд", ""))
_GARDENS = frozenset(("снт", "днт", "днп", "дпк"))


def street_type_doubt(street: Street, form: str, said: frozenset[str]) -> float:
    """Of a street named by ``form``, where the types ``said`` stand beside it."""
    kind = street.type
    if kind in said or (not kind and said == {"ул"}) or (kind == "пр" and said & {"пр-кт", "проезд"}):
        return 0.0
    if (said and said != {"ул"}) or not form:
        return OTHER_STREET_TYPE
    doubt = HABIT if said else UNSAID_STREET_TYPE if kind not in ("ул", "") else 0.0
    feminine = form.endswith(("ая", "яя", "ую", "юю")) or (
        form.endswith(("ой", "ей")) and not street.name.endswith(("ой", "ей"))
    )
    masculine = form.endswith(("ый", "ий", "ом", "ем", "ое"))
    if (feminine and kind not in _FEMININE) or (masculine and kind in _FEMININE):
        doubt += OTHER_GENDER
    return doubt


def town_type_doubt(kind: str, said: frozenset[str], *, named: bool) -> float:
    """Of a settlement of that type, where the types ``said`` stand beside its name, if it was ``named`` at all."""
    if said:
        return min(_other_town_type(kind, each) for each in said)
    return UNSAID_GARDENS if named and kind in _GARDENS else 0.0


def _other_town_type(kind: str, said: str) -> float:
    if said in ("", kind) or not kind or {said, kind} <= _URBAN:
        return 0.0
    return OTHER_TOWN_TYPE if {said, kind} <= _VILLAGES | _URBAN else OTHER_TOWN_KIND
