"""Which word follows which: a bigram with absolute discounting, as an acceptor with epsilon back-off."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from robot.hearing.graph.fst import EPSILON, Fst

DISCOUNT = 0.6
"""Count taken from every pair that was seen, for those that were not (Kneser & Ney 1995, absolute discounting)."""
_START, _END = "<s>", "</s>"


def bigram(sentences: Iterable[Sequence[str]], labels: Mapping[str, int], *, discount: float = DISCOUNT) -> Fst:
    """A grammar over the words of ``labels``; every one of them can be said, seen in ``sentences`` or not.

    Sentences with other words are left out. ``<eps>`` and ``[unk]`` are not words of the grammar.
    """
    words = [word for word in labels if word[0] not in "<["]
    alone = Counter(words)
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        if all(word in labels for word in sentence):
            for before, word in zip([_START, *sentence], [*sentence, _END], strict=True):
                alone[word] += 1
                pairs[before][word] += 1
    if not alone[_END]:
        alone[_END] = 1
    total = sum(alone.values())
    fst = Fst()
    back_off = fst.state()
    states = {before: fst.state() for before in dict.fromkeys((_START, *pairs))}
    fst.start = states[_START]
    for word, count in alone.items():
        if word == _END:
            fst.finals[back_off] = -math.log(count / total)
        else:
            fst.add(back_off, labels[word], labels[word], -math.log(count / total), states.get(word, back_off))
    for before, state in states.items():
        followers = pairs.get(before, Counter())
        seen = sum(followers.values())
        left = discount * len(followers) / seen if seen else 1.0
        for word, count in followers.items():
            weight = -math.log((count - discount) / seen)
            if word == _END:
                fst.finals[state] = weight
            else:
                fst.add(state, labels[word], labels[word], weight, states.get(word, back_off))
        fst.add(state, EPSILON, EPSILON, -math.log(left), back_off)
    return fst
