"""Personal data made unreadable for logs, tables and terminals (DOMAIN section 3: «+7***1234»).

Full values are kept in the case record only, and whoever reads them there is written down (``ivr/store/audit.py``).
"""

from __future__ import annotations

import re

HIDDEN_CALLER = "hidden"
MASK = "***"
_PHONE = re.compile(r"(?<![\w.])\+?\d{10,15}(?!\w)")
_HOUSE = re.compile(r"(?<=\S)\s+\d+\S*$")


def mask_phone(phone: str | None) -> str:
    """``+79001231234`` → ``+7***1234``; ``None`` (a hidden number) → ``hidden``; short numbers stay as they are."""
    if phone is None:
        return HIDDEN_CALLER
    digits = phone.removeprefix("+")
    if len(digits) <= 5:
        return phone
    head = phone[: len(phone) - len(digits) + 1]
    return f"{head}***{digits[-4:]}"


def mask_phones(text: str) -> str:
    """The same text with every run of 10 to 15 digits in it masked."""
    return _PHONE.sub(lambda found: mask_phone(found[0]), text)


def mask_address(text: str) -> str:
    """The same address without house and flat: ``ул. Ленина, 5`` → ``ул. Ленина, ***``; a bare name stays as it is.

    What begins with a number after the first word is a house also where no comma parts it (``ул. Ленина 5``).
    """
    street, comma, house = text.partition(",")
    if comma:
        return f"{street}, {MASK}" if house.strip() else text
    return _HOUSE.sub(f" {MASK}", text)
