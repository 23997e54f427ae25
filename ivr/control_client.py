"""The other end of the control socket, for the command line. Standard library only: commands start fast."""

from __future__ import annotations

import contextlib
import http.client
import json
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ivr import unix_socket
from ivr.errors import ConfigError, IvrError, Problem

ANSWER_SECONDS = 5.0
RELOAD_SECONDS = 60.0


class EngineNotRunning(IvrError):
    """Nobody listens on the instance's control socket (the command line leaves with 3)."""


class ControlFailed(IvrError):
    """The engine refused, did not answer in time, or answered nonsense."""


class ReloadRefused(ConfigError):
    """The plan on the disk is not good; the engine goes on with the one it has."""


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path, limit: float) -> None:
        super().__init__("engine", timeout=limit)
        self._path = path
        self._limit = limit

    def connect(self) -> None:
        self.sock = unix_socket.connect(self._path, limit=self._limit)


class ControlClient:
    """Asks the running engine; each question is a connection of its own. Blocking, with a limit on every wait."""

    def __init__(self, path: Path, *, answer_seconds: float = ANSWER_SECONDS) -> None:
        self._path = path
        self._seconds = answer_seconds

    def status(self) -> Mapping[str, Any]:
        """Facts about the engine. Raises :class:`EngineNotRunning`, :class:`ControlFailed`."""
        return self._ask("GET", "/status")

    def live(self) -> list[dict[str, Any]]:
        """The calls that are held now, the oldest first. Raises :class:`EngineNotRunning`, :class:`ControlFailed`."""
        calls = self._ask("GET", "/live").get("calls")
        if not isinstance(calls, list):
            raise ControlFailed("the engine's answer has no calls in it; is it of another version?")
        return calls

    def reload(self, version: str | None = None) -> Mapping[str, Any]:
        """Have the engine take the edited plan, or go back to ``version``.

        Raises :class:`ReloadRefused` with every problem, :class:`EngineNotRunning`, :class:`ControlFailed`.
        """
        return self._ask("POST", "/reload", {"to": version}, limit=RELOAD_SECONDS)

    def plans(self) -> Mapping[str, Any]:
        """The versions of the plan. Raises :class:`EngineNotRunning`, :class:`ControlFailed`."""
        return self._ask("GET", "/plans")

    def stop(self) -> None:
        """Have the engine stop. Raises :class:`EngineNotRunning`, :class:`ControlFailed`."""
        self._ask("POST", "/stop", {})

    def events(self, *, call: str = "", caller: str | None = None) -> Iterator[Mapping[str, Any]]:
        """What happens in calls, as it happens (``ivr/live_lines.py``), until the engine stops or the caller does.

        First what has happened so far in the calls held now, then ``{"watching": true}``; an empty mapping is a sign
        of life, every two seconds. ``call`` (an id or its beginning) and ``caller`` leave other calls out. Raises
        :class:`EngineNotRunning`, :class:`ControlFailed`.
        """
        asked = urlencode({"call": call} | ({} if caller is None else {"caller": caller}))
        with self._connected(self._seconds) as connection:
            connection.request("GET", f"/events?{asked}")
            answer = connection.getresponse()
            if answer.status != HTTPStatus.OK:
                raise ControlFailed(f"the engine answered {answer.status} to /events; is it of another version?")
            while line := answer.readline():
                try:
                    yield json.loads(line)
                except ValueError as error:
                    raise ControlFailed(f"the engine told no JSON: {line[:200]!r}") from error

    def _ask(self, method: str, what: str, body: object = None, *, limit: float | None = None) -> Mapping[str, Any]:
        sent = None if body is None else json.dumps(body)
        with self._connected(limit or self._seconds) as connection:
            connection.request(method, what, sent, {"Content-Type": "application/json"} if sent else {})
            answer = connection.getresponse()
            status, text = answer.status, answer.read()
        return _understood(status, text)

    @contextlib.contextmanager
    def _connected(self, limit: float) -> Iterator[_Connection]:
        """A connection for one question, its failures put into our own errors."""
        connection = _Connection(self._path, limit)
        try:
            yield connection
        except (FileNotFoundError, ConnectionRefusedError, NotADirectoryError) as error:
            raise EngineNotRunning("the engine is not running") from error
        except PermissionError as error:
            raise ControlFailed(f"{self._path}: only the engine's own user may control it") from error
        except TimeoutError as error:
            raise ControlFailed(f"the engine did not answer within {limit:g} s") from error
        except (OSError, http.client.HTTPException) as error:
            raise ControlFailed(f"the engine broke the connection off: {error!r}") from error
        finally:
            connection.close()


def _understood(status: int, text: bytes) -> Mapping[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise ControlFailed(f"the engine answered {status} and no JSON: {text[:200]!r}") from error
    if not isinstance(answer, dict):
        raise ControlFailed(f"the engine answered {status} and no JSON object")
    if "problems" in answer and status == 409:
        raise ReloadRefused([Problem(**problem) for problem in answer["problems"]])
    if status >= 400:
        raise ControlFailed(str(answer.get("error", f"the engine answered {status}")))
    return answer
