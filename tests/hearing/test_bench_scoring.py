"""Counting right and wrong."""

import pytest

from robot.hearing.bench.scoring import (
    Answer,
    Rate,
    accepted,
    folded,
    percentile,
    sentences,
    word_error_rate,
    word_errors,
)


@pytest.mark.parametrize(
    ("said", "heard", "errors"),
    [
        ("", "", 0),
        ("", "да", 1),  # put in where nothing was said
        ("да", "", 1),
        ("один два три", "один три", 1),
        ("один два три", "один два два три", 1),
        ("один два три", "один пять три", 1),
        ("пять пять ноль", "пять ноль", 1),
        ("а б в г", "г в б а", 4),
        ("а б в", "х а б в у", 2),
    ],
)
def test_word_errors(said: str, heard: str, errors: int) -> None:
    assert word_errors(said.split(), heard.split()) == errors
    assert word_errors(heard.split(), said.split()) == errors


def test_yo_is_ye() -> None:
    assert folded("щёлково ёлка") == ["щелково", "елка"]
    assert Answer("menu", "счёт", "счет").right
    assert not Answer("menu", "счёт", "счёты").right


def test_the_word_error_rate_counts_words_not_clips() -> None:
    answers = [Answer("digits", "один два три четыре", "один два три четыре"), Answer("yes", "да", "нет")]
    assert word_error_rate(answers) == 0.2
    assert word_error_rate([Answer("yes", "да", "да да да")]) == 2.0
    assert word_error_rate([Answer("quiet", "", "да")]) is None, "nothing was said: there is no rate"
    assert word_error_rate([]) is None


def test_sentences_and_acceptance() -> None:
    answers = [
        Answer("yes", "да", "да"),
        Answer("yes", "да", "нет"),
        Answer("yes", "да", ""),
        Answer("yes", "да", "[unk]"),
        Answer("yes", "да", "да [unk]"),
    ]
    assert sentences(answers) == Rate(1, 5)
    assert accepted(answers) == Rate(2, 5)


def test_wilsons_interval() -> None:
    """Figures of Wilson's formula as published for 0 of 10, 5 of 10, 10 of 10 and 81 of 263 (Newcombe 1998)."""
    assert Rate(0, 10).interval == pytest.approx((0.0, 0.2775), abs=1e-4)
    assert Rate(5, 10).interval == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert Rate(10, 10).interval == pytest.approx((0.7225, 1.0), abs=1e-4)
    assert Rate(81, 263).interval == pytest.approx((0.2553, 0.3662), abs=1e-4)
    assert Rate(0, 0).interval == (0.0, 1.0)
    assert Rate(0, 0).share == 0


def test_a_rate_comes_back_from_json() -> None:
    assert Rate.of([3, 4]) == Rate(3, 4)
    assert Rate.of((3, 4)) == Rate(3, 4)
    assert Rate.of([0.5, 4]) is None
    assert Rate.of("34") is None
    assert Rate.of(None) is None


def test_percentiles() -> None:
    assert percentile([5, 1, 3], 0.5) == 3
    assert percentile(list(range(1, 101)), 0.95) == 95
    assert percentile([7], 0.95) == 7
    assert percentile([], 0.5) is None
