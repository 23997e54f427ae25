"""No outage is known of where it is dark: is it one household, or the neighbours too?

It tells the dispatcher a fault of one line from one of the street, and the caller of one household what to look at
first. One question, and silence is an answer: nobody is kept from being registered.
"""

from __future__ import annotations

from dataclasses import dataclass

from ivr.call.memory import Recall, Remember
from ivr.call.model import NeedsPerson, Prompt
from ivr.call.script import GaveUp
from ivr.call.verbs import Say
from robot.slots import WantsPerson, ask_key
from robot.understanding.reasons import choose
from robot.understanding.yes_no import yes_no_and_rest

ONLY_HERE, NEIGHBOURS, NOT_KNOWN = "only here", "neighbours too", "how far is not known"
"""What is known of it, for the ticket."""
KEYS = {"1": ONLY_HERE, "2": NEIGHBOURS, "3": NOT_KNOWN}
PHRASES = {
    "1": ("только у меня", "только у нас", "у соседей есть", "у соседей горит", "у одних нас", "в одной квартире",
          "у остальных есть", "у других есть", "у всех есть", "у всех горит", "у соседей нормально", "один без света",
          "в подъезде есть", "в подъезде горит"),
    "2": ("у соседей тоже", "у всех", "у всех нет", "во всём доме", "вся улица", "весь дом", "весь подъезд",
          "вся деревня", "у соседей тоже нет", "кругом темно", "весь посёлок", "всё село", "во всей деревне",
          "у соседей нет", "у остальных нет", "у других нет", "нигде нет", "тоже нет", "не только у меня",
          "не только у нас", "не у меня одного", "не у меня одной", "не у нас одних", "по всей улице", "целый дом",
          "весь район", "в подъезде нет", "в подъезде тоже нет", "ни у кого", "у соседей не горит"),
    "3": ("не знаю", "не могу сказать", "не видно", "не в курсе", "откуда знаю", "не смотрел", "не смотрела"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class HowFar:
    """What was answered for a service point: it is not asked again in this call."""

    point_id: str
    text: str


def said_unasked(point_id: str) -> tuple[dict[str, HowFar], dict[str, tuple[str, ...]]]:
    """What callers say of it before they are asked: choices of another question that no key means, and their words."""
    return (
        {text: HowFar(point_id, text) for text in (ONLY_HERE, NEIGHBOURS)},
        {KEYS[key]: PHRASES[key] for key in ("1", "2")},
    )


async def ask_how_far(point_id: str) -> str | NeedsPerson:
    """One of the three; whoever is alone in the dark hears to look at the breakers."""
    known = await Recall(HowFar)
    if known is not None and known.point_id == point_id:
        return known.text
    text = await _ask()
    if isinstance(text, str):
        await keep_how_far(HowFar(point_id, text))
    return text


async def keep_how_far(told: HowFar) -> None:
    """Remember what the caller has said of it, asked or not."""
    await Remember(told)
    if told.text == ONLY_HERE:
        await Say(Prompt("check_breakers"))


def _behind_yes_or_no(text: str) -> str | None:
    """«Нет, у соседей есть»: the «нет» is not what the neighbours have."""
    said, rest = yes_no_and_rest(text)
    return None if said is None else choose(rest, PHRASES)


async def _ask() -> str | NeedsPerson:
    question = Prompt("dark_how_far")
    key = await ask_key(question, KEYS, no_match=[question], phrases=PHRASES, understand=_behind_yes_or_no)
    match key:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp():
            return NOT_KNOWN
    return key
