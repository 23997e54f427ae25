"""Prompts in words for those handlers that write words down or send them.

Handlers are made before there are a plan and a runner. Until somebody tells of those (:meth:`Words.by_book`,
:meth:`Words.of_calls`), the instance's files are read and nothing is known of running calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from ivr.call.model import Digits, Prompt, Utterance
from ivr.call.verbs import Ask, Say
from ivr.live import LiveCall
from ivr.plan_files import read_texts
from ivr.prompts import PromptBook
from ivr.settings import Settings
from ivr.sms.segments import MOST_SEGMENTS, segments


class Words:
    """The words of prompts: as the live plan has them, and as a caller has really heard them."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._book: Callable[[], PromptBook] = lambda: PromptBook.parse(
            read_texts(settings.home)[0].prompts, settings.tz
        )
        self._calls: Mapping[str, LiveCall] = {}

    def by_book(self, book: Callable[[], PromptBook]) -> None:
        """From now on prompts are worded by what ``book`` brings."""
        self._book = book

    def of_calls(self, live: Mapping[str, LiveCall]) -> None:
        """From now on these are the running calls, by id (:attr:`ivr.runner.Runner.live`)."""
        self._calls = live

    def __call__(self, prompt: Prompt) -> str:
        """The words of a prompt now. Raises :class:`ivr.errors.PromptError`."""
        return self._book().speak(prompt, self._clock()).text

    def of_sms(self, prompt: Prompt) -> str:
        """What an SMS says, in figures; without the place's name where that would make it too long.

        Raises :class:`ivr.errors.PromptError`.
        """
        book, now = self._book(), self._clock()
        text = book.write(prompt, now)
        return text if segments(text) <= MOST_SEGMENTS else book.write(prompt, now, names=False)

    def answered(self, call_id: str) -> str:
        """What the caller answered last in this running call: keys, or words as they were heard; empty for nothing."""
        call = self._calls.get(call_id)
        asked = next((entry for entry in reversed(call.entries) if isinstance(entry.verb, Ask)), None) if call else None
        match asked.value if asked else None:
            case Digits(keys=said) | Utterance(text=said):
                return said
        return ""

    def heard(self, call_id: str, prompt: str) -> str | None:
        """The words that the prompt of that name had when this running call last heard it; empty when it has not,
        ``None`` when no such call is running."""
        call = self._calls.get(call_id)
        if call is None:
            return None
        for entry in reversed(call.entries):
            if isinstance(entry.verb, Say | Ask) and entry.verb.prompt.name == prompt and entry.said:
                return entry.said
        return ""
