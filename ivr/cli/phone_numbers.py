"""Telephone numbers as people type them on the command line."""

from __future__ import annotations

import re

from ivr.cli.common import EXIT_USAGE, fail
from outage_feed.register import normalise_phone


def phone_number(text: str) -> str:
    """The number as calls have it: ``+7…``, and that of another country as it stands. Nonsense ends the command."""
    foreign = "+" + "".join(sign for sign in text if sign.isdigit())
    number = normalise_phone(text) or (foreign if re.fullmatch(r"\+[\d ()-]{8,}", text.strip()) else "")
    if not number:
        fail(f"{text!r} is no telephone number", "write it as +79001231234", EXIT_USAGE)
    return number
