"""A voice process with the fake engine, for tests that are not about a real voice."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from robot.voices.process import VoiceProcess

FAKE = Path(__file__).with_name("fake_engine.py")

MakeVoice = Callable[..., VoiceProcess]


@pytest.fixture
def fake_voice() -> Iterator[MakeVoice]:
    """Makes processes of the fake voice, and ends them."""
    made: list[VoiceProcess] = []

    def make(voice: str = "tone", **variables: str) -> VoiceProcess:
        made.append(VoiceProcess("fake", voice, os.environ | variables, file=FAKE))
        return made[-1]

    yield make
    for process in made:
        process.close()
