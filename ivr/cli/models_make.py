"""``ivr models make``: our own model, made anew from nothing but programs of Debian and PyTorch."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

import click

from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Advance, Progression
from ivr.cli.common import err, fail, fail_config, out, with_settings
from ivr.errors import ConfigError, IvrError
from ivr.settings import Settings


@click.command("make")
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the model is written. Default: var/models/made; with --scale var/models/made-SCALE.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything on the way lies; a run goes on from it. Default: var/training (training-SCALE).",
)
@click.option(
    "--recordings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Your own recordings with their words (see robot/training/README.md).",
)
@click.option(
    "--minutes",
    type=click.FloatRange(0, min_open=True),
    help="How long the network is trained. Default: the recipe's.",
)
@click.option(
    "--scale",
    type=click.FloatRange(0, min_open=True),
    default=1.0,
    show_default=True,
    help="A smaller run of the same kind: 0.01 tries every step in minutes.",
)
@with_settings
def command(
    settings: Settings,
    target: Path | None,
    work: Path | None,
    recordings: Path | None,
    minutes: float | None,
    scale: float,
) -> None:
    """Make the built-in recogniser's model: speech is synthesised, disturbed, and a network learns to hear it.

    Needs the extra "train" (make model installs it), about 6 GB of disk and, at full size, up to 3 hours on two
    cores; an accelerator that PyTorch knows is used. Interrupt it at will: the next run goes on where it stopped.
    """
    try:
        import torch  # noqa: F401
    except ImportError:
        fail("PyTorch is not installed", "make model installs it (the extra train)")
    from robot.training.crew import GO_ON, TrainingFailed
    from robot.training.making import make
    from robot.training.pipeline import Workplace
    from robot.training.recipe import Recipe

    show = Progression(err)
    try:
        environment = _environment(settings.var, show)
    except BringupFailed as error:
        fail(str(error), error.hint)
    recipe = Recipe().scaled(scale) if scale != 1.0 else Recipe()
    if minutes is not None:
        recipe = recipe.lasting(minutes)
    # A trial run must not stand in the way of a whole one, nor put its model in the place of a good one.
    suffix = f"-{scale:g}" if scale != 1.0 else ""
    place = Workplace(work or settings.var / f"training{suffix}", environment)
    try:
        with _Bars(show) as bars:
            card = make(place, recipe, target or settings.models / f"made{suffix}", recordings, bars)
    except TrainingFailed as error:
        fail(str(error), error.hint)
    except ConfigError as error:
        fail_config(error)
    except IvrError as error:
        fail(str(error), GO_ON)
    except KeyboardInterrupt:
        fail("interrupted", GO_ON)
    out.print(f"The model is in {card.parent}; its card: {card}")


def _environment(var: Path, show: Progression) -> dict[str, str]:
    """The environment in which all three synthesisers are found."""
    environment = dict(os.environ)
    libraries, programs = list[str](), list[str]()
    for name in ("espeak", "festival", "rhvoice"):
        tree = ensure(name, var, show=show)
        own = tree.env()
        libraries.append(own.pop("LD_LIBRARY_PATH", ""))
        environment.update(own)
        if not tree.is_system:
            programs.append(str(tree.root / "usr" / "bin"))
        if name == "festival":
            environment["FESTIVAL_LIBDIR"] = str(tree.root / "usr" / "share" / "festival")
    environment["LD_LIBRARY_PATH"] = ":".join(filter(None, libraries))
    environment["PATH"] = ":".join([*programs, os.environ.get("PATH", "")])
    if not shutil.which("espeak-ng", path=environment["PATH"]):
        raise BringupFailed("espeak-ng is not to be found", hint="apt-get install espeak-ng")
    return environment


class _Bars:
    """The steps of the pipeline as bars, one after another."""

    def __init__(self, show: Progression) -> None:
        self._show = show
        self._step = ""
        self._stack = contextlib.ExitStack()
        self._advance: Advance = lambda _share: None

    def __enter__(self) -> _Bars:
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def __call__(self, step: str, share: float, note: str = "") -> None:
        """``share`` of ``step`` is done; a new step ends the one before, and one that is over stays so."""
        if step != self._step:
            self._stack.close()
            self._step = step
            self._advance = self._stack.enter_context(self._show.step(step))
        self._advance(share)
        if share >= 1.0:
            self._stack.close()
            self._advance = lambda _share: None
