"""From a prompt to its words and its sound: what a channel asks for before it plays anything."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from ivr.call.model import Prompt
from ivr.errors import VoiceFailed
from ivr.ports import Clip
from ivr.prompts import PromptBook, Spoken

log = structlog.get_logger(__name__)

WAV_HEADER_BYTES = 44
BYTES_PER_SECOND = 16_000
REMEMBERED = 4096


class Sounds(Protocol):
    """What turns words into a file (``robot.voices.Speech``)."""

    async def file_for(self, spoken: Spoken) -> Path:
        """One sound file for all the fragments. Raises :class:`ivr.errors.VoiceFailed`."""
        ...


class Speaker:
    """The :class:`ivr.ports.Voice` of one version of the prompts.

    A sentence whose place names cannot be voiced in time is said without them (the prompt's ``unnamed`` wording).
    """

    def __init__(self, book: PromptBook, sounds: Sounds, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._sounds = sounds
        self._clock = clock
        self._known: OrderedDict[tuple[Prompt, bool, date], Clip] = OrderedDict()

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        """The prompt's sound and words. Raises :class:`ivr.errors.VoiceFailed` when it cannot be voiced at all."""
        now = self._clock()
        # Words depend on the day («сегодня», «завтра»), never on the hour: one entry a day.
        key = (prompt, talk, now.date())
        known = self._known.get(key)
        if known is not None and known.path.exists():
            return known
        spoken = self._book.speak(prompt, now, talk=talk)
        complete = True
        try:
            path = await self._sounds.file_for(spoken)
        except VoiceFailed as failure:
            plain = self._book.speak(prompt, now, names=False, talk=talk)
            if plain.fragments == spoken.fragments:
                raise
            log.warning("said without names", prompt=prompt.name, error=str(failure))
            path = await self._sounds.file_for(plain)
            spoken, complete = plain, False
        clip = Clip(path, spoken.text, (path.stat().st_size - WAV_HEADER_BYTES) / BYTES_PER_SECOND)
        if complete:
            self._known[key] = clip
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return clip
