"""What a caller without power is told of their service points, and what they are offered then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum, auto
from functools import partial
from typing import Literal

from ivr.call.errands import NotHeard, Unavailable
from ivr.call.manner import Offers, manner
from ivr.call.memory import AtPlace, BelongsTo, Recall, Remember
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import CallerHungUp, GaveUp
from ivr.call.verbs import Note, Say
from outage_feed.model import Address, ServicePoint, Sureness
from outage_feed.telling import (
    Emergency,
    FeedStale,
    NoneKnown,
    NoTimeKnown,
    OfUnknownKind,
    PastItsTime,
    Planned,
    Reported,
    Restored,
    Told,
    telling,
)
from robot.asking_place import ask_place, choose_address
from robot.errands import FindOutages, ReportTrouble, TroubleNoted
from robot.how_far import NEIGHBOURS, ONLY_HERE, HowFar, ask_how_far, keep_how_far, said_unasked
from robot.last_place import keep_place
from robot.outage_notices import At, is_mobile, offer_notices, outage_id, promise_call, send_time
from robot.outcomes import Informed
from robot.registering import register
from robot.slots import WantsPerson, ask_key, say_to_the_end
from robot.understanding.yes_no import yes_no
from robot.what_next import ANOTHER, DONE, Instead, correction, meant, phrases_of
from robot.wording import Ongoing, place, tell, tell_again

TOPIC = "no_power"
"""The topic of the tickets that are opened here."""
MOST_POINTS = 8
"""Of whoever has more service points than that (a management company, say) only so many are looked up."""
MOST_TOLD = 2
"""Sentences in a row: more than two addresses nobody remembers."""
MOST_CHOICES = 3
MOST_ADDRESSES = 3
"""How many addresses one caller may ask about before a person takes over; it bounds the call."""


@dataclass(frozen=True, slots=True)
class KnownPoints:
    """The service points that this call is about, once they are known: nobody is asked for them again."""

    points: tuple[ServicePoint, ...]
    named: bool
    """Whether the caller named them; else they were found by the caller's number, and another may be meant."""


@dataclass(frozen=True, slots=True)
class HeardOutages:
    """The outage sentences that the caller has heard in this call, by (service point, outage)."""

    pairs: frozenset[tuple[str, str]] = frozenset()


class _Next(Enum):
    """What the caller wants after a sentence."""

    REGISTER = auto()
    ANOTHER = auto()
    REPEAT = auto()
    SMS = auto()
    CALL = auto()
    DONE = auto()


async def look_up(points: Sequence[ServicePoint]) -> tuple[At, ...] | Unavailable:
    """What is to be told of these points; points of one and the same house are one."""
    houses = {_house(point.address): point for point in reversed(points)}
    found: list[At] = []
    for point in [point for point in points if point in houses.values()][:MOST_POINTS]:
        answer = await FindOutages(point)
        if isinstance(answer, Unavailable):
            return answer
        found.append(At(point, telling(answer)))
    return tuple(found)


def _house(address: Address) -> Address:
    """The address without its flat. Two villages may each have a «ул. Ленина, 5»: they are two houses."""
    return replace(address, flat="")


async def remember_branch(points: Sequence[ServicePoint]) -> None:
    """Let the dialplan know the branch, the РЭС and the house, where all these points belong to one."""
    branches, offices = {point.region for point in points}, {point.res for point in points}
    houses = {_house(point.address) for point in points}
    if len(houses) == 1:
        await Remember(AtPlace(place(houses.pop())))
    if len(branches) == 1 and "" not in branches:
        await Remember(BelongsTo(branches.pop(), offices.pop() if len(offices) == 1 else ""))


def ongoing(found: Sequence[At]) -> tuple[At, ...]:
    """Those where an outage is on, the certain ones first."""
    on = [at for at in found if isinstance(at.told, Ongoing)]
    return tuple(sorted(on, key=_is_only_possible))


async def say_outages(found: Sequence[At]) -> bool:
    """Say the sentences of points with an outage; briefly where this call has heard one to its end already.

    Whether the first of them, at least, was heard to its end now.
    """
    heard = (await Recall(HeardOutages)) or HeardOutages()
    known, whole = await Recall(KnownPoints), list[bool]()
    named = known is not None and known.named
    for at in found:
        pair = (at.point.id, outage_id(at.told))
        prompt = tell(at.told, at.point.address, whole=named)
        if len(found) == 1 and pair in heard.pairs and isinstance(at.told, Ongoing):
            prompt = tell_again(at.told)
        whole.append(await say_to_the_end(prompt))
        if whole[-1]:
            heard = HeardOutages(heard.pairs | {pair})
            await Remember(heard)
    return whole[0]


