"""Danger words, listened for at every step and before everything else (DOMAIN section 4). Pure.

By stems and what they stand beside: «провод» alone is no danger, «провод оборвался» is; «не искрит» is none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from robot.understanding.words import words


class Danger(StrEnum):
    """What the caller is in danger of."""

    WIRE = "wire"
    FIRE = "fire"
    POLE = "pole"
    SHOCK = "shock"
    SUBSTATION = "substation"
    TREE = "tree"
    VEHICLE = "vehicle"
    CHILD = "child"
    LIFE_SUPPORT = "life_support"


@dataclass(frozen=True, slots=True)
class _Sign:
    """Stems that must both be there, the second within ``reach`` words of the first; unless one of ``but`` is."""

    danger: Danger
    first: str
    second: str = ""
    but: str = ""
    reach: int = 5


_BROKEN = (
    r"оборва|оборвал|обрыв|порва|лопнул|упал|упад|лежит|лежат|висит|висят|болта|свиса|провис|на земле|касает|отгор|искр"
    r"|перехлест|сорва|волоч"
)
_SIGNS = (
    _Sign(Danger.LIFE_SUPPORT, r"ивл$|вентиляц.*легк|кислородн|концентратор", but=r"балл?он"),
    _Sign(Danger.LIFE_SUPPORT, r"аппарат", r"дыха|искусств|ивл|легки|кислород|жизн|диализ"),
    _Sign(Danger.LIFE_SUPPORT, r"кислород", r"аппарат|дыш|больн|задых|нуж|без"),
    _Sign(
        Danger.SHOCK,
        r"ударил|убило|шибану|долбану|дернул|шарахн|тряхну|бьет|бьется|бьют|пораз",
        r"ток|током|электр",
    ),
    _Sign(Danger.SHOCK, r"под$", r"напряжением", reach=1, but=r"счетчик|работа"),
    _Sign(Danger.WIRE, r"провод(?!к)|кабел|лини|жил[аы]$", _BROKEN, but=r"интернет|телефонн|телевизионн|сотов"),
    _Sign(Danger.WIRE, r"обрыв|оборвал|оборван", r"провод|кабел|лини|высоковольт"),
    _Sign(
        Danger.WIRE,
        r"замыка|замкну|коротк",
        r"замыка|замкну|провод|щит|подстанц|столб|коротит|трансформат",
        reach=4,
    ),
    _Sign(
        Danger.POLE,
        r"столб(?!ов)|опор",
        r"упал|упад|падает|наклон|накрен|завал|покосил|сломал|рухну|повален|лежит|шата|подгни|треснул",
    ),
    _Sign(
        Danger.SUBSTATION,
        r"подстанц|трансформатор|будк|щит(?!ов)|ящик|шкаф|тп$",
        r"открыт|распахнут|настежь|взлома|гудит сильно|дым|гор[иея]|взорва|взрыв|искр|дымит",
    ),
    _Sign(Danger.TREE, r"дерев|ветк|береза|тополь|сосна|сук$", r"провод|лини(?!и эл)", but=r"спилить|обрезать"),
    _Sign(Danger.VEHICLE, r"провод|кабел", r"машин|автомоб|трактор|комбайн|крыш|забор", reach=4),
    _Sign(Danger.CHILD, r"дети|ребен|мальчик|подростк|детишк", r"подстанц|трансформатор|щит|столб|опор|провод|будк"),
    _Sign(Danger.FIRE, r"искр(?!енн)"),
    _Sign(
        Danger.FIRE,
        r"дым$|дыма$|дымит|задымл|гарь|гари$|гарью|паленым|горел[ыо]|оплав|плавит",
        but=r"дымоход|магазин",
    ),
    _Sign(
        Danger.FIRE,
        r"пожар|возгоран|загорел|полыха|пыла|взрыв|взорв",
        but=r"сигнализац|пожарная|пожарной|лампочк",
    ),
    _Sign(
        Danger.FIRE,
        r"горит|горят|горим|горел[аи]?$",
        r"щит|счетчик|провод|проводк|столб|опор|подстанц|трансформатор|кабел|розетк|дом|ящик|изолятор",
    ),
)  # fmt: skip
_COMPILED = tuple(
    (sign, re.compile(sign.first), re.compile(sign.second) if sign.second else None,
     re.compile(sign.but) if sign.but else None)
    for sign in _SIGNS
)  # fmt: skip
_NOT = frozenset("не ни нету нет без".split())
_HARMLESS = re.compile(
    r"\b(?:нов\w+ провод|провод\w* (?:\w+ )?(?:повесили|поменяли|заменили|натянули|купи)|не горит|не горят"
    r"|(?:свет|лампочк\w+|лампа|фонар\w*|окн\w+|индикатор|экран) (?:\w+ )?(?:горит|горят|загорел\w*)"
    r"|(?:горит|горят) (?:\w+ )?(?:свет|лампочк\w*|лампа|фонар\w*|окн\w*|индикатор)"
    r"|боюсь|если (?:вдруг )?|раньше|в прошлом году|давно|вчера уже|уже (?:потушили|убрали|починили|исправили))\b"
)
"""Sayings that have the words of danger and none of it."""


def danger(text: str) -> Danger | None:
    """The danger that the caller speaks of, if any: the first of the signs that fits."""
    said = words(text)
    if not said:
        return None
    whole = " ".join(said)
    calm = _HARMLESS.search(whole) is not None
    for sign, first, second, but in _COMPILED:
        if but is not None and but.search(whole):
            continue
        for at, word in enumerate(said):
            if not first.match(word) or _negated(said, at):
                continue
            if second is None:
                if not calm:
                    return sign.danger
                continue
            near = range(max(0, at - sign.reach), min(len(said), at + sign.reach + 1))
            if any(i != at and second.match(said[i]) and not _negated(said, i) for i in near) and not calm:
                return sign.danger
    return None


def _negated(said: tuple[str, ...], at: int) -> bool:
    """«не искрит», «дыма нет», «нет никакого дыма»."""
    before = said[max(0, at - 2) : at]
    after = said[at + 1 : at + 2]
    return (bool(before) and before[-1] in _NOT) or "никакого" in before or bool(set(after) & {"нет", "нету"})
