"""``ivr models make``: our own model, made anew from nothing but programs of Debian and PyTorch."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

import click

from ivr.bringup.failure import BringupFailed
from ivr.bringup.packages import ensure
from ivr.bringup.progress import Advance, Progression
from ivr.cli.common import err, fail, out, with_settings
from ivr.errors import IvrError
from ivr.settings import Settings


@click.command("make")
@click.option(
    "--to",
    "target",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where the model is written. Default: var/models/made.",
)
@click.option(
    "--work",
    type=click.Path(file_okay=False, path_type=Path),
    help="Where everything on the way lies; a run goes on from it. Default: var/training.",
)
@click.option(
    "--recordings",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Your own recordings with their words (see robot/training/README.md).",
)
@click.option("--minutes", type=float, help="How long the network is trained. Default: the recipe's.")
@click.option(
    "--scale",
    type=float,
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
        fail("PyTorch is not installed", 'pip install "svetlaya-ivr[train]", or run: make model')
    from robot.training.making import make
    from robot.training.pipeline import TrainingFailed, Workplace
    from robot.training.recipe import Recipe

    show = Progression(err)
    try:
        environment = _environment(settings.var, show)
    except BringupFailed as error:
        fail(str(error), error.hint)
    recipe = Recipe().scaled(scale) if scale != 1.0 else Recipe()
    if minutes is not None:
        recipe = recipe.lasting(minutes)
    place = Workplace(work or settings.var / "training", environment)
    try:
        card = make(place, recipe, target or settings.var / "models" / "made", recordings, _Bars(show))
    except (TrainingFailed, IvrError) as error:
        fail(str(error), "run it again: it goes on where it stopped")
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

    def __call__(self, step: str, share: float, note: str = "") -> None:
        """``share`` of ``step`` is done; a new step ends the one before."""
        if step != self._step:
            self._stack.close()
            self._step = step
            self._advance = self._stack.enter_context(self._show.step(step))
        self._advance(share)
        if share >= 1.0:
            self._stack.close()
            self._step = ""
