"""RHVoice, the voice that people prefer, through its C library (its command line costs 0.25 s a call).

Structures and callbacks follow ``RHVoice.h`` of 1.8 … 1.14 (same layout). Only voices that may be used commercially
are offered (see ``../README.md``), and of these ``elena`` is left out on purpose: she is the test caller's voice.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

RANK = 20
DEFAULT_VOICE = "anna"
VOICES: tuple[str, ...] = ("anna", "irina", "aleksandr")

_LIBRARY = "libRHVoice.so.5"
_SetRate = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_void_p)
_Play = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_uint, ctypes.c_void_p)


class _Callbacks(ctypes.Structure):
    _fields_ = (
        ("set_sample_rate", _SetRate),
        ("play_speech", _Play),
        ("process_mark", ctypes.c_void_p),
        ("word_starts", ctypes.c_void_p),
        ("word_ends", ctypes.c_void_p),
        ("sentence_starts", ctypes.c_void_p),
        ("sentence_ends", ctypes.c_void_p),
        ("play_audio", ctypes.c_void_p),
        ("done", ctypes.c_void_p),
    )


class _InitParams(ctypes.Structure):
    _fields_ = (
        ("data_path", ctypes.c_char_p),
        ("config_path", ctypes.c_char_p),
        ("resource_paths", ctypes.c_void_p),
        ("callbacks", _Callbacks),
        ("options", ctypes.c_uint),
    )


class _SynthParams(ctypes.Structure):
    _fields_ = (
        ("voice_profile", ctypes.c_char_p),
        ("absolute_rate", ctypes.c_double),
        ("absolute_pitch", ctypes.c_double),
        ("absolute_volume", ctypes.c_double),
        ("relative_rate", ctypes.c_double),
        ("relative_pitch", ctypes.c_double),
        ("relative_volume", ctypes.c_double),
        ("punctuation_mode", ctypes.c_int),
        ("punctuation_list", ctypes.c_char_p),
        ("capitals_mode", ctypes.c_int),
        ("flags", ctypes.c_int),
    )


class Engine:
    """One RHVoice engine with one voice. Not to be used from several threads."""

    def __init__(self, voice: str, *, any_voice: bool = False) -> None:
        """``any_voice``: also one that is not offered to callers, such as the test callers'."""
        if voice not in VOICES and not any_voice:
            raise ValueError(f"voice {voice!r} is not offered (there are: {', '.join(VOICES)})")
        self._library = _load()
        self.version = "RHVoice " + self._library.RHVoice_get_version().decode()
        self.rate = 24_000
        self._sound = bytearray()
        # The library keeps only pointers: the Python objects must live as long as the engine does.
        self._callbacks = _Callbacks(_SetRate(self._set_rate), _Play(self._play))
        data = os.environ.get("RHVOICE_DATA_PATH", "/usr/share/RHVoice")
        config = os.environ.get("RHVOICE_CONFIG_PATH", "/etc/RHVoice")
        init = _InitParams(data.encode(), config.encode(), None, self._callbacks, 0)
        self._engine = self._library.RHVoice_new_tts_engine(ctypes.byref(init))
        if not self._engine:
            raise RuntimeError(f"RHVoice finds no voices in {data}")
        self._how = _SynthParams(voice.encode(), 0, 0, 0, 1.0, 1.0, 1.0, 0, None, 0, 0)
        # The first sentence reads the voice's files (0.1 s), and tells the rate and whether the voice is there.
        if not self.say("да"):
            raise RuntimeError(f"RHVoice has no voice {voice!r} in {data}")

    def say(self, text: str, rate: float = 1.0, pitch: float = 1.0) -> bytes:
        """The sound of ``text``, 16-bit samples. RuntimeError if the library refuses the text.

        ``rate`` and ``pitch`` are factors on the voice's own; the library keeps them within 0.5 … 2 or so.
        """
        said = text.encode()
        self._sound.clear()
        self._how.relative_rate, self._how.relative_pitch = rate, pitch
        message = self._library.RHVoice_new_message(self._engine, said, len(said), 0, ctypes.byref(self._how), None)
        if not message:
            raise RuntimeError(f"RHVoice refuses {text!r}")
        try:
            self._library.RHVoice_speak(message)
        finally:
            self._library.RHVoice_delete_message(message)
        return bytes(self._sound)

    def _set_rate(self, rate: int, _user: object) -> int:
        self.rate = rate
        return 1

    def _play(self, samples: Any, count: int, _user: object) -> int:
        self._sound += ctypes.string_at(samples, count * 2)
        return 1


def _load() -> ctypes.CDLL:
    """The library with its functions declared; OSError if it is not there."""
    library = ctypes.CDLL(_LIBRARY)
    library.RHVoice_get_version.restype = ctypes.c_char_p
    library.RHVoice_new_tts_engine.restype = ctypes.c_void_p
    library.RHVoice_new_tts_engine.argtypes = [ctypes.POINTER(_InitParams)]
    library.RHVoice_new_message.restype = ctypes.c_void_p
    library.RHVoice_new_message.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_uint, ctypes.c_int, ctypes.POINTER(_SynthParams), ctypes.c_void_p,
    ]  # fmt: skip
    library.RHVoice_speak.argtypes = [ctypes.c_void_p]
    library.RHVoice_delete_message.argtypes = [ctypes.c_void_p]
    return library
