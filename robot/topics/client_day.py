"""«День клиента»: which region and which day the caller asks for; specialists confirm them.

When and where it takes place the robot does not know, and does not say.
"""

from __future__ import annotations

from datetime import date

from ivr.call.errands import Now
from ivr.call.model import Call, Digits, Heard, NeedsPerson, Outcome, Prompt, Speech, Utterance
from ivr.call.script import GaveUp, ask_until
from ivr.call.verbs import Ask, Say
from outage_feed.regions import REGIONS
from robot.registering import register
from robot.slots import REPEAT_KEY, WantsPerson
from robot.understanding.days import KEYED_DIGITS, day_of, day_of_keys
from robot.understanding.reasons import choose
from robot.understanding.regions import region_of

ANSWER_S = 8.0
REGION_DIGITS = 2
_ANY_KEY = "#"
_ANY = {"any": ("любой день", "всё равно", "не важно", "неважно", "не знаю", "когда угодно", "ближайший")}


class _AnyDay:
    """The day does not matter."""


async def client_day(call: Call) -> Outcome:
    """Ask for region (unless the call's numbers tell) and day, and register the wish."""
    region = call.branch or await _ask_region()
    if isinstance(region, NeedsPerson):
        return region
    day = await _ask_day((await Now()).date())
    if isinstance(day, NeedsPerson):
        return day
    where = REGIONS[region].name if region in REGIONS else region
    if isinstance(day, date):
        await Say(Prompt("client_day_noted", day=day))
    wish = f"{day:%d.%m.%Y}" if isinstance(day, date) else "any day"
    words = day if isinstance(day, str) else ""
    text = f"client day: {where}, {'as said' if words else wish}"
    return await register(call, topic="client_day", text=text, words=words, branch=region)


async def _ask_region() -> str | NeedsPerson:
    def accept(heard: Heard) -> str | WantsPerson | None:
        match heard:
            case Digits(keys=keys):
                return WantsPerson() if REPEAT_KEY in keys else keys if keys in REGIONS else None
            case Utterance(text=text):
                return region_of(text)

    question = Prompt("client_day_region")
    region: str | WantsPerson | GaveUp = await ask_until(
        Ask(question, wait=ANSWER_S, most=REGION_DIGITS, speech=Speech("choice")),
        accept,
        no_input=[question],
        no_match=[Prompt("client_day_no_such_region")] * 2,
    )
    match region:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp():
            return NeedsPerson("region not told")
    return region


async def _ask_day(today: date) -> date | str | _AnyDay | NeedsPerson:
    """The day; words that name none are kept as they are, for whoever arranges it."""

    def accept(heard: Heard) -> date | str | _AnyDay | WantsPerson | None:
        match heard:
            case Digits(keys=keys):
                if REPEAT_KEY in keys:
                    return WantsPerson()
                return _AnyDay() if keys == _ANY_KEY else day_of_keys(keys, today)
            case Utterance(text=text):
                return day_of(text, today) or (_AnyDay() if choose(text, _ANY) else text.strip() or None)

    question = Prompt("client_day_date")
    day: date | str | _AnyDay | WantsPerson | GaveUp = await ask_until(
        Ask(question, wait=ANSWER_S, most=KEYED_DIGITS, speech=Speech("free")),
        accept,
        no_input=[question],
        no_match=[Prompt("client_day_no_such_date")],
    )
    match day:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp(silent=False):
            return NeedsPerson("day not understood")
        case GaveUp():
            return _AnyDay()
    return day
