"""Kaldi's binary acoustic model file, ``am/final.mdl``: a transition model and an nnet3 network, written from Python.

Only what our own models need: chain topology with one state a phone, and layers of FixedAffineComponent with or
without RectifiedLinearComponent. The format was read in Kaldi's sources (hmm/transition-model.cc, nnet3/nnet-nnet.cc,
matrix/compressed-matrix.cc) and is tried against Vosk 0.3.45.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from robot.hearing.phones import POSITIONAL, base_of

INPUTS = 40
"""MFCC coefficients per frame."""
_STAY = 0.5
"""Probability of the loop; a constant of the chain topology, the network's scores decide."""


@dataclass(frozen=True, slots=True)
class Layer:
    """One affine layer: ``weights`` [outputs, inputs × offsets], offset by offset; ``bias`` [outputs].

    ``offsets`` are the frames, relative to the present one, that the layer sees of the layer below.
    """

    name: str
    weights: NDArray[np.float64]
    bias: NDArray[np.float64]
    offsets: tuple[int, ...]
    relu: bool


def write_model(path: Path, layers: Sequence[Layer]) -> None:
    """Write the layers, the first of which reads MFCC frames; appears whole or not at all."""
    unfinished = path.with_suffix(".unfinished")
    with unfinished.open("wb") as file:
        file.write(b"\0B")
        _transition_model(file)
        _network(file, layers)
        _token(file, "<LeftContext>")
        _integer(file, 0)  # both contexts: Vosk computes them anew from the network
        _token(file, "<RightContext>")
        _integer(file, 0)
        _token(file, "<Priors>")
        _vector(file, ())
    unfinished.rename(path)


def _transition_model(file: BinaryIO) -> None:
    """State 0: forward pdf class 0, loop class 1; the "extended" format announced by −1, since they differ."""
    phones = len(POSITIONAL)
    _token(file, "<TransitionModel>")
    _token(file, "<Topology>")
    _integers(file, range(1, phones + 1))
    _integers(file, [-1, *([0] * phones)])
    _integer(file, -1)
    _integer(file, 1)  # one topology for all phones
    _integer(file, 2)  # of two states: the emitting one …
    _integer(file, 0)
    _integer(file, 1)
    _integer(file, 2)
    for target, probability in ((0, _STAY), (1, 1 - _STAY)):
        _integer(file, target)
        file.write(b"\x04" + struct.pack("<f", probability))
    _integer(file, -1)  # … and the final one, without sound and without arcs
    _integer(file, -1)
    _integer(file, 0)
    _token(file, "</Topology>")
    _token(file, "<Tuples>")
    _integer(file, phones)
    for phone in range(1, phones + 1):
        base = base_of(phone)
        for number in (phone, 0, 2 * base, 2 * base + 1):
            _integer(file, number)
    _token(file, "</Tuples>")
    _token(file, "<LogProbs>")
    _vector(file, [0.0] + [math.log(_STAY)] * (2 * phones))
    _token(file, "</LogProbs>")
    _token(file, "</TransitionModel>")


def _network(file: BinaryIO, layers: Sequence[Layer]) -> None:
    """The network's wiring as text, then its components."""
    _token(file, "<Nnet3>")
    file.write(b"\n")
    wiring, below = [f"input-node name=input dim={INPUTS}"], "input"
    for layer in layers:
        seen = [below if offset == 0 else f"Offset({below}, {offset})" for offset in layer.offsets]
        read = seen[0] if len(seen) == 1 else f"Append({', '.join(seen)})"
        for kind in ("affine", "relu") if layer.relu else ("affine",):
            below = f"{layer.name}.{kind}"
            wiring.append(f"component-node name={below} component={below} input={read}")
            read = below
    wiring.append(f"output-node name=output input={below} objective=linear")
    file.write(("\n".join(wiring) + "\n\n").encode())
    _token(file, "<NumComponents>")
    _integer(file, sum(2 if layer.relu else 1 for layer in layers))
    for layer in layers:
        _token(file, "<ComponentName>")
        _token(file, f"{layer.name}.affine")
        _token(file, "<FixedAffineComponent>")
        _token(file, "<LinearParams>")
        _matrix(file, layer.weights)
        _token(file, "<BiasParams>")
        _vector(file, layer.bias)
        _token(file, "</FixedAffineComponent>")
        if layer.relu:
            _rectified(file, layer)
    _token(file, "</Nnet3>")


def _rectified(file: BinaryIO, layer: Layer) -> None:
    """A ReLU with empty statistics: they matter to Kaldi's own training only."""
    _token(file, "<ComponentName>")
    _token(file, f"{layer.name}.relu")
    _token(file, "<RectifiedLinearComponent>")
    _token(file, "<Dim>")
    _integer(file, len(layer.bias))
    for statistic in ("<ValueAvg>", "<DerivAvg>"):
        _token(file, statistic)
        _vector(file, ())
    _token(file, "<Count>")
    _double(file, 0.0)
    _token(file, "<OderivRms>")
    _vector(file, ())
    for statistic in ("<OderivCount>", "<NumDimsSelfRepaired>", "<NumDimsProcessed>"):
        _token(file, statistic)
        _double(file, 0.0)
    _token(file, "</RectifiedLinearComponent>")


def _token(file: BinaryIO, token: str) -> None:
    file.write(token.encode() + b" ")


def _integer(file: BinaryIO, number: int) -> None:
    file.write(b"\x04" + struct.pack("<i", number))


def _double(file: BinaryIO, number: float) -> None:
    file.write(b"\x08" + struct.pack("<d", number))


def _integers(file: BinaryIO, numbers: Sequence[int]) -> None:
    """A std::vector<int32>: the size of an element, the count, the elements."""
    file.write(b"\x04" + struct.pack("<i", len(numbers)) + struct.pack(f"<{len(numbers)}i", *numbers))


def _vector(file: BinaryIO, values: Sequence[float] | NDArray[np.float64]) -> None:
    floats = np.ascontiguousarray(values, dtype="<f4")
    _token(file, "FV")
    _integer(file, len(floats))
    file.write(floats.tobytes())


def _matrix(file: BinaryIO, values: NDArray[np.float64]) -> None:
    """A compressed matrix of 16 bits a value over the range of the whole matrix ("CM2"): half the size of floats.

    Kaldi reads it wherever it reads a matrix of floats; the step is 1/65535 of the range, far below what is heard.
    """
    low, high = float(values.min()), float(values.max())
    span = max(high - low, 1e-12)
    _token(file, "CM2")
    file.write(struct.pack("<ffii", low, span, *values.shape))
    steps = np.rint((values - low) / span * 65535).clip(0, 65535)
    file.write(np.ascontiguousarray(steps, dtype="<u2").tobytes())
