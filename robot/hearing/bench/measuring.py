"""One recogniser over one set: ``python -m robot.hearing.bench.measuring MODEL SET OPTIONS`` in a process of its own.

A process per model keeps memory figures honest, and a model that crashes takes nothing else along. The answer is one
line of JSON on the standard output; progress is lines of ``{"share": …}`` before it.

Vosk adds a little noise of its own to what it hears (Kaldi's dither), from a generator that nobody seeds: a clip on
the edge may fall to the other side in the next run.
"""

from __future__ import annotations

import json
import re
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
from robot.hearing.bench.scoring import UNKNOWN, Answer, Rate
from robot.hearing.bench.sets import OUT_OF_GRAMMAR, Clip, ClipSet, Grammar, read_set
from robot.hearing.loading import load
from robot.hearing.recogniser import Model

SEED = 1
WHOLE = "whole vocabulary"
"""Stands for a grammar where there is none."""
_STEP = RATE // 50
_AFTER = 3 * RATE
"""Quiet that follows a clip while its end is waited for."""
_TOO_EARLY = RATE // 5
"""An end so long before the end of speech cuts the caller short."""
Pair = tuple[int, int]
"""Hits and total."""
Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure: disturbances by name, minutes without speech."""

    conditions: tuple[str, ...] = ("clean", "white10", "babble15")
    quiet_minutes: float = 6.0


@dataclass(slots=True)
class Figures:
    """All figures of one recogniser; rates as (hits, total), times in seconds or milliseconds as named.

    A figure that has nothing to be made of is None.
    """

    model: str
    load_s: float = 0.0
    loaded_mb: float = 0.0
    """Memory of the process that the model took: after loading, less before."""
    peak_mb: float = 0.0
    """The most memory that the whole process held, Python, NumPy and the set's clips included."""
    real_time_factor: float | None = None
    """Seconds of processor time per second of sound, recognisers and their grammars made anew for each clip."""
    takes_grammars: bool = True
    """False: the model's graph is ready-made and grammars change nothing."""
    grammars: dict[str, dict[str, dict[str, float | Pair | None]]] = field(default_factory=dict)
    """Condition → kind → ``right`` (hits, total), ``meant`` (hits, total), ``wer``; decoded with the kind's grammar."""
    free: dict[str, dict[str, float | Pair | None]] = field(default_factory=dict)
    """Condition → ``wer`` and ``right`` of all clips decoded with the whole graph."""
    voices: dict[str, Pair] = field(default_factory=dict)
    """Voice → clips meant rightly with their grammar in the first condition."""
    kept: dict[str, Pair] = field(default_factory=dict)
    """Condition → clips inside their grammar that were accepted."""
    rejected: dict[str, Pair] = field(default_factory=dict)
    """Grammar → clips outside of it that were rejected."""
    false_accepts: dict[str, dict[str, int]] = field(default_factory=dict)
    """Grammar → family of non-speech → words heard, whatever stood beside them."""
    false_answers: dict[str, dict[str, int]] = field(default_factory=dict)
    """Grammar → family of non-speech → utterances accepted: words and nothing outside the grammar."""
    quiet_minutes: float = 0.0
    end_delay_ms: dict[str, float | None] = field(default_factory=dict)
    """``median`` and ``p95`` from the end of speech to the recogniser's own end, with the clip's grammar."""
    end_missed: Pair = (0, 0)
    """Clips whose end was not noticed within three seconds."""
    cut_short: Pair = (0, 0)
    """Clips that the recogniser took to be over 0.2 s or more before their end."""
    missing_words: int = 0
    """Words of the set that the model does not know."""
    wrong: list[dict[str, str]] = field(default_factory=list)
    """Clips heard wrongly with their grammar: condition, file, kind, said, heard."""


