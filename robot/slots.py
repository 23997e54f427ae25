"""Facts that callers are asked for, by keys and in words, with their tries.

Everywhere here the caller has a way to a person: ``0`` where one key is asked, ``*`` where a number is keyed (``0`` is
a digit there). Every question has an end: :class:`~ivr.call.script.GaveUp`.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType, coroutine
from typing import TypeVar

from ivr.call.errands import Unavailable
from ivr.call.manner import manner
from ivr.call.model import Digits, Heard, NeedsPerson, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask, Note, Reply, Say
from outage_feed.model import ServicePoint
from robot.errands import FindServicePoints, Points
from robot.understanding.numbers import digits
from robot.understanding.reasons import choose
from robot.understanding.yes_no import yes_no

T = TypeVar("T")

PERSON_KEY = "0"
REPEAT_KEY = "*"
ACCOUNT_USUAL_DIGITS = 10
"""A pause before so many digits means that the caller is still looking at the bill."""
ACCOUNT_MOST_DIGITS = 12
ACCOUNT_FEWEST_DIGITS = 8
"""So many dictated digits are an account, and no house."""
_PERSON_PHRASES = {PERSON_KEY: ("оператор", "соедините с оператором")}
TICKET_USUAL_DIGITS = 6
TICKET_MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class WantsPerson:
    """The caller pressed the key for a person."""


@dataclass(frozen=True, slots=True)
class _Again:
    """The caller wants to hear the question once more."""


@coroutine
def say_to_the_end(prompt: Prompt) -> Generator[Say, Reply[None], bool]:
    """Say a prompt; whether it was heard to its end: voiced at all, and not cut short by a key."""
    reply = yield Say(prompt)
    return reply.voiced and not reply.overheard


async def ask_key(
    question: Prompt,
    choices: Mapping[str, T],
    *,
    no_input: Sequence[Prompt] = (),
    no_match: Sequence[Prompt] = (),
    flush: bool = False,
    phrases: Mapping[str, Sequence[str]] = MappingProxyType({}),
    understand: Callable[[str], str | None] | None = None,
    otherwise: Callable[[str], T | None] | None = None,
) -> T | WantsPerson | GaveUp:
    """Ask for one key, or for words: ``phrases`` are what callers say for a key, ``understand`` is another way from
    words to a key, ``otherwise`` what else words may mean. ``0`` is a person
    unless ``choices`` says otherwise, ``*`` repeats the question.

    The wait and the repeats are those of :mod:`ivr.call.manner`. ``flush`` throws away what was keyed before the
    question. No choice may mean ``None``: that is how :func:`~ivr.call.script.ask_until` knows a key that was not
    offered.
    """

    def accept(heard: Heard) -> T | WantsPerson | _Again | None:
        key = heard.keys if isinstance(heard, Digits) else _key_meant(heard)
        if key in choices:
            return choices[key]
        if key == PERSON_KEY:
            return WantsPerson()
        if key == REPEAT_KEY:
            return _Again()
        return otherwise(heard.text) if otherwise and isinstance(heard, Utterance) else None

    def _key_meant(heard: Utterance) -> str:
        meant = understand(heard.text) if understand else None
        return meant or choose(heard.text, {**_PERSON_PHRASES, **phrases}) or ""

    words = tuple(phrase for each in phrases.values() for phrase in each)
    speech = Speech("yes_no") if understand is yes_no_key else Speech("choice", words, or_yes_no=understand is not None)
    how = await manner()
    for _ in range(1 + how.tries.repeats):
        answer: T | WantsPerson | _Again | GaveUp = await ask_until(
            Ask(question, wait=how.waits.key, flush=flush, speech=speech), accept, no_input=no_input, no_match=no_match
        )
        if not isinstance(answer, _Again):
            return answer
    return GaveUp(silent=False)


async def ask_yes_no(
    question: Prompt, *, no_input: Sequence[Prompt] = (), no_match: Sequence[Prompt] = (), flush: bool = False
) -> bool | WantsPerson | GaveUp:
    """Ask a question that 1 (or a yes) affirms and 2 (or a no) denies."""
    choices = {"1": True, "2": False}
    return await ask_key(question, choices, no_input=no_input, no_match=no_match, flush=flush, understand=yes_no_key)


def yes_no_key(text: str) -> str | None:
    """The key that a yes (1) or a no (2) stands for."""
    said = yes_no(text)
    return None if said is None else "1" if said else "2"


async def ask_digits(
    question: Prompt,
    *,
    usual: int,
    most: int,
    no_input: Sequence[Prompt],
    no_match: Sequence[Prompt],
) -> str | WantsPerson | GaveUp:
    """Ask for a number by keys.

    Whoever pauses before the number has its ``usual`` length is told how many digits there are so far and may go on:
    a slow hand is not cut off, and there is no long silence either.
    """
    how = await manner()
    keyed: str | WantsPerson | GaveUp = await ask_until(
        Ask(question, wait=how.waits.account, most=most, speech=Speech("digits", digits=usual)),
        digits_or_person,
        no_input=no_input,
        no_match=no_match,
    )
    return await the_rest_of(keyed, usual=usual, most=most) if isinstance(keyed, str) else keyed


async def the_rest_of(keyed: str, *, usual: int, most: int) -> str | WantsPerson:
    """The whole number of a caller who has paused after ``keyed``."""
    while len(keyed) < usual:
        more = await Ask(
            Prompt("digits_so_far", count=len(keyed)), wait=5.0, most=most - len(keyed),
            speech=Speech("digits", digits=usual - len(keyed)),
        )  # fmt: skip
        heard = digits_or_person(more) if isinstance(more, Digits | Utterance) else None
        if heard is None:
            break
        if isinstance(heard, WantsPerson):
            return heard
        keyed += heard
    return keyed


def digits_or_person(heard: Heard) -> str | WantsPerson | None:
    """A number that was keyed or dictated, or the key for a person; ``None``: neither."""
    keys = heard.keys if isinstance(heard, Digits) else digits(heard.text) or ""
    if REPEAT_KEY in keys:
        return WantsPerson()
    return keys if keys.isdecimal() else None


async def points_of_account(keyed: str) -> tuple[ServicePoint, ...] | NeedsPerson | Prompt:
    """Read an account back and look it up: its points, or the question to be put next."""
    back = Prompt("account_read_back", account=keyed)
    unclear = Prompt("account_read_back_unclear", account=keyed)
    sure = (await manner()).confirm.account == "never"
    right = True if sure else await ask_yes_no(back, no_input=[back], no_match=[unclear])
    if isinstance(right, WantsPerson):
        return NeedsPerson("asked for a person")
    if isinstance(right, GaveUp):
        return NeedsPerson("account not confirmed")
    if not right:
        return Prompt("account_ask_again")
    match await FindServicePoints(account=keyed):
        case Unavailable():
            return NeedsPerson("service points unavailable")
        case Points(points=()):
            await Note("no such account")
            return Prompt("account_not_found")
        case Points(points=points):
            return points
