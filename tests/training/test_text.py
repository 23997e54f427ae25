"""Sentences for the training: of all kinds, repeatable, and made of words that the model has."""

import itertools
from collections import Counter

import pytest

from robot.hearing.spoken_numbers import DIGITS
from robot.hearing.vocabulary import words
from robot.training.text import KINDS, LONGEST, Generator


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_of_the_vocabularys_words(kind: str) -> None:
    texts = Generator(1)
    known = set(words())
    for _ in range(300):
        sentence = texts.sentence(kind).split()
        assert 1 <= len(sentence) <= LONGEST
        assert set(sentence) <= known, set(sentence) - known


def test_a_seed_says_the_same_again() -> None:
    assert [Generator(3).sentence() for _ in range(5)] == [Generator(3).sentence() for _ in range(5)]
    one, other = Generator(3), Generator(4)
    assert [one.sentence() for _ in range(20)] != [other.sentence() for _ in range(20)]


def test_digits_come_in_all_lengths_and_are_often_repeated() -> None:
    texts = Generator(2)
    strings = [texts.sentence("digits").split() for _ in range(1000)]
    assert {len(digits) for digits in strings} == {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
    assert set(DIGITS) == {digit for digits in strings for digit in digits}
    pairs = Counter(one == two for digits in strings for one, two in itertools.pairwise(digits))
    assert 0.2 < pairs[True] / (pairs[True] + pairs[False]) < 0.6


def test_most_of_the_vocabulary_is_said_sooner_or_later() -> None:
    texts = Generator(5)
    said = {word for _ in range(30_000) for word in texts.sentence().split()}
    assert len(said) > 0.4 * len(words())
