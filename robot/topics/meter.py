"""A meter is to be put in, exchanged or checked."""

from __future__ import annotations

from ivr.call.memory import Recall, SaidLately
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from robot.asking_where import ask_point
from robot.registering import register
from robot.slots import WantsPerson, ask_key
from robot.understanding.reasons import choose

EXCHANGE, CHECK, ANOTHER = "to be put in or exchanged", "to be checked", "another question"
"""What is wanted, for the ticket."""
PHRASES = {
    EXCHANGE: ("заменить счётчик", "поменять счётчик", "установить счётчик", "поставить счётчик", "замена счётчика",
               "установка счётчика", "новый счётчик", "поменять электросчётчик", "счётчик сгорел", "заменить",
               "поменять", "замена", "установить", "поставить", "установка", "новый"),
    CHECK: ("проверить счётчик", "проверка счётчика", "счётчик не работает", "счётчик сломался", "счётчик много мотает",
            "счётчик неправильно считает", "счётчик крутит", "поверка счётчика", "срок поверки", "проверить",
            "проверка", "поверить", "поверка", "не работает", "сломался", "много мотает", "неправильно считает"),
    ANOTHER: ("другой вопрос", "передать показания", "показания счётчика", "пломба", "другое", "опломбировать"),
}  # fmt: skip
"""What callers say for each."""
KEYS = {"1": EXCHANGE, "2": CHECK, "3": ANOTHER}


async def meter(call: Call) -> Outcome:
    """Ask what is to be done, unless the caller has said it, and where; register it."""
    said = await Recall(SaidLately)
    words = said.last if said else ""
    kind = (choose(words, PHRASES) if words else None) or await _ask_kind()
    if isinstance(kind, NeedsPerson):
        return kind
    if kind == ANOTHER:
        return NeedsPerson("another question about a meter")
    point = await ask_point(call)
    if isinstance(point, NeedsPerson):
        return point
    text, after = f"meter {kind}", Prompt("self_service_account")
    return await register(call, topic="meter", text=text, point=point, words=words, after=after)


async def _ask_kind() -> str | NeedsPerson:
    question = Prompt("meter_kind")
    phrases = {key: PHRASES[kind] for key, kind in KEYS.items()}
    kind = await ask_key(question, KEYS, no_input=[question], no_match=[question], phrases=phrases)
    if isinstance(kind, WantsPerson):
        return NeedsPerson("asked for a person")
    return NeedsPerson("did not say what about the meter") if isinstance(kind, GaveUp) else kind
