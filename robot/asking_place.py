"""Where is it? The address in the caller's own words, or the account by keys; against the closed register only.

Only what is in doubt is asked about: a sure address is read back inside the answer, an unsure one is confirmed, of two
or three the caller chooses, and of a place that repeats only the part that tells them apart is asked for. A correction
(«нет, не Ленина, Ленинградская») is taken as such. Whoever cannot be understood gets a person.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.errands import Unavailable
from ivr.call.manner import manner
from ivr.call.model import Digits, Heard, NeedsPerson, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask, Note, Say
from ivr.prompts.russian.places import place_name
from outage_feed.model import Address, ServicePoint
from robot.errands import FindServicePoints, Points, UnderstandAddress
from robot.slots import (
    ACCOUNT_FEWEST_DIGITS,
    ACCOUNT_MOST_DIGITS,
    ACCOUNT_USUAL_DIGITS,
    WantsPerson,
    ask_key,
    digits_or_person,
    points_of_account,
    the_rest_of,
)
from robot.understanding.address_words import is_addresslike
from robot.understanding.numbers import digits
from robot.understanding.understood import (
    NOTHING_YET,
    SURE,
    Ambiguous,
    Hints,
    HouseUnknown,
    Incomplete,
    Matched,
    NotFound,
    SoFar,
)
from robot.understanding.yes_no import yes_no_and_rest
from robot.wording import place

MOST_CHOICES = 3
_NOT_KNOWN = frozenset("знаю помню".split())
_ASKS = {
    "settlement": "address_ask_settlement", "district": "address_ask_district", "street": "address_ask_street",
    "house": "address_ask_house",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words for an address: the recogniser's best first."""

    heard: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _NotKnown:
    """The caller does not know the address: the account by keys and a person are offered."""


async def ask_place(
    region: str | None = None, *, heard: tuple[str, ...] = (), so_far: SoFar = NOTHING_YET
) -> tuple[ServicePoint, ...] | NeedsPerson:
    """The service points of the place that the call is about (of a house: all its points).

    ``region``: the code of the region that the call's numbers tell, which makes its places likelier. ``heard``: what
    was said already, and ``so_far`` what is known.
    """
    question, not_found, accounts = Prompt("account_ask"), 0, 0
    how = await manner()
    hints = Hints(region=region or "")
    spoken = _Spoken(heard) if heard else None
    for _ in range(how.tries.address):
        if spoken is None:
            answer = await _ask(question)
            if isinstance(answer, NeedsPerson):
                return answer
            if isinstance(answer, _NotKnown):
                question = Prompt("account_by_keys")
                continue
            if isinstance(answer, str):
                found = await points_of_account(answer)
                if not isinstance(found, Prompt):
                    return found
                question, accounts = found, accounts + 1
                if accounts == how.tries.account:
                    await Say(Prompt("account_no_luck"))
                    return NeedsPerson("account not found")
                continue
            spoken = answer
        said = spoken.heard
        understood = await UnderstandAddress(said, so_far, hints)
        spoken = None
        match understood:
            case Unavailable():
                return NeedsPerson("addresses unavailable")
            case Matched(address=address, confidence=confidence):
                sure = confidence >= SURE and how.confirm.address == "unsure"
                right = True if sure else await _confirm(address)
                if right is True:
                    return await _points_at(address)
                if isinstance(right, NeedsPerson):
                    return right
                if isinstance(right, _Spoken):
                    spoken, so_far = right, SoFar(address.settlement, address.street)
                    continue
                question, so_far = Prompt("address_again"), NOTHING_YET
            case Ambiguous(candidates=candidates, asks=asks):
                if len(candidates) <= MOST_CHOICES:
                    chosen = await choose_address(candidates)
                    if isinstance(chosen, Address) and chosen.house:
                        return await _points_at(chosen)
                    if isinstance(chosen, Address):  # one of several streets or places: its house is still to be said
                        so_far = SoFar(chosen.settlement, chosen.street)
                        missing = "house" if chosen.street else "street"
                        question = Prompt(_ASKS[missing])
                        continue
                    if isinstance(chosen, NeedsPerson):
                        return chosen
                    question, so_far = Prompt("address_again"), NOTHING_YET
                    continue
                so_far, question = understood.shared, Prompt(_ASKS[asks])
            case Incomplete(so_far=so_far, asks=asks):
                question = Prompt(_ASKS[asks])
            case HouseUnknown(so_far=so_far):
                not_found += 1
                await Note("no such house in the register")
                question = Prompt("address_no_house")
            case NotFound():
                not_found += 1
                await Note("no such address in the register")
                heard_one = any(is_addresslike(text) for text in said)
                question, so_far = Prompt("address_not_found" if heard_one else "account_unclear"), understood.so_far
        if not_found > how.tries.unknown_address:
            break
    await Say(Prompt("address_no_luck"))
    return NeedsPerson("address not understood")


