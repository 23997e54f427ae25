"""The calls that are measured: what callers do, and what they dial on each side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bench import native
from bench.instance import MENU_NUMBER, Instance
from bench.sipp import Course
from ivr.call.model import Prompt

ANSWER_S = 0.52
"""Asterisk's Answer() waits so long for the caller's first sound; these callers send none. The same on all sides."""
INTO_MENU_S = 0.8
"""When callers who know the menu press their key."""
AFTER_S = 0.5


@dataclass(frozen=True, slots=True)
class Measured:
    """One kind of call. ``numbers``: side → what is dialled for it."""

    name: str
    what: str
    course: Course
    numbers: dict[str, str]
    informed: bool
    """Whether the sentence is heard to its end: the record must say so."""


def measured_calls(instance: Instance) -> tuple[Measured, ...]:
    """The kinds of call, with their times taken from the lengths of the sounds."""
    seconds = {prompt: (path.stat().st_size - 44) / 16_000 for prompt, path in instance.sounds.items()}
    key_at = ANSWER_S + seconds[Prompt("greeting")] + INTO_MENU_S
    sentence = _longest(seconds[caller.sentence] for caller in instance.callers)
    again = _longest(seconds[caller.again] for caller in instance.callers)
    before_menu = seconds[Prompt("greeting")] + seconds[Prompt("recording_notice")]
    menu = {"native": native.MENU, "engine": MENU_NUMBER, "bare": native.BARE}
    return (
        Measured(
            "menu",
            "greeting, menu, key 1, the whole outage sentence, hang-up",
            Course((key_at, "1", sentence + AFTER_S)),
            menu,
            informed=True,
        ),
        Measured(
            "hasty",
            "the same, hung up 2 s into the sentence: least sound, the sharpest comparison",
            Course((key_at, "1", 2.0)),
            menu,
            informed=False,
        ),
        Measured(
            "hotline",
            "the real line: greeting, notice, outage sentence, short menu, key 1, short sentence, hang-up",
            Course((ANSWER_S + before_menu + sentence + INTO_MENU_S, "1", again + AFTER_S)),
            {"native": native.HOTLINE, "engine": instance.settings.line.number},
            informed=True,
        ),
    )


def _longest(seconds: Iterable[float]) -> float:
    return max(seconds)
