"""Training itself: examples → network, with checkpoints; goes on where it stopped."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from robot.training.dataset import Batch, Example, batches
from robot.training.network import DEPTH, WIDTH, Network
from robot.training.objective import PhoneBigram, said, sayable

BATCH = 64
LEARNING_RATE, POLISHING_RATE = 2e-3, 5e-4
WARM_UP = 150
"""Steps in which the learning rate rises."""
CROSS_ENTROPY = 0.3
OUTPUT_DECAY = 1e-4
CHECKPOINT = 200
"""Steps between checkpoints."""


@dataclass(frozen=True, slots=True)
class Progress:
    """After some steps: what a progress bar shows."""

    share: float
    step: int
    mmi: float
    cross_entropy: float
    seconds: float


def fit(
    examples: Sequence[Example], bigram: PhoneBigram, minutes: float, checkpoint: Path, *, seed: int = 0,
    start: Path | None = None, rate: float = LEARNING_RATE, width: int = WIDTH, depth: int = DEPTH,
    report: Callable[[Progress], None] = lambda _: None,
) -> Network:  # fmt: skip
    """Train for ``minutes`` of this machine's time (all cores, or its accelerator) and return the network.

    A ``checkpoint`` that is there is gone on from, its minutes counted; ``start`` is a network to begin with.
    ``report`` is told how far it is, and at the very end.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(seed)
    chance = random.Random(seed)
    sample = torch.cat([torch.from_numpy(one.frames[::7].copy()).float() for one in examples[:4000]])
    network = Network(sample.mean(0), sample.std(0), width, depth)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    step, spent, mmi, entropy = 0, 0.0, 0.0, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, weights_only=True, map_location="cpu")
        network.load_state_dict(saved["network"])
        optimiser.load_state_dict(saved["optimiser"])
        step, spent = saved["step"], saved["seconds"]
        mmi, entropy = saved.get("mmi", 0.0), saved.get("cross_entropy", 0.0)
    elif start is not None:
        network.load_state_dict(torch.load(start, weights_only=True, map_location="cpu")["network"])
    network.to(device)
    bigram = bigram.to(device)
    limit = minutes * 60
    began = time.monotonic() - spent
    recent: list[tuple[float, float]] = []
    while (spent := time.monotonic() - began) < limit:
        for batch in batches(examples, BATCH, network.context, chance):
            spent = time.monotonic() - began
            if spent >= limit:
                break
            warm = 1.0 if start is not None else min(1.0, (step + 1) / WARM_UP)
            for group in optimiser.param_groups:
                group["lr"] = rate * warm * (0.5 * (1 + math.cos(math.pi * spent / limit)) * 0.98 + 0.02)
            recent.append(_step(network, optimiser, batch, bigram, device))
            step += 1
            if step % 25 == 0:
                mmi, entropy = _means(recent)
                report(Progress(spent / limit, step, mmi, entropy, spent))
                recent = []
            if step % CHECKPOINT == 0:
                save(network, checkpoint, optimiser, Progress(spent / limit, step, mmi, entropy, spent))
    if recent:
        mmi, entropy = _means(recent)
    last = Progress(1.0, step, mmi, entropy, spent)
    save(network, checkpoint, optimiser, last)
    report(last)
    network.eval()
    network.cpu()
    return network


def _means(losses: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Of both heads' losses."""
    return sum(mmi for mmi, _ in losses) / len(losses), sum(entropy for _, entropy in losses) / len(losses)


def _step(
    network: Network, optimiser: torch.optim.Optimizer, batch: Batch, bigram: PhoneBigram, device: torch.device
) -> tuple[float, float]:
    """One step; the loss of both heads per frame. A batch with a broken gradient changes nothing."""
    network.train()
    lengths, phones = batch.lengths.to(device), batch.phones.to(device)
    optional, counts = batch.optional.to(device), batch.counts.to(device)
    # Half-precision products make a step 1.5 times as fast on processors that have them, and no worse.
    with torch.autocast(device.type, dtype=torch.bfloat16):
        outputs, helper = network(batch.frames.to(device))
    frames = lengths.sum()
    doubled = outputs.double()
    scores = torch.exp(doubled - doubled.detach().max(2, keepdim=True)[0]).clamp_min(1e-200)
    gain = said(scores, lengths, phones, optional, counts) - sayable(scores, lengths, bigram)
    mmi = -(gain * (gain > -1e3)).sum() / frames
    likely = torch.exp(nn.functional.log_softmax(helper.double(), 2))
    entropy = said(likely, lengths, phones, optional, counts)
    cross_entropy = -(entropy * (entropy > -1e3)).sum() / frames
    loss = mmi + CROSS_ENTROPY * cross_entropy + OUTPUT_DECAY * (outputs**2).sum(2).mean()
    optimiser.zero_grad()
    loss.backward()
    if torch.isfinite(nn.utils.clip_grad_norm_(network.parameters(), 2.0)):
        optimiser.step()
    return float(mmi.detach()), float(cross_entropy.detach())


def save(network: Network, file: Path, optimiser: torch.optim.Optimizer, progress: Progress) -> None:
    """Write a checkpoint; the file is whole at any time."""
    unfinished = file.with_suffix(".unfinished")
    state = {
        "network": network.state_dict(), "width": network.width, "depth": network.depth,
        "optimiser": optimiser.state_dict(), "step": progress.step, "seconds": progress.seconds,
        "mmi": progress.mmi, "cross_entropy": progress.cross_entropy,
    }  # fmt: skip
    torch.save(state, unfinished)
    unfinished.rename(file)
