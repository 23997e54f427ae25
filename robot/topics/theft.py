"""Theft of power or of equipment: where, and with or without the caller's number."""

from __future__ import annotations

from dataclasses import replace

from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from robot.asking_kind import said_lately
from robot.asking_where import Where, ask_where
from robot.registering import register
from robot.slots import WantsPerson, ask_yes_no

PLACE_S = 8.0


async def theft(call: Call) -> Outcome:
    """Ask where, and whether the caller's number may stand in the message; register it."""
    words = await said_lately()
    where = await ask_where(call, Prompt("theft_where"), wait=PLACE_S, again=True, said=words)
    if isinstance(where, WantsPerson):
        return NeedsPerson("asked for a person")
    if isinstance(where, GaveUp) or where == Where():
        return NeedsPerson("the place is not told")
    named = call.caller is not None
    if named:
        question = Prompt("theft_named")
        answer = await ask_yes_no(question, no_match=[question])
        if isinstance(answer, WantsPerson):
            return NeedsPerson("asked for a person")
        named = answer is True  # silence: nobody is named who has not agreed to it
    # Without the number nothing else of the message may lead to whoever called.
    told = where if named or not where.near else replace(where, point=None)
    return await register(
        call,
        topic="theft",
        text=f"theft; {where.text}",
        point=told.point,
        place_words=told.words,
        words=words,
        anonymous=not named,
        after=Prompt("self_service_site"),
    )
