"""Registering an обращение for the caller, and telling its number."""

from __future__ import annotations

from enum import Enum, auto

from ivr.call.categories import category_of, cause_of
from ivr.call.errands import OpenTicket, Promise, Promised, Ticket, Unavailable
from ivr.call.manner import manner
from ivr.call.memory import Registered, Remember
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import CallerHungUp
from ivr.call.verbs import Say
from outage_feed.model import ServicePoint
from robot.outcomes import CallbackLeft, Ticketed
from robot.slots import REPEAT_KEY, WantsPerson, ask_key
from robot.understanding.yes_no import yes_no
from robot.wording import place

WHY_CALLED_BACK = "nobody answered"
"""What a promised call back is for."""


class _Again(Enum):
    NUMBER = auto()


ENOUGH = (
    "спасибо", "спасибо всё", "до свидания", "всё понятно", "записала", "записал", "больше ничего", "запомнил",
    "запомнила", "понял", "поняла", "понятно", "ясно", "всё",
)  # fmt: skip
_AGAIN = ("не успел записать", "не успела записать", "не записал", "не записала", "не запомнил", "не запомнила",
          "диктуйте", "продиктуйте номер")  # fmt: skip


def _repeat_or_not(text: str) -> str | None:
    said = yes_no(text)
    return None if said is None else REPEAT_KEY if said else "2"


async def open_ticket(
    call: Call,
    *,
    topic: str,
    text: str,
    point: ServicePoint | None = None,
    place_words: str = "",
    words: str = "",
    branch: str | None = None,
    anonymous: bool = False,
    urgent: bool = False,
) -> Ticket | Unavailable:
    """Store a ticket, or join the caller's open one about the same thing; whoever takes the call over is told of it.

    ``words``: what the caller said of it. ``place_words``: the place as the caller said it, where it is no address of
    the register. ``branch``: the region, where it is known without a ``point``. ``anonymous``: the caller's number does
    not stand in the ticket.
    """
    answer = await OpenTicket(
        call_id=call.id,
        topic=topic,
        phone=None if anonymous else call.caller,
        text=text,
        point_id=point.id if point else None,
        address=place(point.address) if point else place_words,
        branch=(point.region if point else "") or branch or call.branch,
        category=category_of(topic),
        cause=cause_of(topic),
        urgent=urgent,
        words=words,
    )
    if isinstance(answer, Ticket):
        await Remember(Registered(answer.number, topic))
    return answer


async def register(
    call: Call,
    *,
    topic: str,
    text: str,
    point: ServicePoint | None = None,
    place_words: str = "",
    words: str = "",
    branch: str | None = None,
    anonymous: bool = False,
    urgent: bool = False,
    nobody_answered: bool = False,
    after: Prompt | None = None,
) -> Outcome:
    """Store a ticket (:func:`open_ticket`), say its number (twice, slowly), and offer a person.

    Whoever hangs up once the ticket is stored has been served; but not where it stands in for people who could not be
    reached (``nobody_answered``): a call back is promised then, and no person offered. ``after`` is said behind the
    number: the self-service that fits.
    """
    answer = await open_ticket(
        call,
        topic=topic,
        text=text,
        point=point,
        place_words=place_words,
        words=words,
        branch=branch,
        anonymous=anonymous,
        urgent=urgent,
    )
    if isinstance(answer, Unavailable):
        await Say(Prompt("ticket_not_stored"))
        return NeedsPerson("ticket not stored")
    number = answer.number
    promised = None
    if nobody_answered and call.caller is not None:
        promised = await Promise(
            "callback", call.caller, call.id, WHY_CALLED_BACK, ticket=number, point_id=point.id if point else None
        )
    if isinstance(promised, Promised):
        told = Prompt("callback_for_ticket" if answer.joined else "callback_opened", number=number)
    elif answer.joined:
        told = Prompt("ticket_joined", number=number)
    else:
        told = Prompt("ticket_opened", number=number)
    done = CallbackLeft(number, topic) if nobody_answered else Ticketed(number, topic)
    return await tell_number(told, done, Prompt("number_offer" if nobody_answered else "ticket_offer"), after)


async def tell_number(told: Prompt, done: Outcome, offer: Prompt, after: Prompt | None = None) -> Outcome:
    """Say the number, offer to say it again (and a person, by the words of ``offer``): ``done`` unless one is wanted.

    Keys pressed during the number are not taken for an answer.
    """
    try:
        for _ in range(1 + (await manner()).tries.repeats):
            await Say(told)
            if after is not None:
                await Say(after)
                after = None
            key = await ask_key(
                offer,
                {REPEAT_KEY: _Again.NUMBER, "2": False},
                no_match=[offer],
                flush=True,
                understand=_repeat_or_not,
                phrases={REPEAT_KEY: _AGAIN, "2": ENOUGH},
            )
            if isinstance(key, WantsPerson):
                return NeedsPerson("asked for a person after the ticket")
            if key is not _Again.NUMBER:
                break
    except CallerHungUp:
        pass
    return done
