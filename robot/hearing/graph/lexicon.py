"""Lexicon → transducer from Kaldi's transition ids to words, with one network of sounds for all words.

Words that begin alike share their beginning (a tree), words that end alike share their ending; a word is put out on the
first arc where no other word is possible any more. Between words there may be silence. ``[unk]`` is any run of phones
at a price, so that speech outside the grammar has somewhere to go.

A phone is entered over its forward transition; the state it leads to carries its loop (Kaldi's "reorder"). So a state
that several phones enter must be split by phone: here only the end of words, one state a phone.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from robot.hearing.graph.fst import EPSILON, Fst, Intervals, Lookahead
from robot.hearing.phones import (
    PHONE_ID,
    PHONES,
    SILENCE,
    Pronunciation,
    forward_transition,
    loop_transition,
    positional,
)

UNKNOWN = "[unk]"
SILENCE_SHARE = 0.5
"""How likely silence is before and after a word."""
UNKNOWN_COST = 2.2
"""Price of one phone of ``[unk]``, in nats: less rejects more of what is in the grammar, more lets in what is not."""
_MOVE = -math.log(0.5)
"""Kaldi's chain topology: half to stay, half to move on."""


@dataclass(slots=True)
class _Node:
    """A place in the tree of beginnings."""

    below: dict[int, _Node] = field(default_factory=dict)
    ending: list[str] = field(default_factory=list)
    """Words whose last phone leads here."""
    words: set[str] = field(default_factory=set)
    """All words that begin like this."""


@dataclass(frozen=True, slots=True)
class WordGraph:
    """The transducer, its lookahead, and the labels of its words (``<eps>`` is 0)."""

    fst: Fst
    ahead: Lookahead
    labels: Mapping[str, int]


def word_graph(
    lexicon: Mapping[str, Sequence[Pronunciation]], *,
    silence: float = SILENCE_SHARE, unknown: float = UNKNOWN_COST,
) -> WordGraph:  # fmt: skip
    """The graph of all words of ``lexicon``, each with one or more pronunciations, and of ``[unk]``.

    Raises ValueError for a word without a pronunciation or an empty one.
    """
    root = _tree(lexicon)
    labels = {"<eps>": 0}
    for word in _in_order(root):
        labels.setdefault(word, len(labels))
    labels[UNKNOWN] = len(labels)
    return WordGraph(*_Builder(labels, silence, unknown).build(root), labels)


def _tree(lexicon: Mapping[str, Sequence[Pronunciation]]) -> _Node:
    root = _Node()
    for word, ways in lexicon.items():
        if not ways or not all(ways):
            raise ValueError(f"{word!r} has no pronunciation")
        for phones in dict.fromkeys(positional(way) for way in ways):
            node = root
            node.words.add(word)
            for phone in phones:
                node = node.below.setdefault(phone, _Node())
                node.words.add(word)
            node.ending.append(word)
    return root