def measure(folder: Path, clips: ClipSet, options: Options, progress: Progress) -> Figures:
    """All figures. RecogniserFailed if the model cannot be loaded or gives up."""
    figures = Figures(folder.name)
    began, before = time.perf_counter(), _memory_mb("VmRSS")
    model = load(folder)
    figures.load_s = round(time.perf_counter() - began, 3)
    figures.loaded_mb = round(_memory_mb("VmRSS") - before, 1)
    figures.takes_grammars = model.takes_grammars
    inside = [clip for clip in clips.clips if clip.kind != OUT_OF_GRAMMAR]
    figures.missing_words = sum(not model.knows(word) for word in {w for clip in inside for w in clip.text.split()})
    spent = heard_s = 0.0
    for number, condition in enumerate(options.conditions):

        def inner(share: float, number: int = number) -> None:
            progress(0.6 * (number + share) / len(options.conditions))

        lines = _disturbed(condition, inside, [clip.sound for clip in clips.clips])
        began = time.process_time()
        _listen_to_speech(model, clips, inside, lines, condition, figures, inner)
        spent += time.process_time() - began
        heard_s += sum(len(line) / RATE * (2 if clip.grammar else 1) for clip, line in zip(inside, lines, strict=True))
    figures.real_time_factor = round(spent / heard_s, 4) if heard_s else None
    _listen_to_strangers(model, clips, figures, lambda share: progress(0.6 + 0.1 * share))
    _listen_to_nothing(model, clips, options.quiet_minutes, figures, lambda share: progress(0.7 + 0.2 * share))
    _wait_for_ends(model, clips, inside, figures, lambda share: progress(0.9 + 0.1 * share))
    figures.peak_mb = _memory_mb("VmHWM")
    return figures


def _disturbed(condition: str, clips: Sequence[Clip], others: Sequence[Samples]) -> list[Samples]:
    return [CONDITIONS[condition].apply(clip.sound, SEED + place, others) for place, clip in enumerate(clips)]


def _listen_to_speech(
    model: Model, clips: ClipSet, inside: Sequence[Clip], lines: Sequence[Samples], condition: str, figures: Figures,
    progress: Progress,
) -> None:  # fmt: skip
    """Every clip in one condition, with its grammar and with the whole vocabulary."""
    answers: list[tuple[Clip, Answer]] = []
    free: list[Answer] = []
    for place, (clip, line) in enumerate(zip(inside, lines, strict=True)):
        if clip.grammar:
            heard = model.hear(line, clips.grammars[clip.grammar].asked).text
            answers.append((clip, Answer(clip.kind, clip.text, heard)))
        free.append(Answer(clip.kind, clip.text, model.hear(line).text))
        progress(place / len(inside))
    figures.grammars[condition] = _by_kind(clips, answers)
    figures.free[condition] = {"wer": scoring.word_error_rate(free), "right": _pair(scoring.sentences(free))}
    figures.kept[condition] = _pair(scoring.accepted(answer for _, answer in answers))
    if not figures.voices:
        for voice in sorted({clip.voice for clip, _ in answers}):
            mine = [(clip, answer) for clip, answer in answers if clip.voice == voice]
            figures.voices[voice] = _meant(clips, mine)
    figures.wrong += [
        {"condition": condition, "file": clip.file.name, "kind": clip.kind, "said": answer.said, "heard": answer.heard}
        for clip, answer in answers
        if not answer.right
    ]


def _by_kind(clips: ClipSet, answers: Sequence[tuple[Clip, Answer]]) -> dict[str, dict[str, float | Pair | None]]:
    table: dict[str, dict[str, float | Pair | None]] = {}
    for kind in clips.kinds:
        mine = [(clip, answer) for clip, answer in answers if clip.kind == kind]
        if mine:
            table[kind] = {
                "right": _pair(scoring.sentences(answer for _, answer in mine)),
                "meant": _meant(clips, mine),
                "wer": scoring.word_error_rate(answer for _, answer in mine),
            }
    return table


def _meant(clips: ClipSet, answers: Sequence[tuple[Clip, Answer]]) -> Pair:
    """Clips heard word for word, or as other words of the same meaning."""
    right = sum(answer.right or _same(clips.grammars[clip.grammar], answer) for clip, answer in answers)
    return (right, len(answers))


def _same(grammar: Grammar, answer: Answer) -> bool:
    return grammar.meaning(answer.said) == grammar.meaning(answer.heard)


