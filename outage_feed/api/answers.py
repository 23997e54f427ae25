"""What the API answers: JSON, and errors that name the field, and the record where there are several."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from aiohttp import web

from outage_feed.formats import Rejected

_REASON = re.compile(r"outages\[(?P<at>\d+)\]: (?:(?P<field>[a-z_]+(?:\.\w+)*): )?(?P<why>.*)", re.DOTALL)


class ApiError(Exception):
    """A request that is answered with an error. ``code`` is for programs, ``message`` for people."""

    def __init__(self, status: int, code: str, message: str, field: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.field, self.retry_after = status, code, message, field, retry_after

    def response(self) -> web.Response:
        """What the caller of the API gets."""
        error = {"code": self.code, "message": self.message, **({"field": self.field} if self.field else {})}
        headers = {}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, round(self.retry_after)))
        if self.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        return answer({"error": error}, self.status, headers)


def answer(value: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """A JSON answer; moments in ISO 8601."""
    text = json.dumps(value, ensure_ascii=False, default=_plain)
    return web.json_response(text=text, status=status, headers=headers)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"no JSON: {value!r}")


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that was set aside: its place in the list, its field where one is to blame, and why."""

    record: int | None
    id: str
    field: str
    reason: str


def bad_record(rejected: Rejected) -> BadRecord:
    """What the reader of the ``json`` format says of a record, taken apart."""
    found = _REASON.fullmatch(rejected.reason)
    if found is None:
        return BadRecord(None, rejected.outage_id, "", rejected.reason)
    return BadRecord(int(found["at"]), rejected.outage_id, found["field"] or "", found["why"])
