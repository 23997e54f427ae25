"""A set out of a real speaker's recordings: Debian's Russian sounds for Asterisk, for testing only.

The package asterisk-core-sounds-ru (© 2010 Maxim Topal, ivrvoice.ru, CC-BY-3.0 as read in its copyright file) holds a
woman's recordings and a list of their words. Nothing is trained on them and nothing of them is kept in our tree. The
words of numbers, ordinals, months and days are written here, because the list has slips; account numbers are glued
together out of single digits, harder than real ones, in which a digit leans on the next; the announcements about
conferences and passwords are speech that no grammar of ours may accept.
"""

from __future__ import annotations

import gzip
import random
import re
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from robot.hearing.bench.alaw import RATE, Samples
from robot.hearing.bench.grammars import grammars
from robot.hearing.bench.sets import OUT_OF_GRAMMAR
from robot.hearing.bench.writing import SetWriter, trimmed
from robot.hearing.spoken_numbers import DIGITS, cardinal, ordinal

LIST = "usr/share/doc/asterisk-core-sounds-ru/core-sounds-ru.txt.gz"
SOUNDS = "usr/share/asterisk/sounds/ru_RU_f_IvrvoiceRU"
VOICE = "ivrvoice.ru"
VERSION = "1"
SEED = 3
ACCOUNTS, STRANGERS = 60, 60
_ROUND = (*range(20), *range(20, 100, 10))
_DAYS = ("воскресенье", "понедельник", "вторник", "среда", "четверг", "пятница", "суббота")
_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября",
    "декабря",
)  # fmt: skip
_SENTENCE = re.compile(r"[а-яё]+(?: [а-яё]+){2,9}")


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording: its file's name without the ending, its kind, which grammar it answers, its words."""

    name: str
    kind: str
    grammar: str
    text: str


def make_human_set(tree: Path, folder: Path) -> int:
    """Write the set from the package unpacked in ``tree``; the number of clips. OSError if that is not it."""
    chance = random.Random(SEED)
    single = [*_single()]
    asked = {name: grammars()[name] for name in ("yes_no", "digits", "menu")}
    for recording in single:
        if recording.grammar not in ("digits", "yes_no"):
            asked.setdefault(recording.grammar, []).append(recording.text)
    writer = SetWriter(folder, asked)
    for recording in single:
        writer.add(recording.kind, VOICE, recording.grammar, recording.text, _sound(tree, recording.name), chance)
    digits = [trimmed(_sound(tree, f"digits/{digit}")) for digit in range(10)]
    for number in _accounts(chance):
        said = _glued([digits[digit] for digit in number], chance)
        writer.add("account", VOICE, "digits", " ".join(DIGITS[digit] for digit in number), said, chance)
    listed = gzip.decompress((tree / LIST).read_bytes()).decode("utf-8")
    for recording in strangers(listed, STRANGERS):
        writer.add(recording.kind, VOICE, "", recording.text, _sound(tree, recording.name), chance)
    return writer.finish(
        {
            "name": "human", "version": VERSION, "seed": SEED, "voices": [f"{VOICE}: one woman, recorded in a studio"],
            "licence": "CC-BY-3.0, © 2010 Maxim Topal (ivrvoice.ru), Debian's asterisk-core-sounds-ru; testing only",
        }
    )  # fmt: skip


def _single() -> Iterator[Recording]:
    """Recordings of one answer each."""
    yield Recording("vm-no", "no", "yes_no", "нет")
    for number in _ROUND:
        yield Recording(f"digits/{number}", "number", "numbers", cardinal(number))
    yield Recording("digits/hundred", "number", "numbers", "сто")
    for number in (*range(1, 21), *range(30, 100, 10)):
        yield Recording(f"digits/h-{number}", "ordinal", "ordinals", ordinal(number, "ый"))
    for number, day in enumerate(_DAYS):
        yield Recording(f"digits/day-{number}", "weekday", "weekdays", day)
    for number, month in enumerate(_MONTHS):
        yield Recording(f"digits/mon-{number}", "month", "months", month)
    for day, text in (("today", "сегодня"), ("tomorrow", "завтра"), ("yesterday", "вчера")):
        yield Recording(f"digits/{day}", "weekday", "weekdays", text)


def _accounts(chance: random.Random) -> Iterator[list[int]]:
    """Eight to twelve digits; in every third some are repeated."""
    for _ in range(ACCOUNTS):
        length, repeats, number = chance.choice((8, 9, 10, 12)), chance.random() < 0.34, list[int]()
        while len(number) < length:
            number += [chance.randrange(10)] * (chance.choice((1, 2, 3)) if repeats else 1)
        yield number[:length]


def _glued(digits: list[Samples], chance: random.Random) -> Samples:
    """Digits one after another with 0 … 120 ms between, and a longer pause after some, as numbers are dictated."""
    parts: list[Samples] = []
    for digit in digits:
        pause = chance.uniform(0.0, 0.12) if chance.random() < 0.85 else chance.uniform(0.15, 0.3)
        parts += [digit, np.zeros(int(RATE * pause), np.int16)]
    return np.concatenate(parts)


def strangers(listed: str, count: int) -> list[Recording]:
    """The first ``count`` announcements of the list that are sentences of Russian words, each text once."""
    found: dict[str, Recording] = {}
    for line in listed.splitlines():
        name, parted, said = line.partition(": ")
        text = " ".join(re.sub(r"[.,!?…«»\"–-]", " ", said.lower()).split())
        if parted and not name.startswith(("digits/", "letters/", ";")) and _SENTENCE.fullmatch(text):
            found.setdefault(text, Recording(name, OUT_OF_GRAMMAR, "", text))
    return list(found.values())[:count]


def _sound(tree: Path, name: str) -> Samples:
    with wave.open(str(tree / SOUNDS / f"{name}.wav")) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (RATE, 1, 2):
            raise OSError(f"{name}.wav is not 16 bits, 8 kHz, mono")
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
