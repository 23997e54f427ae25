"""Which form of a noun stands beside a number."""

from __future__ import annotations

from typing import NamedTuple


class Forms(NamedTuple):
    """A noun beside one, two and five: «минута», «минуты», «минут»."""

    one: str
    two: str
    five: str

    def beside(self, number: int) -> str:
        """The form that stands beside ``number``: 21 минута, 22 минуты, 25 минут, 11 минут."""
        last_two, last = number % 100, number % 10
        if 11 <= last_two <= 14:
            return self.five
        if last == 1:
            return self.one
        return self.two if 2 <= last <= 4 else self.five
