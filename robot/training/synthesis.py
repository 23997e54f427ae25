"""Sentences → speech: ``python -m robot.training.synthesis ENGINE FOLDER COUNT SEED PART PARTS``.

Few voices may be trained on (``voices.py``), so each utterance is said by another "speaker" made out of one of them:
resampling shifts the formants (a longer or shorter vocal tract) while the synthesiser's own pitch and rate undo or
overdo what that does to melody and speed. A worker process writes every ``PARTS``-th shard of utterances from ``PART``
on; a shard that is there is never made again, so an interrupted run goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
import soxr

from robot.training.shards import RATE, TOGETHER, Samples, Shard, Spoken
from robot.training.text import Generator
from robot.training.voices import ESPEAK_VARIANTS, FESTIVAL_VOICE, RHVOICE_VOICES

LONGEST_S = 12.0
SHORTEST_S = 0.12


class Speaker(Protocol):
    """Says a sentence as somebody new each time."""

    def say(self, text: str, chance: random.Random) -> tuple[Samples, str]:
        """Samples at 8 kHz and the name of the voice."""


class RhvoiceSpeaker:
    """The RHVoice voices that may be trained on."""

    def __init__(self) -> None:
        from robot.voices.engines.rhvoice import Engine

        self._engines = {voice: Engine(voice) for voice in RHVOICE_VOICES}

    def say(self, text: str, chance: random.Random) -> tuple[Samples, str]:
        """One utterance; formants × 0.82 … 1.22, pitch and rate of their own."""
        voice = chance.choice(RHVOICE_VOICES)
        formants = chance.uniform(0.90, 1.22) if voice == "aleksandr" else chance.uniform(0.82, 1.14)
        rate, pitch = chance.uniform(0.74, 1.45) / formants, chance.uniform(0.75, 1.32) / formants
        engine = self._engines[voice]
        sound = np.frombuffer(engine.say(_punctuated(text, chance), rate, pitch), np.int16)
        return _at_8_khz(sound, engine.rate * formants), voice


class EspeakSpeaker:
    """espeak-ng with the variants that are not kept for testing."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "said.wav"

    def say(self, text: str, chance: random.Random) -> tuple[Samples, str]:
        """One utterance of a random variant."""
        import soundfile

        voice = "ru+" + chance.choice(ESPEAK_VARIANTS)
        manner = [
            "-s",
            str(chance.randint(115, 215)),
            "-p",
            str(chance.randint(20, 80)),
            "-g",
            str(chance.choice([0, 0, 1, 3])),
        ]
        subprocess.run(
            ["espeak-ng", "-v", voice, *manner, "-w", str(self._file), _punctuated(text, chance)],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip
        sound, rate = soundfile.read(self._file, dtype="int16")
        return _at_8_khz(sound, rate * chance.uniform(0.88, 1.12)), voice


class FestivalSpeaker:
    """festvox-ru: units cut out of a real speaker's sentences. Festival is started once per hundred sentences."""

    BATCH = 100

    def __init__(self) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self._folder = Path(self._temporary.name)

    def say_all(self, texts: list[str], chance: random.Random) -> Iterator[tuple[str, Samples, str]]:
        """Text, samples and voice of each sentence that Festival could say."""
        import soundfile

        for file in self._folder.glob("*.wav"):
            file.unlink()
        lines = [f"({FESTIVAL_VOICE})"]
        for number, text in enumerate(texts):
            file = self._folder / f"{number}.wav"
            speak = f'(begin (utt.synth u) (utt.save.wave u "{file}" (quote riff)) t)'
            lines.append(f'(set! u (Utterance Text "{text}"))(unwind-protect {speak} nil)')
        script = self._folder / "say.scm"
        script.write_text("\n".join(lines), encoding="utf-8")
        with contextlib.suppress(subprocess.TimeoutExpired):  # what was said until then is there
            subprocess.run([*_festival(), "-b", str(script)], capture_output=True, timeout=240, check=False)
        for number, text in enumerate(texts):
            file = self._folder / f"{number}.wav"
            if file.exists() and file.stat().st_size > 1000:
                sound, rate = soundfile.read(file, dtype="int16")
                yield text, _at_8_khz(sound, rate * chance.uniform(0.84, 1.2)), "festvox-ru"


def _festival() -> list[str]:
    """The command that starts Festival; its data lie elsewhere when it was not installed but unpacked."""
    data = os.environ.get("FESTIVAL_LIBDIR")
    return ["festival", "--libdir", data] if data else ["festival"]


def _punctuated(text: str, chance: random.Random) -> str:
    """Text with the pauses and melodies of a caller: commas here and there, a full stop, a question or nothing."""
    first, *rest = text.split()
    said = first + "".join((", " if chance.random() < 0.12 else " ") + word for word in rest)
    return said + chance.choice((".", ".", "", "?", "!"))


def _at_8_khz(sound: Samples, rate: float) -> Samples:
    """Resampled as if it had been recorded at ``rate``: a ``rate`` above the true one raises the formants."""
    level = sound.astype(np.float32)
    return np.asarray(np.clip(soxr.resample(level, rate, RATE), -32767, 32767), np.int16)


def synthesise(engine: str, folder: Path, count: int, seed: int, part: int = 0, parts: int = 1) -> None:
    """Write this process's share of the shards of ``count`` utterances of one engine; those that are there are kept.

    A line of JSON after each shard. Raises RuntimeError when a synthesiser says nothing at all.
    """
    folder.mkdir(parents=True, exist_ok=True)
    kinds: dict[str, type[Speaker] | type[FestivalSpeaker]]
    kinds = {"rhvoice": RhvoiceSpeaker, "espeak": EspeakSpeaker, "festival": FestivalSpeaker}
    speaker = kinds[engine]()
    for number in range((count + TOGETHER - 1) // TOGETHER)[part::parts]:
        shard = Shard(folder / f"{engine}-{seed:02d}-{number:03d}")
        if not shard.exists():
            kept = _said(speaker, f"{engine}-{seed}-{number}", min(TOGETHER, count - number * TOGETHER))
            if not kept:
                raise RuntimeError(f"{engine} has not said one of the sentences of {shard.name}")
            shard.write(kept)
        print(json.dumps({"shard": shard.name}), flush=True)


def _said(speaker: Speaker | FestivalSpeaker, seed: str, count: int) -> list[Spoken]:
    """Up to ``count`` utterances, without those that are too short or too long."""
    chance = random.Random(seed)
    texts = Generator(chance.randrange(2**31))
    wanted = [texts.sentence() for _ in range(count)]
    spoken: list[Spoken] = []
    if isinstance(speaker, FestivalSpeaker):
        for start in range(0, len(wanted), speaker.BATCH):
            for text, sound, voice in speaker.say_all(wanted[start : start + speaker.BATCH], chance):
                spoken.append(Spoken(text, voice, sound))
    else:
        for text in wanted:
            sound, voice = speaker.say(text, chance)
            spoken.append(Spoken(text, voice, sound))
    return [one for one in spoken if SHORTEST_S * RATE < len(one.sound) < LONGEST_S * RATE]


if __name__ == "__main__":
    synthesise(sys.argv[1], Path(sys.argv[2]), *map(int, sys.argv[3:7]))
