"""``ivr models bench``: how well models hear, side by side."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Progression
from ivr.cli.common import (
    EXIT_PROBLEMS,
    err,
    fail,
    fail_config,
    json_option,
    out,
    print_json,
    print_table,
    with_settings,
)
from ivr.errors import ConfigError, IvrError
from ivr.settings import Settings

if TYPE_CHECKING:
    from robot.hearing.bench.measuring import Figures
    from robot.hearing.folders import ModelFolder

QUICK = ("clean", "white10", "babble15")
QUICK_MINUTES, FULL_MINUTES = 6.0, 60.0
HUMAN = "human"
"""The set that is made out of a package of recordings when it is first asked for."""


@click.command("bench")
@click.argument("models", nargs=-1)
@click.option(
    "--set",
    "wanted",
    required=True,
    metavar="DIR",
    help='A folder of clips, laid out as tests/speech/README.md says; "human" is made of Debian\'s recordings.',
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    help="A disturbance by name (may be repeated); default: clean, white10, babble15.",
)
@click.option("--full", is_flag=True, help="All disturbances, and an hour without speech instead of six minutes.")
@click.option("--plot", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture (.svg).")
@click.option("--wrong", is_flag=True, help="Also list the clips that were heard wrongly.")
@json_option
@with_settings
def command(
    settings: Settings,
    models: tuple[str, ...],
    wanted: str,
    conditions: tuple[str, ...],
    full: bool,
    picture: Path | None,
    wrong: bool,
    as_json: bool,
) -> None:
    """Measure MODELS (names or folders; default: the one in use) on a set of clips.

    Per kind of answer: clips heard word for word and clips whose meaning was heard, with the grammar that the robot
    asks with; word errors with the whole vocabulary; what is heard where nobody speaks; whether speech outside the
    grammar is turned away; speed, memory, and how soon the end of speech is noticed. Each model runs in a process of
    its own; leaves with 1 when one of them could not be measured.

    \b
    Examples:
      ivr models bench --set tests/speech
      ivr models bench svetlaya-ru-8k var/models/made --set tests/speech --full --plot models.svg
      ivr models bench --set human --wrong
    """
    from robot.hearing.bench.measuring import Options
    from robot.hearing.bench.plot import plot

    options = Options(_chosen(conditions, full), FULL_MINUTES if full else QUICK_MINUTES)
    if picture is not None and picture.suffix.lower() != ".svg":
        raise click.BadParameter(f"{picture.name} does not end in .svg: no other picture is drawn", param_hint="--plot")
    if picture is not None and not picture.absolute().parent.is_dir():
        raise click.BadParameter(f"there is no folder {picture.parent}", param_hint="--plot")
    show = Progression(err)
    measured = _measure(_models(models, settings), _folder(wanted, settings, show), options, show)
    if picture is not None and measured:
        try:
            picture.write_text(plot(measured), encoding="utf-8")
        except OSError as error:
            err.print(f"warning: the picture cannot be written: {error}", markup=False, soft_wrap=True)
    if as_json:
        print_json([_with_intervals(asdict(figures)) for figures in measured])
    elif measured:
        _tables(measured)
        if wrong:
            print_table(
                ("model", "condition", "clip", "kind", "said", "heard"),
                [(figures.model, *row.values()) for figures in measured for row in figures.wrong],
            )
    if len(measured) < max(1, len(models)):
        sys.exit(EXIT_PROBLEMS)


def _chosen(conditions: tuple[str, ...], full: bool) -> tuple[str, ...]:
    """The disturbances to measure with; one that cannot be had here ends the command, or is left out of ``--full``."""
    from robot.hearing.bench.conditions import CONDITIONS

    for name in conditions:
        if name not in CONDITIONS:
            raise click.BadParameter(
                f"there is no {name!r}; there are: {', '.join(CONDITIONS)}", param_hint="--condition"
            )
        if not CONDITIONS[name].available:
            fail(f"the disturbance {name} needs the Python package {CONDITIONS[name].package}", "pip install it")
    if conditions:
        return tuple(dict.fromkeys(conditions))
    if not full:
        return QUICK
    for name, condition in CONDITIONS.items():
        if not condition.available:
            err.print(f"{name} is left out: it needs the Python package {condition.package}", style="yellow")
    return tuple(name for name, condition in CONDITIONS.items() if condition.available)


def _folder(wanted: str, settings: Settings, show: Progression) -> Path:
    """The folder of the set, which is read once here so that its mistakes are told once."""
    from robot.hearing.bench.human import make_human_set
    from robot.hearing.bench.sets import read_set

    folder = Path(wanted)
    try:
        if wanted == HUMAN and not folder.is_dir():
            folder = settings.var / "speech" / HUMAN
            if not (folder / "set.json").exists():
                make_human_set(ensure("humanvoice", settings.var, show=show).root, folder)
        read_set(folder)
    except ConfigError as error:
        fail_config(error)
    except BringupFailed as error:
        fail(str(error), error.hint)
    except OSError as error:
        fail(f"the set cannot be made: {error}", f"delete {settings.var / 'trees' / 'humanvoice'} and try again")
    return folder


def _models(names: tuple[str, ...], settings: Settings) -> list[ModelFolder]:
    from robot.hearing.folders import find, in_use

    try:
        return [find(name, settings.home, settings.models) for name in names] or [
            in_use(settings.hearing.model, settings.home, settings.models)
        ]
    except IvrError as error:
        fail(str(error), "ivr models list")


def _measure(models: list[ModelFolder], folder: Path, options: Any, show: Progression) -> list[Figures]:
    """The figures of every model that can be measured; why another one cannot is told."""
    from robot.hearing.bench.running import MeasuringFailed, measure_apart

    measured: list[Figures] = []
    for model in models:
        try:
            with show.step(f"{model.name} on {folder.name}") as advance:
                measured.append(measure_apart(model.path, folder, options, advance))
        except MeasuringFailed as error:
            err.print(f"error: {error}", markup=False, soft_wrap=True)
    return measured


def _with_intervals(value: Any) -> Any:
    """Figures for machines: each (hits, total) with its share and Wilson's interval."""
    from robot.hearing.bench.scoring import Rate

    if isinstance(value, dict):
        return {key: _with_intervals(part) for key, part in value.items()}
    if rate := Rate.of(value):
        low, high = rate.interval
        return {
            "hits": rate.hits, "total": rate.total, "share": round(rate.share, 4),
            "low": round(low, 4), "high": round(high, 4),
        }  # fmt: skip
    return [_with_intervals(part) for part in value] if isinstance(value, list | tuple) else value


