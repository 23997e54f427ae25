"""``ivr models bench``: how well models hear, side by side."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ivr.bringup.progress import Progression
from ivr.cli.common import err, fail, fail_config, json_option, out, print_json, print_table, with_settings
from ivr.errors import ConfigError, IvrError
from ivr.settings import Settings

if TYPE_CHECKING:
    from robot.hearing.bench.measuring import Figures

QUICK = ("clean", "white10", "babble15")
QUICK_MINUTES, FULL_MINUTES = 6.0, 60.0


@click.command("bench")
@click.argument("models", nargs=-1)
@click.option(
    "--set",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder of clips, laid out as tests/speech/README.md says.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    help="A disturbance by name (may be repeated); default: clean, white10, babble15.",
)
@click.option("--full", is_flag=True, help="All disturbances, and an hour without speech instead of six minutes.")
@click.option("--plot", "picture", type=click.Path(dir_okay=False, path_type=Path), help="Write a picture (SVG).")
@click.option("--wrong", is_flag=True, help="Also list the clips that were heard wrongly.")
@json_option
@with_settings
def command(
    settings: Settings,
    models: tuple[str, ...],
    folder: Path,
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
    its own.

    \b
    Examples:
      ivr models bench --set tests/speech
      ivr models bench svetlaya-ru-8k var/models/made --set tests/speech --full --plot models.svg
    """
    from robot.hearing.bench.conditions import CONDITIONS
    from robot.hearing.bench.measuring import Options
    from robot.hearing.bench.plot import plot
    from robot.hearing.bench.running import measure_apart
    from robot.hearing.bench.sets import read_set
    from robot.hearing.folders import find, in_use

    unknown = [name for name in conditions if name not in CONDITIONS]
    if unknown:
        raise click.BadParameter(
            f"there is no {unknown[0]!r}; there are: {', '.join(CONDITIONS)}", param_hint="--condition"
        )
    chosen = conditions or (tuple(CONDITIONS) if full else QUICK)
    options = Options(chosen, FULL_MINUTES if full else QUICK_MINUTES)
    show = Progression(err)
    try:
        clips = read_set(folder)
        measured: list[Figures] = []
        for model in [find(name, settings.home, settings.models) for name in models] or [
            in_use(settings.hearing.model, settings.home, settings.models)
        ]:
            with show.step(f"{model.name}: {len(clips.clips)} clips") as advance:
                measured.append(measure_apart(model.path, folder, options, advance))
    except ConfigError as error:
        fail_config(error)
    except IvrError as error:
        fail(str(error), "ivr models list")
    if picture is not None:
        picture.write_text(plot(measured), encoding="utf-8")
    if as_json:
        print_json([asdict(figures) for figures in measured])
        return
    _tables(measured)
    if wrong:
        print_table(
            ("model", "condition", "clip", "kind", "said", "heard"),
            [(figures.model, *row.values()) for figures in measured for row in figures.wrong],
        )


def _tables(measured: list[Figures]) -> None:
    """Accuracies, then everything else, a column a model."""
    from robot.hearing.bench.scoring import Rate

    names = [figures.model for figures in measured]

    def rate(pair: object) -> str:
        hits, total = pair  # type: ignore[misc]
        counted = Rate(hits, total)
        if not total:
            return "—"
        low, high = counted.interval
        return f"{100 * counted.share:.1f} ({100 * low:.0f}…{100 * high:.0f})"

    first = measured[0]
    rows: list[tuple[object, ...]] = []
    for condition, kinds in first.grammars.items():
        rows += [
            (
                condition,
                kind,
                *(rate(figures.grammars[condition][kind]["right"]) for figures in measured),
                *(rate(figures.grammars[condition][kind]["meant"]) for figures in measured),
            )
            for kind in kinds
        ]
    print_table(
        ("condition", "kind", *(f"{name}: right %" for name in names), *(f"{name}: meant %" for name in names)), rows
    )
    out.print("right: word for word, meant: the same meaning; in brackets the 95 % interval\n", style="dim")
    more: list[tuple[object, ...]] = [
        (
            f"word errors, whole vocabulary, {condition}, %",
            *(f"{100 * float(figures.free[condition]['wer']):.1f}" for figures in measured),
        )
        for condition in first.free
    ]  # type: ignore[arg-type]
    more += [
        (f"inside the grammar kept, {condition}, %", *(rate(figures.kept[condition]) for figures in measured))
        for condition in first.kept
    ]
    more += [
        (f"outside rejected, grammar {name}, %", *(rate(figures.rejected[name]) for figures in measured))
        for name in first.rejected
    ]
    more += [
        (
            f"words heard in an hour without speech, grammar {name}",
            *(f"{_an_hour(figures, name):.0f}{_families(figures, name)}" for figures in measured),
        )
        for name in first.false_accepts
    ]
    more += [
        ("speed: seconds of work per second of speech", *(f"{figures.real_time_factor:.3f}" for figures in measured)),
        ("load, s", *(figures.load_s for figures in measured)),
        ("memory loaded, most, MB", *(f"{figures.loaded_mb:.0f}, {figures.peak_mb:.0f}" for figures in measured)),
        (
            "end of speech noticed, median and 95 %, ms",
            *(f"{figures.end_delay_ms['median']:.0f}, {figures.end_delay_ms['p95']:.0f}" for figures in measured),
        ),
        ("words of the set that it does not know", *(figures.missing_words for figures in measured)),
    ]
    print_table(("", *names), more)


def _families(figures: Figures, grammar: str) -> str:
    """In which families something was heard."""
    found = [family for family, words in figures.false_accepts[grammar].items() if words]
    return f" ({', '.join(found)})" if found else ""


def _an_hour(figures: Figures, grammar: str) -> float:
    """Words heard in an hour without speech."""
    return sum(figures.false_accepts[grammar].values()) * 60 / figures.quiet_minutes
