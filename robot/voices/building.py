"""Renders ahead all clips that are missing, on all cores. Can be interrupted: what is made stays."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ivr.errors import VoiceFailed
from robot.voices.library import Library, Wanted
from robot.voices.rendering import Renderer
from robot.voices.studio import Studio

Progress = Callable[[int, int], None]
"""Called with (clips done, clips in all), from several threads but never from two at once."""


@dataclass(frozen=True, slots=True)
class Built:
    """What came of it."""

    made: int
    failed: tuple[tuple[Wanted, str], ...]
    """Clips that could not be made, and why."""


def build(
    studio: Studio,
    clips: Iterable[Wanted],
    *,
    names: bool = False,
    workers: int | None = None,
    progress: Progress = lambda done, total: None,
) -> Built:
    """Make every clip of ``clips`` that is not in the library yet (``names``: they are places).

    One that fails does not stop the others. Raises :class:`VoiceFailed` only if the disk takes nothing any more or no
    voice process can be started at all.
    """
    library = studio.library
    every = tuple(clips)
    # The longest first: no thread is left alone with a long one at the end.
    absent = sorted((clip for clip in every if not library.has(library.key(clip))), key=lambda clip: -len(clip.text))
    todo: queue.SimpleQueue[Wanted] = queue.SimpleQueue()
    for clip in absent:
        todo.put(clip)
    count = _Count(len(absent), progress)
    threads = []
    for _ in range(min(workers or os.cpu_count() or 1, len(absent))):
        thread = threading.Thread(
            target=_work, args=(studio.another(), library, todo, count, names), name="prompts", daemon=True
        )
        thread.start()
        threads.append(thread)
    try:
        for thread in threads:
            thread.join()
    except BaseException:  # Ctrl-C: let the threads finish the clip in hand, and leave
        _empty(todo)
        for thread in threads:
            thread.join()
        raise
    if not names:
        try:
            library.note_index(every)
        except OSError as error:
            raise VoiceFailed(f"the index of clips cannot be written: {error}") from error
    return Built(count.made, tuple(count.failed))


class _Count:
    """How far the threads are."""

    def __init__(self, total: int, progress: Progress) -> None:
        self._total = total
        self._progress = progress
        self._lock = threading.Lock()
        self.made = 0
        self.failed: list[tuple[Wanted, str]] = []

    def add(self, clip: Wanted, failure: str = "") -> None:
        with self._lock:
            if failure:
                self.failed.append((clip, failure))
            else:
                self.made += 1
            self._progress(self.made + len(self.failed), self._total)


def _work(renderer: Renderer, library: Library, todo: queue.SimpleQueue[Wanted], count: _Count, names: bool) -> None:
    try:
        while True:
            try:
                clip = todo.get_nowait()
            except queue.Empty:
                return
            try:
                library.write(library.key(clip), renderer.render(clip.text, clip.contour), name=names)
            except VoiceFailed as error:
                count.add(clip, str(error))
            else:
                count.add(clip)
    finally:
        renderer.close()


def _empty(todo: queue.SimpleQueue[Wanted]) -> None:
    while True:
        try:
            todo.get_nowait()
        except queue.Empty:
            return
