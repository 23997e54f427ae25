"""Sound files of people speaking, brought to 8 kHz."""

import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from robot.hearing.bench import alaw
from robot.hearing.sound_files import read_speech

RATE = 8000
TONE = (8000 * np.sin(np.arange(RATE) * 2 * np.pi * 400 / RATE)).astype(np.int16)


def pcm(file: Path, line: np.ndarray, rate: int) -> Path:
    with wave.open(str(file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(line.astype("<i2").tobytes())
    return file


def test_pcm_of_8_khz_is_taken_as_it_is(tmp_path: Path) -> None:
    assert np.array_equal(read_speech(pcm(tmp_path / "a.wav", TONE, RATE)), TONE)


def test_a_law_is_decoded(tmp_path: Path) -> None:
    alaw.write(tmp_path / "a.wav", TONE)
    got = read_speech(tmp_path / "a.wav").astype(float)
    assert np.abs(got - TONE).max() < 300


@pytest.mark.parametrize("coded", [True, False])
def test_16_khz_becomes_8(tmp_path: Path, coded: bool) -> None:
    wide = (8000 * np.sin(np.arange(2 * RATE) * 2 * np.pi * 400 / (2 * RATE))).astype(np.int16)
    file = pcm(tmp_path / "a.wav", wide, 2 * RATE)
    if coded:
        data = alaw.encode(wide)
        form = struct.pack("<HHIIHHH", 6, 1, 2 * RATE, 2 * RATE, 1, 8, 0)
        body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", len(data)) + data
        file.write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    got = read_speech(file).astype(float)
    assert len(got) == RATE
    assert np.corrcoef(got[200:-200], TONE[200:-200])[0, 1] > 0.99
