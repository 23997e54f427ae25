"""Names of settlements, districts and streets: taken apart, and folded so that spellings of one name compare equal.

Rules after DOMAIN §5: ё = е always; «9-е Января» = «9 Января»; «Лесная ул.» = «ул. Лесная»; «Газа 1-й пер.» =
«1-й пер. Газа»; «К.Маркса» = «Карла Маркса»; «Бабяково» and «с. Бабяково» are one place, «п Пески» and «СНТ Пески»
are not.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from outage_feed.model import Settlement, Street, Sureness

_SETTLEMENT_WORDS = {
    "г": "г гор город",
    "пгт": "пгт",
    "рп": "рп",
    "дп": "дп",
    "п": "п пос поселок посёлок",
    "с": "с село",
    "д": "д дер деревня",
    "х": "х хут хутор",
    "сл": "сл слобода",
    "ст": "ст станция",
    "ст-ца": "ст-ца станица",
    "рзд": "рзд разъезд",
    "снт": "снт сот с/т сад-во садоводство",
    "днт": "днт",
    "днп": "днп",
    "дпк": "дпк дкп",
    "мкр": "мкр мкрн микрорайон м-н",
    "тер": "тер территория",
}
_STREET_WORDS = {
    "ул": "ул у улица",
    "пер": "пер переулок",
    "пр-кт": "пр-кт проспект просп пр-т",
    "проезд": "проезд пр-д прд",
    "пр": "пр",  # проезд or проспект: compared as either
    "б-р": "б-р бульвар бул бр",
    "ш": "ш шоссе",
    "наб": "наб набережная",
    "пл": "пл площадь",
    "туп": "туп тупик",
    "линия": "линия лин",
    "аллея": "аллея ал",
    "тракт": "тракт",
    "кв-л": "кв-л квартал",
    "мкр": "мкр мкрн микрорайон м-н",
    "снт": "снт сот с/т сад-во садоводство",
    "днт": "днт",
    "днп": "днп",
    "дпк": "дпк дкп",
    "тер": "тер территория",
}
STREET_TYPES = {word: kind for kind, words in _STREET_WORDS.items() for word in words.split()}
"""Every spelling of a street's type word, without its dot, and the canonical short one."""
SETTLEMENT_TYPES = {word: kind for kind, words in _SETTLEMENT_WORDS.items() for word in words.split()}
"""Every spelling of a settlement's type word, without its dot, and the canonical short one."""

_LONG_TYPES = (
    (re.compile(r"(?i)\b(?:пос[её]лок|пос\.?|п\.?)\s*городского\s+типа"), "пгт"),
    (re.compile(r"(?i)\bп\.\s?г\.\s?т\."), "пгт"),
    (re.compile(r"(?i)\bрабочий\s+пос[её]лок"), "рп"),
    (re.compile(r"(?i)\bр\.\s?п\."), "рп"),
    (re.compile(r"(?i)\bдачный\s+пос[её]лок"), "дп"),
    (re.compile(r"(?i)\bсадов\w+\s+(?:некоммерческ\w+\s+)?товариществ\w+"), "снт"),
    (re.compile(r"(?i)\bж[/-]?д\.?\s+(?:ст(?:анция)?|рзд|разъезд)\.?(?=\s)"), "ст"),
)
_GARDENS = ("снт", "днт", "днп", "дпк")  # written in capitals, behind the name as often as before it
_URBAN = frozenset({"п", "рп", "пгт", "дп"})  # registers and feeds mix these up for one and the same place
_DISTRICT_WORDS = frozenset(
    (
        "р",
        "н",
        "район",
        "муниципальный",
        "муниципального",
        "округ",
        "городской",
        "го",
        "г",
        "о",
        "мо",
        "мр",
        "м",
        "город",
    )
)
_ORDINAL = re.compile(r"(\d+)\s*-?\s*(?:ый|ой|ий|ая|ое|ые|ого|его|ому|ых|го|му|ти|й|я|е|х|м|ю)(?![а-я])")
_WORD = re.compile(r"[a-zа-я]+")
_LOOKALIKES = str.maketrans("aeopcxykmthb", "аеорсхукмтнв")
"""Latin letters typed for Cyrillic ones inside a Russian word, small ones and capitals made small."""
_BOTH_ENDS = re.compile(r"([А-ЯЁ][а-яё]+)\s(?:.*\s)?([а-яё/-]+)\s?\.?")
_NAMED_AFTER = frozenset({"им", "имени"})
_QUOTES = re.compile(r"[«»„“”\"'`’]")
_NOT_NAME = re.compile(r"[^0-9a-zа-я/ ]+")

