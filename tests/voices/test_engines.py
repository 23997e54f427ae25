"""The real voices, as `ivr setup` brought them: that they speak, and that the pieces of a sentence fit."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest

from ivr.bringup.speech import speech_environments
from robot.voices import sound
from robot.voices.choosing import choose
from robot.voices.engines import engine_file, engine_names
from robot.voices.rendering import Renderer

VAR = Path(__file__).parents[2] / "var"
Environments = Mapping[str, Mapping[str, str]]


@pytest.fixture(scope="module")
def environments() -> Environments:
    return speech_environments(VAR, bring=False)


@pytest.fixture(scope="module", params=["rhvoice", "pyttsx3"])
def renderer(request: pytest.FixtureRequest, environments: Environments) -> Iterator[Renderer]:
    process = choose(environments, request.param)
    yield Renderer(process)
    process.close()


def test_preferred_first_and_the_test_callers_voice_is_not_the_robots() -> None:
    assert engine_names() == ("rhvoice", "pyttsx3")
    assert engine_file("rhvoice").DEFAULT_VOICE == "anna"
    assert "elena" not in engine_file("rhvoice").VOICES


def test_auto_takes_the_best_that_starts(environments: Environments) -> None:
    best = choose(environments)
    assert (best.engine, best.voice) == ("rhvoice", "anna")
    best.close()
    bare = {name: value for name, value in os.environ.items() if name != "LD_LIBRARY_PATH"}
    plain = choose({"rhvoice": bare | {"RHVOICE_DATA_PATH": "nowhere"}, "pyttsx3": environments["pyttsx3"]})
    assert plain.engine == "pyttsx3"
    plain.close()


def test_clips_are_speech_of_the_right_length_and_level(renderer: Renderer) -> None:
    clip = renderer.render("Электричество появится ориентировочно сегодня к восемнадцати часам.", "fall")
    assert 3.0 < len(clip) / sound.RATE < 6.5
    heard = clip.astype(np.float32) / 32768
    assert sound.loudness(heard) == pytest.approx(sound.TARGET_LUFS, abs=1.5)
    assert np.abs(heard).max() <= 10 ** (sound.CEILING_DBTP / 20) + 0.001
    assert np.abs(heard[:3]).max() < 0.01  # begins and ends at nothing
    assert np.abs(heard[-3:]).max() < 0.01


@pytest.mark.parametrize("words", ["к восемнадцати часам", "дом двадцать пять", "в городе", "сегодня", "шесть"])
def test_what_was_said_for_the_intonation_is_cut_off(renderer: Renderer, words: str) -> None:
    falling = len(renderer.render(words, "fall"))
    for contour in ("level", "rise"):
        clip = renderer.render(words, contour)
        assert 0.45 * falling < len(clip) < 1.15 * falling


def test_the_voice_falls_at_the_end_of_a_sentence_only(renderer: Renderer) -> None:
    ends = {contour: _last_pitch(renderer.render("тридцати минутам", contour)) for contour in ("fall", "level")}
    assert ends["fall"] < 0.85 * ends["level"]


def test_a_stress_mark_is_heard(environments: Environments) -> None:
    process = choose(environments, "rhvoice")
    castle, lock = (Renderer(process).render(word, "fall") for word in ("за\u0301мок", "замо\u0301к"))
    process.close()
    shorter = min(len(castle), len(lock))
    assert np.corrcoef(castle[:shorter], lock[:shorter])[0, 1] < 0.9


def test_a_stress_mark_that_is_not_understood_does_no_harm(environments: Environments) -> None:
    process = choose(environments, "pyttsx3")
    marked, plain = (process.say(word, 5).samples for word in ("Грязи\u0301", "Грязи"))
    process.close()
    assert len(marked) == pytest.approx(len(plain), abs=40)


def test_the_same_words_are_the_same_clip(renderer: Renderer) -> None:
    first = renderer.render("двадцать один час", "fall")
    renderer.render("что-то другое", "level")
    again = renderer.render("двадцать один час", "fall")
    assert len(first) == pytest.approx(len(again), abs=20)  # espeak-ng is never twice quite the same
    envelopes = [sound.levels(clip[:6000].astype(np.float32) / 32768) for clip in (first, again)]
    assert np.corrcoef(*envelopes)[0, 1] > 0.95


def _last_pitch(clip: sound.Pcm) -> float:
    """How low the pitch (Hz) goes in the last quarter of a second that is voiced."""
    voiced = []
    for at in range(0, len(clip) - 400, 80):
        frame = clip[at : at + 400].astype(float)
        frame -= frame.mean()
        if np.sqrt((frame**2).mean()) < 300:
            continue
        correlation = np.correlate(frame, frame, "full")[399:]
        lag = 20 + int(np.argmax(correlation[20:110]))  # 73 … 400 Hz
        if correlation[lag] > 0.5 * correlation[0]:
            voiced.append(sound.RATE / lag)
    return float(np.percentile(voiced[-25:], 15))
