"""A small honest engine for the worker: each letter is 40 ms of tone, and some words are trouble.

Loaded by path in the worker process, like the real ones. ``hang`` hangs, ``die`` ends the process, ``refuse`` fails,
``mute`` says nothing; everything is printed too, as pyttsx3 does.
"""

import array
import math
import os
import time

RANK = 0
DEFAULT_VOICE = "tone"
VOICES: tuple[str, ...] = ()

RATE = 16_000


class Engine:
    def __init__(self, voice: str) -> None:
        print("a library that talks on stdout")
        if voice == "missing":
            raise ValueError("no such voice")
        self.version = os.environ.get("FAKE_VERSION", "fake 1")
        self.rate = RATE

    def say(self, text: str) -> bytes:
        print("Audio saved to nowhere")
        if "hang" in text:
            time.sleep(60)
        if "die" in text:
            os._exit(3)
        if "refuse" in text:
            raise RuntimeError("will not say it")
        # The last word stands apart, as words with a stop before them do.
        words, _, last = text.rpartition(" ")
        quiet = [0] * (RATE // 10)
        speech = [] if "mute" in text else self._tone(words) + [0] * (RATE // 12) + self._tone(last)
        return array.array("h", quiet + speech + quiet).tobytes()

    @staticmethod
    def _tone(text: str) -> list[int]:
        pitch = 200 + sum(map(ord, text)) % 200
        count = len(text) * RATE // 25
        return [int(8000 * math.sin(2 * math.pi * pitch * at / RATE)) for at in range(count)]
