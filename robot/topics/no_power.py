"""The caller says that there is no power."""

from __future__ import annotations

from ivr.call.errands import Unavailable
from ivr.call.memory import Recall
from ivr.call.model import Call, NeedsPerson, Outcome
from ivr.call.verbs import Note
from robot.asking_place import ask_place
from robot.errands import FindServicePoints, Points
from robot.outage_talk import KnownPoints, talk


async def no_power(call: Call) -> Outcome:
    """Find the caller's service point (by their number, else by address or account) and tell what is known of it."""
    known = await Recall(KnownPoints)
    if known is not None:
        return await talk(call, known)
    if call.caller is not None:
        match await FindServicePoints(phone=call.caller):
            case Unavailable():
                return NeedsPerson("service points unavailable")
            case Points(points=points) if points:
                return await talk(call, KnownPoints(points, named=False))
            case Points():
                await Note("the caller's number belongs to no service point")
    asked = await ask_place(call.branch)
    return asked if isinstance(asked, NeedsPerson) else await talk(call, KnownPoints(asked, named=True))