FIRST_NAMES = {
    "маркса": "карла", "либкнехта": "карла", "энгельса": "фридриха", "люксембург": "розы", "цеткин": "клары",
    "разина": "степана", "горького": "максима", "космодемьянской": "зои", "кошевого": "олега",
    "матросова": "александра", "толстого": "льва", "гагарина": "юрия", "терешковой": "валентины",
    "пугачева": "емельяна", "хмельницкого": "богдана", "невского": "александра", "чайкиной": "лизы",
    "бедного": "демьяна", "лазо": "сергея",
}  # fmt: skip
"""Surnames (genitive, folded) that streets are named after, each with the one first name that belongs to it."""


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """The name in small letters, ё as е, without quotes, dots and stress marks; ordinals as plain numbers.

    «9-е Января» → «9 января», «совхоза «Красный»» → «совхоза красный». Idempotent.
    """
    text = unicodedata.normalize("NFC", text).replace("\u0301", "").casefold().replace("ё", "е")
    text = _WORD.sub(_cyrillic, text)
    text = _ORDINAL.sub(r"\1 ", _QUOTES.sub(" ", text))
    return " ".join(_NOT_NAME.sub(" ", text).split())


def _cyrillic(word: re.Match[str]) -> str:
    """A word with any Cyrillic letter in it, without Latin look-alikes."""
    return word[0] if word[0].isascii() else word[0].translate(_LOOKALIKES)


def clean(text: str) -> str:
    """The text on one line with single spaces: feeds have newlines, tabs and no-break spaces inside values."""
    return " ".join(text.split())


def parse_settlement(text: str, *, district: str = "", region: str = "") -> Settlement:
    """«с. Бабяково», «г Сычевка», «Абрамова Гора дер.» → type and name. The type is "" where the text has none."""
    text = clean(text)
    for pattern, kind in _LONG_TYPES:
        if (found := pattern.search(text)) and (rest := _trim(text[: found.start()] + " " + text[found.end() :])):
            return Settlement(rest, kind, district, region)
    kind, name = _split_type(text, SETTLEMENT_TYPES)
    return Settlement(name, kind, district, region)


def parse_street(text: str) -> Street:
    """«ул. Ленина», «Лесная ул.», «Газа 1-й пер.», «ул. Наугорское шоссе» → type and name.

    In «ул. Наугорское шоссе» and «ул. Бульвар Победы» the outer «ул.» is a clerk's habit: the inner word counts.
    """
    text = clean(text)
    if found := re.match(r"(\d+-?[а-я]{1,2})\s+([а-я-]+)\.?\s+(\S.*)", text, re.IGNORECASE):
        kind = STREET_TYPES.get(found[2].casefold(), "")
        if kind and _trim(found[3]) not in STREET_TYPES:  # «1-й пер. Газа», but not «2-я Набережная ул.»
            return Street(f"{found[1]} {_trim(found[3])}", kind)
    kind, name = _split_type(text, STREET_TYPES)
    if kind == "ул":
        inner, rest = _split_type(name, STREET_TYPES, any_case=True)
        if inner:
            return Street(rest, inner)
    return Street(name, kind)


def _split_type(text: str, types: dict[str, str], *, any_case: bool = False) -> tuple[str, str]:
    """The canonical type word and the rest; the type word stands first or last, and something must remain."""
    at_both_ends = (
        (ends := _BOTH_ENDS.fullmatch(text)) is not None
        and ends[1].casefold().replace("ё", "е") in types
        and ends[2] in types
    )  # «Набережная ул.», «Слобода дер.»: the capital letter belongs to the name
    found = re.match(r"([а-яё/-]+)(\.|\s|(?=[«\"]))\s*(.+)", text, re.IGNORECASE)
    if found and not at_both_ends:
        kind = types.get(found[1].casefold().replace("ё", "е"))
        if kind and (rest := _trim(found[3])):
            return kind, rest
    if found := re.match(r"(.+?)[\s.]+([а-яё/-]+)\.?$", text, re.IGNORECASE):
        kind = types.get(found[2].casefold())
        # A capital letter at the end belongs to the name: «Красная Слобода», «Новый Посёлок».
        if kind and (any_case or found[2].islower() or kind in _GARDENS) and (rest := _trim(found[1])):
            return kind, rest
    return "", _trim(text)


def _trim(text: str) -> str:
    return clean(text).strip(" .,;")


def name_words(name: str) -> list[str]:
    """The folded words of a street's name in their order."""
    return re.sub(r"(?<=[а-я])/", " ", fold(name)).split()


