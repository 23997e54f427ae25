"""Logs: one JSON object a line (or readable lines on a terminal), each with the call's id while a call is held.

Tracebacks never show local variables: phones and addresses are in them (152-ФЗ; DOMAIN section 3).
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, TextIO, cast

import structlog
from structlog.typing import EventDict, Processor

from ivr.log_file import LogFile


def configure_logs(
    *, json: bool, level: str = "info", file: Path | None = None, tz: tzinfo | None = None, final: bool = False
) -> None:
    """Set up the logs of this process: to ``file`` (appending, see :class:`LogFile`) or to stderr.

    Lines are stamped in the zone ``tz`` (``None``: the machine's), with its distance from UTC. ``final``: it will not
    be set up again; loggers then skip looking that up at every line, as the engine wants it.
    """
    stream = cast(TextIO, LogFile(file)) if file else sys.stderr  # loggers only write and flush
    shown: list[Any] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [
            structlog.dev.ConsoleRenderer(
                colors=not file and stream.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=28
            )
        ]
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            _stamp(tz),
            *shown,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=final,
    )
    logging.basicConfig(stream=stream, level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")


def _stamp(tz: tzinfo | None) -> Processor:
    """The processor that writes the time of a line: 2026-11-25T09:00:00.123+03:00."""

    def stamp(_logger: object, _method: str, event: EventDict) -> EventDict:
        event["timestamp"] = datetime.now(UTC).astimezone(tz).isoformat(timespec="milliseconds")
        return event

    return stamp
