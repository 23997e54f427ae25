"""A scene, held against a call as it happens: what the caller does now, and whether all goes as it should. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never

from ivr.demo.scenes import (
    HangsUp,
    Hears,
    OperatorAnswers,
    OperatorHangsUp,
    Presses,
    Says,
    Scene,
    Step,
    WaitsFor,
)
from ivr.errors import IvrError

TOLERATED = frozenset(("announcement", "storm_announcement", "one_moment"))
"""What the robot may say between any two steps: announcements of the day, and that a look-up takes its time."""
ENDS_WITHIN = 10.0
"""Seconds from the last step to the end of the call."""

Act = Presses | Says | HangsUp | OperatorHangsUp
"""What somebody does of their own accord."""


class Strayed(IvrError):
    """The call does not go as the scene says; the message tells where and how."""


@dataclass(slots=True)
class Acting:
    """How far a call has come in its scene. Times are of any one clock, in seconds."""

    scene: Scene
    since: float
    """When the step that is due became due."""
    at: int = 0
    over: bool = False
    """The call has ended, as the scene says."""

    @property
    def step(self) -> Step | None:
        """The step that is due; ``None`` after the last one."""
        return self.scene.steps[self.at] if self.at < len(self.scene.steps) else None

    def see(self, line: Mapping[str, Any], now: float) -> None:
        """Take in a line of the call (``ivr/live_lines.py``). Raises :class:`Strayed`."""
        match line["who"]:
            case "robot":
                self._hear(str(line["prompt"]), str(line["text"]), now)
            case "queue":
                if not (isinstance(self.step, WaitsFor) and self.step.queue == line["queue"]):
                    raise self._strayed(f"the caller waits in the queue {line['queue']}")
                self._next(now)
            case "operator":
                if not isinstance(self.step, OperatorAnswers):
                    raise self._strayed("a person has taken the call (is somebody logged in as an operator?)")
                self._next(now)
            case "end":
                if self.step is not None:
                    raise self._strayed(f"the call has ended: {line['text']}")
                if line["class"] != self.scene.ends.value:
                    raise Strayed(f"the call is counted as {line['class']}, the scene says {self.scene.ends.value}")
                self.over = True

    def due(self, now: float) -> Act | None:
        """What is to be done now, once. Raises :class:`Strayed` when something did not come in time."""
        passed = now - self.since
        match self.step:
            case Presses(after=after) | Says(after=after) | HangsUp(after=after) | OperatorHangsUp(after=after) as act:
                if passed >= after:
                    self._next(now)
                    return act
            case Hears(within=within) | WaitsFor(within=within) | OperatorAnswers(within=within):
                if passed > within:
                    raise self._strayed(f"nothing of it for {within:g} s")
            case None:
                if passed > ENDS_WITHIN and not self.over:
                    raise Strayed(f"all is said and done, and the call has not ended within {ENDS_WITHIN:g} s")
            case step:
                assert_never(step)
        return None

    def _hear(self, prompt: str, words: str, now: float) -> None:
        if prompt in TOLERATED:
            return
        if not (isinstance(self.step, Hears) and prompt in self.step.prompts):
            raise self._strayed(f"the robot says {prompt} («{words}»)")
        self._next(now)

    def _next(self, now: float) -> None:
        self.at += 1
        self.since = now

    def _strayed(self, what: str) -> Strayed:
        return Strayed(f"step {self.at + 1} of {len(self.scene.steps)}: expected {expected(self.step)}; {what}")


def expected(step: Step | None) -> str:
    """A step in words."""
    match step:
        case Hears(prompts=prompts):
            return f"the robot to say {' or '.join(prompts)}"
        case Presses(keys=keys):
            return f"the caller to press {keys} first"
        case Says(clip=clip):
            return f"the caller to say {clip} first"
        case WaitsFor(queue=queue):
            return f"the caller to wait in the queue {queue}"
        case OperatorAnswers():
            return "an operator to answer"
        case OperatorHangsUp():
            return "the operator to hang up"
        case HangsUp():
            return "the caller to hang up first"
        case None:
            return "the end of the call"
        case _:
            assert_never(step)
