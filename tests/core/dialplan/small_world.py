"""A small world to check and walk dialplans in: a few prompts, two topics, two queues."""

from datetime import date
from functools import cache
from typing import Literal

from ivr.call.listening import Meant
from ivr.call.model import Call, Outcome
from ivr.dialplan.checks import Surroundings
from ivr.dialplan.examine import Examined, examine
from ivr.prompts import PromptBook

PROMPTS = """
hello: {says: "Здравствуйте."}
bye: {says: "До свидания."}
silence: {says: "Вас не слышно."}
wrong: {says: "Такого пункта нет."}
pick: {says: "Нажмите цифру за {seconds:count секунду|секунды|секунд}."}
announcement: {says: "{text:words}.", unnamed: "Есть объявление."}
until: {says: "Это будет {t:by_time}."}
"""
LECTURE = 'lecture: {says: "' + "Очень длинное сообщение, которое никто не дослушает. " * 8 + '"}\n'

OFFICE = """
schedules:
  office:
    hours: {mon-fri: 08:00-17:00}
holidays: [2026-01-01]
"""
NUMBERS = """
branches:
  "46": {name: Курскэнерго, area_codes: ["471"]}
"""
TODAY = date(2026, 11, 25)


async def plain(call: Call) -> Outcome:
    return Outcome()


async def outage(call: Call, *, subject: Literal["theft", "quality"]) -> Outcome:
    return Outcome()


TOPICS = {"plain": plain, "outage": outage}
MEANS = {"искрит": Meant.DANGER, "оператор": Meant.PERSON, "повторите": Meant.REPEAT}
QUEUES = frozenset({"operators", "dispatchers"})


@cache
def book(extra: str = "") -> PromptBook:
    return PromptBook.parse({"prompts/ru/small.yaml": PROMPTS + extra})


def look_at(texts: dict[str, str], *, extra_prompts: str = "", today: date | None = TODAY) -> Examined:
    """Examine files by name; what is not given is as good as can be."""
    files = {"hotline": "start: a\nafter_transfer: a\nnodes: {a: {kind: hangup}}\n", "calendar": OFFICE}
    files |= {"numbers": NUMBERS} | texts
    around = Surroundings(TOPICS, book(extra_prompts), QUEUES, "hotline", today=today, means=MEANS.get)
    return examine({f"dialplans/{name}.yaml": text for name, text in files.items()}, around, version="v1")
