"""A message in the caller's own words: taken down sentence by sentence, as it is dictated."""

from __future__ import annotations

import re

from ivr.call.model import Digits, Heard, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask
from robot.slots import PERSON_KEY, WantsPerson
from robot.understanding.words import telling, words
from robot.understanding.yes_no import yes_no

MOST_PARTS = 5
"""So many times the caller may add something; it bounds the call."""
THINKING_S = 8.0
LONGEST = 2000
"""Characters of a message that are kept."""
_END = frozenset(
    "все это больше ничего нечего добавить спасибо большое нет у меня на этом пока вроде кажется наверное конец хватит"
    " достаточно до свидания и".split()
)
"""An answer of these words alone ends the message: «спасибо бригаде» is one."""

_NO_MORE = re.compile(r"нет,? это(?: \w+)?$", re.IGNORECASE)
"""«Нет, это всё», whatever was heard for its last word."""


class _Done:
    """The caller has nothing to add."""


class _GoOn:
    """A bare yes: the caller wants to add something."""


def _accept(heard: Heard) -> str | _Done | _GoOn | WantsPerson | None:
    match heard:
        case Digits(keys=keys):
            return WantsPerson() if keys == PERSON_KEY else _Done()
        case Utterance(text=text):
            said = yes_no(text)
            if said is False or _NO_MORE.match(text.strip()) or (words(text) and _END.issuperset(telling(text))):
                return _Done()
            return _GoOn() if said else text.strip() or None


async def take_down(begun: str = "") -> str | WantsPerson:
    """The message, ``begun`` being what was said of it already; empty when nothing was said.

    Silence, a «нет» or any key but ``0`` ends it.
    """
    parts = [begun] if begun else []
    question = Prompt("message_more") if begun else Prompt("message_dictate")
    for _ in range(MOST_PARTS):
        answer: str | _Done | _GoOn | WantsPerson | GaveUp = await ask_until(
            Ask(question, wait=THINKING_S, speech=Speech("free")), _accept, no_input=[], no_match=[]
        )
        match answer:
            case WantsPerson():
                return answer
            case str():
                parts.append(answer)
                question = Prompt("message_more")
            case _GoOn():
                question = Prompt("message_dictate")
            case _:
                break
    return ". ".join(parts)[:LONGEST]
