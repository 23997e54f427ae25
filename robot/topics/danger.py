"""Danger to life: where it is, a ticket that goes before all others, and at once to a dispatcher.

The dialplan has told the safety rules before, and connects with a dispatcher after this. Nothing here takes long: the
place is asked for once, the ticket's number is left to the dispatcher (and said by the topic ``callback`` when nobody
has answered).
"""

from __future__ import annotations

from ivr.call.errands import Unavailable
from ivr.call.memory import AtPlace, Recall, Remember
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.verbs import Note
from robot.asking_kind import said_lately
from robot.asking_where import Where, ask_where
from robot.outage_talk import KnownPoints
from robot.registering import open_ticket

ANSWER_S = 4.0
"""Seconds to the answer: every one of them keeps the caller from a dispatcher."""


async def danger(call: Call) -> Outcome:
    """Ask once where it is, register it with priority, and ask for a person."""
    said = await said_lately()
    asked = await ask_where(call, Prompt("danger_where"), wait=ANSWER_S, again=False, said=said)
    where = asked if isinstance(asked, Where) else Where()
    known = await Recall(KnownPoints)
    if where == Where() and not (known and known.named):
        await Remember(AtPlace(""))  # where the caller's telephone is registered says nothing of where the danger is
    ticket = await open_ticket(
        call,
        topic="danger",
        text=f"danger; {where.text}",
        point=where.point,
        place_words=where.words,
        words=said,
        urgent=True,
    )
    if isinstance(ticket, Unavailable):
        await Note(f"the ticket is not stored: {ticket.why}")  # the dispatcher is told all the same
    return NeedsPerson("danger")
