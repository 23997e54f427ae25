"""Loading a model folder, whosever it is: Vosk's or one of sherpa-onnx's, told apart by its files."""

from __future__ import annotations

from pathlib import Path

import structlog

from robot.hearing.calibration import BadCalibration, calibration_of
from robot.hearing.recogniser import Model
from robot.hearing.sherpa import SherpaModel
from robot.hearing.sherpa_files import sherpa_files
from robot.hearing.vosk import VoskModel

log = structlog.get_logger(__name__)


def load(folder: Path) -> Model:
    """The loaded model. Raises RecogniserFailed."""
    model: Model = SherpaModel(folder) if sherpa_files(folder) else VoskModel(folder)
    try:
        model.calibration = calibration_of(folder)
    except BadCalibration as error:
        # Confidences that are worth less are no reason to hear nobody.
        log.error("the calibration cannot be used", error=str(error), hint="ivr models calibrate")
    return model
