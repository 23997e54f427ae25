"""◆ The figures as a picture: an SVG of bars, written without a drawing library."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from robot.hearing.bench.measuring import Figures
from robot.hearing.bench.scoring import Rate

_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b")
_BAR, _GAP, _LEFT, _WIDTH = 11, 10, 190, 620


def plot(models: Sequence[Figures]) -> str:
    """Clips heard rightly, in per cent with Wilson's interval: a group per condition and kind, a bar a model."""
    groups = [
        (f"{kind}, {condition}", [figures.grammars.get(condition, {}).get(kind) for figures in models])
        for condition in (models[0].grammars if models else ())
        for kind in models[0].grammars[condition]
    ]
    height = 60 + len(groups) * (len(models) * _BAR + _GAP) + 20 * len(models)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_LEFT + _WIDTH + 60}" height="{height}" '
        'font-family="sans-serif" font-size="11">',
        '<rect width="100%" height="100%" fill="white"/>',
        f'<text x="{_LEFT}" y="18" font-size="14">Clips heard rightly, %</text>',
    ]
    for tick in range(0, 101, 20):
        x = _LEFT + _WIDTH * tick / 100
        parts.append(f'<line x1="{x}" y1="26" x2="{x}" y2="{height - 20 * len(models) - 14}" stroke="#ddd"/>')
        parts.append(f'<text x="{x}" y="{height - 20 * len(models) - 2}" text-anchor="middle">{tick}</text>')
    y = 32
    for label, rows in groups:
        parts.append(
            f'<text x="{_LEFT - 6}" y="{y + len(models) * _BAR / 2 + 4}" text-anchor="end">{escape(label)}</text>'
        )
        for number, row in enumerate(rows):
            parts += _bar(Rate.of((row or {}).get("right")), y + number * _BAR, _COLOURS[number % len(_COLOURS)])
        y += len(models) * _BAR + _GAP
    for number, figures in enumerate(models):
        line = height - 20 * (len(models) - number) + 12
        parts.append(
            f'<rect x="{_LEFT}" y="{line - 9}" width="10" height="10" fill="{_COLOURS[number % len(_COLOURS)]}"/>'
        )
        parts.append(f'<text x="{_LEFT + 16}" y="{line}">{escape(figures.model)}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


def _bar(rate: Rate | None, y: float, colour: str) -> list[str]:
    if rate is None:
        return []
    low, high = (_LEFT + _WIDTH * edge for edge in rate.interval)
    middle = y + (_BAR - 1) / 2
    return [
        f'<rect x="{_LEFT}" y="{y}" width="{_WIDTH * rate.share:.1f}" height="{_BAR - 1}" fill="{colour}"/>',
        f'<line x1="{low:.1f}" y1="{middle}" x2="{high:.1f}" y2="{middle}" stroke="black"/>',
        f'<text x="{_LEFT + _WIDTH + 6}" y="{y + _BAR - 2}" font-size="9">{100 * rate.share:.1f}</text>',
    ]
