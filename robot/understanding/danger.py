"""Danger words, listened for at every step and before everything else (DOMAIN section 4). Pure.

By stems and what they stand beside: «провод» alone is no danger, «провод оборвался» is, «не искрит» is none. What is
long past or put right again is none either («год назад провод упал», «уже потушили»), unless it goes on («… и до сих
пор лежит»). A week ago is not long past: a wire that fell then and that nobody has seen to may be live today. Who saw
it makes no difference: «у соседа искрит» is danger as well.
"""

from __future__ import annotations

import re

from robot.understanding.danger_calm import lit_elsewhere, long_past_or_imagined, put_right_after
from robot.understanding.danger_signs import LIGHTS, SIGNS, Danger, Sign
from robot.understanding.words import words

__all__ = ["Danger", "danger"]

_NOT = frozenset("не ни".split())
_NONE = frozenset("нет нету никакого никакой никаких без".split())
_MISSED = frozenset("света электричества напряжения тока энергии электроэнергии".split())
"""«запах гари, нет света»: this «нет» belongs to what follows."""
_THINGS = frozenset(
    "дыма дыму дым дымка искры искр гари запаха запах огня огонь пламени пламя пожар пожара взрыва замыкания обрыва"
    " обрывов задымления возгорания".split()
)
"""That of which there may be none: beside «нет» these are denied, a verb is not («нет, искрит»). Also as a recogniser
mishears them: «дым нет» for «дыма нет»."""
_GONE = re.compile(r"пропал|погас|потух|отключ|выключ|вырубил|выбил|вышиб|исчез")
"""«дом горит, свет пропал»: it is not the light that burns."""
_FELL = re.compile(r"\b(напряжени\w*|давлени\w*|скорост\w*|температур\w*) (?:\w+ ){0,3}упал\w*")
"""What falls without danger."""


def danger(text: str) -> Danger | None:
    """The danger that the caller speaks of, if any: the first of the signs that fits."""
    said = _joined(words(text))
    if not said or long_past_or_imagined(" ".join(said)):
        return None
    lit = lit_elsewhere(" ".join(words(text)))
    for sign in SIGNS:
        if sign.burns and lit:
            continue
        if sign.but is not None and any(sign.but.match(word) for word in said):
            continue
        for at in _places(sign, said):
            if not put_right_after(said, at):
                return sign.danger
    return None


def _places(sign: Sign, said: tuple[str, ...]) -> list[int]:
    """Where the sign is complete: the place of its last word."""
    found = [at for at, word in enumerate(said) if sign.first.match(word) and not _denied(said, at)]
    if sign.burns:
        found = [at for at in found if not _lights(said, at)]
    for part in sign.beside:
        reached: list[int] = []
        for at in found:
            near = range(max(0, at - sign.reach), min(len(said), at + sign.reach + 1))
            reached += [max(at, i) for i in near if i != at and part.match(said[i]) and not _denied(said, i)]
        found = sorted(set(reached))
    return found


def _lights(said: tuple[str, ...], at: int) -> bool:
    """«лампочка на счётчике горит»: what burns is a lamp."""
    return any(
        light.match(said[i]) and not (i + 1 < len(said) and _GONE.match(said[i + 1]))
        for light, reach in LIGHTS
        for i in range(max(0, at - reach), min(len(said), at + reach + 1))
    )


def _denied(said: tuple[str, ...], at: int) -> bool:
    """«не искрит», «дыма нет», «нет никакого дыма»; not «запах гари нет света», nor «нет искрит»."""
    if at and said[at - 1] in _NOT:
        return True
    if said[at] not in _THINGS:
        return False
    if set(said[max(0, at - 2) : at]) & _NONE:
        return True
    after = said[at + 1 : at + 3]
    if len(after) > 1 and after[:2] in (("не", "было"), ("не", "видно"), ("не", "чувствую")):
        return True
    return bool(after) and after[0] in _NONE and not set(after[1:]) & _MISSED


def _joined(said: tuple[str, ...]) -> tuple[str, ...]:
    """Words that are one in meaning made one: «и вэ эл», «не заперта», «на земле»."""
    text = " " + _FELL.sub(r"\1", " ".join(said)) + " "
    for apart, one in (
        (" и вэ эл ", " ивл "), (" ивээл ", " ивл "), (" и в л ", " ивл "), (" тэ пэ ", " тп "), (" т п ", " тп "),
        (" лэ эп ", " лэп "), (" элэп ", " лэп "),
        (" не заперт", " незаперт"), (" не закрыт", " незакрыт"), (" не закрывается", " незакрыта"),
        (" без замка", " беззамка"), (" без двери", " беззамка"), (" на боку ", " набок "), (" на бок ", " набок "),
        (" под током ", " подтоком "), (" под напряжением ", " поднапряжением "),
        (" на ", " на_"), (" у ", " у_"), (" возле ", " у_"), (" около ", " у_"), (" рядом с ", " у_"),
        (" об ", " об_"),
    ):  # fmt: skip
        text = text.replace(apart, one)
    return tuple(text.split())
