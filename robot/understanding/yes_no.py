"""Yes and no in the many ways people say them. Pure.

A «не» before a word of consent makes it a no («не надо», «не хочу»), a leading «да» before a no is only a particle
(«да не надо мне»), and approval after a no outweighs it («нет, всё верно»). «нет света» is neither.
"""

from __future__ import annotations

import re

from robot.understanding.words import FILLERS, words

_YES = re.compile(
    r"(?:да|ага|угу|конечно|разумеется|естественно|безусловно|обязательно|непременно|хорошо|ладно|давай\w*|соглас\w+"
    r"|подтверждаю|ок|окей|подходит|устраивает|пойдет|сойдет|пожалуй|можно|хочу|хотелось|надо|нужно|нужна|нужен|буду"
    r"|присыла\w+|пришлите|пришли|шлите|отправ\w+|записыва\w+|запиш\w+|оформ\w+|регистриру\w+|зарегистриру\w+|вроде"
    r"|есть"
    r"|имеется|готов\w*|пусть|пускай|верно|правильно|точно|именно|так|неплохо|желательно)"
)
_APPROVAL = re.compile(r"(?:верно|правильно|точно|именно|так)")
"""That all is right: said after «нет» it counts («нет, всё верно»)."""
_NO = re.compile(
    r"(?:нет|не|неа|нету|нетушки|неверно|неправильно|отмен\w*|ошиб\w+|никак\w*|никаких|отказ\w*|другой|другая|другое"
    r"|обойдусь|обойдемся|зачем|незачем|ни|без|вовсе)"
)
_FIXED = {
    "да нет": False, "ну да": True, "да нет наверное": None, "нет наверное": None, "да нет конечно": False,
    "нет да": None, "да или нет": None,
    "почему нет": True, "почему бы нет": True, "почему бы и нет": True, "не возражаю": True, "не против": True,
    "я не против": True, "нет не против": True, "да не против": True, "не знаю": None, "не откажусь": True,
    "не отказался": True, "не отказалась": True, "как хотите": None, "а как же": True, "как же": None, "а то": True,
    "что нужно": None, "что надо": None, "да что вы говорите": None, "что вы говорите": None,
    "так": True, "а так": None, "ни так ни так": None, "есть": True,
    "само собой": True, "было неплохо": True, "не плохо": True,
    "было не плохо": True, "наш": True, "наша": True, "наш адрес": True, "мой": True, "он": True,
    "он самый": True, "она самая": True, "оно самое": True, "она": True, "это он": True, "мой адрес": True, "этот"
    " адрес": True, "это она": True,
}  # fmt: skip
_WITHIN = frozenset(
    "все всё так вполне абсолютно совершенно совсем очень спасибо большое наш наша мой моя адрес это этот этому по"
    " тот та"
    " он она оно самый самая самое да нет не ни в коем случае уж само собой без проблем буду рад рада хочу можно"
    " надо нужно"
    " смс эсэмэс сообщение сообщений ничего говорите сказали записали обязательно вообще никогда меня мне к чему стоит"
    " требуется приходит придет что хорошо и еще нам такой такая такого не туда про то потом было спасибочки угу"
    " улица улице дом доме будет пока в общем целом".split()
)
"""May stand beside a yes or a no without changing it."""
_ASIDE = {"ну", "э", "а", "вот", "это", "же", "я", "бы", "м", "мм", "ой", "уж"}


def yes_no(text: str) -> bool | None:
    """Whether the caller says yes or no; ``None`` for both, neither, or much else."""
    said, rest = yes_no_and_rest(text)
    return said if not rest else None


def yes_no_and_rest(text: str) -> tuple[bool | None, str]:
    """The yes or no, and what else is said: «нет, не Ленина, Ленинградская» → (False, «не ленина ленинградская»)."""
    said = words(text)
    plain = " ".join(said)
    for whole in (
        plain,
        " ".join(word for word in said if word not in _ASIDE),
        " ".join(word for word in said if word not in FILLERS),
    ):
        if whole in _FIXED:
            return _FIXED[whole], ""
    if "ли" in said:  # «верно ли это»: asked back, and nothing agreed to
        return None, plain
    if said and all(_part(word) for word in said):
        answer, spoken = _weighed([word for word in said if word == "так" or word not in FILLERS])
        return answer, "" if answer is not None or not spoken else plain
    if said and said[0] in ("нет", "неа", "неверно", "неправильно"):
        return False, " ".join(said[1:])
    if said and said[0] in ("да", "ага", "верно", "правильно"):
        return True, " ".join(said[1:])
    return None, plain


def _part(word: str) -> bool:
    return bool(_YES.fullmatch(word) or _NO.fullmatch(word)) or word in FILLERS or word in _WITHIN


def _weighed(said: list[str]) -> tuple[bool | None, bool]:
    """What the words of a short answer come to, and whether any of them is a yes or a no at all."""
    denied = [at for at, word in enumerate(said) if _NO.fullmatch(word)]
    agreed = [
        at for at, word in enumerate(said)
        if _YES.fullmatch(word)
        and not (at and said[at - 1] in ("не", "ни", "без"))
        and not (word == "так" and len(said) > 1)
    ]  # fmt: skip
    if not denied:
        return (True, True) if agreed or "так" in said else (None, False)
    after = [said[at] for at in agreed if at > denied[-1]]
    before = [said[at] for at in agreed if at < denied[0]]
    if any(_APPROVAL.fullmatch(word) for word in after) or ("нет" in said and said[-2:] == ["все", "так"]):
        return True, True
    contradicted = any(word in ("да", "ага", "угу", "давай", "давайте") for word in after) and not before
    return (None if contradicted else False), True
