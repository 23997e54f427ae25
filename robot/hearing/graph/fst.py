"""OpenFst's binary files, as far as Vosk reads them: ConstFst, and ConstFst with label lookahead on its output side.

The format was read in OpenFst's sources (``fst.h``, ``const-fst.h``, ``add-on.h``, ``label-reachable.h``,
``interval-set.h``, version 1.8) and in files that ``fstconvert`` had written. Little-endian, tropical weights (negative
natural logarithms).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

EPSILON = 0
_MAGIC = 2125659606
_ADD_ON_MAGIC = 446681434
_EXPANDED, _ACCEPTOR, _NOT_ACCEPTOR = 0x1, 0x10000, 0x20000
_INPUT_SORTED, _OUTPUT_SORTED = 0x10000000, 0x40000000
_WEIGHTED, _NOT_TOP_SORTED, _NOT_STRING = 1 << 32, 1 << 39, 1 << 45
_STATE = np.dtype(
    [("final", "<f4"), ("place", "<u4"), ("arcs", "<u4"), ("input_epsilons", "<u4"), ("output_epsilons", "<u4")]
)
_ARC = np.dtype([("input", "<i4"), ("output", "<i4"), ("weight", "<f4"), ("target", "<i4")])
Arc = tuple[int, int, float, int]
"""Input label, output label, weight, target state."""
Intervals = tuple[tuple[int, int], ...]
"""Half-open intervals of labels, sorted."""


class BadFst(ValueError):
    """A file is not an FST that we know."""


@dataclass(slots=True)
class Fst:
    """A transducer: arcs per state, final weights, and where it starts."""

    arcs: list[list[Arc]] = field(default_factory=list)
    finals: dict[int, float] = field(default_factory=dict)
    start: int = 0

    def state(self) -> int:
        """A new state."""
        self.arcs.append([])
        return len(self.arcs) - 1

    def add(self, source: int, label_in: int, label_out: int, weight: float, target: int) -> None:
        """One arc."""
        self.arcs[source].append((label_in, label_out, weight, target))

    @property
    def size(self) -> int:
        """Number of arcs."""
        return sum(map(len, self.arcs))


@dataclass(frozen=True, slots=True)
class Lookahead:
    """Which output labels can come next from each state, over arcs that put out nothing.

    ``final_label`` stands for "may end here" and is one above all labels.
    """

    reachable: Sequence[Intervals]
    final_label: int


def write_grammar(path: Path, fst: Fst) -> None:
    """An acceptor, sorted by label, as ConstFst."""
    properties = _EXPANDED | _ACCEPTOR | _INPUT_SORTED | _OUTPUT_SORTED | _WEIGHTED | _NOT_TOP_SORTED | _NOT_STRING
    content = BytesIO()
    _write_const(content, fst, properties, by_output=False)
    _put(path, content.getvalue())


def write_lookahead(path: Path, fst: Fst, ahead: Lookahead) -> None:
    """A transducer, sorted by output label, as ``olabel_lookahead``."""
    properties = _EXPANDED | _NOT_ACCEPTOR | _OUTPUT_SORTED | _WEIGHTED | _NOT_TOP_SORTED | _NOT_STRING
    content = BytesIO()
    _write_header(content, "olabel_lookahead", 1, properties, -1, 0, 0)
    content.write(struct.pack("<i", _ADD_ON_MAGIC))
    _write_const(content, fst, properties, by_output=True)
    # The add-on is a pair: nothing for the input side, reachability for the output side; no relabelling table is kept.
    content.write(struct.pack("<?????i", True, False, True, False, False, ahead.final_label))
    content.write(struct.pack("<q", len(ahead.reachable)))
    for intervals in ahead.reachable:
        content.write(struct.pack("<q", len(intervals)))
        for begin, end in intervals:
            content.write(struct.pack("<ii", begin, end))
        content.write(struct.pack("<i", sum(end - begin for begin, end in intervals)))
    _put(path, content.getvalue())


def read(path: Path) -> tuple[Fst, Lookahead | None]:
    """A file as ``write_grammar`` or ``write_lookahead`` leaves it; BadFst if it is something else."""
    file = BytesIO(path.read_bytes())
    try:
        kind, start, states, arcs = _read_header(file)
        if kind == "const":
            return _read_const(file, start, states, arcs), None
        if kind != "olabel_lookahead" or _unpack(file, "<i")[0] != _ADD_ON_MAGIC:
            raise BadFst(f"{path.name} is of type {kind!r}")
        kind, start, states, arcs = _read_header(file)
        fst = _read_const(file, start, states, arcs)
        *flags, final_label = _unpack(file, "<?????i")
        if flags != [True, False, True, False, False]:
            raise BadFst(f"{path.name} has lookahead of another kind")
        reachable: list[Intervals] = []
        for _ in range(_unpack(file, "<q")[0]):
            ends = _unpack(file, f"<{2 * _unpack(file, '<q')[0]}i")
            _unpack(file, "<i")
            reachable.append(tuple(zip(ends[::2], ends[1::2], strict=True)))
    except (struct.error, UnicodeDecodeError) as error:
        raise BadFst(f"{path.name} is cut short or damaged") from error
    return fst, Lookahead(reachable, final_label)


def _put(path: Path, content: bytes) -> None:
    """Appears whole or not at all."""
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.write_bytes(content)
    unfinished.rename(path)


def _write_header(file: BinaryIO, kind: str, version: int, properties: int, start: int, states: int, arcs: int) -> None:
    file.write(struct.pack("<i", _MAGIC))
    for text in (kind, "standard"):
        file.write(struct.pack("<i", len(text)) + text.encode())
    file.write(struct.pack("<iiQqqq", version, 0, properties, start, states, arcs))


def _write_const(file: BinaryIO, fst: Fst, properties: int, *, by_output: bool) -> None:
    states = np.zeros(len(fst.arcs), _STATE)
    states["final"] = math.inf
    for state, weight in fst.finals.items():
        states["final"][state] = weight
    arcs = np.zeros(fst.size, _ARC)
    place = 0
    for state, leaving in enumerate(fst.arcs):
        # Python's sort is stable, so equal labels keep the order they were added in.
        ordered = sorted(leaving, key=(lambda arc: (arc[1], arc[0])) if by_output else (lambda arc: arc[0]))
        if ordered:
            arcs[place : place + len(ordered)] = ordered
        row = (place, len(ordered), sum(not arc[0] for arc in ordered), sum(not arc[1] for arc in ordered))
        states[state] = (states["final"][state], *row)
        place += len(ordered)
    _write_header(file, "const", 2, properties, fst.start, len(fst.arcs), fst.size)
    file.write(states.tobytes())
    file.write(arcs.tobytes())


def _unpack(file: BinaryIO, form: str) -> tuple[int, ...]:
    return struct.unpack(form, file.read(struct.calcsize(form)))


def _read_header(file: BinaryIO) -> tuple[str, int, int, int]:
    if _unpack(file, "<i")[0] != _MAGIC:
        raise BadFst("no OpenFst file")
    kind, arc = (file.read(_unpack(file, "<i")[0]).decode("ascii") for _ in range(2))
    if arc != "standard":
        raise BadFst(f"arcs of type {arc!r}")
    _, flags, _, start, states, arcs = _unpack(file, "<iiQqqq")
    if flags:
        raise BadFst("symbol tables or alignment inside the file")
    return kind, start, states, arcs


def _read_const(file: BinaryIO, start: int, states: int, arcs: int) -> Fst:
    table: NDArray[np.void] = np.frombuffer(file.read(states * _STATE.itemsize), _STATE)
    leaving: NDArray[np.void] = np.frombuffer(file.read(arcs * _ARC.itemsize), _ARC)
    if len(table) != states or len(leaving) != arcs:
        raise BadFst("cut short")
    lists = leaving.tolist()
    fst = Fst(start=start)
    for number, (final, place, count, _, _) in enumerate(table.tolist()):
        fst.arcs.append(lists[place : place + count])
        if final != math.inf:
            fst.finals[number] = final
    return fst