async def _ask(question: Prompt) -> _Spoken | _NotKnown | str | NeedsPerson:
    """What was said, or the account that was keyed."""

    def accept(heard: Heard) -> _Spoken | _NotKnown | str | WantsPerson | None:
        match heard:
            case Utterance(text=text, alternatives=others):
                dictated = digits(text) or ""
                if len(dictated) >= ACCOUNT_FEWEST_DIGITS:
                    return dictated
                if _is_not_known(text):
                    return _NotKnown()
                return _Spoken((text, *others)) if text.strip() else None
            case Digits():
                return digits_or_person(heard)

    wait = (await manner()).waits.address
    asked = Ask(question, wait=wait, most=ACCOUNT_MOST_DIGITS, speech=Speech("address"))
    by_keys = Prompt("account_by_keys")  # first an example, then the keys, then a person
    answer: _Spoken | _NotKnown | str | WantsPerson | GaveUp = await ask_until(
        asked, accept, no_input=[Prompt("account_silent"), by_keys], no_match=[Prompt("account_unclear"), by_keys]
    )
    if isinstance(answer, str):
        answer = await the_rest_of(answer, usual=ACCOUNT_USUAL_DIGITS, most=ACCOUNT_MOST_DIGITS)
    if isinstance(answer, WantsPerson):
        return NeedsPerson("asked for a person")
    if isinstance(answer, GaveUp):
        return NeedsPerson("account not given")
    return answer


def _is_not_known(text: str) -> bool:
    """«Я не знаю», «не помню адреса»."""
    words = set(text.split())
    return "не" in words and not words.isdisjoint(_NOT_KNOWN)


async def _confirm(address: Address) -> bool | _Spoken | NeedsPerson:
    """«Вы сказали: …. Верно?»: a yes, a no, or what the caller says instead."""
    question = Prompt("address_confirm", place=str(address))

    def accept(heard: Heard) -> bool | _Spoken | WantsPerson | None:
        match heard:
            case Digits(keys=keys):
                return WantsPerson() if keys == "0" else {"1": True, "2": False}.get(keys)
            case Utterance(text=text):
                said, rest = yes_no_and_rest(text)
                if said is None:
                    return _Spoken((text,)) if len(rest.split()) > 1 or is_addresslike(rest) else None
                return said if said or not rest else _Spoken((rest,))

    asked = Ask(question, speech=Speech("yes_no"))
    answer: bool | _Spoken | WantsPerson | GaveUp = await ask_until(
        asked, accept, no_input=[question], no_match=[question]
    )
    if isinstance(answer, WantsPerson):
        return NeedsPerson("asked for a person")
    if isinstance(answer, GaveUp):
        return NeedsPerson("address not confirmed")
    return answer


async def choose_address(candidates: tuple[Address, ...]) -> Address | NeedsPerson | None:
    """Which of two or three; ``None``: none of them."""
    names = _names(candidates)
    values = dict(zip(("first", "second", "third"), names, strict=False))
    question = Prompt("which_of_two" if len(candidates) == 2 else "which_of_three", **values)
    choices: dict[str, Address | bool] = {str(n): address for n, address in enumerate(candidates, 1)}
    choices["9"] = False
    phrases = {str(n): _telling(address, candidates) for n, address in enumerate(candidates, 1)}
    phrases["9"] = (await manner()).also("none_of_these", ("другой адрес", "ни то ни другое", "никакой"))
    chosen = await ask_key(question, choices, no_input=[question], no_match=[question], phrases=phrases)
    match chosen:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp():
            return NeedsPerson("did not say which address")
        case Address():
            return chosen
        case _:
            return None


def _names(candidates: tuple[Address, ...]) -> list[str]:
    """The addresses as callers hear them, with the settlement where two would sound the same."""
    short = [place(address) for address in candidates]
    return short if len(set(short)) == len(short) else [str(address) for address in candidates]


def _telling(address: Address, candidates: tuple[Address, ...]) -> tuple[str, ...]:
    """What tells an address from the others, as somebody would say it to choose it."""
    places = {each.settlement for each in candidates}
    if len({each.name for each in places}) > 1:
        return (place_name(str(address.settlement)), address.settlement.name)
    if len({each.type for each in places}) > 1:  # «село Ивановка», «деревня Ивановка»
        whole = place_name(str(address.settlement))
        return (whole, whole.split()[0])
    if len(places) > 1:
        return (address.settlement.district,)
    streets = {each.street for each in candidates}
    if len(streets) > 1 and address.street:
        return (place_name(str(address.street)), address.street.name)
    return (address.house,)


async def _points_at(address: Address) -> tuple[ServicePoint, ...] | NeedsPerson:
    match await FindServicePoints(address=address):
        case Points(points=points) if points:
            return points
        case _:
            return NeedsPerson("service points unavailable")
