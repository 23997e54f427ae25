"""``ivr serve`` with another idea of now: ``clocked_engine.py 2026-11-25T10:17:00+03:00``. For the tests only."""

from __future__ import annotations

import asyncio
import sys
import time
from datetime import datetime, timedelta

from ivr.engine import serve
from ivr.logs import configure_logs
from ivr.settings import load_settings


def main(at: datetime) -> None:
    began = time.monotonic()
    settings = load_settings()
    configure_logs(json=True, level="info", file=settings.log_file)

    def clock() -> datetime:
        return at + timedelta(seconds=time.monotonic() - began)

    asyncio.run(serve(settings, stop=asyncio.Event(), ready=lambda port: print("ready", port, flush=True), clock=clock))


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
