"""Registering an обращение for the caller, and telling its number."""

from __future__ import annotations

from enum import Enum, auto

from ivr.call.categories import category_of, cause_of
from ivr.call.errands import OpenTicket, Ticket, Unavailable
from ivr.call.manner import manner
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Say
from outage_feed.model import ServicePoint
from robot.outcomes import CallbackLeft, Ticketed
from robot.slots import REPEAT_KEY, WantsPerson, ask_key
from robot.understanding.yes_no import yes_no
from robot.wording import place


class _Again(Enum):
    NUMBER = auto()


ENOUGH = ("спасибо", "спасибо всё", "до свидания", "всё понятно", "записала", "записал", "больше ничего")


def _repeat_or_not(text: str) -> str | None:
    said = yes_no(text)
    return None if said is None else REPEAT_KEY if said else "2"


async def register(
    call: Call, *, topic: str, text: str, point: ServicePoint | None = None, nobody_answered: bool = False
) -> Outcome:
    """Store a ticket, say its number (twice, slowly), and offer a person.

    The store joins it to the caller's open ticket about the same thing, if there is one. Whoever hangs up once the
    ticket is stored has been served; but not where it stands in for people who could not be reached
    (``nobody_answered``): no person is offered then. Keys pressed during the number are not taken for an answer.
    """
    answer = await OpenTicket(
        call_id=call.id,
        topic=topic,
        phone=call.caller,
        text=text,
        point_id=point.id if point else None,
        address=place(point.address) if point else "",
        branch=(point.region if point else "") or call.branch,
        category=category_of(topic),
        cause=cause_of(topic),
    )
    match answer:
        case Unavailable():
            await Say(Prompt("ticket_not_stored"))
            return NeedsPerson("ticket not stored")
        case Ticket(number=number, joined=joined):
            done = CallbackLeft(number, topic) if nobody_answered else Ticketed(number, topic)
            if joined:
                told = Prompt("ticket_joined", number=number)
            elif nobody_answered and call.caller is not None:
                told = Prompt("callback_opened", number=number)
            else:
                told = Prompt("ticket_opened", number=number)
            offer = Prompt("number_offer" if nobody_answered else "ticket_offer")
            try:
                for _ in range(1 + (await manner()).tries.repeats):
                    await Say(told)
                    key = await ask_key(
                        offer,
                        {REPEAT_KEY: _Again.NUMBER, "2": False},
                        no_match=[offer],
                        flush=True,
                        understand=_repeat_or_not,
                        phrases={"2": ENOUGH},
                    )
                    if isinstance(key, WantsPerson):
                        return NeedsPerson("asked for a person after the ticket")
                    if key is not _Again.NUMBER:
                        break
            except CallerHungUp:
                pass
            return done
