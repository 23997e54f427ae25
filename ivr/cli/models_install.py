"""``ivr models install``: a model that others have made, brought onto this machine."""

from __future__ import annotations

import sys

import click

from ivr.bringup.progress import Progression
from ivr.cli.common import EXIT_PROBLEMS, EXIT_UNREACHABLE, err, fail, json_option, out, print_json, with_settings
from ivr.settings import Settings


@click.command("install")
@click.argument("source")
@click.option("--sha256", metavar="HEX", default="", help="The archive's checksum. Default: SOURCE.sha256 beside it.")
@click.option("--name", default="", help="The model's name here. Default: the archive's, without its suffix.")
@click.option(
    "--base-url",
    default="",
    metavar="URL",
    help="The web folder in which a model of a known name lies. Default: [hearing] models_url in ivr.toml.",
)
@json_option
@with_settings
def command(settings: Settings, source: str, sha256: str, name: str, base_url: str, as_json: bool) -> None:
    """Install a model for Vosk or sherpa-onnx into var/models: SOURCE is a known name, an address or a file.

    The archive (zip, or tar with gzip, bzip2 or xz) must have the SHA-256 that is given with --sha256 or lies beside
    it; one that lies beside it on the same server proves that it came over whole, not who made it. Interrupted
    downloads go on where they stopped. The model is unpacked beside its place, tried in a process of its own, and only
    then put there; it is used once ivr.toml names it: [hearing] model = "NAME".

    Leaves with 1 when it cannot be installed, with 3 when the server cannot be reached or does not have it.

    \b
    Examples:
      ivr models install vosk-model-small-ru-0.22 --base-url https://models.local/vosk --sha256 …
      ivr models install https://models.local/t-one.tar.bz2 --name t-one
      ivr models install /media/stick/vosk-model-ru-0.42.zip
    """
    from robot.hearing.installing import CannotInstall, install, source_of

    try:
        found = source_of(source, base_url=base_url or settings.hearing.models_url, name=name)
        done = install(found, settings.models, sha256, Progression(err))
    except CannotInstall as error:
        fail(str(error), error.hint, EXIT_UNREACHABLE if error.unreachable else EXIT_PROBLEMS)
    except KeyboardInterrupt:
        fail("interrupted: nothing is installed", "run it again: a download goes on where it stopped")
    if as_json:
        print_json({
            "name": done.model.name, "folder": str(done.model.path), "kind": done.model.kind, "sha256": done.sha256,
            "source": str(found), "already": done.already, "checksum_beside": done.beside, "warnings": done.warnings,
        })  # fmt: skip
        sys.exit(0)
    for warning in done.warnings:
        err.print(f"warning: {warning}", markup=False, soft_wrap=True)
    if done.already:
        out.print(f"{done.model.name} is installed already, out of the same archive", markup=False, soft_wrap=True)
        return
    out.print(f"{done.model.name} is installed: {done.model.path}", markup=False, soft_wrap=True)
    if done.beside:
        out.print("Its checksum came from the same place as the archive: that it is whole is proved, not who made it.")
    out.print(f'Next:  ivr models check {done.model.name},  then in ivr.toml:  [hearing] model = "{done.model.name}"',
              markup=False, soft_wrap=True)  # fmt: skip
