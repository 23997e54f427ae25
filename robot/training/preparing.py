"""Sound → features: ``python -m robot.training.preparing SOUND FEATURES COPIES SEED PART PARTS HARD``.

Takes every ``PARTS``-th shard from ``PART`` on, so that several processes share the work without talking.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from robot.training.augmentation import on_the_line
from robot.training.features import mfcc
from robot.training.non_speech import non_speech
from robot.training.shards import Shard, shards


@dataclass(frozen=True, slots=True)
class Hardness:
    """Utterances without speech per utterance with it, and the share of calls from noisy places."""

    non_speech: float
    bad: float


NORMAL, HARD = Hardness(0.09, 0.5), Hardness(0.3, 0.7)
"""The long first part of the training, and its end, in which silence, wind and music are met more often."""
WARPED = 0.3
"""Share of utterances whose frequency axis is stretched or squeezed by up to a tenth."""


def prepare(shard: Shard, folder: Path, copies: int, seed: int, hardness: Hardness = NORMAL) -> float:
    """Write ``copies`` differently disturbed versions of a shard's features; seconds of sound made.

    A file that is there is kept. Silence, tones, music and the like are mixed in with no words.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = 0.0
    spoken = list(shard.read())
    everything = np.concatenate([one.sound for one in spoken])
    for copy in range(copies):
        target = folder / f"{shard.name}-{copy}.npy"
        if target.with_suffix(".json").exists():
            continue
        chance = np.random.default_rng([seed, copy, *shard.name.encode()])
        frames: list[NDArray[np.float16]] = []
        said: list[dict[str, object]] = []
        for one in spoken:
            warp = float(chance.uniform(0.9, 1.1)) if chance.random() < WARPED else 1.0
            rows = mfcc(on_the_line(one.sound, chance, everything, hardness.bad), chance, warp)
            frames.append(rows.astype(np.float16))
            said.append({"text": one.text, "frames": len(rows)})
            if chance.random() < hardness.non_speech:
                rows = mfcc(non_speech(chance, everything), chance)
                frames.append(rows.astype(np.float16))
                said.append({"text": "", "frames": len(rows)})
        made += sum(len(rows) for rows in frames) / 100
        np.save(target, np.concatenate(frames))
        unfinished = target.with_suffix(".unfinished")
        unfinished.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
        unfinished.rename(target.with_suffix(".json"))
    return made


def prepare_all(sound: Path, features: Path, copies: int, seed: int, part: int, parts: int, hard: int) -> None:
    """Features of this process's share of the shards; a line of JSON after each."""
    for shard in shards(sound)[part::parts]:
        seconds = prepare(shard, features, copies, seed, HARD if hard else NORMAL)
        print(json.dumps({"shard": shard.name, "seconds": round(seconds, 1)}), flush=True)


if __name__ == "__main__":
    source, target, *numbers = sys.argv[1:]
    prepare_all(Path(source), Path(target), *(int(number) for number in numbers))
