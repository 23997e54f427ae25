"""``ivr serve`` with another idea of now: ``clocked_engine.py 2026-11-25T10:17:00+03:00``. For the tests only.

While a file ``var/recogniser-is-broken`` lies there, every recogniser fails in the middle of its work.
"""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from ivr.engine import serve
from ivr.logs import configure_logs
from ivr.settings import load_settings
from robot.hearing.recogniser import RecogniserFailed, Samples
from robot.hearing.vosk import VoskRecogniser


def break_recognisers_by(file: Path) -> None:
    """Let recognisers fail while ``file`` is there."""
    take = VoskRecogniser.take

    def take_or_fail(self: VoskRecogniser, line: Samples) -> bool:
        if file.exists():
            raise RecogniserFailed("broken by a test")
        return take(self, line)

    VoskRecogniser.take = take_or_fail  # type: ignore[method-assign]


def main(at: datetime) -> None:
    began = time.monotonic()
    settings = load_settings()
    configure_logs(json=True, level="info", file=settings.log_file)

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began)

    break_recognisers_by(settings.var / "recogniser-is-broken")
    asyncio.run(serve(settings, stop=asyncio.Event(), ready=lambda port: print("ready", port, flush=True), clock=clock))


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
