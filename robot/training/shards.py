"""Files of many utterances: samples end to end in one array, what was said in a JSON file beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RATE = 8000
"""Samples a second, as on the telephone line."""
TOGETHER = 500
"""Utterances per shard."""
Samples = NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Spoken:
    """One utterance: its words (lower case, parted by spaces; empty for no speech), the voice, 8 kHz samples."""

    text: str
    voice: str
    sound: Samples


@dataclass(frozen=True, slots=True)
class Shard:
    """``path`` without suffix; a shard is there when its ``.json`` is, which is written last."""

    path: Path

    @property
    def name(self) -> str:
        """The file name without suffix."""
        return self.path.name

    def exists(self) -> bool:
        """Whether the shard was written to the end."""
        return self.path.with_suffix(".json").exists()

    def write(self, spoken: Sequence[Spoken]) -> None:
        """Write all utterances; appears whole or not at all."""
        sound = np.concatenate([one.sound for one in spoken]) if spoken else np.zeros(0, np.int16)
        np.save(self.path.with_suffix(".npy"), sound)
        said = [{"text": one.text, "voice": one.voice, "samples": len(one.sound)} for one in spoken]
        unfinished = self.path.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        unfinished.rename(self.path.with_suffix(".json"))

    def read(self) -> Iterator[Spoken]:
        """The utterances in order."""
        sound = np.load(self.path.with_suffix(".npy"))
        place = 0
        for one in json.loads(self.path.with_suffix(".json").read_text(encoding="utf-8")):
            yield Spoken(one["text"], one["voice"], sound[place : place + one["samples"]])
            place += one["samples"]


def shards(folder: Path) -> list[Shard]:
    """All finished shards of a folder, by name."""
    return [Shard(file.with_suffix("")) for file in sorted(folder.glob("*.json"))]
