"""Prompts of one call as clips; how many in a row could not be voiced is kept here for all of the call's lines."""

from __future__ import annotations

import asyncio
import wave
from pathlib import Path

import structlog

from ivr.call.model import Digits, Prompt
from ivr.errors import PromptError, VoiceFailed
from ivr.ports import Clip, Said, Voice

log = structlog.get_logger(__name__)

UNVOICED_SAYS = 2
"""So many prompts in a row without sound, and the line counts as mute: the caller hears nothing and cannot know why."""


class Voicing:
    """The voice of one call. ``aside`` is the same voice where it does not speak to the caller."""

    def __init__(self, voice: Voice, aside: Voice | None = None) -> None:
        self._voice, self._aside = voice, aside or voice
        self._unvoiced = 0

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip | None:
        """The prompt's clip; ``None`` (and a line in the log) when it cannot be voiced."""
        return await _clip(self._voice, prompt, talk=talk)

    async def sound(self, prompt: Prompt) -> tuple[Clip, bytes] | None:
        """The prompt's clip in its wording for whoever may answer in words, and its samples (slin); ``None`` likewise:
        a clip may have been thrown out of the cache meanwhile."""
        clip = await self.clip(prompt, talk=True)
        if clip is None:
            return None
        try:
            return clip, await asyncio.to_thread(_samples, clip.path)
        except (OSError, wave.Error, EOFError) as error:
            log.error("prompt not voiced", prompt=prompt.name, error=f"{clip.path.name}: {error}")
            return None

    async def clip_aside(self, prompt: Prompt) -> Clip | None:
        """The same for what somebody else is told: it is no part of the conversation."""
        return await _clip(self._aside, prompt, talk=False)

    def heard(self) -> None:
        """Something has been heard."""
        self._unvoiced = 0

    def left_out(self, prompt: Prompt, at: float, keys: str) -> Said:
        """A prompt that had no sound. Raises :class:`ivr.errors.VoiceFailed` for the second one in a row."""
        self._unvoiced += 1
        if self._unvoiced >= UNVOICED_SAYS:
            raise VoiceFailed(f"{prompt.name} cannot be heard, nor could the prompt before it")
        return Said(at, "", (Digits(keys),) if keys else (), voiced=False)


async def _clip(voice: Voice, prompt: Prompt, *, talk: bool) -> Clip | None:
    try:
        return await voice.clip(prompt, talk=talk)
    except (VoiceFailed, PromptError, OSError) as error:  # the call is worth more than one sentence
        log.error("prompt not voiced", prompt=prompt.name, error=str(error))
        return None


def _samples(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        samples: bytes = file.readframes(file.getnframes())
        return samples