def _rate(pair: object) -> str:
    """A rate in per cent with its interval."""
    from robot.hearing.bench.scoring import Rate

    counted = Rate.of(pair)
    if counted is None or not counted.total:
        return "—"
    low, high = counted.interval
    return f"{100 * counted.share:.1f} ({100 * low:.0f}…{100 * high:.0f})"


def _number(value: object, form: str, factor: float = 1.0) -> str:
    return format(value * factor, form) if isinstance(value, int | float) else "—"


def _tables(measured: list[Figures]) -> None:
    """Accuracies, then everything else, a column a model."""
    names = [figures.model for figures in measured]
    first = measured[0]
    rows: list[tuple[object, ...]] = []
    for condition, kinds in first.grammars.items():
        for kind in kinds:
            mine = [figures.grammars[condition][kind] for figures in measured]
            right, meant = ([_rate(figures[which]) for figures in mine] for which in ("right", "meant"))
            rows.append((condition, kind, mine[0]["right"][1], *right, *meant))  # type: ignore[index]
    print_table(
        (
            "condition",
            "kind",
            "clips",
            *(f"{name}: right %" for name in names),
            *(f"{name}: meant %" for name in names),
        ),
        rows,
    )
    out.print("right: word for word; meant: the same meaning; in brackets the 95 % interval\n", style="dim")
    print_table(("", *names), _others(measured))
    for figures in measured:
        if not figures.takes_grammars:
            out.print(f"{figures.model} takes no grammars: it always listens for all that it can hear", style="yellow")


def _others(measured: list[Figures]) -> list[tuple[object, ...]]:
    """The rows of everything that is not per kind: what it is, then each model's figure."""
    first = measured[0]
    rows: list[tuple[object, ...]] = []
    for condition in first.free:
        wer = (_number(figures.free[condition]["wer"], ".1f", 100) for figures in measured)
        rows.append((f"word errors, whole vocabulary, {condition}, %", *wer))
    for condition in first.kept:
        rows.append(
            (f"inside the grammar accepted, {condition}, %", *(_rate(figures.kept[condition]) for figures in measured))
        )
    for name in first.rejected:
        rows.append((f"outside rejected, grammar {name}, %", *(_rate(figures.rejected[name]) for figures in measured)))
    for name in first.false_accepts:
        title = f"answers (words) heard in an hour without speech, {name}"
        rows.append((title, *(_heard_in_nothing(figures, name) for figures in measured)))
    rows += [(f"voice {voice}, meant %", *(_rate(one.voices.get(voice)) for one in measured)) for voice in first.voices]
    ends = [figures.end_delay_ms for figures in measured]
    return [
        *rows,
        (
            "end of speech noticed, median and 95 %, ms",
            *(f"{_number(end.get('median'), '.0f')}, {_number(end.get('p95'), '.0f')}" for end in ends),
        ),
        ("end of speech not noticed, %", *(_rate(figures.end_missed) for figures in measured)),
        ("cut short before the end of speech, %", *(_rate(figures.cut_short) for figures in measured)),
        ("processor seconds per second of speech", *(_number(one.real_time_factor, ".4f") for one in measured)),
        ("load, s", *(figures.load_s for figures in measured)),
        ("memory: the model, the whole process, MB", *(f"{one.loaded_mb:.0f}, {one.peak_mb:.0f}" for one in measured)),
        ("words of the set that it does not know", *(figures.missing_words for figures in measured)),
    ]


def _heard_in_nothing(figures: Figures, grammar: str) -> str:
    """Answers and words an hour, and the families in which there were any."""
    words, answers = figures.false_accepts[grammar], figures.false_answers[grammar]
    hours = figures.quiet_minutes / 60
    if not hours:
        return "—"
    families = ", ".join(f"{family} {count / hours:.0f}" for family, count in words.items() if count)
    return f"{sum(answers.values()) / hours:.0f} ({sum(words.values()) / hours:.0f}{families and ': ' + families})"
