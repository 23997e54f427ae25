"""Lattice-free maximum mutual information: the words that were said against everything that could have been said.

Per utterance: log-score of all paths through the phones of its words (silence optional between words) minus that of
all paths through a bigram of phones. Flat start: no alignment is needed. After Povey et al. 2016, "Purely
sequence-trained neural networks for ASR based on lattice-free MMI", and Hadian et al. 2018, in plain PyTorch.

Each phone is Kaldi's chain topology: its first output frame is scored by the forward pdf 2b, the rest by the loop
pdf 2b + 1; a phone may be one frame long.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from robot.hearing.phones import BASE

TINY = 1e-290
_SILENCES = 0.15
"""How often two words are parted by silence, in the bigram."""


@dataclass(frozen=True, slots=True)
class PhoneBigram:
    """Transition, first and last probabilities of base phones."""

    following: Tensor
    first: Tensor
    last: Tensor

    def to(self, device: torch.device) -> PhoneBigram:
        """The same on another device."""
        return PhoneBigram(self.following.to(device), self.first.to(device), self.last.to(device))


def phone_bigram(sentences: Sequence[Sequence[Sequence[int]]]) -> PhoneBigram:
    """The bigram of ``sentences``, each a list of words, each a list of base phone numbers."""
    size = len(BASE)
    following = np.full((size, size), 0.02)
    first, last = np.full(size, 1e-3), np.full(size, 1e-4)
    for words in sentences:
        first[0] += 1
        before = 0
        for number, word in enumerate(words):
            if number:
                following[before, 0] += _SILENCES
                following[0, word[0]] += _SILENCES
                following[before, word[0]] += 1 - _SILENCES
            else:
                following[0, word[0]] += 1
            for phone, successor in itertools.pairwise(word):
                following[phone, successor] += 1
            before = word[-1]
        following[before, 0] += 1
        last[0] += 1
    total = following.sum(1) + last
    return PhoneBigram(
        torch.tensor(following / total[:, None]), torch.tensor(first / first.sum()), torch.tensor(last / total)
    )


def said(scores: Tensor, lengths: Tensor, phones: Tensor, optional: Tensor, counts: Tensor) -> Tensor:
    """Log-score of the phones that were said, per utterance.

    ``scores`` are exponentials [utterance, frame, pdf], double; ``phones`` [utterance, place] base phones,
    ``optional`` 1 where a place may be skipped, ``counts`` places per utterance, ``lengths`` frames per utterance.
    """
    size, frames, _ = scores.shape
    places = phones.shape[1]
    where = (2 * phones).unsqueeze(1).expand(size, frames, places)
    forward, loop = torch.gather(scores, 2, where), torch.gather(scores, 2, where + 1)
    start = torch.zeros(size, places, dtype=scores.dtype, device=scores.device)
    start[:, 0] = 1
    start[:, 1] = optional[:, 0]
    entered, stayed = forward[:, 0] * start, torch.zeros_like(start)
    total = torch.zeros(size, dtype=scores.dtype, device=scores.device)
    skip = optional[:, 1:-1]
    for frame in range(frames):
        if frame:
            mass = entered + stayed
            arriving = torch.nn.functional.pad(mass[:, :-1], (1, 0))
            arriving = arriving + torch.nn.functional.pad(mass[:, :-2] * skip, (2, 0))
            now = (frame < lengths).unsqueeze(1)
            entered = torch.where(now, forward[:, frame] * arriving, entered)
            stayed = torch.where(now, loop[:, frame] * mass, stayed)
        norm = (entered + stayed).sum(1, keepdim=True) + TINY
        entered, stayed = entered / norm, stayed / norm
        total = total + torch.where(frame < lengths, torch.log(norm[:, 0]), torch.zeros_like(total))
    mass = entered + stayed
    row = torch.arange(size, device=scores.device)
    before = torch.where(counts > 1, mass[row, (counts - 2).clamp_min(0)], torch.zeros_like(total))
    return total + torch.log(mass[row, counts - 1] + optional[row, counts - 1] * before + TINY)


def sayable(scores: Tensor, lengths: Tensor, bigram: PhoneBigram) -> Tensor:
    """Log-score of everything that the bigram of phones allows, per utterance; ``scores`` as in ``said``."""
    size, frames, _ = scores.shape
    paired = scores.view(size, frames, len(BASE), 2)
    forward, loop = paired[..., 0], paired[..., 1]
    entered = forward[:, 0] * bigram.first
    stayed = torch.zeros_like(entered)
    total = torch.zeros(size, dtype=scores.dtype, device=scores.device)
    for frame in range(frames):
        if frame:
            mass = entered + stayed
            now = (frame < lengths).unsqueeze(1)
            entered = torch.where(now, forward[:, frame] * (mass @ bigram.following), entered)
            stayed = torch.where(now, loop[:, frame] * mass, stayed)
        norm = (entered + stayed).sum(1, keepdim=True) + TINY
        entered, stayed = entered / norm, stayed / norm
        total = total + torch.where(frame < lengths, torch.log(norm[:, 0]), torch.zeros_like(total))
    return total + torch.log(((entered + stayed) * bigram.last).sum(1) + TINY)
