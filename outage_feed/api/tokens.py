"""Tokens: who may read and write through the API. Shown once when they are made; only their hashes are kept.

A token is 256 random bits, so a plain hash of it cannot be guessed back (a slow one is for what people choose).
Blocking; raises StoreError.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from outage_feed.database import GridDatabase
from outage_feed.trouble_rows import moment

Scope = Literal["read", "write"]
PREFIX = "ivr_"
"""By which a token is known in a log or a repository where it has no business."""
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
"""Names of tokens; the source of what is pushed with one is «api-NAME»."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is kept. ``write`` includes reading."""

    name: str
    scope: str
    made_at: datetime
    made_by: str = ""
    used_at: datetime | None = None
    revoked_at: datetime | None = None

    @property
    def source(self) -> str:
        """The source that its outages go under."""
        return f"api-{self.name}"


class TokenTaken(ValueError):
    """There is a token of that name already."""


class Tokens:
    """The tokens of one grid."""

    def __init__(self, grid: GridDatabase) -> None:
        self._grid = grid

    def make(self, name: str, scope: Scope, now: datetime, *, who: str) -> str:
        """A new token, to be shown once. A revoked one's name can be given again. Raises TokenTaken, ValueError."""
        if not NAME.fullmatch(name):
            raise ValueError(f"«{name}» is no name for a token: small Latin letters, digits and dashes, at most 40")
        text = PREFIX + secrets.token_urlsafe(32)
        row = {"name": name, "hash": _hash(text), "scope": scope, "made_at": now.timestamp(), "made_by": who,
               "used_at": None, "revoked_at": None}  # fmt: skip
        with self._grid.writing() as db:
            if self._grid.rows("SELECT 1 FROM grid_tokens WHERE name = ? AND revoked_at IS NULL", (name,)):
                raise TokenTaken(f"there is a token «{name}» already")
            db.table("grid_tokens").upsert(row, pk="name")
        return text

    def all(self) -> tuple[Token, ...]:
        """Every token, the revoked ones too."""
        return tuple(map(_token, self._grid.rows("SELECT * FROM grid_tokens ORDER BY name")))

    def revoke(self, name: str, now: datetime) -> bool:
        """Let a token be good for nothing any more, at once; false where there is none that holds."""
        with self._grid.writing() as db:
            done = db.execute(
                "UPDATE grid_tokens SET revoked_at = ? WHERE name = ? AND revoked_at IS NULL", [now.timestamp(), name]
            )
            return bool(done.rowcount)

    def check(self, text: str) -> Token | None:
        """Whose token this is, if it holds."""
        found = self._grid.rows("SELECT * FROM grid_tokens WHERE hash = ? AND revoked_at IS NULL", (_hash(text),))
        return _token(found[0]) if found else None

    def used(self, token: Token, now: datetime) -> None:
        """Note when it was last used; once a minute is enough."""
        with self._grid.writing() as db:
            db.execute("UPDATE grid_tokens SET used_at = ? WHERE name = ?", [now.timestamp(), token.name])


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _token(row: dict[str, Any]) -> Token:
    times = [None if row[name] is None else moment(row[name]) for name in ("used_at", "revoked_at")]
    return Token(row["name"], row["scope"], moment(row["made_at"]), row["made_by"] or "", *times)
