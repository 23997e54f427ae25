"""How many SMS a text is charged as. Pure.

Cyrillic is sent as UCS-2: 70 characters in one message, 67 in each part of a longer one (3GPP TS 23.038, 23.040).
"""

from __future__ import annotations

ONE_ALONE = 70
EACH_OF_SEVERAL = 67
MOST_SEGMENTS = 2
"""No message of ours is longer: 134 characters."""


def segments(text: str) -> int:
    """The number of messages that a Cyrillic text takes; a character beyond the basic plane counts twice."""
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if length <= ONE_ALONE else -(-length // EACH_OF_SEVERAL)
