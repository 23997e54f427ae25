"""The vocabulary inside an OpenFst file: small models for Vosk keep it in ``Gr.fst`` and have no ``words.txt``.

After the header of any OpenFst file follow, if its flags say so, the input and the output symbols (fst/symbol-table.h).
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

from robot.hearing.graph.fst import BadFst

_FST, _TABLE = 2125659606, 2125658996
_HAS_INPUT, _HAS_OUTPUT = 1, 2
_LONGEST = 1000
"""Bytes of a symbol; more is a damaged file."""


def output_symbols(path: Path) -> tuple[str, ...] | None:
    """The output symbols of the file, in its order; None if it has none inside. BadFst for another or damaged file."""
    try:
        with path.open("rb") as file:
            if _unpack(file, "<i")[0] != _FST:
                raise BadFst(f"{path.name} is no OpenFst file")
            _text(file), _text(file)  # the kinds of the file and of its arcs
            flags = _unpack(file, "<iiQqqq")[1]
            if flags & _HAS_INPUT:
                _symbols(file)
            return tuple(_symbols(file)) if flags & _HAS_OUTPUT else None
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise BadFst(f"{path.name} is cut short or damaged") from error


def _symbols(file: BinaryIO) -> list[str]:
    if _unpack(file, "<i")[0] != _TABLE:
        raise ValueError("no symbols")
    _text(file)
    _, count = _unpack(file, "<qq")
    found: list[str] = []
    for _ in range(count):
        found.append(_text(file))
        file.read(8)
    return found


def _text(file: BinaryIO) -> str:
    length = _unpack(file, "<i")[0]
    if not 0 <= length <= _LONGEST:
        raise ValueError(f"a symbol of {length} bytes")
    return file.read(length).decode()


def _unpack(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))
