"""The worker process: it may print, refuse, hang or die."""

import threading
import time

import numpy as np
import pytest

from ivr.errors import VoiceFailed
from robot.voices.process import VoiceProcess


def test_it_speaks_and_what_libraries_print_goes_nowhere(fake_voice) -> None:
    voice = fake_voice()
    spoke = voice.say("привет", 5)
    assert spoke.rate == 16_000
    assert len(spoke.samples) == (6 * 640) + 2 * 1600 + 1333
    assert np.abs(spoke.samples).max() > 7000
    assert voice.version == "fake 1"


def test_a_refused_sentence_is_that_sentences_failure_only(fake_voice) -> None:
    voice = fake_voice()
    with pytest.raises(VoiceFailed, match="will not say it"):
        voice.say("refuse", 5)
    assert len(voice.say("дальше", 5).samples)


def test_a_dead_worker_is_started_anew(fake_voice) -> None:
    voice = fake_voice()
    with pytest.raises(VoiceFailed, match="died"):
        voice.say("die", 5)
    assert len(voice.say("дальше", 5).samples)


def test_a_hung_worker_is_ended_in_time_and_started_anew(fake_voice) -> None:
    voice = fake_voice()
    voice.start()
    began = time.monotonic()
    with pytest.raises(VoiceFailed, match="in time"):
        voice.say("hang", 0.2)
    assert time.monotonic() - began < 1
    assert len(voice.say("дальше", 5).samples)


def test_kill_from_another_thread_ends_the_wait(fake_voice) -> None:
    voice = fake_voice()
    voice.start()
    timer = threading.Timer(0.1, voice.kill)
    timer.start()
    with pytest.raises(VoiceFailed, match="died"):
        voice.say("hang", 20)
    timer.join()
    with pytest.raises(VoiceFailed, match="ended"):
        voice.say("дальше", 5)


def test_a_voice_that_is_not_there_says_why(fake_voice) -> None:
    with pytest.raises(VoiceFailed, match="no such voice"):
        fake_voice("missing").start()


def test_an_engine_that_does_not_exist() -> None:
    with pytest.raises(ValueError, match=r"no voice engine 'sox' \(there are: pyttsx3, rhvoice\)"):
        VoiceProcess("sox", "", {})
    with pytest.raises(ValueError, match="no voice engine"):
        VoiceProcess("../worker", "", {})
