"""``ivr models calibrate``: what a model's confidence is worth, measured."""

from __future__ import annotations

from pathlib import Path

import click

from ivr.bringup.progress import Progression
from ivr.cli.common import err, fail, fail_config, json_option, out, print_json, print_table, with_settings
from ivr.errors import ConfigError, IvrError
from ivr.settings import Settings

CONDITIONS = ("clean", "white10")


@click.command("calibrate")
@click.argument("model", required=False)
@click.option(
    "--set",
    "folder",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="A folder of clips as tests/speech/README.md describes it; not the one that you measure with.",
)
@click.option(
    "--condition",
    "conditions",
    multiple=True,
    help=f"A disturbance by name (may be repeated). Default: {', '.join(CONDITIONS)}.",
)
@click.option(
    "--to",
    "target",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the table is written. Default: calibration.json in the model's folder.",
)
@json_option
@with_settings
def command(
    settings: Settings, model: str | None, folder: Path, conditions: tuple[str, ...], target: Path | None, as_json: bool
) -> None:
    """Measure what MODEL's confidences are worth (default: the model in use), and keep the table beside it.

    Engines call different things confidence. On clips whose words are known it is counted how many of the answers of
    each confidence are right; from then on calls are told that share. The engine reads the table when it starts.

    \b
    Example:
      ivr models calibrate vosk-model-small-ru-0.22 --set my-clips
    """
    from robot.hearing.bench.calibrating import measure
    from robot.hearing.bench.conditions import CONDITIONS as KNOWN
    from robot.hearing.bench.sets import read_set
    from robot.hearing.calibration import FILE
    from robot.hearing.folders import SHIPPED, find, in_use
    from robot.hearing.loading import load

    wanted = tuple(dict.fromkeys(conditions or CONDITIONS))
    for name in wanted:
        if name not in KNOWN or not KNOWN[name].available:
            raise click.BadParameter(f"there is no {name!r} here", param_hint="--condition")
    try:
        chosen = (find(model, settings.home, settings.models) if model
                  else in_use(settings.hearing.model, settings.home, settings.models))  # fmt: skip
        if target is None and chosen.path.is_relative_to(SHIPPED):
            fail(f"{chosen.name} comes with its table", "--to FILE writes another one")
        clips = read_set(folder)
        with Progression(err).step(f"{chosen.name} on {folder.name}") as advance:
            measured = measure(load(chosen.path), clips, wanted, advance)
    except ConfigError as error:
        fail_config(error)
    except IvrError as error:
        fail(str(error), "ivr models list")
    table = measured.calibration(f"{clips.name}: {', '.join(wanted)}")
    errors = measured.errors(table)
    written = target or chosen.path / FILE
    try:
        written.write_text(table.to_json(), encoding="utf-8")
    except OSError as error:
        fail(f"{written} cannot be written: {error.strerror}")
    if as_json:
        print_json({"model": chosen.name, "file": str(written), "calibration": table, "errors": errors})
        return
    counts = {"whole": len(measured.whole), "grammar": len(measured.grammar)}
    print_table(
        ("answers out of", "answers", "mean error before", "and after"),
        [
            (name, counts[name], f"{before:.3f}", f"{after:.3f}" if counts[name] else "—")
            for name, (before, after) in errors.items()
        ],
    )
    if measured.none:
        share = sum(measured.none) / len(measured.none)
        out.print(f"{len(measured.none)} answers came without confidence; {100 * share:.0f} % of them were right")
    out.print(f"written: {written}", markup=False, soft_wrap=True)
