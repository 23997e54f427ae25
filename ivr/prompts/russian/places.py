"""Places in full words: «г Грязи, ул. 8 Марта, д 25/1» → «город Грязи», «улица Восьмого Марта», «дом двадцать пять…».

The name of a place itself is never inflected: morphology mis-reads it («Грязи» → «грязь»), so it stays in the
nominative behind its type (DOMAIN §5).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ivr.prompts.russian.dates import MONTHS
from ivr.prompts.russian.houses import house_phrases, is_house
from ivr.prompts.russian.letters import LETTERS, LOOKALIKES, spell
from ivr.prompts.russian.numbers import OrdinalForm, cardinal, ordinal

_STREETS: dict[str, str] = {
    "ул": "улица", "пер": "переулок", "пр-кт": "проспект", "просп": "проспект", "пр-т": "проспект",
    "пр": "проспект", "пр-д": "проезд", "пр-зд": "проезд", "б-р": "бульвар", "бул": "бульвар", "ш": "шоссе",
    "шос": "шоссе", "наб": "набережная", "пл": "площадь", "туп": "тупик", "ал": "аллея", "дор": "дорога",
    "лн": "линия", "км": "километр",
}  # fmt: skip
_AREAS: dict[str, str] = {
    "обл": "область", "р-н": "район", "м.р-н": "муниципальный район", "го": "городской округ",
    "с/с": "сельсовет", "с/п": "сельское поселение", "сп": "сельское поселение",
}  # fmt: skip
_TYPES: dict[str, str] = _STREETS | _AREAS | {
    # settlements
    "г": "город", "гор": "город", "пгт": "посёлок городского типа", "рп": "рабочий посёлок",
    "дп": "дачный посёлок", "п": "посёлок", "пос": "посёлок", "д": "деревня", "дер": "деревня", "с": "село",
    "х": "хутор", "хут": "хутор", "сл": "слобода", "ст-ца": "станица", "ст": "станция", "рзд": "разъезд",
    "п/ст": "посёлок при станции", "м": "местечко", "нп": "населённый пункт", "кп": "коттеджный посёлок",
    # territories
    "снт": "садовое товарищество", "днт": "дачное товарищество", "днп": "дачное партнёрство",
    "онт": "огородное товарищество", "тсн": "товарищество собственников", "гск": "гаражный кооператив",
    "тер": "территория", "мкр": "микрорайон", "мкр-н": "микрорайон", "мкрн": "микрорайон", "кв-л": "квартал",
    "ж/р": "жилой район", "промзона": "промзона", "сад-во": "садоводство", "сот": "садовое товарищество",
}  # fmt: skip
_FULL_TYPES = frozenset(_TYPES.values()) | {"поселок"}

_IN: dict[str, str] = {
    "город": "в городе", "посёлок": "в посёлке", "посёлок городского типа": "в посёлке городского типа",
    "рабочий посёлок": "в рабочем посёлке", "дачный посёлок": "в дачном посёлке", "деревня": "в деревне",
    "село": "в селе", "хутор": "на хуторе", "слобода": "в слободе", "станица": "в станице",
    "станция": "на станции", "разъезд": "на разъезде", "населённый пункт": "в населённом пункте",
    "садовое товарищество": "в садовом товариществе", "микрорайон": "в микрорайоне", "квартал": "в квартале",
}  # fmt: skip

_FIRST_NAMES: dict[tuple[str, str], str] = {
    ("к", "маркса"): "Карла", ("к", "либкнехта"): "Карла", ("р", "люксембург"): "Розы",
    ("ф", "энгельса"): "Фридриха", ("м", "горького"): "Максима", ("ю", "гагарина"): "Юрия",
    ("а", "невского"): "Александра", ("с", "разина"): "Степана", ("з", "космодемьянской"): "Зои",
    ("о", "кошевого"): "Олега", ("а", "матросова"): "Александра", ("л", "толстого"): "Льва",
    ("п", "морозова"): "Павлика", ("в", "терешковой"): "Валентины", ("д", "донского"): "Дмитрия",
    ("б", "хмельницкого"): "Богдана", ("д", "бедного"): "Демьяна", ("с", "есенина"): "Сергея",
}  # fmt: skip
"""Initials that everybody can complete; any other initial is left out («А. Петрова» is said «Петрова»)."""

_YO: dict[str, str] = {
    "молодежн": "молодёжн", "зеленая": "зелёная", "зеленый": "зелёный", "зеленое": "зелёное",
    "березов": "берёзов", "озерн": "озёрн", "кленов": "клёнов", "веселая": "весёлая", "веселый": "весёлый",
    "королева": "королёва", "пугачева": "пугачёва", "хрущева": "хрущёва", "поселков": "посёлков",
    "черноземн": "чернозёмн", "поселок": "посёлок",
}  # fmt: skip
_ANNIVERSARIES = {1: "одно", 90: "девяносто", 100: "сто", 150: "стопятидесяти"}
_ROMAN = {"I": 1, "V": 5, "X": 10}
_SUFFIX: dict[str, OrdinalForm] = {
    "я": "feminine", "ая": "feminine", "е": "neuter", "ое": "neuter", "го": "genitive", "ого": "genitive",
    "ый": "masculine", "ой": "feminine genitive", "ий": "masculine",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlacePart:
    """One phrase of a place: the name of something (an open set), or a piece of the house number (a closed one)."""

    text: str
    closed: bool
    ends_part: bool
    """Whether the written address has a comma behind it, in speech a short pause."""


def place_parts(raw: str) -> tuple[PlacePart, ...]:
    """The phrases of a place or address as it stands in registers and feeds.

    Old names in brackets and flats are left out: read-backs go to the house only (DOMAIN §4).
    Raises ``ValueError`` when nothing is left to say.
    """
    parts: list[PlacePart] = []
    for written in re.sub(r"\([^)]*\)", " ", raw).split(","):
        text = " ".join(written.split())
        if not text or _is_flat(text):
            continue
        if is_house(text):
            phrases = house_phrases(text)
            parts += [PlacePart(phrase, True, index == len(phrases) - 1) for index, phrase in enumerate(phrases)]
        else:
            parts.append(PlacePart(place_name(text), False, True))
    if not parts:
        raise ValueError(f"“{raw}” names no place")
    return tuple(parts)


def place_name(raw: str) -> str:
    """One name with its type in full words: «ул. 8 Марта» → «улица Восьмого Марта»."""
    return " ".join(_words(_split(raw)))


def in_place(raw: str) -> str:
    """Where something is: «г Грязи» → «в городе Грязи». A place of an unknown type is «в населённом пункте …»."""
    words = place_name(raw)
    for kind in sorted(_IN, key=len, reverse=True):
        if words == kind or words.startswith(kind + " "):
            return _IN[kind] + words[len(kind) :]
    return f"в населённом пункте {words}"


def _is_flat(text: str) -> bool:
    return re.fullmatch(r"(кв|квартира|пом|помещение|комн|комната)\.?\s*№?\s*\d+\s*[а-яё]?", text.lower()) is not None


def _split(raw: str) -> list[str]:
    text = re.sub(r"[«»„“\"'№]", " ", raw)
    text = re.sub(r"\.(?=\S)", ". ", text)  # «К.Маркса», «ул.Лесная»
    text = re.sub(r"(?<=[А-Яа-яЁё])-(?=\d{1,3}\b)", " ", text)  # «Грузино-5»
    tokens = [_in_cyrillic(token) for token in text.split()]
    return _type_first(tokens)


def _in_cyrillic(token: str) -> str:
    """Latin letters that slipped into a Russian word («Cлавы») back into Cyrillic; Roman numerals stay."""
    return token.translate(LOOKALIKES) if re.search(r"[А-Яа-яЁё]", token) else token


def _type_first(tokens: list[str]) -> list[str]:
    """«Грузино 5 СНТ», «Ленина ул.» → the type goes to the front, where it is said; «Лесная ул.» stays."""
    if len(tokens) < 2 or not _is_type(tokens[-1]) or any(_is_type(token) for token in tokens[:-1]):
        return tokens
    if tokens[-1].rstrip(".").lower() in _STREETS | _AREAS and _agrees(tokens[-2]):
        return tokens
    return [tokens[-1], *tokens[:-1]]


def _agrees(word: str) -> bool:
    """Whether ``word`` is said before its street or district: an adjective, or a number."""
    return re.search(r"([аяоеы]я|[иыо]й|[ое]е)$|^\d+(-?[а-яё]+)?$", word.lower()) is not None


def _is_type(token: str) -> bool:
    return token.rstrip(".").lower() in _TYPES


def _words(tokens: list[str]) -> list[str]:
    words: list[str] = []
    last = len(tokens) - 1
    in_front = True  # still among the types at the beginning: «тер. СНТ Заря»
    for index, token in enumerate(tokens):
        bare = token.rstrip(".")
        low = bare.lower()
        following = tokens[index + 1] if index < last else ""
        dotted = token.endswith(".")
        # «ул. М. Горького» is no местечко, «ул. С. Разина» no село; «ОБЛ. Г. КУРСК» is all in capitals.
        initial = index and dotted and len(bare) == 1 and bare.isupper() and following and not following.isupper()
        typed = low in _TYPES and last and not initial
        if typed and (in_front or index == last or low == "км" or (dotted and len(low) > 1)):
            if low == "тер" and following.rstrip(".").lower() in _TYPES:
                continue  # «тер. СНТ Заря» is the садовое товарищество
            words.append(_TYPES["снт"] if bare == "СТ" else _TYPES[low])  # «ст.» in small letters is a station
            continue
        if low == "им" and dotted:
            words.append("имени")
            continue
        in_front = in_front and low in _FULL_TYPES
        if dotted and len(bare) == 1:
            first = _FIRST_NAMES.get((low, following.lower()))
            if first:
                words.append(first)
            continue
        words.append(_word(bare, following, tokens[:index]))
    return words


def _word(token: str, following: str, before: list[str]) -> str:
    numeral = re.fullmatch(r"(\d{1,3})(?:-?([а-яё]{1,3}))?", token.lower())
    if numeral:
        number, suffix = int(numeral[1]), numeral[2]
        spoken = _numeral(number, suffix, following.lower(), starts_name=not _is_name(before))
        return _like_a_name(spoken) if following and not _is_name(before) else spoken
    anniversary = re.fullmatch(r"(\d{1,3})-?(лети[еяюй]\w*)", token.lower())
    if anniversary:
        return _like_a_name(_anniversary(int(anniversary[1])) + anniversary[2])
    if token and set(token) <= set(_ROMAN):
        return _like_a_name(_numeral(_roman(token), None, following.lower(), starts_name=True))
    return _with_yo(spell(token))


def _anniversary(number: int) -> str:
    """The front of «шестидесятилетия»: a genitive written as one word, with few exceptions."""
    if number in _ANNIVERSARIES:
        return _ANNIVERSARIES[number]
    return cardinal(number, "genitive").replace(" ", "")


def _with_yo(word: str) -> str:
    """«ё» in the names that are met everywhere and are written without it; a voice would say «молоде́жная»."""
    for plain, right in _YO.items():
        if word.lower().startswith(plain):
            return word[0] + right[1:] + word[len(plain) :]
    return word


def _is_name(tokens: list[str]) -> bool:
    return any(t.rstrip(".").lower() not in _TYPES and t.lower() not in _FULL_TYPES for t in tokens)


def _numeral(number: int, suffix: str | None, following: str, *, starts_name: bool) -> str:
    """How a numeral in a name is read, from its own suffix and from the word behind it."""
    feminine = following.endswith(("ии", "ы", "ки", "щи"))  # «дивизии», «годовщины», «пятилетки»
    if not 1 <= number <= 999:
        return cardinal(number)
    if suffix == "й":
        return ordinal(number, "feminine genitive" if feminine else "masculine")
    if suffix == "х":
        return cardinal(number, "genitive")
    if suffix in _SUFFIX:
        return ordinal(number, _SUFFIX[suffix])
    if suffix is not None:
        return f"{cardinal(number)} {LETTERS.get(suffix, suffix)}"
    if following in MONTHS:
        return ordinal(number, "genitive")
    if following.rstrip(".") in {"км", "километр"}:
        return ordinal(number, "masculine")
    if not starts_name or not following or following == "лет":
        return cardinal(number)
    if following.endswith(("ых", "их")):  # «26 Бакинских Комиссаров»
        return cardinal(number, "genitive")
    if feminine:
        return ordinal(number, "feminine genitive")
    return ordinal(number, "genitive") if following.endswith(("а", "я")) else cardinal(number)


def _roman(token: str) -> int:
    total = 0
    for letter, after in zip(token, [*token[1:], ""], strict=True):
        value = _ROMAN[letter]
        total += -value if after and _ROMAN[after] > value else value
    return total


def _like_a_name(words: str) -> str:
    return words[:1].upper() + words[1:]
