"""Makes callers' WAVs (8 kHz) out of a folder's says.tsv: those of this folder (A-law), which the tests only read, or
those of the demo (16 bit): ``python tests/e2e/says/make.py ivr/demo/caller``.

Voices that the robot never has and the recogniser was never trained on: RHVoice's elena (CC BY-SA 4.0), as a caller
would say it. Run with the RHVoice tree in the environment: the script does that itself.
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
        raise SystemExit(subprocess.run([sys.executable, *sys.argv], env=env, check=False).returncode)
    from ivr.bringup.recording import save
    from robot.hearing.bench.alaw import write
    from robot.voices.engines.rhvoice import Engine

    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE
    engine = Engine("elena", any_voice=True)
    for line in (folder / "says.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        name, text = line.split("\t")
        pcm = np.frombuffer(engine.say(text, 0.95, 1.0), np.int16).astype(np.float32)
        sound = np.clip(soxr.resample(pcm, engine.rate, RATE) * 0.8, -32767, 32767).astype(np.int16)
        if folder == HERE:
            write(folder / f"{name}.wav", sound)
        else:
            save(folder / f"{name}.wav", sound.astype(np.float64))


if __name__ == "__main__":
    main()
