"""The acoustic model: a time-delay network over MFCC frames, and its layers as Kaldi's nnet3 wants them.

Convolutions over time with ReLU and batch normalisation; the second one steps by three frames, so that one output
stands for 30 ms, as Vosk expects (``--frame-subsampling-factor=3``). Two heads: ``output`` is what the model ships,
``cross_entropy`` only steadies the training (Povey et al. 2016).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from robot.hearing.kaldi_model import Layer
from robot.hearing.phones import PDFS
from robot.training.features import BINS

SUBSAMPLING = 3
WIDTH, DEPTH = 384, 5
DROPOUT = 0.05


class Network(nn.Module):  # type: ignore[misc]  # PyTorch is there in the extra "train" only
    """``width`` units in ``depth`` layers above the two that read the frames."""

    def __init__(self, mean: Tensor, deviation: Tensor, width: int = WIDTH, depth: int = DEPTH) -> None:
        super().__init__()
        self.width, self.depth = width, depth
        self.register_buffer("mean", mean)
        self.register_buffer("scale", 1 / deviation)
        self.layers = nn.ModuleList(
            [
                nn.Conv1d(BINS, width, 5),
                nn.Conv1d(width, width, 3, stride=SUBSAMPLING),
                *(nn.Conv1d(width, width, 3) for _ in range(depth)),
            ]
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(width, affine=False) for _ in self.layers)
        self.output = nn.Conv1d(width, PDFS, 1)
        self.cross_entropy = nn.Conv1d(width, PDFS, 1)
        nn.init.zeros_(self.output.weight)
        nn.init.zeros_(self.output.bias)

    @property
    def context(self) -> int:
        """Frames that the network reads on either side of the one it judges."""
        return 2 + 1 + SUBSAMPLING * self.depth

    def forward(self, frames: Tensor) -> tuple[Tensor, Tensor]:
        """[utterance, frame, cepstrum], padded by ``context`` on both sides → scores [utterance, output, pdf]."""
        hidden = ((frames - self.mean) * self.scale).transpose(1, 2)
        for layer, norm in zip(self.layers, self.norms, strict=True):
            hidden = norm(torch.relu(layer(hidden)))
            if self.training:
                hidden = nn.functional.dropout(hidden, DROPOUT)
        return self.output(hidden).transpose(1, 2).float(), self.cross_entropy(hidden).transpose(1, 2).float()

    def kaldi_layers(self) -> list[Layer]:
        """The shipped half with the normalisations folded into the affine parts, in double precision."""
        offsets: list[Sequence[int]] = [(-2, -1, 0, 1, 2), (-1, 0, 1), *((-3, 0, 3) for _ in range(self.depth)), (0,)]
        scale = _numpy(self.scale)
        shift = -_numpy(self.mean) * scale
        folded: list[Layer] = []
        convolutions = [*self.layers, self.output]
        for number, convolution in enumerate(convolutions):
            assert isinstance(convolution, nn.Conv1d)
            assert convolution.bias is not None
            weight = _numpy(convolution.weight)  # [out, in, tap]
            bias = _numpy(convolution.bias) + np.einsum("oik,i->o", weight, shift)
            weight = (weight * scale[None, :, None]).transpose(0, 2, 1).reshape(len(bias), -1)
            last = number == len(self.layers)
            name = "output" if last else f"tdnn{number + 1}"
            folded.append(Layer(name, weight, bias, tuple(offsets[number]), relu=not last))
            if not last:
                norm = self.norms[number]
                assert isinstance(norm, nn.BatchNorm1d)
                assert norm.running_var is not None
                assert norm.running_mean is not None
                scale = 1 / np.sqrt(_numpy(norm.running_var) + norm.eps)
                shift = -_numpy(norm.running_mean) * scale
        return folded


def _numpy(values: Tensor) -> NDArray[np.float64]:
    return np.asarray(values.detach().cpu().numpy(), np.float64)
