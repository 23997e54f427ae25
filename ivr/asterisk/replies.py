"""◆ AGI's commands and replies: values ⇄ lines.

The plainest replies are read here, all others by panoramisk's ``parse_agi_result``. What it cannot tell is mended
(panoramisk 1.4): a value that happens to be the word «hangup» looks like a hang-up to it, ``-1`` loses where the
playing stopped, a reply without a number raises ``ValueError``, a value of several lines is cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from panoramisk.utils import parse_agi_result

from ivr.errors import AgiError

LONGEST_LINE = 65_536
HANGUP_LINE = "HANGUP"
KEYS = "0123456789*#"

_USUAL = re.compile(r"200 result=(\d+)(?: endpos=(\d+))?")
_VALUE = "200 result=1 ("
_ENDPOS = re.compile(r"endpos=(\d+)")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z][A-Za-z0-9_]*(\([A-Za-z0-9_,.:/ -]*\))?")


@dataclass(frozen=True, slots=True)
class AgiReply:
    """One reply. ``code`` 200 is success, 510 unknown command, 511 dead channel, 520 bad syntax."""

    code: int
    result: int = 0
    """What the command brought: an ASCII code for a key, 0 for «nothing», -1 for an error or a hang-up."""
    data: str = ""
    """What stood in brackets after it; for an error the words."""
    endpos: int = 0
    """Where a sound file stopped, in samples."""

    @property
    def key(self) -> str | None:
        """The key that the result stands for, if it is one."""
        return chr(self.result) if self.result > 1 and chr(self.result) in KEYS else None


class ReplyReader:
    """Bytes, split anywhere → replies; the word ``HANGUP`` comes out as it is (it is no reply)."""

    __slots__ = ("_buffer", "_held")

    def __init__(self) -> None:
        self._buffer = b""
        self._held = ""

    def feed(self, data: bytes) -> list[AgiReply | str]:
        """All that is complete by now. Raises :class:`AgiError` on what AGI never says."""
        lines = (self._buffer + data).split(b"\n")
        self._buffer = lines.pop()
        if len(self._buffer) + len(self._held) > LONGEST_LINE:
            raise AgiError(f"a reply of more than {LONGEST_LINE} bytes")
        replies: list[AgiReply | str] = []
        for line in lines:
            reply = self._take(line.decode("utf-8", "replace").rstrip("\r"))
            if reply is not None:
                replies.append(reply)
        return replies

    def _take(self, line: str) -> AgiReply | str | None:
        if self._held:
            # Inside a reply of several lines nothing else can come.
            self._held += "\n" + line
            if len(self._held) > LONGEST_LINE:
                raise AgiError(f"a reply of more than {LONGEST_LINE} bytes")
            if self._held.startswith("520-"):
                if not line.startswith("520 "):
                    return None
            elif not line.endswith(")"):
                return None
            line, self._held = self._held, ""
            return parse_reply(line)
        if line == HANGUP_LINE:
            return line
        if line.startswith("520-") or (line.startswith(_VALUE) and not line.endswith(")")):
            self._held = line
            return None
        if line.startswith("100"):
            return None  # «trying»: the reply is still to come
        return parse_reply(line)


def parse_reply(line: str) -> AgiReply:
    """One whole reply. Raises :class:`AgiError` when it is none."""
    usual = _USUAL.fullmatch(line)
    if usual is not None:  # nearly all of them: a call should not pay for the rest
        return AgiReply(200, int(usual[1]), "", int(usual[2] or 0))
    if line.startswith(_VALUE):
        return AgiReply(200, 1, line[len(_VALUE) : -1])
    try:
        parsed = parse_agi_result(line)
        if parsed.get("error") == "AGIAppError":
            stopped = _ENDPOS.search(line)
            return AgiReply(200, -1, parsed["msg"], int(stopped[1]) if stopped else 0)
        code = int(parsed.get("status_code", 0))
        if code == 0:
            raise ValueError(line)
        if code != 200:
            return AgiReply(code, -1, parsed["msg"] or line)
        if "result=" not in line:
            raise ValueError(line)
        value, data = parsed["result"]
        return AgiReply(200, int(value or 0), data, int(parsed.get("endpos", ("0", ""))[0]))
    except (ValueError, KeyError, TypeError) as error:
        raise AgiError(f"not an AGI reply: {line[:80]!r}") from error


def quoted(text: str) -> str:
    """``text`` as one argument of a command. Raises :class:`AgiError` for what would begin another command."""
    if "\n" in text or "\r" in text or "\0" in text:
        raise AgiError(f"a line break in an AGI argument: {text[:40]!r}")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def variable_name(name: str) -> str:
    """``name`` if it may stand for a variable or a function (``TIMEOUT(absolute)``); raises :class:`AgiError`."""
    if not _VARIABLE.fullmatch(name):
        raise AgiError(f"not the name of a channel variable: {name[:40]!r}")
    return name
