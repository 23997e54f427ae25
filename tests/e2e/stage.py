"""Calls that are held at the same time: callers spend most of their time listening, so tests need not wait in turn.

A *scene* is a function that holds its calls and gives what came of them; ``@scene`` names it when its file is read.
All scenes begin together (some at once) when the first test asks for one, and each test then looks at its own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from asterisk_server import program_tree
from callers import Telephone
from hearing import RATE, Heard, Sound, find, listen
from hotline import NUMBER, ONE_STARTS, ExpectedSounds, Hotline, core
from own_grid import RESIDENTS, Resident, lay_in

from ivr.app import open_house, prerender_places, topics
from ivr.bringup.music import waiting_music
from ivr.call.model import CallRecord, Prompt
from ivr.plans import load_plan
from ivr.store.calls import CallRow

T = TypeVar("T")
Clips = list[tuple[str, Sound, float]]
"""Words, sound and meant pause of what is said."""
NOON = datetime(2026, 11, 25, 12, 17, tzinfo=ZoneInfo("Europe/Moscow"))
"""What the scenes' hotline takes for now when it starts: its words do not hang on when the tests are run."""
AT_ONCE = 10
"""More scenes than that make two cores busy with listening, and then what is measured is the test."""
SCENE_LIMIT = 280.0
MUSIC: Sound = waiting_music().astype(float)[:RATE]
BETWEEN_PROMPTS_S = 0.35
GAP, FIRST_SOUND, ALIKE, UNLIKE = 0.15, 1.0, 0.9, 0.6


@dataclass
class Stage:
    """What a scene has: the hotline that all share, and telephones of its own, switched off when the scene is over."""

    line: Hotline
    sounds: ExpectedSounds
    folder: Path
    laid_in_at: datetime
    """When the grid was laid in: its times are counted from there."""
    on: ExitStack = field(default_factory=ExitStack)
    _count: int = 0

    def telephone(self, number: str, line: Hotline | None = None, **options: Any) -> Telephone:
        """A telephone that calls the shared hotline, or ``line``."""
        self._count += 1
        folder = self.folder / f"phone{self._count}"
        sip = (line or self.line).sip
        return self.on.enter_context(Telephone(program_tree("testcallers"), folder, sip, number, **options))

    def dialled(self, number: str, called: str = NUMBER, **options: Any) -> Telephone:
        """A caller who has just been answered."""
        phone = self.telephone(number, **options)
        phone.dial(called)
        return phone

    def over(self, phone: Telephone) -> Call:
        """The caller hangs up, if nobody else has; what has come of the call."""
        if not phone.happened("CALL_CLOSED"):
            phone.hang_up()
        record = self.line.records(phone.number, since=phone.answered_at)[0]
        return Call(self, phone.heard(), record, self.line.row_of(record))

    def clips(self, *prompts: Prompt | str, now: datetime | None = None) -> Clips:
        """Words, sound and meant pause of all clips of prompts, in order."""
        moment = now or self.laid_in_at
        asked = [Prompt(each) if isinstance(each, str) else each for each in prompts]
        return [clip for prompt in asked for clip in _parted(self.sounds.fragments(self.sounds.spoken(prompt, moment)))]

    def first(self, prompt: Prompt | str) -> Sound:
        """A prompt's first clip."""
        return self.clips(prompt)[0][1]

    def last(self, prompt: Prompt | str) -> Sound:
        """A prompt's last clip."""
        return self.clips(prompt)[-1][1]


def _parted(clips: Clips) -> Clips:
    """The clips of a prompt, with the pause behind it that a sentence has: the next prompt is another sound file."""
    words, sound, pause = clips[-1]
    return [*clips[:-1], (words, sound, max(pause, BETWEEN_PROMPTS_S))]


@dataclass(frozen=True)
class Call:
    """What a caller has heard, and the record of it."""

    stage: Stage
    sound: Sound
    record: CallRecord
    row: CallRow


Scene = Callable[[Stage], Any]
_SCENES: list[Scene] = []


def scene(hold: Callable[[Stage], T]) -> Callable[[Stage], T]:
    """Make ``hold`` one of the scenes that begin together."""
    _SCENES.append(hold)
    return hold


class Scenes:
    """All scenes of the files that pytest has read. ``scenes(hold)`` gives what ``hold`` brought, or raises it."""

    def __init__(self, line: Hotline, folder: Path, laid_in_at: datetime) -> None:
        self._sounds = ExpectedSounds(line.settings)
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="scene")
        self._held: dict[Scene, Future[Any]] = {}
        for hold in _SCENES:
            stage = Stage(line, self._sounds, folder / hold.__name__, laid_in_at)
            self._held[hold] = self._pool.submit(self._hold, hold, stage)

    @staticmethod
    def _hold(hold: Scene, stage: Stage) -> Any:
        stage.folder.mkdir()
        with stage.on:
            return hold(stage)

    def __call__(self, hold: Callable[[Stage], T]) -> T:
        result: T = self._held[hold].result(SCENE_LIMIT)
        return result

    def close(self) -> None:
        """Begin no more; those that are on come to their end (each wait in them has a limit)."""
        self._pool.shutdown(cancel_futures=True)


def assert_heard(sound: Sound, clips: Clips, *, after: float = 0.0) -> Heard:
    """Every clip was heard, in order and alike to 0.9; nothing inside a sentence tears it for more than 150 ms.

    The first clip may begin anywhere after the second ``after``.
    """
    begin = find(sound, clips[0][1], after=after).begin
    heard = listen(sound, [(words, clip) for words, clip, _ in clips], after=max(after, begin - 0.05), reach=1.5)
    assert heard.worst >= ALIKE, str(heard)
    for gap, (words, clip, pause) in zip(heard.gaps, clips, strict=False):
        edges = (len(clip) - len(core(clip))) / RATE
        # Commas and dashes pause for up to 150 ms; longer is meant between sentences and groups of digits.
        most = GAP if pause <= GAP else pause + GAP
        assert gap <= most + edges, f"{gap:.2f} s of silence after {words!r} (meant: {pause:.2f})\n{heard}"
    return heard


def likeness(sound: Sound, clips: Clips, *, but: Clips) -> float:
    """How much ``sound`` is like the least alike of ``clips`` that is not one of ``but`` as well: was it said?"""
    own = {words for words, _, _ in but}
    others = [clip for words, clip, _ in clips if words not in own]
    assert others, "nothing tells these sentences apart"
    return min(find(sound, clip).score for clip in others)


def fill(line: Hotline, residents: Sequence[Resident] = RESIDENTS) -> datetime:
    """Lay the tests' own grid in and have its places voiced; the moment that its times are counted from."""
    with open_house(line.settings) as house:
        now = line.at or house.clock()
        lay_in(house.grid, now, residents)
        with ONE_STARTS:
            plan = load_plan(line.settings, topics())
            asyncio.run(prerender_places(line.settings, house, plan, lambda _share: None))
    return now
