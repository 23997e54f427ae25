"""pyttsx3 over espeak-ng, the embedded voice: small, always to be had, plain to the ear.

pyttsx3 prints to stdout, allows one engine per process and speaks through a file: reasons to run it in the worker.
"""

from __future__ import annotations

import os
import re
import wave
from importlib.metadata import version

RANK = 10
DEFAULT_VOICE = "ru+f2"
"""The variant that a Russian telephone recogniser understood best of ten (WER 50 % against 54 % for plain ``ru``)."""
VOICES: tuple[str, ...] = ()

_WORDS_PER_MINUTE = 150
"""espeak's 175 is too fast for a telephone; 150 is about the pace of RHVoice's anna."""
_VOLUME = 0.6
"""At 1.0 espeak-ng clips loud vowels; loudness is set afterwards."""
_STRESS_SINCE = (1, 53)
"""Before, espeak-ng takes the stress mark of a Russian vowel for a letter: it moves no stress and spoils the vowel."""


class Engine:
    """The one pyttsx3 engine of this process. ``voice`` is espeak-ng's name, with a variant if wanted (``ru+f2``)."""

    def __init__(self, voice: str) -> None:
        import pyttsx3  # loads espeak-ng, which only the worker can

        self._engine = pyttsx3.init("espeak")
        known = {spoken.id.rsplit("/", 1)[-1] for spoken in self._engine.getProperty("voices")}
        # An unknown name is taken without a word, and the voice before it goes on speaking.
        if voice.partition("+")[0] not in known:
            raise ValueError(f"espeak-ng has no voice {voice!r}")
        self._engine.setProperty("voice", voice)
        self._engine.setProperty("rate", _WORDS_PER_MINUTE)
        self._engine.setProperty("volume", _VOLUME)
        number = _espeak_version()
        self.version = f"pyttsx3 {version('pyttsx3')}, espeak-ng {number}"
        self._knows_stress = tuple(int(part) for part in re.findall(r"\d+", number)[:2]) >= _STRESS_SINCE
        self.rate = 22_050
        # The file that pyttsx3 insists on lives in memory: nothing is left behind, however this process ends.
        self._file = os.memfd_create("voice")

    def say(self, text: str) -> bytes:
        """The sound of ``text``, 16-bit samples. RuntimeError if nothing comes."""
        if not self._knows_stress:
            text = text.replace("\u0301", "")
        os.ftruncate(self._file, 0)
        path = f"/proc/self/fd/{self._file}"
        self._engine.save_to_file(text, path)
        self._engine.runAndWait()
        if not os.fstat(self._file).st_size:
            raise RuntimeError(f"espeak-ng says nothing for {text!r}")
        with wave.open(path, "rb") as sound:
            self.rate = sound.getframerate()
            return sound.readframes(sound.getnframes())


def _espeak_version() -> str:
    from pyttsx3.drivers import _espeak

    return str(_espeak.Info(None).decode())
