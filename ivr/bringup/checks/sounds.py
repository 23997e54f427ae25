"""The sounds that Asterisk plays alone when the engine cannot, and the music for waiting callers."""

from __future__ import annotations

import wave
from collections.abc import Iterator
from pathlib import Path

from ivr.bringup.checks import Finding, Patient, error, ok

ALONE = ("technical_problem", "all_busy_goodbye")
RATE = 8000


def look(patient: Patient) -> Iterator[Finding]:
    """Are they there, and playable without transcoding?"""
    for name in ALONE:
        yield _sound(patient.settings.static_sounds, name)
    music = patient.site.music
    files = [file for file in music.glob("*") if file.is_file()] if music.is_dir() else []
    if files:
        yield ok("music", f"{len(files)} in {music}")
    else:
        yield error("music", f"none in {music}: waiting callers hear nothing", "ivr asterisk start makes some")


def _sound(folder: Path, name: str) -> Finding:
    for suffix in (".alaw", ".sln", ".wav"):
        file = folder / f"{name}{suffix}"
        if not file.is_file():
            continue
        if file.stat().st_size < RATE // 2:
            return error(name, f"{file} is all but empty", "ivr setup makes it anew")
        if suffix == ".wav" and (wrong := _wrong_form(file)):
            return error(name, f"{file}: {wrong}, Asterisk wants 8000 Hz, 16 bit, mono", "ivr setup makes it anew")
        return ok(name, str(file))
    return error(name, f"not in {folder}: callers hear nothing when the engine fails", "ivr setup")


def _wrong_form(file: Path) -> str:
    try:
        with wave.open(str(file), "rb") as sound:
            form = (sound.getframerate(), sound.getsampwidth() * 8, sound.getnchannels())
    except (OSError, EOFError, wave.Error) as failure:
        return str(failure)
    return "" if form == (RATE, 16, 1) else f"{form[0]} Hz, {form[1]} bit, {form[2]} channels"
