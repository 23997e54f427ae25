"""◆ A caller who holds a conversation by ear: says the next sentence when the robot's turn has come to it. Pure.

It is told every 20 ms whether the robot is heard, and gives what goes out in that time. What it measures is what a
person would: from the last sound of one's own sentence to the first sound of the answer.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from bench.speech.clips import Sentence

CUT_S = 0.12
"""A robot that is still talking when the caller has finished has stopped once it has been silent for so long."""
NO_REPLY_S = 10.0
FAREWELL_S = 2.5
"""So long after the last answer has begun the caller hangs up."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of the caller's. ``into``: so many seconds after the robot has begun to speak; ``after``: once the
    robot has been silent for so long."""

    name: str
    into: float | None = None
    after: float = 0.7


@dataclass(frozen=True, slots=True)
class Turn:
    """One sentence that was said. Times in seconds of the caller's clock."""

    name: str
    began: float
    ended: float
    """When the last sound of it went out."""
    replied: float | None = None
    """From there to the first sound of the answer; ``None``: none came."""
    talked_over: bool = False
    """The robot was still speaking when the caller had finished: no silence was waited through."""


class _Doing(Enum):
    ANSWERED = auto()
    """The call is answered, the robot has not said anything yet."""
    LISTENS = auto()
    SPEAKS = auto()
    WAITS = auto()
    DONE = auto()


@dataclass(eq=False, slots=True)
class Talker:
    """One conversation. ``sounds``: what each sentence sounds like."""

    lines: Sequence[Line]
    sounds: Mapping[str, Sentence]
    silence: bytes
    turns: list[Turn] = field(default_factory=list)
    spoken_frames: int = 0
    lost: bool = False
    """No answer came in time."""
    _doing: _Doing = _Doing.ANSWERED
    _since: float = 0.0
    _at: int = 0
    _frame: int = 0
    _loud_at: float = -1e9
    _began: float = 0.0
    _over: bool = False
    _rest: deque[bytes] = field(default_factory=deque)
    """What the line carries behind the last sound of a sentence."""

    def answer(self, now: float) -> None:
        """The call is answered."""
        self._since = now

    def hears(self, loud: bool, now: float) -> None:
        """20 ms of the robot's side have come."""
        if not loud:
            return
        quiet = now - self._loud_at
        self._loud_at = now
        if self._doing is _Doing.ANSWERED:
            self._listen(now)
        elif self._doing is _Doing.WAITS and (not self._over or quiet >= CUT_S):
            last = self.turns[-1]
            self.turns[-1] = Turn(last.name, last.began, last.ended, now - last.ended, self._over)
            self._listen(now)

    def says(self, now: float) -> bytes:
        """What goes out in the next 20 ms."""
        if self._doing is _Doing.LISTENS and self._at < len(self.lines) and self._has_the_word(now):
            self._doing, self._began, self._frame = _Doing.SPEAKS, now, 0
        if self._doing is not _Doing.SPEAKS:
            return self._rest.popleft() if self._rest else self.silence
        line = self.lines[self._at]
        sound = self.sounds[line.name]
        piece = sound.frames[self._frame]
        self._frame += 1
        self.spoken_frames += 1
        if self._frame == sound.end:
            self._over = now - self._loud_at < CUT_S
            self.turns.append(Turn(line.name, self._began, now, None, self._over))
            self._rest = deque(sound.frames[sound.end :])
            self._doing, self._since = _Doing.WAITS, now
            self._at += 1
        return piece

    def over(self, now: float) -> bool:
        """Whether the caller hangs up now: all is said and answered, or no answer comes. Who says nothing, stays."""
        if self._doing in (_Doing.WAITS, _Doing.ANSWERED) and now - self._since > NO_REPLY_S:
            self.lost = True
            return True
        all_said = bool(self.lines) and self._at == len(self.lines)
        return self._doing is _Doing.LISTENS and all_said and now - self._since > FAREWELL_S

    def _listen(self, now: float) -> None:
        self._doing, self._since = _Doing.LISTENS, now

    def _has_the_word(self, now: float) -> bool:
        line = self.lines[self._at]
        if line.into is not None:
            return now - self._since >= line.into
        return now - self._loud_at >= line.after
