"""◆ Names as callers bend them: «на Садовой», «в переулке Садовом», «в Курске», «из Орла».

Rules for what a recogniser must expect, not for what we say: a form too many costs nothing, a form that is missing
cannot be heard. (What we say comes from ``ivr.prompts.russian``, where every form must be right.)
"""

from __future__ import annotations

import re

_FLEETING = {
    "орёл": "орл", "елец": "ельц", "данков": "данков", "торжок": "торжк", "торопец": "торопц", "севск": "севск",
    "починок": "починк", "городец": "городц", "трубчевск": "трубчевск",
    "городок": "городк", "бор": "бор", "студенец": "студенц", "ржавец": "ржавц", "кривец": "кривц",
    "хотынец": "хотынц", "хомутец": "хомутц", "волочёк": "волочк", "борок": "борк", "раёк": "райк",
    "остёр": "остр", "икорец": "икорц", "углянец": "углянц",
}  # fmt: skip
"""Names whose last vowel is dropped or kept against the rule, and the stem that endings go to."""
_MASCULINE = ("славль", "поль", "колодезь", "строитель", "пристень", "эртиль", "ябрь")
"""Ends of names in ь that are masculine: «в Ярославле», «из Ярославля»; the others are feminine («в Твери»)."""
_IRREGULAR = {
    "локоть": ("локте", "локтя"), "кадый": ("кадые", "кадыя"), "лев": ("льве", "льва"), "холм": ("холме", "холма"),
}  # fmt: skip
_OF_MANY = {
    "клинцы": "клинцов", "стрельцы": "стрельцов", "щигры": "щигров", "тербуны": "тербунов", "ливны": "ливен",
    "берега": "берегов", "боры": "боров", "броды": "бродов", "липяги": "липягов", "дубки": "дубков", "борки": "борков",
    "родники": "родников", "казаки": "казаков", "мостки": "мостков", "ручьи": "ручьёв", "валуйки": "валуек",
    "ровеньки": "ровенек", "лиски": "лисок", "рамешки": "рамешек", "голынки": "голынок", "бутырки": "бутырок",
    "горки": "горок", "липки": "липок", "берёзки": "берёзок", "рябинки": "рябинок", "новосёлки": "новосёлок",
    "выселки": "выселок", "двуречки": "двуречек", "озерки": "озерков", "пруды": "прудов", "сады": "садов",
    "пески": "песков", "колодези": "колодезей", "возы": "возов", "всходы": "всходов", "ивняки": "ивняков",
    "каменники": "каменников", "зебляки": "зебляков", "звягинки": "звягинок", "отвержки": "отвержек",
}  # fmt: skip
"""Plural names whose genitive is not the bare stem: «из Клинцов», «из Валуек»."""
_HARD_TO_I = "кгхжшщч"


def street_forms(name: str) -> tuple[str, ...]:
    """A street's name and its forms: an adjective in all genders and the cases of «на», «по» and «в».

    «садовая» → садовая, садовой, садовую, садовый, садовом, садовое; a name in the genitive («ленина») stays as it is.
    """
    words = name.split()
    bent = [_adjective(word) for word in words]
    most = max(len(forms) for forms in bent)
    if most == 1:
        return (name,)
    rows = [forms if len(forms) == most else forms[:1] * most for forms in bent]
    return tuple(dict.fromkeys(" ".join(row) for row in zip(*rows, strict=True)))


def _adjective(word: str) -> tuple[str, ...]:
    """Nominative feminine, oblique feminine, accusative, masculine, its prepositional, neuter; else the word alone."""
    if match := re.fullmatch(r"(\w{2,})(ая|ый|ий|ой|ое)", word):
        stem, ending = match.groups()
        if ending in ("ий", "ой") and not stem.endswith(tuple(_HARD_TO_I + "н")):
            return (word,)
        soft = stem.endswith(("ж", "ш", "щ", "ч")) and not (stem + ending).startswith(("больш", "чуж"))
        masculine = "ий" if stem[-1] in _HARD_TO_I else "ый"
        endings = ("ая", "ей" if soft else "ой", "ую", masculine, "ем" if soft else "ом", "ее" if soft else "ое")
        return tuple(dict.fromkeys((word, *(stem + one for one in endings))))
    if match := re.fullmatch(r"(\w{2,}н)(яя|ее)", word):
        return tuple(dict.fromkeys((word, *(match[1] + one for one in ("яя", "ей", "юю", "ий", "ем", "ее")))))
    return (word,)


