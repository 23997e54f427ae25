"""A message in the caller's own words: taken down sentence by sentence, as it is dictated."""

from __future__ import annotations

import re

from ivr.call.model import Digits, Heard, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask
from robot.slots import PERSON_KEY, WantsPerson
from robot.understanding.reasons import choose
from robot.understanding.yes_no import yes_no

MOST_PARTS = 5
"""So many times the caller may add something; it bounds the call."""
THINKING_S = 8.0
LONGEST = 2000
"""Characters of a message that are kept."""
_DONE = {"done": ("всё", "это всё", "больше ничего", "спасибо", "спасибо всё", "у меня всё", "конец", "достаточно")}

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
            if said is not None:
                return _GoOn() if said else _Done()
            return _Done() if choose(text, _DONE) or _NO_MORE.match(text.strip()) else text.strip() or None


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
