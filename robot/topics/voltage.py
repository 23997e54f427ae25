"""The power is there, but not as it should be: too weak, too strong, or it flickers."""

from __future__ import annotations

from ivr.call.model import Call, NeedsPerson, Outcome, Prompt
from ivr.call.script import GaveUp
from robot.asking_kind import kind_of, said_lately
from robot.asking_where import ask_point
from robot.registering import register

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
    words = await said_lately()
    kind = await kind_of(words, Prompt("voltage_kind"), KEYS, PHRASES)
    if isinstance(kind, GaveUp):
        if not kind.silent:
            return NeedsPerson("not understood")
        kind = "bad"  # silence must not keep it from being registered
    if isinstance(kind, NeedsPerson):
        return kind
    point = await ask_point(call)
    if isinstance(point, NeedsPerson):
        return point
    text, after = f"voltage {kind}", Prompt("self_service_site")
    return await register(call, topic="quality", text=text, point=point, words=words, after=after)
