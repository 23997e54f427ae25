"""The gateway ``http``: posts messages to a web service.

The body has the fields ``id, to, text`` and, if there is one, ``from``, as JSON or as a form. Every try of a message
carries the same ``Idempotency-Key`` (its id): whether an answer was lost or the message, nobody knows after a timeout,
and no caller is to get it twice. Taken is an answer of 200 to 299, and 409: the service knows that id already.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Literal

import aiohttp
import structlog

from ivr.errors import SmsFailed
from ivr.masking import mask_phone
from ivr.ports import TextMessage

log = structlog.get_logger(__name__)

TRIES = 3
FIRST_PAUSE_S = 0.3
"""Before the second try; each further pause is twice as long."""
ALREADY_TAKEN = 409
TRY_AGAIN = frozenset({408, 425, 429})
"""Refusals that pass (RFC 9110, 6585, 8470); those of 500 and above do, too."""


class HttpGateway:
    """Posts to ``url``. ``secret_file`` holds the bearer token (read anew for each message, so that it can be changed
    at any time); ``seconds`` is the deadline of a message with all its tries."""

    def __init__(
        self,
        url: str,
        *,
        secret_file: Path,
        format: Literal["json", "form"] = "json",
        sender: str = "",
        seconds: float = 6.0,
    ) -> None:
        self._url = url
        self._secret_file = secret_file
        self._format = format
        self._sender = sender
        self._seconds = seconds

    async def send(self, message: TextMessage) -> None:
        """Hand a message over. Raises :class:`ivr.errors.SmsFailed`; ``retryable`` where another try may help."""
        headers = {"Idempotency-Key": message.id, **await asyncio.to_thread(self._credentials)}
        why = ""
        try:
            async with asyncio.timeout(self._seconds), aiohttp.ClientSession() as session:
                for n in range(TRIES):
                    if n:
                        await asyncio.sleep(FIRST_PAUSE_S * 2 ** (n - 1))
                    why = await self._try(session, message, headers)
                    if not why:
                        log.info("SMS sent", id=message.id, to=mask_phone(message.phone), tries=n + 1)
                        return
                    log.warning("SMS not taken yet", id=message.id, to=mask_phone(message.phone), why=why)
        except TimeoutError:
            raise SmsFailed(f"not taken within {self._seconds:g} s{f' ({why})' if why else ''}") from None
        raise SmsFailed(f"not taken in {TRIES} tries ({why})")

    async def _try(self, session: aiohttp.ClientSession, message: TextMessage, headers: dict[str, str]) -> str:
        """Empty when the message is taken, else why not. Raises ``SmsFailed`` where further tries cannot help."""
        fields = {"id": message.id, "to": message.phone, "text": message.text}
        if self._sender:
            fields["from"] = self._sender
        # A gateway that hangs must leave time for the other tries.
        limit = aiohttp.ClientTimeout(total=self._seconds / TRIES)
        try:
            async with session.post(
                self._url,
                json=fields if self._format == "json" else None,
                data=fields if self._format == "form" else None,
                headers=headers,
                timeout=limit,
                allow_redirects=False,  # the token is for this service only
            ) as answer:
                status = answer.status
        except TimeoutError:
            return f"no answer within {limit.total:g} s"
        except aiohttp.InvalidURL as error:
            raise SmsFailed(f"[sms] url in ivr.toml is no address: {error}", retryable=False) from error
        except (aiohttp.ClientError, OSError) as error:
            return str(error) or type(error).__name__
        if status // 100 == 2 or status == ALREADY_TAKEN:
            return ""
        if status >= 500 or status in TRY_AGAIN:
            return f"HTTP {status}"
        raise SmsFailed(f"the gateway refuses it: HTTP {status}", retryable=False)

    def _credentials(self) -> dict[str, str]:
        try:
            token = self._secret_file.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return {}
        except (OSError, UnicodeDecodeError) as error:
            raise SmsFailed(f"{self._secret_file} cannot be read: {error}", retryable=False) from error
        return {"Authorization": f"Bearer {token}"} if token else {}
