"""Registering an обращение for the caller, and telling its number."""

from __future__ import annotations

from ivr.call.errands import OpenTicket, Ticket, Unavailable
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Say
from outage_feed.model import ServicePoint
from robot.outcomes import Ticketed
from robot.slots import PERSON_KEY, WantsPerson, ask_key
from robot.wording import place


async def register(call: Call, *, topic: str, text: str, point: ServicePoint | None = None) -> Outcome:
    """Store a ticket, say its number (twice, slowly), and offer a person.

    The store joins it to the caller's open ticket about the same thing, if there is one. Whoever hangs up once the
    ticket is stored has been served.
    """
    answer = await OpenTicket(
        call_id=call.id,
        topic=topic,
        phone=call.caller,
        text=text,
        point_id=point.id if point else None,
        address=place(point.address) if point else "",
        branch=(point.region if point else "") or call.branch,
    )
    match answer:
        case Unavailable():
            await Say(Prompt("ticket_not_stored"))
            return NeedsPerson("ticket not stored")
        case Ticket(number=number, joined=joined):
            done = Ticketed(number, topic)
            offer = Prompt("ticket_offer")
            try:
                await Say(Prompt("ticket_joined" if joined else "ticket_opened", number=number))
                key = await ask_key(offer, {"1": WantsPerson(), PERSON_KEY: WantsPerson()}, no_match=[offer])
            except CallerHungUp:
                return done
            return NeedsPerson("asked for a person after the ticket") if isinstance(key, WantsPerson) else done
