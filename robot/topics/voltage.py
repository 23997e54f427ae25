"""The power is there, but not as it should be: too weak, too strong, or it flickers."""

from __future__ import annotations

from ivr.call.memory import Recall, SaidLately
from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from robot.asking_where import ask_point
from robot.registering import register
from robot.slots import WantsPerson, ask_key
from robot.understanding.reasons import choose

LOW, HIGH, FLICKERS = "too low", "too high", "flickers"
"""What it may be, for the ticket."""
PHRASES = {
    LOW: ("низкое напряжение", "слабое напряжение", "напряжение маленькое", "тусклый свет", "лампочки тускло горят",
          "напряжение просело", "чайник не греет", "холодильник не включается", "слабое", "низкое",
          "еле горит", "напряжение упало", "пониженное напряжение", "не хватает напряжения", "мало вольт",
          "сто восемьдесят вольт", "сто семьдесят вольт", "тускло", "маленькое", "сто восемьдесят", "сто семьдесят"),
    HIGH: ("высокое напряжение", "большое напряжение", "слишком яркий свет", "напряжение завышено",
           "лампочки перегорают", "сгорела техника", "высокое", "сильное", "повышенное напряжение",
           "двести пятьдесят вольт", "двести шестьдесят вольт", "большое", "яркое", "слишком ярко", "перегорают",
           "двести пятьдесят", "двести шестьдесят"),
    FLICKERS: ("мигает свет", "моргает свет", "скачет напряжение", "напряжение прыгает", "перепады напряжения",
               "скачки напряжения", "свет дёргается", "мигает", "моргает", "скачет",
               "то есть то нет", "то гаснет то включается", "прыгает", "дёргается", "то потухнет то погаснет"),
}  # fmt: skip
"""What callers say for each."""
KEYS = {"1": LOW, "2": HIGH, "3": FLICKERS}


async def voltage(call: Call) -> Outcome:
    """Ask what is wrong, unless the caller has said it, and where; register it."""
    said = await Recall(SaidLately)
    words = said.last if said else ""
    kind = (choose(words, PHRASES) if words else None) or await _ask_kind()
    if isinstance(kind, NeedsPerson):
        return kind
    point = await ask_point(call)
    if isinstance(point, NeedsPerson):
        return point
    text, after = f"voltage {kind}", Prompt("self_service_site")
    return await register(call, topic="quality", text=text, point=point, words=words, after=after)


async def _ask_kind() -> str | NeedsPerson:
    question = Prompt("voltage_kind")
    phrases = {key: PHRASES[kind] for key, kind in KEYS.items()}
    kind = await ask_key(question, KEYS, no_input=[question], no_match=[question], phrases=phrases)
    match kind:
        case WantsPerson():
            return NeedsPerson("asked for a person")
        case GaveUp(silent=True):
            return "bad"  # silence must not keep it from being registered
        case GaveUp():
            return NeedsPerson("not understood")
    return kind
