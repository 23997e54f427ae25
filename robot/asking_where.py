"""Where is it? For topics about the caller's own address, and for those about a place that need not be in the register.

What the call knows already is used: nobody is asked for an address twice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from ivr.call.errands import Unavailable
from ivr.call.memory import AtPlace, Recall, Remember
from ivr.call.model import Call, Digits, Heard, NeedsPerson, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask, Note
from outage_feed.model import Address, ServicePoint
from robot.asking_place import ask_place, choose_address
from robot.errands import FindServicePoints, Points, UnderstandAddress
from robot.outage_talk import KnownPoints, remember_branch
from robot.slots import PERSON_KEY, WantsPerson, ask_key, yes_no_key
from robot.understanding.understood import SURE, Matched
from robot.what_next import Instead, correction
from robot.wording import place

MOST_CHOICES = 3
NEAR_KEY = "1"
LONGEST_PLACE = 80
"""Characters of a place in the caller's words that whoever takes the call over is told."""


@dataclass(frozen=True, slots=True)
class Where:
    """A place as far as it is known; all of it may be missing."""

    words: str = ""
    """As the caller said it."""
    point: ServicePoint | None = None
    """A service point of the house there, where the place is an address that the register has."""
    near: bool = False
    """The caller says that it is beside their home."""

    @property
    def text(self) -> str:
        """How it was told, for the ticket."""
        if self.words:
            return "place as said"
        return "beside the caller's home" if self.near else "place not told"


async def ask_point(call: Call) -> ServicePoint | NeedsPerson:
    """The service point that the call is about: known already, of the caller's number (confirmed), or asked for."""
    known = await Recall(KnownPoints)
    if known is None and call.caller is not None:
        match await FindServicePoints(phone=call.caller):
            case Unavailable():
                return NeedsPerson("service points unavailable")
            case Points(points=points) if points:
                known = KnownPoints(points, named=False)
            case Points():
                await Note("the caller's number belongs to no service point")
    heard: tuple[str, ...] = ()
    if known is not None:
        chosen = await _one_of(known)
        if isinstance(chosen, NeedsPerson):
            return chosen
        if isinstance(chosen, ServicePoint):
            return await _settled(chosen)
        if isinstance(chosen, Instead):
            heard = (chosen.words,)
    asked = await ask_place(call.branch, heard=heard)
    return asked if isinstance(asked, NeedsPerson) else await _settled(asked[0])


async def ask_where(
    call: Call, question: Prompt, *, wait: float, again: bool, said: str = ""
) -> Where | WantsPerson | GaveUp:
    """A place in the caller's own words, or by keys: ``1`` says that it is beside their home, another that it is not.

    ``wait``: seconds to the answer; ``again``: whether the question is put twice. ``said``: words from before; where
    they name a house of the register beyond doubt, nothing is asked. What an earlier part of the call was about is no
    longer the place of this one.
    """
    if said:
        known = await _in_register(call, Where(words=said))
        if known.point is not None:
            return known

    def accept(heard: Heard) -> Where | WantsPerson | None:
        match heard:
            case Digits(keys=keys):
                return WantsPerson() if keys == PERSON_KEY else Where(near=keys == NEAR_KEY)
            case Utterance(text=text):
                return Where(words=text.strip()) if text.strip() else None

    ladder = [question] if again else []
    where: Where | WantsPerson | GaveUp = await ask_until(
        Ask(question, wait=wait, speech=Speech("address")), accept, no_input=ladder, no_match=ladder
    )
    if not isinstance(where, Where):
        return where
    found = await _in_register(call, where)
    await Remember(AtPlace(place(found.point.address) if found.point else where.words[:LONGEST_PLACE]))
    return found


async def _in_register(call: Call, where: Where) -> Where:
    """The same place with its service point, where there is no doubt about it. Nothing more is asked for that."""
    address: Address | None = None
    if where.words:
        understood = await UnderstandAddress((where.words,))
        if isinstance(understood, Matched) and understood.confidence >= SURE:
            address = understood.address
    if address is not None:
        found = await FindServicePoints(address=address)
    elif where.near and call.caller is not None:
        found = await FindServicePoints(phone=call.caller)
    else:
        return where
    points = found.points if isinstance(found, Points) else ()
    if len({replace(point.address, flat="") for point in points}) != 1:
        return where
    await remember_branch(points)
    return replace(where, point=points[0])


async def _one_of(known: KnownPoints) -> ServicePoint | Instead | NeedsPerson | None:
    """Which of the known points is meant; ``None``: another one."""
    houses = {replace(point.address, flat=""): point for point in reversed(known.points)}
    if len(houses) == 1:
        (point,) = houses.values()
        return point if known.named else await _confirmed(point)
    if len(houses) > MOST_CHOICES:
        return None
    chosen = await choose_address(tuple(reversed(houses)))
    return houses[chosen] if isinstance(chosen, Address) else chosen


async def _confirmed(point: ServicePoint) -> ServicePoint | Instead | NeedsPerson | None:
    question = Prompt("place_meant", place=place(point.address))
    answer: bool | Instead | WantsPerson | GaveUp = await ask_key(
        question,
        {"1": True, "2": False},
        no_input=[question],
        no_match=[question],
        understand=yes_no_key,
        otherwise=partial(correction, point),
    )
    match answer:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp():
            return NeedsPerson("address not confirmed")
        case Instead():
            return answer
        case _:
            return point if answer else None


async def _settled(point: ServicePoint) -> ServicePoint:
    await Remember(KnownPoints((point,), named=True))
    await remember_branch((point,))
    return point
