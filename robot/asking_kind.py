"""Which of a few kinds is it? Taken from what the caller has said already; asked only if that does not tell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ivr.call.memory import Recall, SaidLately
from ivr.call.model import NeedsPerson, Prompt
from ivr.call.script import GaveUp
from robot.slots import WantsPerson, ask_key
from robot.understanding.reasons import choose


async def said_lately() -> str:
    """What the caller has said last; empty if nothing."""
    said = await Recall(SaidLately)
    return said.last if said else ""


async def kind_of(
    words: str, question: Prompt, keys: Mapping[str, str], phrases: Mapping[str, Sequence[str]]
) -> str | GaveUp | NeedsPerson:
    """The kind that ``words`` tell, or else the answer to ``question``. ``phrases``: what callers say for each kind."""
    if words and (told := choose(words, phrases)):
        return told
    by_key = {key: phrases[kind] for key, kind in keys.items()}
    asked = await ask_key(question, keys, no_input=[question], no_match=[question], phrases=by_key)
    return NeedsPerson("asked for a person") if isinstance(asked, WantsPerson) else asked
