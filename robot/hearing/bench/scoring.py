"""◆ Right or wrong, and how sure that figure is: words against words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

UNKNOWN = "[unk]"


def folded(text: str) -> list[str]:
    """Words to compare: ё counts as е."""
    return text.replace("ё", "е").split()


def word_errors(said: Sequence[str], heard: Sequence[str]) -> int:
    """Fewest words to put in, leave out or change (Levenshtein)."""
    row = list(range(len(heard) + 1))
    for number, word in enumerate(said, start=1):
        diagonal, row[0] = row[0], number
        for place, other in enumerate(heard, start=1):
            diagonal, row[place] = row[place], min(row[place] + 1, row[place - 1] + 1, diagonal + (word != other))
    return row[-1]


@dataclass(frozen=True, slots=True)
class Rate:
    """``hits`` of ``total``, with Wilson's 95 % interval."""

    hits: int
    total: int

    @classmethod
    def of(cls, pair: object) -> Rate | None:
        """Out of (hits, total) as it comes back from JSON; None for anything else."""
        match pair:
            case [int(hits), int(total)]:
                return cls(hits, total)
        return None

    @property
    def share(self) -> float:
        """0 … 1; 0 when nothing was counted."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's score interval at 95 % (Wilson 1927)."""
        if not self.total:
            return (0.0, 1.0)
        z, n = 1.959964, self.total
        middle = (self.share + z * z / (2 * n)) / (1 + z * z / n)
        half = z / (1 + z * z / n) * math.sqrt(self.share * (1 - self.share) / n + z * z / (4 * n * n))
        return (max(0.0, middle - half), min(1.0, middle + half))


@dataclass(frozen=True, slots=True)
class Answer:
    """One clip as it was heard: what kind it is, what was said, what was heard."""

    kind: str
    said: str
    heard: str

    @property
    def right(self) -> bool:
        """Word for word."""
        return folded(self.said) == folded(self.heard)

    @property
    def accepted(self) -> bool:
        """Something was heard and nothing of it was outside the grammar."""
        words = self.heard.split()
        return bool(words) and UNKNOWN not in words


def sentences(answers: Iterable[Answer]) -> Rate:
    """Clips heard word for word."""
    listed = list(answers)
    return Rate(sum(answer.right for answer in listed), len(listed))


def word_error_rate(answers: Iterable[Answer]) -> float | None:
    """Word errors per word said (more than 1 where much is heard that nobody said); None when nothing was said."""
    errors = words = 0
    for answer in answers:
        said = folded(answer.said)
        words += len(said)
        errors += word_errors(said, folded(answer.heard))
    return round(errors / words, 4) if words else None


def accepted(answers: Iterable[Answer]) -> Rate:
    """Clips that were taken for something in the grammar."""
    listed = list(answers)
    return Rate(sum(answer.accepted for answer in listed), len(listed))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The value below which ``share`` of the values lie (nearest rank); None for none."""
    if not values:
        return None
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
