"""Before the menu: a caller whose number we know, and whose power is off, hears at once when it comes back."""

from __future__ import annotations

from ivr.call.errands import Unavailable
from ivr.call.model import Call, Outcome
from ivr.call.verbs import Note
from robot.errands import FindServicePoints, Points
from robot.outage_talk import MOST_TOLD, informed_of, look_up, ongoing, remember_branch, say_outages
from robot.outcomes import NothingToTell


async def known_outage(call: Call) -> Outcome:
    """Say the outage at the caller's address, or say nothing at all.

    Whoever cuts it short has not been informed: the key is for the menu, and that is where the call goes on.
    """
    if call.caller is None:
        return NothingToTell()
    answer = await FindServicePoints(phone=call.caller)
    if isinstance(answer, Points):
        await remember_branch(answer.points)
    found = await look_up(answer.points) if isinstance(answer, Points) else answer
    if isinstance(found, Unavailable):
        await Note(f"nothing can be looked up: {found.why}")
        return NothingToTell()
    on = ongoing(found)[:MOST_TOLD]
    if not on:
        return NothingToTell()
    return informed_of(on[0]) if await say_outages(on) else NothingToTell()
