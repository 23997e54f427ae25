"""Words of an utterance, made comparable: small letters, ё as е, without what a recogniser does not know."""

from __future__ import annotations

import re
from functools import lru_cache

FILLERS = frozenset(
    "э м мм а ну так вот это значит короче пожалуйста здравствуйте здрасьте добрый день вечер утро девушка алло але"
    " будьте добры просто как бы же жэ ли там тут бы мне меня у нас вас вам я вы мы с самое ой ох господи понимаете"
    " слушайте женщина дочка доченька милая милок сынок голубушка уважаемая извините простите".split()
)
"""Say nothing of what is meant."""
_WORD = re.compile(r"[а-я0-9]+")


@lru_cache(maxsize=4096)
def words(text: str) -> tuple[str, ...]:
    """The words in order: «У нас [unk] нет света!» → у, нас, нет, света."""
    return tuple(_WORD.findall(text.replace("[unk]", " ").casefold().replace("ё", "е")))


def telling(text: str) -> tuple[str, ...]:
    """The words that say something of what is meant."""
    return tuple(word for word in words(text) if word not in FILLERS)