async def talk(call: Call, known: KnownPoints) -> Outcome:
    """Tell what is known of these points; where nothing is, register the call. Always a way to a person."""
    by_number = not known.named
    for _ in range(MOST_ADDRESSES):
        await Remember(known)
        await remember_branch(known.points)
        outcome = await _talk_of(call, known)
        if isinstance(outcome, Instead):
            asked = await ask_place(call.branch, heard=(outcome.words,), so_far=outcome.so_far)
        elif outcome is not None:
            return outcome
        else:
            asked = await ask_place(call.branch)
        if isinstance(asked, NeedsPerson):
            return asked
        if isinstance(outcome, Instead) and not by_number:  # what was kept for the next call was another one
            await keep_place(call, asked)
        known = KnownPoints(asked, named=True)
    return NeedsPerson("many addresses")


async def _talk_of(call: Call, known: KnownPoints) -> Outcome | Instead | None:
    """The outcome, or ``None`` when the caller wants to know about another address."""
    found = await look_up(known.points)
    if isinstance(found, Unavailable):
        await Say(Prompt("outage_list_unavailable"))
        return NeedsPerson("outage list unavailable")
    on = ongoing(found)[:MOST_TOLD]
    if on:
        return await _tell_and_offer(call, on)
    if len(found) > 1:
        chosen = await _choose(found)
        if not isinstance(chosen, At):
            return chosen
        found, known = (chosen,), KnownPoints((chosen.point,), named=True)
        await Remember(known)
    (at,) = found
    if isinstance(at.told, Restored):
        return await _tell_and_offer(call, (at,))
    await Say(tell(at.told, at.point.address, whole=known.named))
    if not known.named:
        other = await _another_is_meant(at)
        if other is not False:
            return other
        await Remember(KnownPoints((at.point,), named=True))
    why = "the list is stale" if isinstance(at.told, FeedStale) else "no outage is known"
    return await _register_dark(call, at, why)


async def _register_dark(call: Call, at: At, why: str) -> Outcome:
    """Nothing explains it for certain: how far is it dark (where neighbours have not told us)? Then it is registered.

    What is reported counts towards a probable outage, which the ticket then names.
    """
    how_far = NEIGHBOURS if isinstance(at.told, Reported) else await ask_how_far(at.point.id)
    if isinstance(how_far, NeedsPerson):
        return how_far
    noted = await ReportTrouble(at.point, call.id, call.caller, alone=how_far == ONLY_HERE)
    joined = f"; probable outage {noted.probable}" if isinstance(noted, TroubleNoted) and noted.probable else ""
    return await register(call, topic=TOPIC, text=f"no power; {why}; {how_far}{joined}", point=at.point)


async def _another_is_meant(at: At) -> NeedsPerson | Instead | Literal[False] | None:
    """Before a ticket sends people to an address that only the caller's number tells: is it the right one?

    ``None`` when the caller wants another address, :class:`Instead` when they have said which. Silence agrees: nobody
    has to press a key to be registered. A bare «нет» may be the light's or the address's: it is asked about again.
    «Только у меня» agrees as well, and is not asked afterwards.
    """
    stale = isinstance(at.told, FeedStale)  # that sentence has not named the address
    question = Prompt("register_at", place=place(at.point.address)) if stale else Prompt("register_here")
    said = phrases_of(await manner())
    far, of_far = said_unasked(at.point.id)
    key = await ask_key(
        question,
        {"1": _Next.REGISTER, "2": _Next.ANOTHER, **far},
        no_match=[question],
        phrases={"1": said["1"], "2": said["2"], **of_far},
        understand=lambda text: "1" if yes_no(text) else None,
        otherwise=partial(correction, at.point),
    )
    match key:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp(silent=False):
            return NeedsPerson("not understood")
        case _Next.ANOTHER:
            return None
        case Instead():
            return key
        case HowFar():
            await keep_how_far(key)
    return False


