"""One recogniser over one set: ``python -m robot.hearing.bench.measuring MODEL SET OPTIONS`` in a process of its own.

A process per model keeps memory figures honest, and a model that crashes takes nothing else along. The answer is one
line of JSON on the standard output; progress is lines of ``{"share": …}`` before it.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from robot.hearing.bench import quiet, scoring
from robot.hearing.bench.alaw import RATE, Samples
from robot.hearing.bench.conditions import CONDITIONS, speech_end
from robot.hearing.bench.scoring import Answer, Rate
from robot.hearing.bench.sets import OUT_OF_GRAMMAR, Clip, ClipSet, read_set
from robot.hearing.vosk import Model

UNKNOWN = "[unk]"
SEED = 1
_STEP = RATE // 50
_AFTER = 3 * RATE
"""Quiet that follows a clip while its end is waited for."""


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure: disturbances by name, minutes without speech."""

    conditions: tuple[str, ...] = ("clean", "white10", "babble15")
    quiet_minutes: float = 6.0


@dataclass(slots=True)
class Figures:
    """All figures of one recogniser; rates as (hits, total), times in seconds or milliseconds as named."""

    model: str
    load_s: float = 0.0
    loaded_mb: float = 0.0
    peak_mb: float = 0.0
    real_time_factor: float = 0.0
    grammars: dict[str, dict[str, dict[str, float | tuple[int, int]]]] = field(default_factory=dict)
    """Condition → kind → ``right`` (hits, total), ``meant`` (hits, total), ``wer``; decoded with the kind's grammar."""
    free: dict[str, dict[str, float | tuple[int, int]]] = field(default_factory=dict)
    """Condition → ``wer`` and ``right`` of all clips decoded with the whole graph."""
    kept: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Condition → clips inside their grammar that were accepted."""
    rejected: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Grammar → clips outside of it that were rejected."""
    false_accepts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Grammar → family of non-speech → words accepted."""
    quiet_minutes: float = 0.0
    end_delay_ms: dict[str, float] = field(default_factory=dict)
    """``median`` and ``p95`` from the end of speech to the recogniser's own end."""
    missing_words: int = 0
    """Words of the set that the model does not know."""
    wrong: list[dict[str, str]] = field(default_factory=list)
    """Clips heard wrongly with their grammar: condition, file, kind, said, heard."""


def measure(folder: Path, clips: ClipSet, options: Options, progress: Callable[[float], None]) -> Figures:
    """All figures. RecogniserFailed if the model cannot be loaded."""
    figures = Figures(folder.name)
    began = time.perf_counter()
    model = Model(folder)
    figures.load_s, figures.loaded_mb = round(time.perf_counter() - began, 3), _memory_mb()
    words = {word for clip in clips.clips if clip.kind != OUT_OF_GRAMMAR for word in clip.text.split()}
    figures.missing_words = sum(not model.knows(word) for word in words)
    others = [clip.sound for clip in clips.clips]
    inside = [clip for clip in clips.clips if clip.kind != OUT_OF_GRAMMAR]
    spent = heard_s = 0.0
    for number, condition in enumerate(options.conditions):
        answers: list[tuple[Clip, Answer, str]] = []
        open_answers: list[Answer] = []
        for place, clip in enumerate(inside):
            line = CONDITIONS[condition].apply(clip.sound, SEED + place, others)
            began = time.perf_counter()
            if clip.grammar:
                heard = model.hear(line, [*clips.grammars[clip.grammar].phrases, UNKNOWN]).text
                answers.append((clip, Answer(clip.kind, clip.text, heard), clip.grammar))
                heard_s += len(line) / RATE
            open_answers.append(Answer(clip.kind, clip.text, model.hear(line).text))
            heard_s += len(line) / RATE
            spent += time.perf_counter() - began
            progress(0.7 * (number + place / len(inside)) / len(options.conditions))
        figures.grammars[condition] = _by_kind(clips, answers)
        figures.free[condition] = {
            "wer": round(scoring.word_error_rate(open_answers), 4),
            "right": _pair(scoring.sentences(open_answers)),
        }
        figures.kept[condition] = _pair(scoring.accepted(answer for _, answer, _ in answers))
        figures.wrong += [
            {
                "condition": condition,
                "file": clip.file.name,
                "kind": clip.kind,
                "said": answer.said,
                "heard": answer.heard,
            }
            for clip, answer, _ in answers
            if not answer.right
        ]
    figures.real_time_factor = round(spent / heard_s, 4) if heard_s else 0.0
    for name, grammar in clips.grammars.items():
        outside = [
            Answer(OUT_OF_GRAMMAR, clip.text, model.hear(clip.sound, [*grammar.phrases, UNKNOWN]).text)
            for clip in clips.of_kind(OUT_OF_GRAMMAR)
        ]
        taken = scoring.accepted(outside)
        figures.rejected[name] = (taken.total - taken.hits, taken.total)
    progress(0.8)
    _listen_to_nothing(model, clips, options.quiet_minutes, figures)
    progress(0.95)
    delays = sorted(_end_delays(model, inside))
    figures.end_delay_ms = {"median": scoring.percentile(delays, 0.5), "p95": scoring.percentile(delays, 0.95)}
    figures.peak_mb = _memory_mb()
    return figures


