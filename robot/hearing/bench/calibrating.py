"""What a model's confidence is worth, measured: every clip, disturbed in several ways, with and without a grammar."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from robot.hearing.bench.conditions import CONDITIONS
from robot.hearing.bench.sets import OUT_OF_GRAMMAR, Clip, ClipSet
from robot.hearing.calibration import UNCALIBRATED, Calibration, Pair, error_of, fit
from robot.hearing.confidence import confidence
from robot.hearing.recogniser import Heard, Model, Samples

SEED = 1


@dataclass(slots=True)
class Measured:
    """Answers with the engine's confidence in them; ``none``: whether those without any were right."""

    whole: list[Pair] = field(default_factory=list)
    grammar: list[Pair] = field(default_factory=list)
    none: list[bool] = field(default_factory=list)

    def add(self, to: list[Pair], heard: Heard, right: bool) -> None:
        """One answer."""
        raw = confidence(heard)
        if raw is None:
            self.none.append(right)
        else:
            to.append((raw, right))

    def calibration(self, where: str) -> Calibration:
        """The calibration that comes of it."""
        none = (sum(self.none) + 1) / (len(self.none) + 2) if self.none else UNCALIBRATED.none
        return Calibration(fit(self.whole), fit(self.grammar), round(none, 4), where)

    def errors(self, calibration: Calibration) -> dict[str, tuple[float, float]]:
        """Table → its mean error before and after."""
        return {
            "whole": (error_of(self.whole, UNCALIBRATED.whole), error_of(self.whole, calibration.whole)),
            "grammar": (error_of(self.grammar, UNCALIBRATED.grammar), error_of(self.grammar, calibration.grammar)),
        }


def measure(
    model: Model, clips: ClipSet, conditions: Sequence[str], progress: Callable[[float], None] = lambda _: None
) -> Measured:
    """Hear all clips. An answer counts when there is one: words, with a grammar none outside of it.

    Out of the whole vocabulary an answer is right when every word is; out of a grammar when it means the same. Speech
    outside of every grammar is heard with each of them: what is accepted of it is wrong. Raises RecogniserFailed.
    """
    measured = Measured()
    lines = [*_lines(clips, conditions)]
    for place, (clip, line) in enumerate(lines):
        if (heard := model.hear(line)).words and clip.kind != OUT_OF_GRAMMAR:
            measured.add(measured.whole, heard, heard.text == clip.text)
        if model.takes_grammars:
            for name, grammar in clips.grammars.items():
                if clip.kind != OUT_OF_GRAMMAR and name != clip.grammar:
                    continue
                if (heard := model.hear(line, grammar.asked)).accepted:
                    same = grammar.meaning(heard.text) == grammar.meaning(clip.text)
                    measured.add(measured.grammar, heard, clip.kind != OUT_OF_GRAMMAR and same)
        progress((place + 1) / len(lines))
    return measured


def _lines(clips: ClipSet, conditions: Sequence[str]) -> Iterator[tuple[Clip, Samples]]:
    others = [clip.sound for clip in clips.clips]
    for condition in conditions:
        for place, clip in enumerate(clips.clips):
            yield clip, CONDITIONS[condition].apply(clip.sound, SEED + place, others)
