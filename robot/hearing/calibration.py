"""◆ What a recogniser's confidence is worth: its own figure → the share of such answers that are right. Pure.

Engines call different things confidence, and some give none. A calibration is measured on clips whose words are known
(``ivr models calibrate``) and kept as JSON: beside the model (``calibration.json``), or with the product for the models
that ship. One table is for answers out of the whole vocabulary, one for those out of a grammar; each is a rising line
through knots (isotonic regression: R. E. Barlow and others, 1972), level beyond its ends.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from itertools import groupby, pairwise
from pathlib import Path

FILE = "calibration.json"
SHIPPED = Path(__file__).parent / "calibrations"
LEAST = 25
"""Answers behind each knot: fewer say little."""
BINS = 10
Knots = tuple[tuple[float, float], ...]
Pair = tuple[float, bool]
"""The engine's confidence in an answer, and whether the answer is right."""


class BadCalibration(ValueError):
    """A calibration cannot be used."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """``whole`` and ``grammar``: (engine's confidence, share right), rising; ``none``: the share right of the answers
    that come without any confidence."""

    whole: Knots = ((0.0, 0.0), (1.0, 1.0))
    grammar: Knots = ((0.0, 0.0), (1.0, 1.0))
    none: float = 0.7
    measured: str = ""
    """On which clips; empty: not measured, the engine's own figures are taken as they are."""

    def of(self, raw: float | None, *, grammar: bool = False) -> float:
        """How likely an answer is to be right, 0 … 1."""
        if raw is None:
            return self.none
        return _between(self.grammar if grammar else self.whole, raw)

    def to_json(self) -> str:
        """Its file's text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Calibration:
        """Raises BadCalibration."""
        try:
            read = json.loads(text)
            whole, grammar = (
                [(float(raw), float(share)) for raw, share in read[name]] for name in ("whole", "grammar")
            )
            made = cls(tuple(whole), tuple(grammar), float(read["none"]), str(read.get("measured", "")))
        except (ValueError, KeyError, TypeError) as error:
            raise BadCalibration(f"not a calibration: {error!r}") from error
        for knots in (made.whole, made.grammar):
            raws, shares = [raw for raw, _ in knots], [share for _, share in knots]
            if not knots or raws != sorted(set(raws)) or shares != sorted(shares):
                raise BadCalibration("a table must rise")
            if not all(0 <= value <= 1 for value in (*raws, *shares, made.none)):
                raise BadCalibration("confidences and shares are between 0 and 1")
        return made


UNCALIBRATED = Calibration()


@dataclass(frozen=True, slots=True)
class _Block:
    """Answers of nearly one confidence: the sum of their confidences, how many are right, how many they are."""

    total: float
    right: int
    count: int

    @property
    def share(self) -> float:
        return self.right / self.count

    @property
    def smooth(self) -> float:
        """Laplace's rule of succession: nothing is certain because it has happened a few times."""
        return (self.right + 1) / (self.count + 2)

    def with_(self, other: _Block) -> _Block:
        return _Block(self.total + other.total, self.right + other.right, self.count + other.count)


def fit(pairs: Iterable[Pair]) -> Knots:
    """The rising line that comes nearest to the answers; that of :data:`UNCALIBRATED` for too few of them."""
    ranked = sorted(pairs)
    if len(ranked) < 2 * LEAST:
        return UNCALIBRATED.whole
    blocks: list[_Block] = []
    for raw, tied in groupby(ranked, key=lambda pair: pair[0]):
        rights = [right for _, right in tied]
        # Few answers do not make a block of their own, and a block is no worse than those below it.
        if blocks and blocks[-1].count < LEAST:
            blocks[-1] = blocks[-1].with_(_Block(raw * len(rights), sum(rights), len(rights)))
        else:
            blocks.append(_Block(raw * len(rights), sum(rights), len(rights)))
        while len(blocks) > 1 and blocks[-1].count >= LEAST and blocks[-2].share >= blocks[-1].share:
            blocks[-2:] = [blocks[-2].with_(blocks[-1])]
    if len(blocks) > 1 and blocks[-1].count < LEAST:
        blocks[-2:] = [blocks[-2].with_(blocks[-1])]
    return _rising((round(block.total / block.count, 4), round(block.smooth, 4)) for block in blocks)


def error_of(pairs: Sequence[Pair], knots: Knots) -> float:
    """How far the shares that ``knots`` promise are from those that come true, on average (ten equal parts)."""
    parts: dict[int, list[tuple[float, bool]]] = {}
    for raw, right in pairs:
        share = _between(knots, raw)
        parts.setdefault(min(int(share * BINS), BINS - 1), []).append((share, right))
    gaps = (abs(sum(share - right for share, right in part)) for part in parts.values())
    return sum(gaps) / len(pairs) if pairs else 0.0


def calibration_of(folder: Path) -> Calibration:
    """That of a model folder: its own, or the product's for a shipped model and what was adapted from it.

    Raises BadCalibration, naming the file.
    """
    for file in (folder / FILE, SHIPPED / f"{folder.name.split('@')[0]}.json"):
        if file.is_file():
            return _read(file, file.stat().st_mtime_ns)
    return UNCALIBRATED


@cache
def _read(file: Path, _changed: int) -> Calibration:
    try:
        return Calibration.from_json(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, BadCalibration) as error:
        raise BadCalibration(f"{file}: {error}") from error


def _between(knots: Knots, raw: float) -> float:
    for (left, low), (right, high) in pairwise(knots):
        if raw <= right:
            return low if raw <= left else low + (high - low) * (raw - left) / (right - left)
    return knots[-1][1]


def _rising(knots: Iterable[tuple[float, float]]) -> Knots:
    """Knots of one and the same confidence are one; the smoothing must not turn the line down."""
    kept: list[tuple[float, float]] = []
    for raw, share in knots:
        share = max(share, kept[-1][1]) if kept else share
        if kept and raw == kept[-1][0]:
            kept[-1] = (raw, share)
        else:
            kept.append((raw, share))
    return tuple(kept)
