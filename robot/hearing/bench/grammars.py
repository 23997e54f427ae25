"""The grammars that the robot asks with, as files of a set: phrases, after a tab the meaning where it is all."""

from __future__ import annotations

from robot.hearing.spoken_numbers import DIGITS, LETTERS, NUMBER_WORDS
from robot.hearing.vocabulary import phrases

_HOUSE_WORDS = ("дом", "дробь", "буква", "корпус", "строение", "литер", "квартира", "номер", "владение", "участок")
_STEERING = (
    "оператор", "соедините с оператором", "повторите", "повторите пожалуйста", "подождите", "минуту", "не понял",
    "не поняла", "алло", "не знаю",
)  # fmt: skip


def grammars() -> dict[str, list[str]]:
    """Grammar → lines of its file."""
    lines = {
        "yes_no": yes_no(), "digits": digits(), "house": _houses(), "street": _streets(), "settlement": _settlements(),
        "menu": [phrase for family in ("topics", "danger", "control", "yes", "no") for phrase in phrases(family)],
    }  # fmt: skip
    return {name: _once(listed) for name, listed in lines.items()}


def yes_no() -> list[str]:
    """Agreement and refusal in all their forms, and what may be said instead of either."""
    meanings = {"yes": phrases("yes"), "no": phrases("no"), "control": _STEERING}
    return [f"{phrase}\t{meaning}" for meaning, listed in meanings.items() for phrase in listed]


def digits() -> list[str]:
    """Digits one by one. Their pairs make each likely after each; alone, each would be likely to end the phrase."""
    return [*DIGITS, *(f"{one} {two}" for one in DIGITS for two in DIGITS)]


def _houses() -> list[str]:
    signs = ("дробь", "корпус", "строение", "квартира")
    return [
        *NUMBER_WORDS, *LETTERS, *_HOUSE_WORDS, *(f"дом {word}" for word in NUMBER_WORDS),
        *(f"{sign} {word}" for sign in signs for word in NUMBER_WORDS),
    ]  # fmt: skip


def _streets() -> list[str]:
    return [
        *(line for name in phrases("streets") for line in (name, f"улица {name}", f"{name} улица")),
        *(f"{kind} {name}" for kind in ("переулок", "проспект") for name in phrases("streets")),
    ]


def _settlements() -> list[str]:
    kinds = ("город", "село", "деревня", "посёлок")
    return [
        *(
            line
            for name in (*phrases("towns"), *phrases("villages"))
            for line in (name, *(f"{kind} {name}" for kind in kinds))
        ),
        *(f"{name} район" for name in phrases("districts")),
    ]


def _once(lines: list[str]) -> list[str]:
    """Each phrase once; the first meaning counts."""
    return list({line.partition("\t")[0]: line for line in reversed(lines)}.values())[::-1]
