"""What the ear makes of noise and of pauses: barge-ins that nobody meant, and callers who are cut off."""

from __future__ import annotations

import asyncio
import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from bench.speech.clips import SAYS, frames, on_the_line
from bench.speech.dictation import Dictated, clips_of, dictated
from bench.speech.ear import GREETING_S, AtOnce, answer_time, false_barge_ins
from bench.speech.noises import noises
from ivr.app import make_hearing, open_house
from ivr.call.model import Speech
from ivr.dialplan.nodes.menu import Menu
from ivr.plans import Plans
from ivr.settings import Settings
from robot.hearing.bench.alaw import RATE, read
from robot.hearing.folders import in_use
from robot.hearing.in_use import ModelInUse
from robot.hearing.listening import Listeners
from robot.slots import ACCOUNT_USUAL_DIGITS

SEED = 1
SILENCE_AFTER_S = 4.0
SPEECH_OF = {"account": Speech("digits", digits=ACCOUNT_USUAL_DIGITS), "house": Speech("address")}
"""What the robot expects when such a number is asked for."""


@dataclass(frozen=True, slots=True)
class BargeIns:
    """How often a noise would have cut the main menu short."""

    noise: str
    seconds: float
    cuts: int

    @property
    def per_hour(self) -> float:
        """So many an hour."""
        return self.cuts * 3600 / self.seconds

    @property
    def at_most(self) -> float:
        """An hour, with 95 % confidence where there was none («rule of three»)."""
        return max(self.cuts, 3) * 3600 / self.seconds


@dataclass(frozen=True, slots=True)
class CutOffs:
    """Numbers that were dictated with pauses, and how many of them were taken to be over too soon."""

    kind: str
    clips: int
    cut: int
    waits: tuple[float, ...]
    """Of the others: seconds from the last sound to the answer."""

    @property
    def usual_wait(self) -> float:
        """The median of the waits."""
        return statistics.median(self.waits) if self.waits else float("nan")


def measure_mistakes(
    settings: Settings, *, noise_seconds: float, most_clips: int, say: Callable[[str], None]
) -> tuple[tuple[BargeIns, ...], tuple[CutOffs, ...]]:
    """Both, with an instance's model and main menu. Blocking."""
    hearing = make_hearing(settings)
    hearing.close()
    hearing.threads = AtOnce()
    menu = _main_menu(settings)
    return asyncio.run(_measure(settings, hearing, menu, noise_seconds, most_clips, say))


async def _measure(
    settings: Settings,
    hearing: Listeners,
    menu: Speech,
    noise_seconds: float,
    most_clips: int,
    say: Callable[[str], None],
) -> tuple[tuple[BargeIns, ...], tuple[CutOffs, ...]]:
    voices = [sound for _, sound in clips_of("out_of_grammar")]
    barge_ins = []
    for name, make in noises(voices, read(SAYS / "uhuh.wav")).items():
        line = on_the_line(make(GREETING_S + noise_seconds, np.random.default_rng([SEED, *name.encode()])))
        barge_ins.append(BargeIns(name, noise_seconds, await false_barge_ins(hearing, menu, frames(line))))
        say(f"{name}: {barge_ins[-1].cuts} false barge-ins in {noise_seconds:g} s")
    cut_offs = []
    for kind, speech in SPEECH_OF.items():
        cut_offs.append(await _cut_offs(kind, speech, hearing, list(_dictated(settings, kind))[:most_clips]))
        say(f"{kind}: {cut_offs[-1].cut} of {cut_offs[-1].clips} cut off")
    return tuple(barge_ins), tuple(cut_offs)


def _dictated(settings: Settings, kind: str) -> Iterator[Dictated]:
    model = ModelInUse(lambda: in_use(settings.hearing.model, settings.home, settings.models)).current()
    yield from dictated(model, kind, np.random.default_rng([SEED, *kind.encode()]))


async def _cut_offs(kind: str, speech: Speech, hearing: Listeners, numbers: list[Dictated]) -> CutOffs:
    cut, waits = 0, []
    for number in numbers:
        line = np.concatenate((np.zeros(RATE, np.int16), number.sound, np.zeros(int(SILENCE_AFTER_S * RATE), np.int16)))
        end = 1.0 + number.end
        answered = await answer_time(hearing, speech, frames(on_the_line(line)))
        if answered is not None and answered < end:
            cut += 1
        elif answered is not None:
            waits.append(answered - end)
    return CutOffs(kind, len(numbers), cut, tuple(sorted(waits)))


def _main_menu(settings: Settings) -> Speech:
    """What the hotline's first question expects."""
    with open_house(settings) as house:
        plan = Plans.open(settings, house.topics).current
    menu = plan.dialplan.nodes["hotline:menu"]
    assert isinstance(menu, Menu)
    phrases = dict.fromkeys(each.casefold() for choice in menu.choices.values() for each in choice.wordings)
    return Speech("choice", tuple(phrases))