def _by_kind(
    clips: ClipSet, answers: Sequence[tuple[Clip, Answer, str]]
) -> dict[str, dict[str, float | tuple[int, int]]]:
    table: dict[str, dict[str, float | tuple[int, int]]] = {}
    for kind in clips.kinds:
        mine = [(answer, clips.grammars[grammar]) for _, answer, grammar in answers if answer.kind == kind]
        if mine:
            meant = sum(
                grammar.meaning(answer.said) == grammar.meaning(answer.heard) or answer.right
                for answer, grammar in mine
            )
            table[kind] = {
                "right": _pair(scoring.sentences(answer for answer, _ in mine)),
                "meant": (meant, len(mine)),
                "wer": round(scoring.word_error_rate(answer for answer, _ in mine), 4),
            }
    return table


def _listen_to_nothing(model: Model, clips: ClipSet, minutes: float, figures: Figures) -> None:
    """Words that each grammar accepts where nobody speaks."""
    for name, grammar in clips.grammars.items():
        found = figures.false_accepts[name] = dict.fromkeys(quiet.FAMILIES, 0)
        for family, line in quiet.pieces(minutes, SEED):
            heard = model.hear(line, [*grammar.phrases, UNKNOWN])
            found[family] += sum(word.text != UNKNOWN for word in heard.words)
    figures.quiet_minutes = minutes


def _end_delays(model: Model, clips: Sequence[Clip]) -> Iterator[float]:
    """Milliseconds of audio from the end of speech until the recogniser says that the utterance is over."""
    chance = np.random.default_rng(SEED)
    for clip in clips:
        if not clip.grammar:
            continue
        end = speech_end(clip.sound)
        tail: Samples = (chance.standard_normal(_AFTER) * 8).astype(np.int16)
        line = np.concatenate((clip.sound[:end], tail))
        recogniser = model.recogniser()
        for start in range(0, len(line), _STEP):
            if recogniser.take(line[start : start + _STEP]) and start >= end - RATE // 5:
                yield max(0.0, (start + _STEP - end) / RATE * 1000)
                break


def _pair(rate: Rate) -> tuple[int, int]:
    return (rate.hits, rate.total)


def _memory_mb() -> float:
    """The most memory that this process has held until now."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def _main(model: str, folder: str, options: str) -> None:
    wanted = json.loads(options)
    chosen = Options(tuple(wanted["conditions"]), wanted["quiet_minutes"])
    last = [0.0]

    def progress(share: float) -> None:
        if share - last[0] >= 0.01:
            last[0] = share
            print(json.dumps({"share": share}), flush=True)

    print(json.dumps(asdict(measure(Path(model), read_set(Path(folder)), chosen, progress)), ensure_ascii=False))


if __name__ == "__main__":
    _main(*sys.argv[1:])
