"""A meter is to be put in, exchanged or checked."""

from __future__ import annotations

from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from robot.asking_kind import kind_of, said_lately
from robot.asking_where import ask_point
from robot.registering import register

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
    words = await said_lately()
    kind = await kind_of(words, Prompt("meter_kind"), KEYS, PHRASES)
    if isinstance(kind, GaveUp):
        return NeedsPerson("did not say what about the meter")
    if isinstance(kind, NeedsPerson):
        return kind
    if kind == ANOTHER:
        return NeedsPerson("another question about a meter")
    point = await ask_point(call)
    if isinstance(point, NeedsPerson):
        return point
    text, after = f"meter {kind}", Prompt("self_service_account")
    return await register(call, topic="meter", text=text, point=point, words=words, after=after)
