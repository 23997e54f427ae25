"""What tests of the hearing share."""

from pathlib import Path

import pytest

from tests.hearing import tones


@pytest.fixture(scope="session")
def tone_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model folder for Vosk that hears the words of ``tones.WORDS`` said as tones."""
    return tones.make_model(tmp_path_factory.mktemp("models") / "tones")
