"""The gateway ``log``: sends nothing, and writes what would be sent into a file that only its owner reads."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path

import structlog

from ivr.errors import SmsFailed
from ivr.masking import mask_phone
from ivr.ports import TextMessage
from ivr.sms.segments import segments

log = structlog.get_logger(__name__)

REMEMBERED = 1000


class LogGateway:
    """Adds a line of JSON to ``outbox`` for every message. The log is told of it without number and words: an address
    may stand in them."""

    def __init__(self, outbox: Path, *, sender: str = "") -> None:
        self._outbox = outbox
        self._sender = sender
        self._taken: dict[str, None] = {}

    async def send(self, message: TextMessage) -> None:
        """Write the message down; one of an id that was among the last thousand is left out.

        Raises :class:`ivr.errors.SmsFailed` when the file cannot be written.
        """
        if message.id in self._taken:
            return
        self._taken[message.id] = None
        if len(self._taken) > REMEMBERED:
            del self._taken[next(iter(self._taken))]
        fields = {"id": message.id, "to": message.phone, "from": self._sender, "text": message.text}
        try:
            await asyncio.to_thread(self._write, json.dumps(fields, ensure_ascii=False))
        except OSError as error:
            self._taken.pop(message.id, None)
            raise SmsFailed(f"{self._outbox}: {error.strerror or error}", retryable=False) from error
        log.info(
            "SMS written, not sent",
            id=message.id,
            to=mask_phone(message.phone),
            segments=segments(message.text),
            outbox=str(self._outbox),
        )

    def _write(self, line: str) -> None:
        self._outbox.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = os.open(self._outbox, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchmod(file, 0o600)
            os.write(file, f"{line}\n".encode("utf-8", "backslashreplace"))
        finally:
            os.close(file)
