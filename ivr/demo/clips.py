"""What the demo's caller says: sentences of a voice that is neither the robot's nor one its ears were trained on."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from ivr.bringup.recording import Sound, load

FOLDER = "caller"


@dataclass(frozen=True, slots=True)
class Clip:
    """A sentence: what is said in it, and how it sounds."""

    words: str
    sound: Sound


def clip(name: str) -> Clip:
    """A sentence by its name in ``caller/says.tsv``. Raises ``KeyError`` when there is none."""
    folder = resources.files(__package__) / FOLDER
    rows = csv.DictReader((folder / "says.tsv").read_text(encoding="utf-8").splitlines(), delimiter="\t")
    words = {row["file"]: row["text"] for row in rows}[name]
    with resources.as_file(folder / f"{name}.wav") as path:
        return Clip(words, load(Path(path)))
