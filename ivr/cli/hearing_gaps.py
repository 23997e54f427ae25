"""What the recogniser's model cannot hear: words of the dialplans' choices and of the register's names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ivr.errors import Problem
from ivr.prompts.russian.places import place_name
from ivr.settings import Settings, settings_problem
from outage_feed.errors import StoreError
from outage_feed.model import Address
from outage_feed.register import load_points
from outage_feed.store import GridStore
from robot.hearing import sherpa
from robot.hearing.folders import ModelFolder, NoSuchModel, find, in_use
from robot.hearing.recogniser import RecogniserFailed
from robot.hearing.spoken_names import missing

FIRST = 5
"""So many of a register's names are named; ``ivr models check`` lists all."""


def model_in_use(settings: Settings) -> ModelFolder:
    """The model that calls are heard with. Raises NoSuchModel."""
    return in_use(settings.hearing.model, settings.home, settings.models)


def unheard_words(settings: Settings) -> Callable[[str], tuple[str, ...]] | None:
    """A function that tells a phrase's unknown words; None when the model does not tell its vocabulary."""
    try:
        known = model_in_use(settings).vocabulary()
    except (NoSuchModel, RecogniserFailed):
        return None
    if known is None:
        return None
    return lambda phrase: missing([phrase], known).get(phrase, ()) if phrase else ()


def hearing_problems(settings: Settings) -> Iterator[Problem]:
    """A model that is not there; as warnings, what it was not adapted to: words that came with an upgrade, names."""
    try:
        model = model_in_use(settings)
    except NoSuchModel as error:
        yield settings_problem(settings, ("hearing", "model"), str(error), "ivr models list")
        return
    if model.open_vocabulary and not sherpa.installed():
        yield settings_problem(
            settings, ("hearing", "model"), f"{model.name} needs the package sherpa-onnx: callers would not be heard",
            sherpa.EXTRA,
        )  # fmt: skip
    try:
        known = model.vocabulary()
    except RecogniserFailed as error:
        yield settings_problem(settings, ("hearing", "model"), str(error), "ivr models list")
        return
    if known is None:
        message = f"{model.name} does not tell its vocabulary: nobody knows what it cannot hear"
        yield replace(settings_problem(settings, ("hearing", "model"), message, "ivr models list"), level="warning")
        return
    if newer := words_lost(find(settings.hearing.model, settings.home, settings.models), model):
        message = f"{model.name} was adapted before the model that it comes from learnt {len(newer)} more words"
        hint = "ivr models adapt --register"
        yield replace(settings_problem(settings, ("hearing", "model"), message, hint), level="warning")
    if not settings.database.exists():
        return
    lacking = missing(register_names(settings), known)
    if lacking:
        first = ", ".join(f"«{name}»" for name in list(lacking)[:FIRST])
        yield Problem(
            "register", 0, 0, f"{len(lacking)} names cannot be heard: {first}{', …' if len(lacking) > FIRST else ''}",
            "ivr models adapt --register" if model.ours else "ivr models check lists them", "warning",
        )  # fmt: skip


def words_lost(before: ModelFolder, after: ModelFolder) -> tuple[str, ...]:
    """Words that ``before`` hears and ``after`` does not, sorted; none where one of them has no list."""
    first, second = before.words(), after.words()
    return () if first is None or second is None else tuple(sorted(first - second))


def register_names(settings: Settings) -> tuple[str, ...]:
    """Settlements, streets and districts of the register as they are spoken; empty when it cannot be read."""
    try:
        with GridStore.open(settings.database) as store:
            places = store.places()
    except StoreError:
        return ()
    return _spoken(places)


def names_in(file: Path) -> tuple[str, ...]:
    """The same names out of a register's file that has not been taken in. Raises RegisterError."""
    return _spoken(point.address for point in load_points(file).points)


def _spoken(places: Iterable[Address]) -> tuple[str, ...]:
    written: dict[str, None] = {}
    for place in places:
        for name in (str(place.settlement), str(place.street) if place.street else "", place.settlement.district):
            if name:
                written[name] = None
    return tuple(dict.fromkeys(spoken for name in written if (spoken := place_name(name))))
