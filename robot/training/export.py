"""Network → the acoustic half of a Vosk model folder: ``am/final.mdl`` and ``conf/``."""

from __future__ import annotations

from pathlib import Path

from robot.hearing.kaldi_model import write_model
from robot.training.features import CONFIGURATION
from robot.training.network import Network

DECODING = {
    "min-active": "200",
    "max-active": "3000",
    "beam": "12.0",
    "lattice-beam": "2.0",
    "acoustic-scale": "1.0",
    "frame-subsampling-factor": "3",
    "endpoint.silence-phones": "1",
    "endpoint.rule2.min-trailing-silence": "0.5",
    "endpoint.rule3.min-trailing-silence": "0.75",
    "endpoint.rule4.min-trailing-silence": "1.0",
}
"""``conf/model.conf``. A wider lattice beam blows up with ``[unk]``'s loop of phones; the scores are already scaled."""


def export(network: Network, folder: Path) -> None:
    """Write ``am/`` and ``conf/`` of a model folder."""
    (folder / "am").mkdir(parents=True, exist_ok=True)
    (folder / "conf").mkdir(parents=True, exist_ok=True)
    write_model(folder / "am" / "final.mdl", network.kaldi_layers())
    (folder / "conf" / "mfcc.conf").write_text(CONFIGURATION, encoding="ascii")
    (folder / "conf" / "model.conf").write_text(
        "".join(f"--{option}={value}\n" for option, value in DECODING.items()), encoding="ascii"
    )
