"""«My request»: the state of an обращение by its number."""

from __future__ import annotations

import re

from ivr.call.errands import FindTicket, NoTicket, Ticket, Unavailable
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt, Told
from ivr.call.script import CallerHungUp, GaveUp
from ivr.call.verbs import Note, Say
from robot.registering import ENOUGH
from robot.slots import PERSON_KEY, TICKET_MOST_DIGITS, TICKET_USUAL_DIGITS, WantsPerson, ask_digits, ask_key
from robot.understanding.yes_no import yes_no

TRIES = 3
_WANTS = re.compile(r"\b(?:да|ага|угу|нуж\w+|надо|хочу|хотел\w*|давайте|можно|конечно)\b")
_DONE = "done"
"""Not a key: what a «нет» means."""
STATES = {
    "open": "request_open",
    "in_work": "request_in_work",
    "done": "request_done",
    "rejected": "request_rejected",
}
"""A ticket's state → the sentence that tells it."""


async def my_request(call: Call) -> Outcome:
    """Ask for the number by keys and tell the state; three numbers that do not exist, and a person takes over."""
    question = Prompt("request_ask")
    for _ in range(TRIES):
        keyed = await ask_digits(
            question,
            usual=TICKET_USUAL_DIGITS,
            most=TICKET_MOST_DIGITS,
            no_input=[Prompt("request_silent")],
            no_match=[Prompt("request_unclear")],
        )
        if isinstance(keyed, WantsPerson):
            return NeedsPerson("asked for a person")
        if isinstance(keyed, GaveUp):
            return NeedsPerson("request number not given")
        match await FindTicket(int(keyed)):
            case Unavailable():
                return NeedsPerson("tickets unavailable")
            case NoTicket():
                await Note("no such ticket")
                question = Prompt("request_not_found")
            case Ticket() as ticket:
                return await _tell(ticket)
    return NeedsPerson("request number not found")


def _person_or_not(text: str) -> str | None:
    """«Да» wants the person that was spoken of; «хорошо, спасибо» does not."""
    said = yes_no(text)
    if said and not _WANTS.search(text):
        return _DONE
    return None if said is None else PERSON_KEY if said else _DONE


async def _tell(ticket: Ticket) -> Outcome:
    state = STATES.get(ticket.state)
    if state is None:
        return NeedsPerson(f"request in an unknown state: {ticket.state}")
    await Say(Prompt(state, number=ticket.number, opened=ticket.opened_at))
    told = Told("request")
    offer = Prompt("request_offer")
    try:
        key = await ask_key(offer, {_DONE: True}, no_match=[offer], understand=_person_or_not, phrases={_DONE: ENOUGH})
    except CallerHungUp:
        return told
    return NeedsPerson("asked for a person about a request") if isinstance(key, WantsPerson) else told
