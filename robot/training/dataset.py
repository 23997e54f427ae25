"""Features on disk → batches for the network."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from robot.hearing.phones import BASE, Pronunciation
from robot.training.features import BINS
from robot.training.network import SUBSAMPLING

LONGEST_FRAMES = 1000


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one utterance and the places of its phones: base phone numbers, and which may be skipped."""

    frames: NDArray[np.float16]
    phones: tuple[int, ...]
    optional: tuple[int, ...]


def load(
    folders: Sequence[Path], lexicon: Mapping[str, Sequence[Pronunciation]]
) -> tuple[list[Example], list[list[list[int]]]]:
    """All usable examples, and their words as phones (for the bigram). Utterances with unknown words are left out."""
    examples: list[Example] = []
    sentences: list[list[list[int]]] = []
    for folder in folders:
        for file in sorted(folder.glob("*.json")):
            everything = np.load(file.with_suffix(".npy"))
            place = 0
            for one in json.loads(file.read_text(encoding="utf-8")):
                frames = everything[place : place + one["frames"]]
                place += one["frames"]
                words = one["text"].split()
                if len(frames) > LONGEST_FRAMES or len(frames) < 9 or any(word not in lexicon for word in words):
                    continue
                phones = [[BASE[phone] for phone in lexicon[word][0]] for word in words]
                sentences.append(phones)
                example = Example(frames, *_places(phones))
                needed = sum(1 - skipped for skipped in example.optional) + 2
                if len(frames) // SUBSAMPLING >= needed:
                    examples.append(example)
    return examples, sentences


def _places(words: Sequence[Sequence[int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Silence, the words with optional silence between them, silence."""
    phones, optional = [0], [0]
    for number, word in enumerate(words):
        if number:
            phones.append(0)
            optional.append(1)
        phones += word
        optional += [0] * len(word)
    if words:
        phones.append(0)
        optional.append(0)
    return tuple(phones), tuple(optional)


@dataclass(frozen=True, slots=True)
class Batch:
    """Utterances of about one length, padded: see ``objective.said`` for the shapes."""

    frames: Tensor
    lengths: Tensor
    phones: Tensor
    optional: Tensor
    counts: Tensor


def batches(examples: Sequence[Example], size: int, context: int, chance: random.Random) -> Iterator[Batch]:
    """All examples once, in random batches of ``size`` utterances of similar length."""
    order = sorted(range(len(examples)), key=lambda one: len(examples[one].frames) + chance.random() * 30)
    groups: list[list[int]] = [[]]
    for one in order:
        longest = len(examples[one].frames)
        if groups[-1] and (len(groups[-1]) >= size or (len(groups[-1]) + 1) * longest > size * 450):
            groups.append([])
        groups[-1].append(one)
    chance.shuffle(groups)
    for group in groups:
        yield collate([examples[one] for one in group], context, chance)


def collate(group: Sequence[Example], context: int, chance: random.Random) -> Batch:
    """One batch; each utterance begins 0 … 2 frames late, so that the network meets all phases of its step."""
    shifted = [one.frames[chance.randrange(SUBSAMPLING) :].astype(np.float32) for one in group]
    lengths = [(len(rows) + SUBSAMPLING - 1) // SUBSAMPLING for rows in shifted]
    frames = np.zeros((len(group), (max(lengths) - 1) * SUBSAMPLING + 1 + 2 * context, BINS), np.float32)
    for row, rows in zip(frames, shifted, strict=True):
        row[:context] = rows[0]
        fitting = min(len(rows), len(row) - context)
        row[context : context + fitting] = rows[:fitting]
        row[context + fitting :] = rows[-1]
    widest = max(3, *(len(one.phones) for one in group)) if group else 3
    phones = np.zeros((len(group), widest), np.int64)
    optional = np.zeros((len(group), widest))
    for number, one in enumerate(group):
        phones[number, : len(one.phones)] = one.phones
        optional[number, : len(one.optional)] = one.optional
    return Batch(
        torch.from_numpy(frames), torch.tensor(lengths), torch.from_numpy(phones), torch.from_numpy(optional),
        torch.tensor([len(one.phones) for one in group]),
    )  # fmt: skip
