"""Makes the callers' WAVs of this folder (A-law, 8 kHz) out of says.tsv; the tests only read them.

Voices that the robot never has and the recogniser was never trained on: RHVoice's elena (CC BY-SA 4.0), as a caller
would say it. Run with the RHVoice tree in the environment: ``python tests/e2e/says/make.py`` does that itself.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import soxr

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
RATE = 8000


def main() -> None:
    if "SAYS_IN_TREE" not in os.environ:
        from ivr.bringup.packages import ensure

        env = ensure("rhvoice", ROOT / "var").env() | {"SAYS_IN_TREE": "1", "PYTHONPATH": str(ROOT)}
        raise SystemExit(subprocess.run([sys.executable, __file__], env=env, check=False).returncode)
    from robot.hearing.bench.alaw import write
    from robot.voices.engines.rhvoice import Engine

    engine = Engine("elena", any_voice=True)
    for line in (HERE / "says.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, text = line.split("\t")
        pcm = np.frombuffer(engine.say(text, 0.95, 1.0), np.int16).astype(np.float32)
        sound = np.clip(soxr.resample(pcm, engine.rate, RATE) * 0.8, -32767, 32767).astype(np.int16)
        write(HERE / f"{name}.wav", sound)


if __name__ == "__main__":
    main()
