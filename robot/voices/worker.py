"""The process in which a TTS engine speaks: it may hang, print or die without harming a call.

Started as ``python -I worker.py ENGINE_FILE VOICE``; standard library only. One line of JSON per request on stdin:
``{"text": …}``. Each answer is a line of JSON followed by its ``bytes`` of 16-bit samples: ``{"bytes": …, "rate": …}``,
or ``{"error": …}`` with none. The first line says hello: ``{"version": …, "rate": …}``. End of input ends the process.
"""

from __future__ import annotations

import importlib.util
import json
import os
import sys
from typing import Any, BinaryIO


def main(engine_path: str, voice: str) -> int:
    """Speak until stdin ends; 1 if the engine cannot be had."""
    answers = _take_stdout()
    try:
        engine = _load(engine_path).Engine(voice)
    except (OSError, ValueError, RuntimeError, ImportError) as error:
        _answer(answers, {"error": f"{type(error).__name__}: {error}"})
        return 1
    _answer(answers, {"version": engine.version, "rate": engine.rate})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        try:
            sound = engine.say(request["text"])
        except Exception as error:  # whatever a library throws is this one sentence's failure, told to the parent
            _answer(answers, {"error": f"{type(error).__name__}: {error}"})
        else:
            _answer(answers, {"bytes": len(sound), "rate": engine.rate}, sound)
    return 0


def _take_stdout() -> BinaryIO:
    """Keep the real stdout for the answers; what libraries print goes nowhere."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _load(path: str) -> Any:
    """The engine's file as a module, without importing the packages around it."""
    spec = importlib.util.spec_from_file_location("engine", path)
    if spec is None or spec.loader is None:
        raise ImportError(f"cannot be loaded: {path}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _answer(answers: BinaryIO, header: dict[str, object], sound: bytes = b"") -> None:
    answers.write(json.dumps(header).encode() + b"\n" + sound)
    answers.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
