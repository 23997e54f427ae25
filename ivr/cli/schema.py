"""``ivr schema``: JSON Schemas of the administrators' files, for editors."""

from __future__ import annotations

import json
from pathlib import Path

import click

from ivr.cli.common import fail, out, print_json
from ivr.dialplan.schema import SCHEMAS


@click.command("schema")
@click.argument("what", type=click.Choice(sorted(SCHEMAS)), default="dialplan")
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write all schemas into this folder instead of printing one.",
)
def command(what: str, folder: Path | None) -> None:
    """Print the JSON Schema of a kind of file: dialplan (default), numbers, calendar, robot or prompts.

    \b
    In VS Code with the YAML extension, after `ivr schema --to .schemas`:
      "yaml.schemas": {".schemas/dialplan.json": ["dialplans/hotline.yaml", "dialplans/danger.yaml",
                                                  "dialplans/other.yaml", "dialplans/outside.yaml",
                                                  "dialplans/people.yaml"],
                       ".schemas/numbers.json": "dialplans/numbers.yaml",
                       ".schemas/calendar.json": "dialplans/calendar.yaml",
                       ".schemas/robot.json": "dialplans/robot.yaml",
                       ".schemas/prompts.json": "prompts/ru/*.yaml"}
    A new file of nodes is added to the list; dialplans/*.yaml would take in numbers.yaml,
    calendar.yaml and robot.yaml, too.
    """
    if folder is None:
        print_json(SCHEMAS[what]())
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in SCHEMAS.items():
            file = folder / f"{name}.json"
            file.write_text(json.dumps(schema(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            out.print(str(file), markup=False)
    except OSError as error:
        fail(f"cannot write to {folder}: {error.strerror}")
