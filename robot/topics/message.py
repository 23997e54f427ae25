"""A message: a complaint, thanks, a suggestion, a question. Dictated by whoever can speak, else registered by a key."""

from __future__ import annotations

from typing import Literal

from ivr.call.errands import Unavailable
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from outage_feed.model import ServicePoint
from robot.errands import FindServicePoints, Points
from robot.outcomes import NothingToTell
from robot.registering import register
from robot.slots import WantsPerson, ask_key
from robot.taking_down import take_down
from robot.understanding.words import telling
from robot.understanding.yes_no import yes_no

Subject = Literal["connection", "maintenance", "complaint", "feedback", "suggestion", "other"]
OFFERS: dict[str, Prompt] = {
    "connection": Prompt("message_connection"),
    "maintenance": Prompt("message_maintenance"),
    "complaint": Prompt("message_complaint"),
    "feedback": Prompt("message_feedback"),
    "suggestion": Prompt("message_suggestion"),
    "other": Prompt("message_other"),
}
"""What the caller is offered, by subject."""
AFTER: dict[str, Prompt] = {
    "maintenance": Prompt("self_service_site"),
    "complaint": Prompt("self_service_site"),
    "feedback": Prompt("self_service_site"),
    "suggestion": Prompt("self_service_site"),
}
"""The self-service that is told behind the number (of connecting it is told before, in the dialplan)."""
INTENT_WORDS = 3
"""So few telling words say only that there is a message («хочу пожаловаться»), and not yet what it is."""
_YES_IN_WORDS = "yes"
"""Not a key: a yes that was spoken. Whoever has spoken can dictate."""


async def message(call: Call, *, subject: Subject) -> Outcome:
    """Take a message about ``subject`` down and register it from the caller's number; a hidden number goes to a person.

    What is answered to the offer in words is the message, unless it is a yes or a no.
    """
    if call.caller is None:
        return NeedsPerson("hidden number, nobody could call back")
    offer = OFFERS[subject]
    answer: str | bool | WantsPerson | GaveUp = await ask_key(
        offer,
        {"1": True, "2": False, _YES_IN_WORDS: ""},
        no_input=[offer],
        no_match=[offer],
        understand=_meant,
        otherwise=_begun,
    )
    match answer:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp(silent=True):
            return NothingToTell()
        case GaveUp():
            return NeedsPerson("not understood")
        case False:
            return NothingToTell()
        case str():
            words = await take_down(answer)
            if isinstance(words, WantsPerson):
                return NeedsPerson("asked for a person")
        case _:
            words = ""
    point = await _only_point(call.caller)
    text = f"message: {subject}" if words else f"left by keys: {subject}"
    return await register(call, topic=subject, text=text, point=point, words=words, after=AFTER.get(subject))


def _meant(text: str) -> str | None:
    said = yes_no(text)
    return None if said is None else _YES_IN_WORDS if said else "2"


def _begun(text: str) -> str | None:
    """The beginning of the message; empty where only the wish to leave one was said."""
    told = text.strip()
    return None if not told else told if len(telling(told)) > INTENT_WORDS else ""


async def _only_point(phone: str) -> ServicePoint | None:
    """The service point of the number, if there is exactly one: the ticket then carries its address."""
    answer = await FindServicePoints(phone=phone)
    match answer:
        case Unavailable():
            return None
        case Points(points=(point,)):
            return point
        case Points():
            return None
