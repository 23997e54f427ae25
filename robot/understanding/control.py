"""Words that steer the talk itself, whatever it is about: a person, again, slower, wait. Pure.

They are short. A long sentence with «ещё раз» in it («у нас ещё раз отключили свет») is about something else.
"""

from __future__ import annotations

import re
from enum import Enum

from robot.understanding.words import telling, words


class Control(Enum):
    """What the caller wants of the talk."""

    PERSON = "person"
    REPEAT = "repeat"
    SLOWER = "slower"
    NOT_UNDERSTOOD = "not understood"
    WAIT = "wait"


LONGEST = 7
"""Telling words. Whoever says more is telling something."""
_PERSON = re.compile(
    r"\b(?:оператор\w*|живо(?:й|го|му) человек\w*|человек\w* (?:дайте|позовите|соедините|нужен|живо)|(?:с )?человеком"
    r"|(?:позовите|дайте|соедините|переключите|переведите|нужен|хочу"
    r"|пригласите) (?:\w+ ){0,3}(?:человек\w*|специалист\w*"
    r"|диспетчер\w*|сотрудник\w*|девушк\w*|кого нибудь|живо\w+|менеджер\w*)|диспетчер\w*|с живым|не с роботом"
    r"|не хочу (?:\w+ )?(?:с )?робот\w*)\b"
)
_NO_PERSON = re.compile(
    r"\bне (?:надо|нужен|нужно|хочу|буду) (?:\w+ )?(?:оператор|человек|специалист)\w*"
    r"|\b(?:оператор\w*|человек\w*) (?:\w+ )?не (?:надо|нужен|нужно)"
)
_SLOWER = re.compile(r"\b(?:помедленне\w*|медленне\w*|не так быстро|не спешите|не тараторь\w*|не торопитесь)\b")
_REPEAT = re.compile(
    r"\b(?:повтори\w*|еще раз(?:ок)?|еще разик|заново|сначала|с начала|что вы сказали"
    r"|как вы сказали|что что|не расслышал\w*"
    r"|не слышу|плохо слышно|не слышно|скажите еще)\b"
)
_NOT_UNDERSTOOD = re.compile(r"\b(?:не понял\w*|не понимаю|непонятно|не понятно|чего|что это значит|не разобрал\w*)\b")
_WAIT = re.compile(
    r"\b(?:подожди\w*|погоди\w*|обожди\w*|минут(?:ку|очку|у)|секунд(?:у|очку)"
    r"|сейчас (?:посмотрю|найду|возьму|скажу|принесу"
    r"|схожу|гляну|поищу)|щас|один момент|момент)\b"
)


def control(text: str) -> Control | None:
    """What the caller wants of the talk, if that is what they speak of."""
    said = " ".join(words(text))
    count = len(telling(text))
    if count > LONGEST:
        return None
    if _PERSON.search(said):
        return None if _NO_PERSON.search(said) else Control.PERSON
    if count > 4:
        return None
    for pattern, meant in (
        (_WAIT, Control.WAIT), (_SLOWER, Control.SLOWER), (_REPEAT, Control.REPEAT),
        (_NOT_UNDERSTOOD, Control.NOT_UNDERSTOOD),
    ):  # fmt: skip
        if pattern.search(said):
            return meant
    return Control.NOT_UNDERSTOOD if said in ("что", "а что", "как", "что что") else None
