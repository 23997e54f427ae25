"""Settings of what comes from callers, dispatchers and other systems about the grid: ``[trouble]`` and ``[api]``."""

from __future__ import annotations

import ipaddress
import re

from pydantic import Field, field_validator

from ivr.section import Section


class Trouble(Section):
    """``[trouble]``: when calls about darkness that no list explains make a *probable* outage."""

    calls: int = Field(3, ge=2)
    """So many callers of one street, or of one ТП; the same telephone counts once."""
    window_minutes: float = Field(60.0, gt=0)
    """Within so long."""
    lasts_minutes: float = Field(180.0, gt=0)
    """So long after the last of them it is told to callers, unless a dispatcher confirms or rejects it."""


class Api(Section):
    """``[api]``: the way in for dispatchers' programs and other systems. Tokens: ``ivr api token add``."""

    on: bool = False
    host: str = "127.0.0.1"
    """Listening beyond this machine wants a proxy with TLS in front: tokens travel in clear text."""
    port: int = Field(8220, ge=0, le=65535)
    allow: tuple[str, ...] = ("127.0.0.1", "::1")
    """Addresses or networks that may connect."""
    requests_per_minute: int = Field(120, ge=1)
    """For each token; so many at once after a quiet minute."""
    max_bytes: int = Field(5_000_000, ge=1024)
    """Longer requests are refused."""
    webhooks: tuple[str, ...] = ()
    """Web addresses that are told of every change; signed with the secret in ``var/secrets/webhooks``."""

    @field_validator("allow")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            try:
                ipaddress.ip_network(text, strict=False)
            except ValueError:
                raise ValueError(f"{text!r} is no address or network (10.1.0.0/16)") from None
        return value

    @field_validator("webhooks")
    @classmethod
    def _web(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            if not re.match(r"https?://[^/\s]+", text):
                raise ValueError(f"{text!r} is no address of a web service (https://…)")
        return value
