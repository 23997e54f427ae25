"""Strings of digits dictated so that they can be written down."""

from __future__ import annotations

from ivr.prompts.russian.numbers import cardinal


def groups(digits: str) -> list[list[str]]:
    """Words of single digits in groups of three, with the last ones two and two: 1234567 → 123 45 67.

    Single digits, never «двенадцать»: on a bad line it is heard as «двадцать». Raises ``ValueError`` when there is
    anything but digits (spaces and hyphens are passed over).
    """
    bare = digits.replace(" ", "").replace("-", "")
    if not bare or not bare.isascii() or not bare.isdigit():
        raise ValueError(f"“{digits}” is not a string of digits")
    sizes = _sizes(len(bare))
    result: list[list[str]] = []
    start = 0
    for size in sizes:
        result.append([cardinal(int(digit)) for digit in bare[start : start + size]])
        start += size
    return result


def _sizes(length: int) -> list[int]:
    if length <= 3:
        return [length]
    twos = {0: 0, 1: 2, 2: 1}[length % 3]  # 4 = 2+2, 5 = 3+2, 7 = 3+2+2: no group of a single digit
    return [3] * ((length - 2 * twos) // 3) + [2] * twos
