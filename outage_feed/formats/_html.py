"""Tables in HTML, also broken ones: rows of cells with their text and classes, in time linear in the length.

Not :mod:`html.parser`: on eighty kilobytes of unclosed tags it is busy for minutes, and what a feed sends is not ours
to choose. Not an HTML5 reader either: those drop ``tr`` outside of a ``table``, which is all that some feeds send.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,15})\b([^<>]{0,2000})>")
_ATTRIBUTE = re.compile(r"""([a-zA-Z-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""")
BREAK = "\u2028"
"""What ``<br>`` and the end of a paragraph inside a cell become; newlines of the source are no breaks in HTML."""
_LONGEST_SPAN = 50
"""Cells or rows that one cell may take up; more is a mistake or malice."""
_WIDEST = 200
"""Cells of a row that are read."""


@dataclass(slots=True)
class Cell:
    """A cell of a table; ``<br>`` in it is a :data:`BREAK`. ``heading``: it is a ``th``."""

    text: str = ""
    classes: tuple[str, ...] = ()
    heading: bool = False
    colspan: int = 1
    rowspan: int = 1


@dataclass(slots=True)
class Row:
    """A row: its attributes (``class``, ``data-record-id``), and its cells as they stand there."""

    attributes: dict[str, str]
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tables:
    """All rows of a document. ``cut``: it ends inside a row. ``text``: what stands outside of cells."""

    rows: tuple[Row, ...]
    cut: bool
    text: str


def read_tables(text: str) -> Tables:
    """All rows of all tables, one after the other; never raises."""
    rows: list[Row] = []
    outside: list[str] = []
    words: list[str] | None = (
        None  # of the cell that is open: joined once, for adding to a text again and again is slow
    )
    open_row = False

    def close_cell() -> None:
        if words:
            rows[-1].cells[-1].text = "".join(words)

    for kind, closing, rest in _tokens(text):
        if kind == "":
            if words is not None:
                words.append(rest)
            elif not open_row:
                outside.append(rest)
        elif kind in ("tr", "td", "th") or (kind == "table" and closing):
            close_cell()
            words = None
            if kind == "tr":
                open_row = not closing
                if open_row:
                    rows.append(Row(_attributes(rest)))
            elif kind == "table":
                open_row = False
            elif not closing and open_row:
                rows[-1].cells.append(_cell(kind, _attributes(rest)))
                words = []
        elif words is not None and (kind == "br" or (closing and kind in ("p", "div", "li"))):
            words.append(BREAK)
    close_cell()
    return Tables(tuple(rows), open_row, "".join(outside))


def _cell(kind: str, given: dict[str, str]) -> Cell:
    classes = tuple(given.get("class", "").split())
    return Cell("", classes, kind == "th", _span(given, "colspan"), _span(given, "rowspan"))


def squared(rows: tuple[Row, ...]) -> list[list[str]]:
    """The texts of the rows as a table: a cell over several columns or rows stands in each of them."""
    table: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}
    for row in rows:
        line: list[str] = []
        cells = iter(row.cells)
        while len(line) < _WIDEST:
            if held := below.pop(len(line), None):
                left, text = held
                if left > 1:
                    below[len(line)] = (left - 1, text)
                    # It is put back for the next row; the column is filled here, so it is not met again in this one.
                line.append(text)
                continue
            cell = next(cells, None)
            if cell is None:
                break
            for _ in range(cell.colspan):
                if cell.rowspan > 1:
                    below[len(line)] = (cell.rowspan - 1, cell.text)
                line.append(cell.text)
        table.append(line)
    return table


def _tokens(text: str) -> Iterator[tuple[str, bool, str]]:
    """(tag, whether it closes, its attributes) and ("", False, text), without comments, scripts and styles."""
    at = 0
    while at < len(text):
        start = text.find("<", at)
        if start < 0:
            start = len(text)
        if start > at:
            yield "", False, unescape(text[at:start])
        if start == len(text):
            return
        if text.startswith("<!--", start):
            end = text.find("-->", start + 4)
            at = len(text) if end < 0 else end + 3
        elif found := _TAG.match(text, start):
            at, name = found.end(), found[2].lower()
            if name in ("script", "style") and not found[1]:
                end = text.find("</", at)
                at = len(text) if end < 0 else end
            else:
                yield name, bool(found[1]), found[3]
        elif text.startswith(("<!", "<?"), start):
            end = text.find(">", start)
            at = len(text) if end < 0 else end + 1
        else:
            yield "", False, "<"
            at = start + 1


def _attributes(text: str) -> dict[str, str]:
    return {found[1].lower(): unescape(found[2] or found[3] or found[4] or "") for found in _ATTRIBUTE.finditer(text)}


def _span(attributes: dict[str, str], name: str) -> int:
    value = attributes.get(name, "")
    return (
        min(int(value), _LONGEST_SPAN) if value.isascii() and value.isdecimal() and len(value) < 6 and int(value) else 1
    )