def _listen_to_strangers(model: Model, clips: ClipSet, figures: Figures, progress: Progress) -> None:
    """Speech about other things, undisturbed, against every grammar."""
    strangers = clips.of_kind(OUT_OF_GRAMMAR)
    for number, (name, grammar) in enumerate(clips.grammars.items()):
        heard = [Answer(OUT_OF_GRAMMAR, clip.text, model.hear(clip.sound, grammar.asked).text) for clip in strangers]
        taken = scoring.accepted(heard)
        figures.rejected[name] = (taken.total - taken.hits, taken.total)
        progress((number + 1) / len(clips.grammars))


def _listen_to_nothing(model: Model, clips: ClipSet, minutes: float, figures: Figures, progress: Progress) -> None:
    """What each grammar, and the whole vocabulary, makes of sound in which nobody speaks."""
    asked = {name: grammar.asked for name, grammar in clips.grammars.items()} | {WHOLE: None}
    for name in asked:
        figures.false_accepts[name] = dict.fromkeys(quiet.FAMILIES, 0)
        figures.false_answers[name] = dict.fromkeys(quiet.FAMILIES, 0)
    listened = 0
    for family, line in quiet.pieces(minutes, SEED):
        for name, phrases in asked.items():
            for heard in model.utterances(line, phrases):
                figures.false_accepts[name][family] += sum(word.text != UNKNOWN for word in heard.words)
                figures.false_answers[name][family] += heard.accepted
        listened += len(line)
        progress(min(1.0, listened / RATE / 60 / minutes))
    figures.quiet_minutes = round(listened / RATE / 60, 2)


def _wait_for_ends(model: Model, clips: ClipSet, inside: Sequence[Clip], figures: Figures, progress: Progress) -> None:
    """How soon the recogniser itself notices the end of each clip that has a grammar; fed 20 ms at a time."""
    asked = [clip for clip in inside if clip.grammar and speech_end(clip.sound)]
    delays: list[float] = []
    early = missed = 0
    for place, clip in enumerate(asked):
        ends = [*_ends(model, clip, clips.grammars[clip.grammar].asked, np.random.default_rng([SEED, place]))]
        early += any(end < -_TOO_EARLY for end in ends)
        missed += not ends
        delays += [max(0.0, end / RATE * 1000) for end in ends if end >= -_TOO_EARLY][:1]
        progress(place / len(asked))
    figures.end_delay_ms = {"median": scoring.percentile(delays, 0.5), "p95": scoring.percentile(delays, 0.95)}
    figures.end_missed = (missed, len(asked))
    figures.cut_short = (early, len(asked))


def _ends(model: Model, clip: Clip, phrases: Sequence[str], chance: np.random.Generator) -> Iterator[int]:
    """Samples from the end of speech to each end of an utterance that the recogniser sees, the first late one last."""
    end = speech_end(clip.sound)
    tail = (chance.standard_normal(_AFTER) * 8).astype(np.int16)
    line = np.concatenate((clip.sound[:end], tail))
    recogniser = model.recogniser(phrases)
    for stop in range(_STEP, len(line) + 1, _STEP):
        if recogniser.take(line[stop - _STEP : stop]):
            # Vosk's rule 1 ends an utterance after seconds of silence alone; before speech that cuts nobody short.
            if recogniser.result().words:
                yield stop - end
            if stop >= end - _TOO_EARLY:
                return


def _pair(rate: Rate) -> Pair:
    return (rate.hits, rate.total)


def _memory_mb(which: str) -> float:
    """Memory of this process: ``VmRSS`` now, ``VmHWM`` the most until now.

    Linux's getrusage() counts what the parent held before this process began; where there is no /proc, it must do.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    found = re.search(rf"^{which}:\s+(\d+) kB", status, re.MULTILINE)
    return round(int(found[1]) / 1024, 1) if found else 0.0


def _main(model: str, folder: str, options: str) -> None:
    wanted = json.loads(options)
    chosen = Options(tuple(wanted["conditions"]), wanted["quiet_minutes"])
    last = [0.0]

    def progress(share: float) -> None:
        # Often enough for the bar, and for whoever waits to see that the process is alive.
        if share - last[0] >= 0.002:
            last[0] = share
            print(json.dumps({"share": round(share, 4)}), flush=True)

    print(json.dumps(asdict(measure(Path(model), read_set(Path(folder)), chosen, progress)), ensure_ascii=False))


if __name__ == "__main__":
    _main(*sys.argv[1:])
