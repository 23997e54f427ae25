"""Recordings as a studio would bring them: here, tones."""

from pathlib import Path

import numpy as np

from robot.voices import sound


def take(path: Path, seconds: float = 0.5, frequency: float = 300, level: float = 0.4) -> None:
    at = np.arange(int(seconds * 8000)) / 8000
    tone = level * np.sin(2 * np.pi * frequency * at)
    path.write_bytes(sound.to_wav(sound.to_pcm(np.concatenate([np.zeros(4000), tone, np.zeros(4000)]))))
