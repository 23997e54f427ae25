"""A model for this customer: the same sounds, with a graph of the built-in words and the customer's names.

Only Python, numpy and espeak-ng are needed. The new folder is built beside the others, tried in a process of its own,
and only then pointed to; whatever stops it before leaves the old one in use.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ivr.errors import ServiceError
from robot.hearing.calibration import FILE as CALIBRATION
from robot.hearing.folders import ADAPTED, ModelFolder, is_model, point_to
from robot.hearing.graph import GraphSummary, build_graph
from robot.hearing.phones import Pronunciation
from robot.hearing.pronouncing import pronounce
from robot.hearing.spoken_names import spelt, variants, with_yo
from robot.hearing.trying import TrialFailed, try_apart
from robot.hearing.vocabulary import words as vocabulary
from robot.training.text import Generator

KEPT = 2
"""Adapted models that stay: the one in use, and the one before, which calls that began with it may still hear with."""
SENTENCES, SEED = 40_000, 99
"""Of the built-in grammar: how many sentences are made up, and from which seed."""
STRIDE = 2000
"""Words after which the progress is told."""


class CannotAdapt(ServiceError):
    """A model cannot be adapted; the old one is still in use."""

    def __init__(self, message: str) -> None:
        super().__init__(message, retryable=False)


@dataclass(frozen=True, slots=True)
class Adapted:
    """What came of it: the model now in use, how many words are new, which could not be pronounced, the graph."""

    model: ModelFolder
    new: int
    unpronounceable: tuple[str, ...]
    graph: GraphSummary


def adapt(
    base: ModelFolder, phrases: Sequence[str], models: Path, espeak: Sequence[str], *,
    environment: Mapping[str, str] | None = None, advance: Callable[[float], None] = lambda _: None,
) -> Adapted:  # fmt: skip
    """Build, try and put to use a model that also hears ``phrases`` (spoken forms, such as names of streets).

    ``models`` is where it is put (``var/models``); ``espeak`` starts espeak-ng, in ``environment``. Raises CannotAdapt
    (not our model, the trial failed, no space), CannotPronounce.
    """
    if not base.ours:
        raise CannotAdapt(f"{base.name} was not made by us: its graph cannot be built anew, only its gaps be told")
    built_in = set(vocabulary()) | (base.words() or set())
    spoken = [
        tuple(spelt(word, built_in) or word for word in way.split()) for phrase in phrases for way in variants(phrase)
    ]
    wanted = sorted(built_in | {word for phrase in spoken for word in phrase})
    lexicon = _lexicon(wanted, built_in, espeak, environment, lambda share: advance(0.4 * share))
    lost = tuple(word for word in wanted if word not in lexicon)
    made = datetime.now()
    target = models / f"{base.name.split('@')[0]}@{made:%Y%m%d-%H%M%S-%f}"
    unfinished = models / f".{target.name}"
    try:
        models.mkdir(parents=True, exist_ok=True)
        for part in ("am", "conf"):
            shutil.copytree(base.path / part, unfinished / part, copy_function=_link)
        if (base.path / CALIBRATION).is_file():
            shutil.copyfile(base.path / CALIBRATION, unfinished / CALIBRATION)
        texts = Generator(SEED)
        said = [texts.sentence().split() for _ in range(SENTENCES)]
        advance(0.5)
        graph = build_graph(unfinished, lexicon, [*said, *spoken])
        advance(0.8)
        about = {"base": base.fingerprint(), "words": graph.words, "new": len(set(lexicon) - built_in), "lost": lost}
        (unfinished / ADAPTED).write_text(json.dumps(about, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        _try(unfinished)
        unfinished.rename(target)
        model = ModelFolder(target.resolve())
        point_to(model, base, models)
    except OSError as error:
        shutil.rmtree(target, ignore_errors=True)
        raise CannotAdapt(f"{target} cannot be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    _tidy(models, keep=(model.path, base.path))
    advance(1.0)
    return Adapted(model, about["new"], lost, graph)  # type: ignore[arg-type]


def _lexicon(
    words: Sequence[str], built_in: Collection[str], espeak: Sequence[str], environment: Mapping[str, str] | None,
    advance: Callable[[float], None],
) -> dict[str, tuple[Pronunciation, ...]]:  # fmt: skip
    """How all words are said; a new one whose ё may have been left out is said in both ways."""
    doubtful = {word: other for word in words if word not in built_in and (other := with_yo(word))}
    asked = [*words, *doubtful.values()]
    found: dict[str, tuple[Pronunciation, ...]] = {}
    for start in range(0, len(asked), STRIDE):
        found |= pronounce(asked[start : start + STRIDE], espeak, environment)
        advance(min(1.0, (start + STRIDE) / len(asked)))
    lexicon = {word: found[word] for word in words if word in found}
    for word, other in doubtful.items():
        if word in lexicon and other in found:
            lexicon[word] = tuple(dict.fromkeys((*lexicon[word], *found[other])))
    return lexicon


def _link(source: str, target: str) -> None:
    """A hard link where the disk allows it: the sounds are megabytes and never change."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def _try(folder: Path) -> None:
    """Load the model in a process of its own and hear nothing in silence."""
    try:
        heard = try_apart(folder)
    except TrialFailed as error:
        raise CannotAdapt(f"the new model fails its trial: {error}") from error
    if heard:
        raise CannotAdapt(f"the new model fails its trial: it hears «{heard}» in silence")


def _tidy(models: Path, keep: Collection[Path]) -> None:
    """Remove what interrupted runs left (after an hour) and all but the newest adapted models.

    Nobody needs to be asked whether a call still hears with one: Vosk has read all of it when it is loaded and reads
    nothing from its folder any more, so a call that began with a removed model goes on to its end.
    """
    for left in models.glob(".*@*"):
        if time.time() - left.stat().st_mtime > 3600:
            shutil.rmtree(left, ignore_errors=True)
    finished = (path for path in models.glob("[!.]*@*") if is_model(path))
    adapted = sorted(finished, key=lambda path: path.stat().st_mtime)
    for old in adapted[:-KEPT]:
        if old.resolve() not in keep:
            shutil.rmtree(old, ignore_errors=True)
