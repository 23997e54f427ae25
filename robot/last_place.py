"""«Вы звоните по адресу …?»: whoever has said an address in an earlier call need not say it again.

Only asked of telephones that the register does not know; its own telephones are told at once.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ivr.call.last_place import FindLastPlace, KeepLastPlace, LastPlace
from ivr.call.model import Call, NeedsPerson, Prompt
from ivr.call.script import GaveUp
from outage_feed.model import ServicePoint
from robot.errands import FindServicePoints, Points
from robot.slots import WantsPerson, ask_key, yes_no_key
from robot.understanding.yes_no import yes_no_and_rest
from robot.wording import whole_place


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """It is another place; ``words`` say which, if the caller has said it with their no."""

    words: tuple[str, ...] = ()


ELSEWHERE = Elsewhere()
MOST_WORDS_OF_NO = 2
"""So many words behind a «нет» are no longer a refusal, but another address."""


async def place_of_last_call(call: Call) -> tuple[ServicePoint, ...] | Elsewhere | NeedsPerson:
    """The service point of the telephone's last call, if the caller says that it is that again.

    Silence and what is not understood are a no: the address is asked for then.
    """
    if call.caller is None:
        return ELSEWHERE
    last = await FindLastPlace(call.caller)
    if not isinstance(last, LastPlace) or not last.point:
        return ELSEWHERE
    found = await FindServicePoints(id=last.point)
    if not isinstance(found, Points) or len(found.points) != 1:
        return ELSEWHERE
    question = Prompt("last_place_ask", place=whole_place(found.points[0].address))
    choices: dict[str, tuple[ServicePoint, ...] | Elsewhere] = {"1": found.points, "2": ELSEWHERE}
    answer = await ask_key(question, choices, no_match=[question], understand=yes_no_key, otherwise=_another)
    match answer:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp():
            return ELSEWHERE
        case _:
            return answer


def _another(text: str) -> Elsewhere | None:
    said, rest = yes_no_and_rest(text)
    return Elsewhere((rest,)) if said is not True and len(rest.split()) >= MOST_WORDS_OF_NO else None


async def keep_place(call: Call, points: tuple[ServicePoint, ...]) -> None:
    """Keep where the caller has said the call is about: one house, or nothing is kept."""
    houses = {replace(point.address, flat="") for point in points}
    if call.caller is not None and len(houses) == 1:
        await KeepLastPlace(call.caller, points[0].id, call.id)
