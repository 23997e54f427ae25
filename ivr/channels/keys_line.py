"""What a heard call needs of the line under it: the other way to hold the same call, by keys alone."""

from __future__ import annotations

from typing import Protocol

from ivr.ports import Channel


class Session(Protocol):
    """What can run an application of Asterisk's dialplan; ``AudioSocket`` is the one that is asked for."""

    async def exec(self, application: str, *args: str, seconds: float = 0.0) -> int:
        """Run it; what it returned. Raises :class:`ivr.asterisk.session.Hangup` when the caller is gone."""
        ...


class KeysLine(Channel, Protocol):
    """A line that is held by keys, and the session that it is held in."""

    @property
    def session(self) -> Session:
        """Raises :class:`ivr.ports.LineDropped` when it is in none."""
        ...