async def _tell_and_offer(call: Call, found: tuple[At, ...]) -> Outcome | Instead | None:
    """Say the sentences, then offer what helps further. Whoever has heard them and hangs up has been informed.

    What is repeated is looked up anew: a time that has passed meanwhile is not told again.
    """
    informed, how, hasty = informed_of(found[0]), await manner(), False
    for _ in range(3):
        offer, more = _offer(call, found, how.offers)
        choices: dict[str, _Next | Instead] = {ANOTHER: _Next.ANOTHER, "*": _Next.REPEAT, DONE: _Next.DONE, **more}
        if not hasty:
            await say_outages(found)
        try:
            key = await ask_key(
                offer,
                choices,
                flush=hasty,
                no_match=[offer],
                phrases=phrases_of(how),
                understand=partial(meant, offered=tuple(more), phrases=phrases_of(how)),
                otherwise=partial(correction, found[0].point),
            )
        except CallerHungUp:
            return informed
        match key:
            case WantsPerson():
                return NeedsPerson("asked for a person after the outage was told")
            case GaveUp() | _Next.DONE:
                return informed  # silence after an answer: nothing more is wanted
            case _Next.SMS | _Next.CALL:
                try:
                    done = await (send_time if key is _Next.SMS else promise_call)(call, found[0])
                    if isinstance(done, NotHeard) and not hasty:
                        hasty = True  # the key came before the offer: what one agrees to must have been heard
                        continue
                    if how.offers.notices and await offer_notices(call, found[0]):
                        return NeedsPerson("asked for a person after the outage was told")
                except CallerHungUp:
                    pass
                return informed
            case _Next.ANOTHER:
                return None
            case Instead():
                return key
            case _Next.REGISTER:
                at = next(at for at in found if _is_doubtful(at.told))
                return await _register_dark(call, at, f"in spite of: {_kind(at.told)} {outage_id(at.told)}")
            case _Next.REPEAT:
                await Note("asked to hear it again")
                again = await look_up([at.point for at in found])
                if isinstance(again, Unavailable):
                    await Say(Prompt("outage_list_unavailable"))
                    return NeedsPerson("outage list unavailable")
                found, informed, hasty = again, informed_of(again[0]), False
    return informed


def _offer(call: Call, found: Sequence[At], offers: Offers) -> tuple[Prompt, dict[str, _Next]]:
    """What is offered after the sentences, and the keys that only this offer has."""
    if any(_is_doubtful(at.told) for at in found):
        return Prompt("outage_offer_ticket"), {"1": _Next.REGISTER}
    told = found[0].told
    if offers.sms and is_mobile(call.caller) and isinstance(told, Planned | Emergency | OfUnknownKind):
        return Prompt("outage_offer_sms"), {"3": _Next.SMS}
    if offers.call and call.caller is not None and isinstance(told, NoTimeKnown):
        return Prompt("outage_offer_call"), {"3": _Next.CALL}
    return Prompt("outage_offer"), {}


async def _choose(found: tuple[At, ...]) -> At | NeedsPerson | None:
    """Which of several addresses is meant; ``None`` = another one, or too many to list."""
    listed = {at.point.address: at for at in found[:MOST_CHOICES]}
    chosen = await choose_address(tuple(listed))
    return listed[chosen] if isinstance(chosen, Address) else chosen


def informed_of(at: At) -> Informed:
    """The outcome of having told this."""
    return Informed(_kind(at.told), outage_id(at.told), _until(at.told))


def _is_only_possible(at: At) -> bool:
    explanation = None if isinstance(at.told, NoneKnown | Reported) else at.told.explanation
    return explanation is not None and explanation.sureness is Sureness.POSSIBLE


def _is_doubtful(told: Told) -> bool:
    """Whether the caller's darkness may have another reason than what was told."""
    if isinstance(told, Restored | PastItsTime | NoneKnown | FeedStale | Reported):
        return True
    return told.explanation.sureness is Sureness.POSSIBLE


def _until(told: Told) -> datetime | None:
    return told.until if isinstance(told, Planned | Emergency | OfUnknownKind) else None


_KINDS: dict[type[Told], str] = {
    Planned: "planned",
    Emergency: "emergency",
    OfUnknownKind: "of unknown kind",
    Restored: "restored",
    PastItsTime: "past its time",
    NoTimeKnown: "no time known",
    FeedStale: "stale",
    NoneKnown: "none known",
    Reported: "reported by callers",
}


def _kind(told: Told) -> str:
    return _KINDS[type(told)]
