"""Yes and no in the many ways people say them. Pure."""

from __future__ import annotations

import re

from robot.understanding.words import FILLERS, words

_YES = re.compile(
    r"\b(?:да|ага|угу|верно|правильно|конечно|разумеется|хорошо|ладно|давай\w*|соглас\w+|точно|именно|подтверждаю|ок|окей"
    r"|подходит|пожалуй|можно|хочу|надо|нужно|оно|она самая|он самый|буду|присылайте|пришлите|отправ\w+|есть такое)\b"
)
_NO = re.compile(
    r"\b(?:нет|не|неа|нету|неверно|неправильно|отмена|ошиб\w+|никак\w*|ни в коем|отказ\w*"
    r"|другой|другая|другое|обойдусь)\b"
)
_FIXED = {
    "да нет": False, "ну да": True, "да нет наверное": None, "да нет конечно": False, "нет да": None,
    "почему нет": True, "почему бы нет": True, "почему бы и нет": True, "не возражаю": True, "не против": True,
    "я не против": True, "нет не против": True, "да не против": True, "не надо": False, "не знаю": None,
    "нет верно": True, "нет все верно": True, "нет все правильно": True, "как хотите": None,
}  # fmt: skip
_WITHIN = frozenset(
    "все всё так вполне абсолютно совершенно совсем очень спасибо большое наш наша мой моя адрес это этот"
    " эта тот та да нет не ни в коем случае уж само собой без проблем буду хочу можно надо нужно смс"
    " сообщение".split()
)
"""May stand beside a yes or a no without changing it."""


def yes_no(text: str) -> bool | None:
    """Whether the caller says yes or no; ``None`` for both, neither, or much else."""
    said, rest = yes_no_and_rest(text)
    return said if not rest else None


def yes_no_and_rest(text: str) -> tuple[bool | None, str]:
    """The yes or no, and what else is said: «нет, не Ленина, Ленинградская» → (False, «не ленина ленинградская»)."""
    said = words(text)
    whole = " ".join(word for word in said if word not in {"ну", "э", "а", "вот", "это", "же", "я", "бы"} | {"м", "мм"})
    if whole in _FIXED:
        return _FIXED[whole], ""
    plain = " ".join(said)
    if plain in _FIXED:
        return _FIXED[plain], ""
    if said and all(_part(word) for word in said):
        no, yes = _NO.search(plain), _YES.search(plain)
        if no and (not yes or _denies(plain)):
            return False, ""
        return (True, "") if yes and not no else (None, "" if not (yes or no) else plain)
    if said and said[0] in ("нет", "неа", "неверно", "неправильно"):
        return False, " ".join(said[1:])
    if said and said[0] in ("да", "ага", "верно", "правильно"):
        return True, " ".join(said[1:])
    return None, plain


def _part(word: str) -> bool:
    return bool(_YES.fullmatch(word) or _NO.fullmatch(word)) or word in FILLERS or word in _WITHIN


def _denies(said: str) -> bool:
    """«не надо», «не верно», «нет не хочу», «нет не правильно»: the no stands before what it denies."""
    no = _NO.search(said)
    yes = _YES.search(said)
    return no is not None and (yes is None or no.start() < yes.start())
