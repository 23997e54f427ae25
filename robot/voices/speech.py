"""The async port: words of a Say in, the path of one sound file out. All that blocks is done in threads."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from ivr.errors import VoiceFailed
from ivr.prompts.model import Fragment, Spoken
from robot.voices import sound
from robot.voices.assemble import assemble, digest_of, pieces_of
from robot.voices.choosing import AUTO, Environments, choose
from robot.voices.files import BoundedFolder
from robot.voices.library import Library, Wanted, built_voices, wanted
from robot.voices.process import VoiceProcess
from robot.voices.recorded import Recorded, read_recorded
from robot.voices.rendering import VoiceId, contour_of
from robot.voices.studio import Studio

log = structlog.get_logger(__name__)
T = TypeVar("T")

REMEMBERED = 4096
"""Sentences whose file is known without asking the disk's index."""
TOUCH_SECONDS = 600.0
"""A sentence in use renews its file's time this often, so that it is not the one dropped."""
WAITING = 64
"""More clips than this waiting for the voice: the next fails at once, for it would be late anyway."""


@dataclass(frozen=True, slots=True)
class Prerendered:
    """What came of rendering fragments ahead."""

    made: int
    failed: tuple[str, ...]


class Speech:
    """Voices sentences from the clip library, and renders live what is not in it.

    ``environments``: engine → environment of its worker. ``folder``: where clips live (``var/prompts``). ``recorded``:
    the studio's files. A sentence with a place that is not known yet takes ``name_seconds`` at most, any other
    ``limit_seconds``; what was late is finished for the next caller.
    """

    def __init__(
        self,
        environments: Environments,
        folder: Path,
        *,
        recorded: Path | None = None,
        engine: str = AUTO,
        voice: str = "",
        name_seconds: float = 0.3,
        limit_seconds: float = 2.0,
        cache_mb: int = 500,
        choosing: Callable[[Environments, str, str], VoiceProcess] = choose,
    ) -> None:
        self._environments, self._folder, self._recorded_folder = environments, folder, recorded
        self._engine, self._voice, self._choose = engine, voice, choosing
        self._name_seconds, self._limit_seconds = name_seconds, limit_seconds
        self._cache_bytes = cache_mb * 1_000_000
        self._voicing = ThreadPoolExecutor(1, "voice")
        self._joining = ThreadPoolExecutor(1, "prompts")
        self._studio: Studio | None = None
        self._library: Library | None = None
        self._said: BoundedFolder | None = None
        self._recorded = Recorded()
        self._ready: OrderedDict[Spoken, tuple[Path, float]] = OrderedDict()
        self._pending: dict[Spoken, asyncio.Task[Path]] = {}
        self._rendering: dict[Wanted, asyncio.Future[None]] = {}

    @property
    def identity(self) -> VoiceId:
        """Whose voice is heard; after :meth:`start`."""
        return self._open_library().identity

    async def start(self) -> None:
        """Choose the voice and have it ready.

        Without any engine the clips of an earlier build serve, and names are left out. Raises :class:`VoiceFailed` if
        there are none either.
        """
        await self._in(self._voicing, self._open)
        await self.refresh()
        log.info("voice ready", engine=self.identity.engine, voice=self.identity.voice)

    def _open(self) -> None:
        try:
            process = self._choose(self._environments, self._engine, self._voice)
            self._studio = Studio(process, self._folder, names_bytes=self._cache_bytes // 4)
            self._library = self._studio.library
        except VoiceFailed as failure:
            built = next(
                (known for known in built_voices(self._folder) if self._engine in (AUTO, known.engine)),
                None,
            )
            if built is None:
                raise
            log.warning("no voice engine; the clips built earlier serve", error=str(failure), engine=built.engine)
            self._library = Library(self._folder, built)
        self._said = BoundedFolder(self._library.folder / "said", self._cache_bytes)

    async def refresh(self) -> None:
        """Read the studio's recordings anew (they may have changed with the prompts)."""
        if self._recorded_folder is not None:
            self._recorded = await self._in(self._joining, read_recorded, self._recorded_folder)
            for problem in self._recorded.problems:
                log.warning("recording not used", problem=str(problem))
        self._ready.clear()

    async def close(self) -> None:
        """End the voice process and the threads. What is being rendered is given up."""
        for task in [*self._pending.values()]:
            task.cancel()
        await asyncio.gather(*self._pending.values(), return_exceptions=True)
        if self._studio is not None:
            self._studio.kill()  # a hung worker must not hold us
        self._voicing.shutdown(wait=True, cancel_futures=True)
        if self._studio is not None:
            self._studio.close()
        self._joining.shutdown(wait=True, cancel_futures=True)

    async def file_for(self, spoken: Spoken) -> Path:
        """The WAV file (8 kHz, 16 bits, mono) of a sentence. Raises :class:`VoiceFailed` if it is not to be had."""
        known = self._ready.get(spoken)
        if known is not None and known[0].exists():
            self._touch(spoken, *known)
            return known[0]
        task = self._pending.get(spoken)
        if task is None:  # many callers of one outage ask for the same sentence: it is made once
            task = asyncio.create_task(self._make(spoken))
            self._pending[spoken] = task
            task.add_done_callback(lambda done: self._made(spoken, done))
        return await asyncio.shield(task)

    async def prerender(
        self, fragments: Iterable[Fragment], progress: Callable[[int], None] = lambda done: None
    ) -> Prerendered:
        """Render fragments ahead: names of places, or what a new version of the prompts says.

        Sentences of callers go between; ``progress`` gets the number of fragments done.
        """
        library = self._open_library()
        made, failed = 0, []
        for done, fragment in enumerate(fragments, start=1):
            for clip in wanted([fragment]):
                if not library.has(library.key(clip)):
                    try:
                        await self._render(clip, name=fragment.kind == "name")
                        made += 1
                    except VoiceFailed as error:
                        failed.append(f"{clip.text}: {error}")
            progress(done)
        return Prerendered(made, tuple(failed))

    async def _make(self, spoken: Spoken) -> Path:
        missing = await self._in(self._joining, self._missing, spoken)
        if missing:
            named = any(fragment.kind == "name" for fragment in missing)
            limit = self._name_seconds if named else self._limit_seconds
            try:
                async with asyncio.timeout(limit):
                    for fragment in missing:
                        await self._render(Wanted(fragment.text, contour_of(fragment)), name=fragment.kind == "name")
            except TimeoutError:
                raise VoiceFailed(f"{spoken.prompt}: not voiced within {limit:g} s") from None
        return await self._in(self._joining, self._join, spoken)

    async def _render(self, clip: Wanted, *, name: bool) -> None:
        """Have the voice make a clip; several who wait for the same one wait together."""
        rendering = self._rendering.get(clip)
        if rendering is None:
            studio = self._studio
            if studio is None:
                raise VoiceFailed("no voice engine is there", retryable=False)
            if len(self._rendering) >= WAITING:
                raise VoiceFailed("too many sentences wait for the voice")
            rendering = asyncio.ensure_future(self._in(self._voicing, _make_clip, studio, clip, name))
            self._rendering[clip] = rendering
            rendering.add_done_callback(lambda done: self._rendered(clip, done))
        await asyncio.shield(rendering)

    def _rendered(self, clip: Wanted, rendering: asyncio.Future[None]) -> None:
        del self._rendering[clip]
        if not rendering.cancelled() and (error := rendering.exception()):
            log.warning("clip not voiced", text=clip.text, error=str(error))

    def _made(self, spoken: Spoken, task: asyncio.Task[Path]) -> None:
        del self._pending[spoken]
        if task.cancelled() or task.exception():
            return
        self._ready[spoken] = (task.result(), time.monotonic())
        while len(self._ready) > REMEMBERED:
            self._ready.popitem(last=False)

    def _touch(self, spoken: Spoken, path: Path, touched: float) -> None:
        self._ready.move_to_end(spoken)
        if time.monotonic() - touched > TOUCH_SECONDS:
            self._ready[spoken] = (path, time.monotonic())
            with suppress(OSError):
                BoundedFolder.touch(path)

    def _missing(self, spoken: Spoken) -> tuple[Fragment, ...]:
        """Fragments that nobody recorded and that are not in the library."""
        if self._recorded.prompt(spoken):
            return ()
        return tuple(
            fragment
            for fragment in spoken.fragments
            if self._recorded.fragment(fragment) is None and self._find(fragment) is None
        )

    def _find(self, fragment: Fragment) -> tuple[str, sound.Pcm] | None:
        library = self._open_library()
        key = library.key(Wanted(fragment.text, contour_of(fragment)))
        clip = library.read(key)
        return None if clip is None else (key, clip)

    def _join(self, spoken: Spoken) -> Path:
        said = self._said
        assert said is not None
        try:
            pieces = pieces_of(spoken, self._recorded, self._find)
            key = digest_of(pieces)
            path = said.path(key)
            if path.is_file():
                BoundedFolder.touch(path)
                return path
            return said.write(key, assemble(pieces))
        except LookupError as error:
            raise VoiceFailed(f"{spoken.prompt}: a clip is gone: {error}") from error
        except OSError as error:
            raise VoiceFailed(f"{spoken.prompt}: the sound cannot be written: {error}") from error

    def _open_library(self) -> Library:
        if self._library is None:
            raise VoiceFailed("Speech has not been started", retryable=False)
        return self._library

    @staticmethod
    async def _in(pool: ThreadPoolExecutor, do: Callable[..., T], *args: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(pool, do, *args)


def _make_clip(studio: Studio, clip: Wanted, name: bool) -> None:
    """Runs in the voice's thread. A voice that died or hung is started again at once, before it is asked for more."""
    try:
        studio.make(clip, name=name)
    except VoiceFailed:
        with suppress(VoiceFailed):
            studio.warm()
        raise