def mentions(text: Street, street: Street) -> bool:
    """Whether what was read as a street of another name has this one's name in it: «Ленина котельная», «Ленина №5»,
    «Ленина пер. Мира».

    «40 лет Победы» and «1-я Молодёжная» are streets of their own and do not mention «Победы» and «Молодёжная».
    """
    key, words = street_key(street), name_words(text.name)
    if not key or key not in words:
        return False
    at = words.index(key)
    before, behind = words[:at], words[at + 1 :]
    if behind and not (all(word.isdigit() for word in behind) and _ORDINAL.search(text.name.casefold())):
        return True
    return any(word in STREET_TYPES for word in before)


@lru_cache(maxsize=65536)
def street_words(name: str) -> tuple[str, ...]:
    """The folded words of a street's name, numbers first: «Газа 1-й» and «1-я Газа» both give («1», «газа»)."""
    words = name_words(name)
    return tuple(sorted(words, key=lambda word: not word[0].isdigit()))


def street_key(street: Street) -> str:
    """A word by which an index finds every spelling of the street: initials and first names stand before it."""
    words = street_words(street.name)
    return words[-1] if words else ""


def settlement_key(settlement: Settlement) -> str:
    """Region and folded name: the index entry of a place. Type and district are compared afterwards."""
    return f"{settlement.region}|{fold(settlement.name)}"


def fold_district(text: str) -> str:
    """«Новоусманский р-н», «Новоусманский муниципальный район» → «новоусманский»."""
    return " ".join(word for word in fold(text.replace("р-н", " ")).split() if word not in _DISTRICT_WORDS)


def same_settlement(one: Settlement, other: Settlement) -> Sureness | None:
    """Whether two writings mean one place: surely, possibly (nothing tells the districts apart), or not.

    «п Пески» is not «СНТ Пески», nor a «п Пески» of another district. A missing type fits every type. Towns are unique
    within their region, so a town needs no district.
    """
    if fold(one.name) != fold(other.name) or (one.region and other.region and one.region != other.region):
        return None
    types = {one.type, other.type} - {""}
    if len(types) > 1 and not types <= _URBAN:
        return None
    if "г" in types:
        return Sureness.SURE
    districts = fold_district(one.district), fold_district(other.district)
    if all(districts) and districts[0] != districts[1]:
        return None
    # Without a type the village of that name is more likely meant than its gardens.
    gardens_meant = one.type == other.type or not types & set(_GARDENS)
    return Sureness.SURE if all(districts) and gardens_meant else Sureness.POSSIBLE


def same_street(one: Street, other: Street) -> Sureness | None:
    """Whether two writings mean one street: surely, possibly (initials that fit), or not.

    A street written without its type is taken for an «улица»; if the other one is a lane or a square of that name,
    it is only possible.
    """
    names = street_words(one.name), street_words(other.name)
    words = _same_words(*names)
    if words is None and any(_NAMED_AFTER & set(name) for name in names):
        bare = [tuple(word for word in name if word not in _NAMED_AFTER) for name in names]
        words = _same_words(*bare) and Sureness.POSSIBLE
    if words is None:
        return None
    types = {one.type, other.type}
    if len(types) == 1 or types <= {"", "ул"}:
        return words
    if "" in types or ("пр" in types and types <= {"пр", "проезд", "пр-кт"}):
        return Sureness.POSSIBLE
    return None


def _same_words(one: tuple[str, ...], other: tuple[str, ...]) -> Sureness | None:
    """Compare folded names; initials and first names may be missing on one side."""
    if not one or not other or one[-1] != other[-1]:
        return None
    if one == other:
        return Sureness.SURE
    full_one, full_other = _full(one), _full(other)
    if full_one == full_other:
        return Sureness.SURE
    short, long = sorted((full_one[:-1], full_other[:-1]), key=len)
    if not short:
        return Sureness.POSSIBLE if all(len(word) == 1 and word.isalpha() for word in long) else None
    if len(short) == len(long) and all(_initial_fits(a, b) for a, b in zip(short, long, strict=True)):
        return Sureness.POSSIBLE
    return None


def _full(words: tuple[str, ...]) -> tuple[str, ...]:
    """«к маркса», «маркса» and «карла маркса» all as «карла маркса», where the surname has one known first name."""
    *before, surname = words
    first = FIRST_NAMES.get(surname)
    if first and (not before or before in ([first], [first[0]])):
        return (first, surname)
    return words


def _initial_fits(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return one == other or (len(short) == 1 and short.isalpha() and long.startswith(short))