def _in_order(root: _Node) -> Iterator[str]:
    """Words as the tree is walked: neighbours in the tree get neighbouring labels, so intervals stay few."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield from node.ending
        waiting += [node.below[phone] for phone in sorted(node.below, reverse=True)]


class _Builder:
    """Turns the tree into states and arcs, and notes what each state can put out next."""

    def __init__(self, labels: Mapping[str, int], silence: float, unknown: float) -> None:
        self._labels = labels
        self._fst = Fst()
        self._reachable: list[Intervals] = []
        self._everything: Intervals = ((1, len(labels) + 1),)  # all words, [unk], and the end
        self._no_silence, self._silence = -math.log(1 - silence), -math.log(silence)
        self._unknown = unknown
        self._ends: dict[int, int] = {}
        self._endings: dict[tuple[int, ...], int] = {}
        self._between = self._state(self._everything)
        """After a word and at the start: a word or silence follows."""
        self._after_silence = self._state(self._everything)

    def build(self, root: _Node) -> tuple[Fst, Lookahead]:
        """All of it."""
        fst, between, quiet = self._fst, self._between, self._after_silence
        fst.start = between
        fst.finals = {between: self._no_silence, quiet: 0.0}
        fst.add(between, forward_transition(PHONE_ID[SILENCE]), EPSILON, self._silence + _MOVE, quiet)
        self._loop(quiet, PHONE_ID[SILENCE])
        self._unknown_word()
        for phone, node in root.below.items():
            entry, label = self._enter(phone, node, pending=True)
            for source, weight in ((between, self._no_silence), (quiet, 0.0)):
                fst.add(source, forward_transition(phone), label, weight + _MOVE, entry)
        return fst, Lookahead(self._reachable, len(self._labels))

    def _state(self, reachable: Intervals) -> int:
        self._reachable.append(reachable)
        return self._fst.state()

    def _loop(self, state: int, phone: int) -> None:
        self._fst.add(state, loop_transition(phone), EPSILON, _MOVE, state)

    def _enter(self, phone: int, node: _Node, *, pending: bool) -> tuple[int, int]:
        """The state behind ``phone`` in the tree, and the word that the arc to it puts out (0: none yet).

        Recursion is as deep as the longest word while several words are possible; endings are loops.
        """
        if pending and len(node.words) == 1:
            label, pending = self._labels[next(iter(node.words))], False
        else:
            label = EPSILON
        if not pending:
            ways = list(_ways(node))
            if len(ways) == 1:
                return self._ending((phone, *ways[0])), label
        state = self._state(_intervals({self._labels[word] for word in node.words}) if pending else self._everything)
        self._loop(state, phone)
        for word in dict.fromkeys(node.ending):
            self._fst.add(state, EPSILON, self._labels[word] if pending else EPSILON, 0.0, self._between)
        for following, below in node.below.items():
            entry, said = self._enter(following, below, pending=pending)
            self._fst.add(state, forward_transition(following), said, _MOVE, entry)
        return state, label

    def _ending(self, phones: tuple[int, ...]) -> int:
        """The state behind the first of ``phones``, the last of which ends a word that was put out already."""
        if (known := self._endings.get(phones)) is not None:
            return known
        state = self._end(phones[-1])
        for place in range(len(phones) - 2, -1, -1):
            rest = phones[place:]
            if rest not in self._endings:
                self._endings[rest] = self._state(self._everything)
                self._loop(self._endings[rest], phones[place])
                self._fst.add(self._endings[rest], forward_transition(phones[place + 1]), EPSILON, _MOVE, state)
            state = self._endings[rest]
        return state

    def _end(self, phone: int) -> int:
        """The state behind a word's last phone."""
        if phone not in self._ends:
            state = self._ends[phone] = self._state(self._everything)
            self._loop(state, phone)
            self._fst.add(state, EPSILON, EPSILON, 0.0, self._between)
        return self._ends[phone]

    def _unknown_word(self) -> None:
        """Any phones in a row, at a price each."""
        begin, inside = self._state(self._everything), self._state(self._everything)
        for source, weight in ((self._between, self._no_silence), (self._after_silence, 0.0)):
            self._fst.add(source, EPSILON, self._labels[UNKNOWN], weight, begin)
        price = self._unknown + _MOVE
        for phone in PHONES:
            single, first, middle, last = (PHONE_ID[f"{phone}_{place}"] for place in "SBIE")
            self._fst.add(begin, forward_transition(single), EPSILON, price, self._end(single))
            self._fst.add(inside, forward_transition(last), EPSILON, price, self._end(last))
            for source, entered in ((begin, first), (inside, middle)):
                state = self._state(self._everything)
                self._loop(state, entered)
                self._fst.add(source, forward_transition(entered), EPSILON, price, state)
                self._fst.add(state, EPSILON, EPSILON, 0.0, inside)


def _ways(node: _Node) -> Iterator[tuple[int, ...]]:
    """The ways on from a node to the end of its words, as phones."""
    waiting: list[tuple[_Node, tuple[int, ...]]] = [(node, ())]
    while waiting:
        here, phones = waiting.pop()
        if here.ending:
            yield phones
        waiting += [(below, (*phones, phone)) for phone, below in here.below.items()]


def _intervals(labels: set[int]) -> Intervals:
    """Labels as sorted half-open intervals."""
    found: list[tuple[int, int]] = []
    for label in sorted(labels):
        if found and found[-1][1] == label:
            found[-1] = (found[-1][0], label + 1)
        else:
            found.append((label, label + 1))
    return tuple(found)
