"""What callers say to an offer behind the sentence about an outage: take it, another address, no more. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ivr.call.manner import Manner
from outage_feed.model import ServicePoint
from robot.slots import PERSON_KEY
from robot.understanding.reasons import choose
from robot.understanding.understood import SoFar
from robot.understanding.yes_no import yes_no_and_rest

_A_QUESTION = re.compile(r"\b(?:у меня (?:\w+ )?вопрос|есть (?:\w+ )?вопрос|(?:еще|ещё|другой) вопрос|можно вопрос)\b")
"""Whoever has a question that nobody has asked about is for a person."""
_WANTS = re.compile(r"\b(?:да|ага|угу|хочу|давайте|конечно)\b")


@dataclass(frozen=True, slots=True)
class Instead:
    """The address that was read back is not the one: ``words`` say which is."""

    words: str
    so_far: SoFar


def correction(point: ServicePoint, text: str) -> Instead | None:
    """«Нет, не Ленина, Ленинградская, дом пять»: in the same place, unless another is named."""
    said, rest = yes_no_and_rest(text)
    if said is not False or len(rest.split()) < MOST_WORDS_OF_NO or _NO_PLACE.search(rest):
        return None
    return Instead(rest, SoFar(settlement=point.address.settlement))


MOST_WORDS_OF_NO = 2
"""So many words behind a «нет» are no longer a refusal, but something else that is meant."""
DONE = "done"
"""Not a key: what «нет» and «спасибо, всё» mean here."""
ANOTHER = "2"
_OTHER_ADDRESS = (
    "другой адрес", "узнать о другом адресе", "по другому адресу", "другой дом", "не мой адрес", "не наш адрес",
    "не тот адрес", "не этот адрес",
)  # fmt: skip
_ENOUGH = (
    "спасибо", "спасибо всё", "до свидания", "больше ничего", "вопросов нет", "всё понятно", "понятно", "ясно", "всё",
    "это всё", "свет есть", "свет уже есть", "свет дали", "свет включили", "уже дали",
)  # fmt: skip
_NO_PLACE = re.compile(
    r"\b(?:свет(?:а|у|ом|е)?|электричеств\w*|напряжени\w*|вопрос\w*|надо|нужно|регистрир\w*|смс|спасибо)\b"
)
"""What is said of something else than a place."""


def phrases_of(how: Manner) -> dict[str, tuple[str, ...]]:
    """What callers say for each key of an offer."""
    sms, call = ("пришлите смс", "отправьте сообщение"), ("перезвоните мне",)
    return {
        "1": how.also("ticket", ("зарегистрируйте обращение", "света нет", "оформите заявку")),
        ANOTHER: how.also("other_address", _OTHER_ADDRESS),
        "3": (*how.also("sms", sms), *how.also("call", call)),
        DONE: how.also("done", _ENOUGH),
    }


def meant(text: str, *, offered: tuple[str, ...], phrases: Mapping[str, Sequence[str]]) -> str | None:
    """A yes takes what is offered (another address, where nothing else is), a no is the end of it.

    «Другой адрес» has a no in it and is none; after a no the rest says what is meant: «нет, свет уже есть».
    """
    named = choose(text, phrases)
    if named == ANOTHER or _A_QUESTION.search(text):
        return named if named == ANOTHER else PERSON_KEY
    said, rest = yes_no_and_rest(text)
    if said is not None and rest:
        return choose(rest, phrases)
    if said is None:
        return named
    if said and not offered:  # «хорошо, спасибо» is no wish for more
        return ANOTHER if _WANTS.search(text) and "спасибо" not in text else DONE
    return offered[0] if said else DONE
