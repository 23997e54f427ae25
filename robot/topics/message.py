"""What people call about that needs no conversation yet: a registered обращение, or a person."""

from __future__ import annotations

from typing import Literal

from ivr.call.errands import Unavailable
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from ivr.call.verbs import Say
from outage_feed.model import ServicePoint
from robot.errands import FindServicePoints, Points
from robot.outcomes import NothingToTell
from robot.registering import register
from robot.slots import WantsPerson, ask_key, yes_no_key

Subject = Literal[
    "quality", "theft", "connection", "meter", "maintenance", "complaint", "feedback", "suggestion", "other",
    "danger", "callback",
]  # fmt: skip
AT_ONCE: frozenset[Subject] = frozenset({"danger", "callback"})
"""Registered without asking first, because nobody has answered: danger, and callers whom somebody is to call back."""
OFFERS: dict[str, Prompt] = {
    "quality": Prompt("message_quality"),
    "theft": Prompt("message_theft"),
    "connection": Prompt("message_connection"),
    "meter": Prompt("message_meter"),
    "maintenance": Prompt("message_maintenance"),
    "complaint": Prompt("message_complaint"),
    "feedback": Prompt("message_feedback"),
    "suggestion": Prompt("message_suggestion"),
    "other": Prompt("message_other"),
}
"""What the caller is offered, by subject."""


async def message(call: Call, *, subject: Subject) -> Outcome:
    """Offer to register a ticket about ``subject`` from the caller's number; a hidden number goes to a person.

    Danger is registered from a hidden number, too: that the call was made is what counts.
    """
    if subject == "danger":
        return await _registered(call, subject)
    if call.caller is None:
        if subject == "callback":
            await Say(Prompt("callback_no_number"))
        return NeedsPerson("hidden number, nobody could call back")
    if subject in AT_ONCE:
        return await _registered(call, subject)
    offer = OFFERS[subject]
    key = await ask_key(offer, {"1": True, "2": False}, no_input=[offer], no_match=[offer], understand=yes_no_key)
    match key:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp(silent=True):
            return NothingToTell()
        case GaveUp():
            return NeedsPerson("not understood")
    if not key:
        return NothingToTell()
    return await _registered(call, subject)


async def _registered(call: Call, subject: Subject) -> Outcome:
    point = None if call.caller is None else await _only_point(call.caller)
    text = f"left by keys: {subject}"
    return await register(call, topic=subject, text=text, point=point, nobody_answered=subject in AT_ONCE)


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
