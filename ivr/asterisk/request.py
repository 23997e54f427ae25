"""◆ What Asterisk says when it opens a FastAGI connection: header lines → :class:`Request`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ivr.errors import AgiError

END_OF_HEADERS = b"\n\n"
MOST_ARGUMENTS = 32
_PRESENTATION_MASK = 0x60
_PRESENTATION_RESTRICTED = 0x20
"""Bits 5 and 6 of ``agi_callingpres`` (Q.931, 4.5.10): the caller does not want the number to be shown."""


@dataclass(frozen=True, slots=True)
class Request:
    """An AGI request. ``headers`` are as Asterisk wrote them, ``agi_`` included."""

    path: str
    """What is called for: ``hotline`` of ``agi://host/hotline``."""
    args: tuple[str, ...]
    """``agi_arg_1`` … in order; one that was left empty is an empty string."""
    headers: Mapping[str, str]

    @property
    def channel(self) -> str:
        """The name of the caller's channel."""
        return self.headers.get("agi_channel", "")

    @property
    def uniqueid(self) -> str:
        """Asterisk's identifier of the caller's channel."""
        return self.headers.get("agi_uniqueid", "")

    @property
    def extension(self) -> str:
        """The extension of the dialplan that the request came from."""
        return self.headers.get("agi_extension", "")

    def arg(self, number: int) -> str:
        """The argument ``number``, counted from 1 as Asterisk does; empty when there is none."""
        return self.args[number - 1] if number <= len(self.args) else ""


def parse_request(block: bytes) -> Request:
    """The header block, without the empty line that ends it. Raises :class:`AgiError` when it is no AGI request.

    Bytes that are no UTF-8 (a caller's name in some other encoding) are replaced, never refused.
    """
    headers: dict[str, str] = {}
    for line in block.decode("utf-8", "replace").split("\n"):
        name, colon, value = line.partition(":")
        if not colon or not name.startswith("agi_"):
            raise AgiError(f"not an AGI header: {line[:80]!r}")
        headers[name] = value.strip()
    script = headers.get("agi_network_script")
    if script is None:
        raise AgiError("no agi_network_script in the request")
    path = script.partition("?")[0].strip("/")
    return Request(path, _arguments(headers), headers)


def _arguments(headers: Mapping[str, str]) -> tuple[str, ...]:
    given = [int(name[8:]) for name in headers if name.startswith("agi_arg_") and name[8:].isdecimal()]
    if not given:
        return ()
    if max(given) > MOST_ARGUMENTS:
        raise AgiError(f"more than {MOST_ARGUMENTS} arguments")
    return tuple(headers.get(f"agi_arg_{number}", "") for number in range(1, max(given) + 1))


def caller_number(text: str, presentation: str) -> str | None:
    """The caller's number as ``+7…`` (``+`` and country code), or ``None`` when it is hidden or is no full number.

    ``presentation`` is Asterisk's word (``prohib_passed_screen``) or the number of ``agi_callingpres``; a number that
    the caller wants hidden is not used even where the carrier lets us see it.
    """
    if presentation.startswith("prohib"):
        return None
    if presentation.isdecimal() and int(presentation) & _PRESENTATION_MASK == _PRESENTATION_RESTRICTED:
        return None
    digits = only_digits(text)
    if any(letter.isalpha() for letter in text) or not 10 <= len(digits) <= 18:
        return None
    if text.lstrip().startswith("+"):
        return f"+{digits}"
    if len(digits) == 10:
        return f"+7{digits}"
    if len(digits) == 11 and digits[0] in "78":
        return f"+7{digits[1:]}"
    for abroad in ("810", "00"):
        if digits.startswith(abroad):
            return f"+{digits.removeprefix(abroad)}"
    return f"+{digits}"


def only_digits(text: str) -> str:
    """The ASCII digits of a text."""
    return "".join(letter for letter in text if letter in "0123456789")
