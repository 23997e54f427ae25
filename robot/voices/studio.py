"""One voice with its library: the place where words become clips on disk."""

from __future__ import annotations

from pathlib import Path

from ivr.errors import VoiceFailed
from robot.voices.library import Library, Wanted
from robot.voices.process import VoiceProcess
from robot.voices.rendering import Renderer


class Studio:
    """A voice process and the library that its clips go to. Blocking, and for one thread at a time.

    The gain is measured the first time that a version of a voice is met, and noted. Raises :class:`VoiceFailed` if the
    voice cannot be started or the folder cannot be written.
    """

    def __init__(self, process: VoiceProcess, folder: Path, *, names_bytes: int = 100_000_000) -> None:
        self._process = process
        self.library = Library(folder, Renderer(process).identity, names_bytes=names_bytes)
        noted = self.library.noted_gain()
        self._renderer = Renderer(process, noted)
        if noted is None:
            try:
                self.library.note_voice(self._renderer.gain)
            except OSError as error:
                raise VoiceFailed(f"clips cannot be written: {error}") from error

    def make(self, clip: Wanted, *, name: bool = False) -> None:
        """Render a clip and put it into the library. Raises :class:`VoiceFailed`."""
        self.library.write(self.library.key(clip), self._renderer.render(clip.text, clip.contour), name=name)

    def another(self) -> Renderer:
        """A renderer of the same voice with a process of its own, for a second thread."""
        return Renderer(self._process.another(), self._renderer.gain)

    def warm(self) -> None:
        """Have the voice running again after it died or hung. Raises :class:`VoiceFailed`."""
        self._process.start()

    def kill(self) -> None:
        """End the voice process for good, from any thread: one that waits for it gets :class:`VoiceFailed`."""
        self._process.kill()

    def close(self) -> None:
        """End the voice process."""
        self._process.close()
