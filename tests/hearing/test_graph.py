"""The decoding graph: every word sequence has its path with the right words, lookahead tells the truth."""

import itertools
import math
from pathlib import Path

import numpy as np
import pytest

from robot.hearing.graph import build_graph
from robot.hearing.graph.bigram import bigram
from robot.hearing.graph.fst import BadFst, Fst, read
from robot.hearing.graph.lexicon import UNKNOWN, WordGraph, word_graph
from robot.hearing.phones import PHONE_ID, PHONES, SILENCE, base_of, forward_transition, positional

LEXICON = {
    "да": (("d", "A"),),
    "дай": (("d", "A", "j"),),  # begins like another word
    "код": (("k", "O", "t"),),
    "кот": (("k", "O", "t"),),  # sounds like another word
    "а": (("A",),),  # one phone
    "сейчас": (("s;", "I", "j", "ch", "A", "s"), ("S;", "A", "s")),  # two ways to say it
    "час": (("ch", "A", "s"),),  # ends like another word
}


@pytest.fixture(scope="module")
def graph() -> WordGraph:
    return word_graph(LEXICON)


def phone_of(transition: int) -> int:
    return (transition + 1) // 2


def heard(graph: WordGraph, phones: list[int]) -> dict[tuple[str, ...], float]:
    """All word sequences that the graph finds in ``phones`` (forward transitions, no loops), with their cost."""
    names = {label: word for word, label in graph.labels.items()}
    found: dict[tuple[str, ...], float] = {}
    waiting: list[tuple[int, int, tuple[str, ...], float]] = [(graph.fst.start, 0, (), 0.0)]
    while waiting:
        state, place, words, cost = waiting.pop()
        if place == len(phones) and state in graph.fst.finals:
            total = cost + graph.fst.finals[state]
            found[words] = min(total, found.get(words, math.inf))
        for entered, label, weight, target in graph.fst.arcs[state]:
            if target == state:
                continue  # the loop
            said = (*words, names[label]) if label else words
            if not entered:
                waiting.append((target, place, said, cost + weight))
            elif place < len(phones) and entered == forward_transition(phones[place]):
                waiting.append((target, place + 1, said, cost + weight))
    return found


@pytest.mark.parametrize("words", [*itertools.product(LEXICON, repeat=1), *itertools.product(LEXICON, repeat=2)])
def test_every_sequence_of_words_is_found_with_and_without_silence(graph: WordGraph, words: tuple[str, ...]) -> None:
    for ways in itertools.product(*(LEXICON[word] for word in words)):
        phones = [phone for way in ways for phone in positional(way)]
        assert words in heard(graph, phones)
        parted = [PHONE_ID[SILENCE]]
        for way in ways:
            parted += [*positional(way), PHONE_ID[SILENCE]]
        assert words in heard(graph, parted)


def test_only_words_with_these_sounds_and_unk_are_found(graph: WordGraph) -> None:
    assert set(heard(graph, list(positional(("k", "O", "t"))))) == {("код",), ("кот",), (UNKNOWN,)}
    assert set(heard(graph, list(positional(("d", "A"))))) == {("да",), (UNKNOWN,)}


def test_a_word_inside_another_is_not_found(graph: WordGraph) -> None:
    inside = list(positional(("s;", "I", "j", "ch", "A", "s")))
    assert set(heard(graph, inside)) == {("сейчас",), (UNKNOWN,)}


def test_silence_alone_is_no_word(graph: WordGraph) -> None:
    assert set(heard(graph, [PHONE_ID[SILENCE]])) == {()}


def test_unk_takes_any_phones_at_a_price(graph: WordGraph) -> None:
    strange = list(positional(("Z", "U", "x", "l", "E")))
    assert set(heard(graph, strange)) == {(UNKNOWN,)}
    cheap, dear = (heard(word_graph(LEXICON, unknown=price), strange)[(UNKNOWN,)] for price in (1.0, 3.0))
    assert dear - cheap == pytest.approx(2.0 * len(strange))


def test_a_known_word_is_cheaper_than_unk(graph: WordGraph) -> None:
    found = heard(graph, list(positional(("ch", "A", "s"))))
    assert found[("час",)] < found[(UNKNOWN,)]


def test_each_state_that_a_phone_enters_loops_on_that_phone_alone(graph: WordGraph) -> None:
    entering: dict[int, set[int]] = {}
    for leaving in graph.fst.arcs:
        for transition, _, _, target in leaving:
            if transition and transition % 2 == 0:
                entering.setdefault(target, set()).add(phone_of(transition))
    for state, leaving in enumerate(graph.fst.arcs):
        loops = {phone_of(transition) for transition, _, _, target in leaving if target == state}
        assert loops == entering.get(state, set())
        assert len(loops) <= 1


