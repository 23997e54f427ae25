"""ONE FILE PER TTS ENGINE; the file's name is the engine's name in ivr.toml.

A file here runs in two places: our own process reads its constants, and the worker process (``worker.py``) loads it
*by path* to speak. It therefore uses nothing but the standard library, loads its libraries in ``Engine`` only, and has:

``RANK``             engines with a higher one are preferred by ``engine = "auto"``
``DEFAULT_VOICE``    the voice when ivr.toml names none
``VOICES``           voices that may be used (those whose licence allows commercial use), or () for any
``Engine(voice)``    raises ``OSError``/``ValueError``/``RuntimeError`` when the engine or the voice is not there;
                     ``.version`` and ``.rate`` (Hz); ``.say(text)`` gives 16-bit samples as bytes, or raises

Text may hold U+0301 after a stressed vowel: an engine that does not understand it leaves it out.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Protocol, cast


class EngineFile(Protocol):
    """The constants of an engine's file."""

    RANK: int
    DEFAULT_VOICE: str
    VOICES: tuple[str, ...]


def engine_names() -> tuple[str, ...]:
    """All engines that we know how to use, the preferred first."""
    names = [path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"]
    return tuple(sorted(names, key=lambda name: (-engine_file(name).RANK, name)))


def engine_file(name: str) -> EngineFile:
    """The constants of the engine ``name``; ValueError if there is no such file."""
    path = engine_path(name)
    return cast(EngineFile, import_module(f"{__name__}.{path.stem}"))


def engine_path(name: str) -> Path:
    """Where the engine ``name`` is written; ValueError if there is no such file."""
    path = Path(__file__).parent / f"{name}.py"
    if not name.isidentifier() or not path.is_file():
        known = ", ".join(sorted(p.stem for p in path.parent.glob("*.py") if p.stem != "__init__"))
        raise ValueError(f"no voice engine {name!r} (there are: {known})")
    return path
