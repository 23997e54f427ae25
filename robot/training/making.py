"""``make model`` from beginning to end: all steps, the graph of the whole vocabulary, and a card of what was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import torch

from robot.hearing.graph import build_graph
from robot.hearing.pronouncing import pronounce
from robot.hearing.vocabulary import words
from robot.training import dataset, pipeline
from robot.training.crew import TrainingFailed
from robot.training.export import export
from robot.training.fitting import POLISHING_RATE, Progress, fit
from robot.training.objective import phone_bigram
from robot.training.recipe import VERSION, Recipe
from robot.training.recordings import read_recordings
from robot.training.text import Generator

SENTENCES = 40_000
"""Sentences that the graph's word pairs are counted in."""
SENTENCES_SEED = 99
MADE = "made.json"


def make(
    place: pipeline.Workplace, recipe: Recipe, target: Path, recordings: Path | None, report: pipeline.Report
) -> Path:
    """All steps; returns ``target``'s ``made.json``: recipe, hours, steps, losses, size of the graph.

    Raises TrainingFailed, ConfigError (recordings), CannotPronounce.
    """
    own = read_recordings(recordings) if recordings is not None else None
    pipeline.remember(place, recipe, own.fingerprint if own else "")
    if own:
        own.take_in(place.sound)
    pipeline.synthesise(place, recipe, report)
    pipeline.prepare(place, recipe, report)
    lexicon = pipeline.lexicon(place)
    examples, sentences = dataset.load([place.features], lexicon)
    if not examples:
        raise TrainingFailed("no usable utterance was made", "delete the work folder and try again")
    torch.set_num_threads(place.cores)
    reached: dict[str, Progress] = {}

    def told(step: str) -> Callable[[Progress], None]:
        def tell(progress: Progress) -> None:
            reached[step] = progress
            report(step, progress.share, f"step {progress.step}, loss {progress.mmi:.3f}")

        return tell

    hours = sum(len(one.frames) for one in examples) / 360_000
    utterances, bigram = len(examples), phone_bigram(sentences)
    fit(examples, bigram, recipe.minutes, place.network, seed=recipe.seed, report=told("training"))
    examples, _ = dataset.load([place.hard_features], lexicon)
    network = fit(
        examples, bigram, recipe.polish, place.polished, seed=recipe.seed + 1, start=place.network,
        rate=POLISHING_RATE, report=told("polishing"),
    )  # fmt: skip
    target.mkdir(parents=True, exist_ok=True)
    export(network, target)
    texts = Generator(SENTENCES_SEED)
    spoken = (texts.sentence().split() for _ in range(SENTENCES))
    graph = build_graph(target, pronounce(words(), environment=place.environment), spoken)
    report("graph", 1.0, f"{graph.words} words")
    made = {
        "recipe": {"version": VERSION, **asdict(recipe)},
        "hours": round(hours, 1),
        "utterances": utterances,
        "recordings": len(own.listed) if own else 0,
        "network": {
            "width": network.width,
            "depth": network.depth,
            "parameters": sum(p.numel() for p in network.parameters()),
        },
        **{step: asdict(progress) for step, progress in reached.items()},
        "graph": asdict(graph),
        "torch": torch.__version__,
        "device": "cuda" if torch.cuda.is_available() else "cpu",
    }
    card = target / MADE
    card.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return card
