"""Which voice speaks: the one that is asked for, or the best that can be started here."""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from ivr.errors import VoiceFailed
from robot.voices.engines import engine_file, engine_names
from robot.voices.process import VoiceProcess

log = structlog.get_logger(__name__)

Environments = Mapping[str, Mapping[str, str]]
"""Engine → the environment in which its libraries are found; an engine that is not named is not there."""

AUTO = "auto"


def choose(environments: Environments, engine: str = AUTO, voice: str = "") -> VoiceProcess:
    """A started process of the engine (``auto``: the preferred one that starts) with ``voice`` (its default if empty).

    Raises :class:`VoiceFailed` with the reason of every engine that was tried.
    """
    reasons = []
    for name in engine_names() if engine == AUTO else (engine,):
        if name not in environments:
            reasons.append(f"{name}: not installed")
            continue
        try:
            process = VoiceProcess(name, voice or engine_file(name).DEFAULT_VOICE, environments[name])
            process.start()
        except (VoiceFailed, ValueError) as error:
            reasons.append(str(error))
            log.warning("voice engine not used", engine=name, reason=str(error))
        else:
            return process
    raise VoiceFailed("no voice can speak: " + "; ".join(reasons), retryable=False)
