"""Hours and minutes in words: «восемнадцати часам», «тридцати минутам».

Hours and minutes are separate phrases, because each is one clip: 24 + 59 of them cover every time of a day.
"""

from __future__ import annotations

from ivr.prompts.russian.numbers import Case, cardinal
from ivr.prompts.russian.plural import Forms

_HOUR: dict[Case, Forms] = {
    "nominative": Forms("час", "часа", "часов"),
    "genitive": Forms("часа", "часов", "часов"),
    "dative": Forms("часу", "часам", "часам"),
    "accusative": Forms("час", "часа", "часов"),
}
_MINUTE: dict[Case, Forms] = {
    "nominative": Forms("минута", "минуты", "минут"),
    "genitive": Forms("минуты", "минут", "минут"),
    "dative": Forms("минуте", "минутам", "минутам"),
    "accusative": Forms("минуту", "минуты", "минут"),
}


def hours(number: int, case: Case) -> str:
    """``number`` hours: ``hours(21, "dative")`` → «двадцати одному часу».

    «Ноль» governs the genitive plural in every case: «к нулю часов» (Rosenthal).
    """
    noun = "часов" if number == 0 else _HOUR[case].beside(number)
    return f"{cardinal(number, case, 'm')} {noun}"


def minutes(number: int, case: Case) -> str:
    """``number`` minutes: ``minutes(21, "accusative")`` → «двадцать одну минуту»."""
    noun = "минут" if number == 0 else _MINUTE[case].beside(number)
    return f"{cardinal(number, case, 'f')} {noun}"
