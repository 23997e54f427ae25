"""What is known of running calls, and telling whoever watches them as they happen.

The runner keeps one :class:`LiveCall` a call. Watchers (the control socket's ``GET /events``) are told what happens in
it; while nobody watches, that costs nothing. A watcher that does not keep up is left behind, never waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from ivr.call.model import Call, CallRecord, Entry, Outcome, Prompt
from ivr.ports import Clip, Voice

WATCHER_HOLDS = 10_000
"""So many happenings may wait for a watcher; then it is left behind."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A call has begun."""


@dataclass(frozen=True, slots=True)
class Speaking:
    """A prompt begins to be heard, ``at`` seconds after the call's start."""

    at: float
    prompt: str
    words: str
    owed: float | None
    """Seconds that the caller was owed a sound, where they were."""


@dataclass(frozen=True, slots=True)
class Queued:
    """The caller begins to wait for the people of ``queue``."""

    at: float
    queue: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A person of ``queue`` has taken the call."""

    at: float
    queue: str


Happening = Begun | Speaking | Queued | Answered | Entry | CallRecord
"""What a watcher is told, in order. ``Entry``: a verb has been done. ``CallRecord``: the call has ended."""


@dataclass(slots=True)
class LiveCall:
    """What is known of a running call: the live view reads it, the record is made from it."""

    call: Call
    plan: str
    clock: Callable[[], datetime]
    began: float = field(default_factory=time.monotonic)
    node: str = ""
    doing: str = ""
    queue: str = ""
    """The queue that the caller is with now, if any."""
    where: str = ""
    saying: Speaking | None = None
    """The prompt that is heard now (or is waited for an answer to)."""
    owed_since: float | None = None
    entries: list[Entry] = field(default_factory=list)

    def seconds(self) -> float:
        """How long it has lasted."""
        return round(time.monotonic() - self.began, 3)

    def owed(self, sound_at: float) -> float | None:
        """Seconds of silence that the caller was owed a sound in, when our sound began at ``sound_at``."""
        since, self.owed_since = self.owed_since, None
        return None if since is None else max(0.0, sound_at - since)

    def record(self, outcome: Outcome) -> CallRecord:
        """The record as it stands now."""
        return CallRecord(self.call, self.plan, outcome, self.clock(), tuple(self.entries))


@dataclass(eq=False, slots=True)
class Watcher:
    """One who watches: :meth:`next` gives what happened, in order."""

    _told: asyncio.Queue[tuple[LiveCall, Happening]] = field(default_factory=asyncio.Queue)
    left_behind: bool = False
    """It did not keep up and is told nothing more."""

    async def next(self) -> tuple[LiveCall, Happening]:
        """Wait for the next happening; without a limit of its own."""
        return await self._told.get()

    def tell(self, call: LiveCall, what: Happening) -> None:
        """Put a happening in line. One too many, and the watcher is left behind."""
        if self._told.qsize() >= WATCHER_HOLDS:
            self.left_behind = True
        if not self.left_behind:
            self._told.put_nowait((call, what))


@dataclass(slots=True)
class Watchers:
    """Whoever watches this engine's calls."""

    _all: list[Watcher] = field(default_factory=list)

    @contextlib.contextmanager
    def watch(self) -> Iterator[Watcher]:
        """Be told what happens from now on, until the block ends."""
        watcher = Watcher()
        self._all.append(watcher)
        try:
            yield watcher
        finally:
            self._all.remove(watcher)

    def tell(self, call: LiveCall, what: Happening) -> None:
        """Something has happened in ``call``."""
        for watcher in self._all:
            watcher.tell(call, what)


@dataclass(frozen=True, slots=True)
class Announcing:
    """A :class:`ivr.ports.Voice` that tells what it is asked for: channels ask for a clip just before they play it."""

    voice: Voice
    begun: Callable[[Prompt, str], None]
    """Called with the prompt and its words."""

    async def clip(self, prompt: Prompt, *, talk: bool = False) -> Clip:
        """The prompt's sound, from the voice behind."""
        clip = await self.voice.clip(prompt, talk=talk)
        self.begun(prompt, clip.text)
        return clip