def town_forms(name: str) -> tuple[str, ...]:
    """A settlement's name, and as it is said after «в» and «из»."""
    *before, last = name.split()
    if "имени" in before:
        return (name,)
    heads = [_head(word) for word in before]
    forms = [name]
    plural = bool(before) and before[-1].endswith(("ые", "ие"))
    bends = (last[:-1] + "ах", _OF_MANY.get(last, last[:-1])) if plural and last.endswith("а") else _noun(last)
    for number, bent in enumerate(bends, start=1):
        forms.append(" ".join((*(head[min(number, len(head) - 1)] for head in heads), bent)))
    return tuple(dict.fromkeys(forms))


def _head(word: str) -> tuple[str, ...]:
    """An adjective before the name: nominative, after «в», after «из» («верхний», «верхнем», «верхнего»)."""
    if match := re.fullmatch(r"(\w+)(ый|ой)", word):
        return (word, match[1] + "ом", match[1] + "ого")
    if match := re.fullmatch(r"(\w+)(ий)", word):
        soft = match[1][-1] in "нжшщч"
        return (word, match[1] + ("ем" if soft else "ом"), match[1] + ("его" if soft else "ого"))
    if match := re.fullmatch(r"(\w+)(ая|ое)", word):
        return (word, match[1] + ("ой" if match[2] == "ая" else "ом"), match[1] + ("ой" if match[2] == "ая" else "ого"))
    if re.fullmatch(r"\w+ые|\w+ие", word):
        return (word, word[:-1] + "х", word[:-1] + "х")
    if re.fullmatch(r"\w{3,}[оеё]ва|\w{3,}ина", word):
        return (word, word[:-1] + "ой", word[:-1] + "ой")
    if word in _IRREGULAR or word.endswith(("ье", *_MASCULINE)):
        return (word, *_noun(word))
    return (word,)


def _noun(word: str) -> tuple[str, str]:
    """After «в» and after «из»."""
    if word in _FLEETING:
        stem = _FLEETING[word]
        return stem + "е", stem + "а"
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _OF_MANY:
        return word[:-1] + ("ях" if word.endswith(("ьи", "зи")) else "ах"), _OF_MANY[word]
    if match := re.fullmatch(r"(\w+)(ый|ий|ой)", word):
        return _head(word)[1], _head(word)[2]
    if match := re.fullmatch(r"(\w+)(ое|ее)", word):
        return match[1] + ("ом" if match[2] == "ое" else "ем"), match[1] + ("ого" if match[2] == "ое" else "его")
    if match := re.fullmatch(r"(\w+)ая", word):
        return match[1] + "ой", match[1] + "ой"
    if word.endswith("ия"):
        return word[:-1] + "и", word[:-1] + "и"
    if word.endswith("а"):
        stem = word[:-1]
        return stem + "е", stem + ("и" if stem[-1] in _HARD_TO_I else "ы")
    if word.endswith("я"):
        return word[:-1] + "е", word[:-1] + "и"
    if word.endswith("ье"):
        return word, word[:-1] + "я"
    if word.endswith(_MASCULINE):
        return word[:-1] + "е", word[:-1] + "я"
    if word.endswith("ь"):
        return word[:-1] + "и", word[:-1] + "и"
    if word.endswith("й"):
        return word[:-1] + "е", word[:-1] + "я"
    if word.endswith("о"):
        return word[:-1] + "е", word[:-1] + "а"
    if word.endswith("ы"):
        return word[:-1] + "ах", word[:-1]
    if word.endswith("и"):
        soft = word[-2] not in _HARD_TO_I
        return word[:-1] + ("ях" if soft else "ах"), word[:-1] + ("ей" if soft or word[-2] in "чж" else "")
    if re.search(r"[бвгджзклмнпрстфхцчшщ]$", word):
        return word + "е", word + "а"
    return word, word
