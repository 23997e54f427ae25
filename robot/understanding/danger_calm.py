"""What has the words of danger and none of it: long past, put right, imagined, or lamps that burn elsewhere. Pure."""

from __future__ import annotations

import re

_GOES_ON = re.compile(
    r"\b(?:до сих пор|так и|(?:сейчас|теперь)(?! (?:нет|не|все|нормально))|опять|снова|все еще|по прежнему|еще"
    r" (?:лежит|висит|горит))\b"
)
_LONG_AGO = re.compile(
    r"\b(?:(?:год|года|лет|месяц|месяца|месяцев|полгода) (?:тому )?назад|в (?:поза)?прошлом году|прош\w+ (?:летом|зимой"
    r"|осенью|весной)|раньше|когда то|давным давно|был\w* давно|давно (?:был\w*|уже)|в детстве|в том году)\b"
)
_IMAGINED = re.compile(
    r"\b(?:если|вдруг|чтобы)\b.*\b(?:не )?(?:упадет|оборвется|порвется|загорится|ударит|рухнет|замкнет|упал бы"
    r"|взорвется|заискрит|будет)\b"
    r"|\b(?:боюсь|после|до|избежание|избежать|от) (?:\w+ )?пожара\b|\b(?:пожарн\w+|искры) приезжали\b"
)
_RIGHT_AGAIN = re.compile(
    r"починил|сделали|сделано|убрал|потуш|поднял|постав|замени|поменял|отремонтир|исправил|устранил|восстанов|закрыли$"
    r"|подвяза|закрепи|проверили"
)
_DARK = r"(?:нет|нету|не гор(?:ит|ят)|темно|темнота)"
_LIT_ELSEWHERE = re.compile(
    r"\bгор(?:ит|ят)\b.*\b(?:а|только|лишь) (?:[уив] )?(?:нас|меня|мы|я|мо[йяе]\w*|наш\w*|квартир\w+|доме?|дома|сам\w+)"
    rf"(?: (?:в|у|на|почему|то|нас|меня|квартире|доме|подъезд|этаж|один|одних|одного)){{0,3}} {_DARK}$"
    r"|\bгор(?:ит|ят)\b.*\bкроме (?:нас|меня|наш\w+|мо\w+)(?: \w+)?$"
    r"|\bгор(?:ит|ят) (?:второ\w+|друг\w+|остальн\w+|половин\w*|полдома|квартир\w*|мо[йяе]|наш\w*|один|одна)"
    rf"(?: \w+)? {_DARK}$"
)
"""«у соседей дома горит, а у нас нет», «весь подъезд горит, кроме нашего», «первый подъезд горит, второй нет»."""
_BURNS_INDEED = re.compile(
    r"\b(?:пожар|огонь|огня|плам|дым|задым|гарь|гари|искр|загор|сгор|горим|туш|потуш|щит|столб|опор|провод|лини|лэп|тп\b"
    r"|подстанц|трансформатор|будк|счетчик|розетк|автомат|кабел|крыш|сара|гараж|баня|вод[аыу]\b|пожарн)"
)
_NOBODY = frozenset("не никто нельзя".split())


def long_past_or_imagined(said: str) -> bool:
    """«год назад провод упал», «а если провод упадёт»; not what goes on: «… и до сих пор лежит»."""
    if _IMAGINED.search(said):
        return True
    return _LONG_AGO.search(said) is not None and _GOES_ON.search(said) is None


def put_right_after(said: tuple[str, ...], at: int) -> bool:
    """«столб упал, поставили новый»: told after the danger, not denied, and not come again («… и опять упал»)."""
    for i in range(at + 1, len(said)):
        if _RIGHT_AGAIN.match(said[i]) and not set(said[max(0, i - 2) : i]) & _NOBODY:
            return _GOES_ON.search(" ".join(said[at:])) is None
    return False


def lit_elsewhere(said: str) -> bool:
    """Where it burns there is light, and where the caller is there is none: that is how people tell of an outage.

    Not where anything more is said of a fire, or the grid's own things burn.
    """
    return _LIT_ELSEWHERE.search(said) is not None and _BURNS_INDEED.search(said) is None
