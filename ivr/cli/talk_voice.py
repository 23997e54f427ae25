"""``ivr talk --voice``: a call in which the caller speaks from sound files and is heard by the real recogniser."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
import wave
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import TypeVar

from ivr.asterisk.audiosocket import RATE
from ivr.call.model import Prompt
from ivr.channels.console import Console, TalkKit, Terminal
from ivr.channels.handset import Exchange, Handset, Pace, Saying, as_fast_as, real_time
from ivr.channels.spoken import SpokenChannel, Typed
from ivr.channels.talking import TalkingChannel
from ivr.channels.voicing import Voicing
from ivr.cli.common import EXIT_USAGE, fail
from ivr.errors import IvrError, VoiceFailed
from ivr.live import Announcing
from ivr.ports import Clip, Voice
from robot.hearing.bench.alaw import BadClip
from robot.hearing.listening import Listeners
from robot.hearing.sound_files import LONGEST_S, read_speech
from robot.hearing.workers import Job, Workers

T = TypeVar("T")
NEEDED = f"WAV, 8 or 16 kHz, A-law or 16-bit PCM, mono, at most {LONGEST_S} s: sox IN -r 8000 -c 1 -b 16 OUT.wav"
HUM = b"\x01\x00"
"""A sample of the robot's words where nobody listens: no silence, for the caller is to know when they end."""


def read_sayings(files: Sequence[str]) -> tuple[Saying, ...]:
    """The caller's words, in order: FILE, or FILE@SECONDS to speak into the robot's. A bad file ends the command."""
    sayings = []
    for text in files:
        path, at, seconds = text.rpartition("@")
        into: float | None = None
        if at and not Path(text).exists():
            try:
                into = float(seconds)
            except ValueError:
                fail(f"{text!r}: after @ stand seconds into the robot's words (FILE@1.5)", code=EXIT_USAGE)
        file = Path(text if into is None else path)
        try:
            sayings.append(Saying(file.name, read_speech(file).tobytes(), into))
        except BadClip as error:
            fail(str(error), f"needed: {NEEDED}", EXIT_USAGE)
    return tuple(sayings)


class Watched(Workers):
    """Threads of the recogniser that tell what they are still at."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.at_work: set[asyncio.Future[object]] = set()

    def do(self, work: Callable[[], T]) -> Job[T]:
        """Have ``work`` done as soon as a thread is free."""
        job = super().do(work)
        answer: asyncio.Future[object] = job.answer  # type: ignore[assignment]
        self.at_work.add(answer)
        answer.add_done_callback(self.at_work.discard)
        return job


class Unvoiced:
    """A :class:`ivr.ports.Voice` that needs no speech engine: sentences of the right length, and nothing to hear."""

    def __init__(self, kit: TalkKit, folder: Path) -> None:
        self._kit, self._folder = kit, folder

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        """The prompt's words, and a file as long as they are about. Raises PromptError for one that there is not."""
        if self._kit.spoken is None:
            raise VoiceFailed("there are no wordings")
        spoken = self._kit.spoken(prompt)
        path = self._folder / f"{round(spoken.seconds * 10)}.wav"
        if not path.exists():
            with contextlib.closing(wave.open(str(path), "wb")) as file:
                file.setnchannels(1)
                file.setsampwidth(2)
                file.setframerate(RATE)
                file.writeframes(HUM * int(spoken.seconds * RATE))
        return Clip(path, spoken.text, spoken.seconds)


@contextlib.asynccontextmanager
async def spoken_line(
    kit: TalkKit,
    sayings: Sequence[Saying],
    terminal: Terminal,
    console: Console,
    follow: Callable[[], None],
    obeyed: Callable[[str], bool],
    *,
    fast: bool,
) -> AsyncIterator[SpokenChannel]:
    """The line of one call. Ends the command where there is no recogniser or no voice."""
    try:
        hearing = await asyncio.to_thread(kit.hear) if kit.hear is not None else None
    except IvrError as error:
        fail(f"the recogniser cannot be had: {error}", "ivr models list")
    if not isinstance(hearing, Listeners):
        fail("there is no recogniser to hear with", "ivr models list")
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(hearing):
        voice, pace = _voice_and_pace(kit, hearing, Path(folder), fast=fast)

        def begins(prompt: Prompt, words: str) -> None:
            follow()
            terminal.show("robot", words)

        def speaks(saying: Saying) -> None:
            into = f", {saying.into:g} s into the robot's words" if saying.into is not None else ""
            terminal.show("caller", f"plays {saying.name} ({saying.seconds:.1f} s{into})")

        handset = Handset(Exchange(), deque(sayings), pace, speaks)
        typed = Typed(console, handset)
        talking = TalkingChannel(
            typed, Voicing(Announcing(voice, begins)), handset.exchange, hearing, obeyed,
            lambda why: terminal.show("note", f"the robot does not hear any more: {why}"),
        )  # fmt: skip
        try:
            yield SpokenChannel(talking, typed, terminal.show, follow)
        finally:
            talking.close()
            if handset.hung_up:
                console.hung_up = "caller"
            for saying in handset.sayings:
                terminal.show("note", f"{saying.name} was not played: the robot did not ask any more")


def _voice_and_pace(kit: TalkKit, hearing: Listeners, folder: Path, *, fast: bool) -> tuple[Voice, Pace]:
    if not fast and kit.voice is not None:
        return kit.voice, real_time()
    workers = Watched(1)
    hearing.threads.close()
    hearing.threads = workers
    return Unvoiced(kit, folder), as_fast_as(lambda: workers.at_work)
