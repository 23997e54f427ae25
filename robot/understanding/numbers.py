"""◆ Spoken numbers: dictated digits and house numbers. Pure."""

from __future__ import annotations

from robot.understanding.houses import house
from robot.understanding.numbered import tokens
from robot.understanding.words import FILLERS

__all__ = ["digits", "house"]

_BESIDE = FILLERS | frozenset("номер счет счета лицевой лицевого цифры обращение обращения дальше потом".split())


def digits(text: str) -> str | None:
    """A dictated string of digits: «сорок шесть ноль один двенадцать» → "460112"; ``None`` if it is something else.

    Numbers are taken as they are said: a hundred takes the tens and units that follow it, tens the units.
    """
    found = ""
    for token in tokens(text):
        if token.value is not None and not token.ordinal:
            found += token.text
        elif token.text == "раз":  # «раз два три»
            found += "1"
        elif token.text not in _BESIDE:
            return None
    return found or None
