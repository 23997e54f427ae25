"""The caller says that there is no power."""

from __future__ import annotations

from ivr.call.errands import Unavailable
from ivr.call.memory import Recall
from ivr.call.model import Call, NeedsPerson, Outcome
from ivr.call.verbs import Note
from robot.asking_place import ask_place
from robot.errands import FindServicePoints, Points
from robot.last_place import Elsewhere, keep_place, place_of_last_call
from robot.outage_talk import KnownPoints, talk


async def no_power(call: Call) -> Outcome:
    """Find the service point (by the caller's number, last call, address or account) and tell what is known."""
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
    last = await place_of_last_call(call)
    asked = await ask_place(call.branch, heard=last.words) if isinstance(last, Elsewhere) else last
    if isinstance(asked, NeedsPerson):
        return asked
    await keep_place(call, asked)
    return await talk(call, KnownPoints(asked, named=True))