def reachable(fst: Fst, state: int, end: int) -> set[int]:
    """Labels that can come next from a state, by walking all arcs without one."""
    found, seen, waiting = set[int](), {state}, [state]
    while waiting:
        here = waiting.pop()
        if here in fst.finals:
            found.add(end)
        for _, label, _, target in fst.arcs[here]:
            if label:
                found.add(label)
            elif target not in seen:
                seen.add(target)
                waiting.append(target)
    return found


def test_lookahead_is_what_walking_finds(graph: WordGraph) -> None:
    for state, intervals in enumerate(graph.ahead.reachable):
        told = {label for begin, end in intervals for label in range(begin, end)}
        assert told == reachable(graph.fst, state, graph.ahead.final_label), f"state {state}"
        assert list(intervals) == sorted(intervals)


def test_a_word_without_a_pronunciation_is_refused() -> None:
    with pytest.raises(ValueError, match="гм"):
        word_graph({"гм": ((),)})


SENTENCES = [["да"], ["да"], ["да", "час"], ["кот", "да"], ["кот", "кот", "час"], ["нечто"]]


def test_the_grammar_is_made_of_probabilities(graph: WordGraph) -> None:
    grammar = bigram(SENTENCES, graph.labels)
    for state, leaving in enumerate(grammar.arcs):
        mass = sum(math.exp(-weight) for _, _, weight, _ in leaving)
        mass += math.exp(-grammar.finals[state]) if state in grammar.finals else 0.0
        assert mass == pytest.approx(1.0), f"state {state}"


def cost(grammar: Fst, labels: list[int]) -> float:
    """The cheapest way to accept a label sequence."""
    best = math.inf
    waiting = [(grammar.start, 0, 0.0)]
    while waiting:
        state, place, spent = waiting.pop()
        if place == len(labels) and state in grammar.finals:
            best = min(best, spent + grammar.finals[state])
        for label, _, weight, target in grammar.arcs[state]:
            if not label:
                waiting.append((target, place, spent + weight))
            elif place < len(labels) and label == labels[place]:
                waiting.append((target, place + 1, spent + weight))
    return best


def test_every_word_can_be_said_and_what_was_seen_is_likelier(graph: WordGraph) -> None:
    grammar = bigram(SENTENCES, graph.labels)
    label = graph.labels
    for word in LEXICON:
        assert cost(grammar, [label[word], label["дай"]]) < math.inf
    assert cost(grammar, [label["да"]]) < cost(grammar, [label["дай"]])
    assert cost(grammar, [label["кот"], label["да"]]) < cost(grammar, [label["час"], label["да"]])


def test_without_any_sentence_every_word_is_equal(graph: WordGraph) -> None:
    grammar = bigram([], graph.labels)
    assert len({round(cost(grammar, [graph.labels[word]]), 6) for word in LEXICON}) == 1


def test_files_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    summary = build_graph(tmp_path, LEXICON, SENTENCES)
    assert summary.words == len(LEXICON)
    words = dict(line.split() for line in (tmp_path / "graph" / "words.txt").read_text().splitlines())
    assert words["<eps>"] == "0"
    assert len(set(words.values())) == len(LEXICON) + 2
    fst, ahead = read(tmp_path / "graph" / "HCLr.fst")
    made = word_graph(LEXICON)
    assert ahead is not None
    assert list(ahead.reachable) == list(made.ahead.reachable)
    assert fst.finals == {state: pytest.approx(weight) for state, weight in made.fst.finals.items()}
    for got, wanted in zip(fst.arcs, made.fst.arcs, strict=True):
        assert [label for _, label, _, _ in got] == sorted(label for _, label, _, _ in wanted)
        assert {(a, b, round(w, 4), t) for a, b, w, t in got} == {(a, b, round(w, 4), t) for a, b, w, t in wanted}
    grammar, nothing = read(tmp_path / "graph" / "Gr.fst")
    assert nothing is None
    for leaving in grammar.arcs:
        assert [arc[0] for arc in leaving] == sorted(arc[0] for arc in leaving)
    boundary = (tmp_path / "graph" / "phones" / "word_boundary.int").read_text().splitlines()
    assert boundary[0] == "1 nonword"
    assert len(boundary) == 1 + 4 * len(PHONES)


def test_a_cut_file_is_refused(tmp_path: Path) -> None:
    build_graph(tmp_path, LEXICON, SENTENCES)
    file = tmp_path / "graph" / "HCLr.fst"
    whole = file.read_bytes()
    for length in (3, 40, 100, len(whole) // 2, len(whole) - 1):
        file.write_bytes(whole[:length])
        with pytest.raises(BadFst):
            read(file)


def test_phones_number_as_kaldi_does() -> None:
    assert base_of(PHONE_ID[SILENCE]) == 0
    assert [base_of(PHONE_ID[f"{phone}_{place}"]) for phone in PHONES for place in "BEIS"] == list(
        np.repeat(range(1, len(PHONES) + 1), 4)
    )
