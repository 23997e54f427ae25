"""Moving the stress in espeak-ng's phonemes, and the file that says where to."""

import pytest

from ivr.errors import ConfigError
from robot.hearing.stressing import moved, read, stressed_vowel, stresses

MARK = "\u0301"


def test_the_file_is_good() -> None:
    known = stresses()
    assert known["моя"] == 1
    assert known["брянск-"] == 0
    assert len(known) > 400


def test_whole_words_count_before_beginnings_and_longer_before_shorter() -> None:
    known = {"ленин-": 0, "ленинград-": 2, "ленино": 2}
    assert stressed_vowel("ленинская", known) == 0
    assert stressed_vowel("ленин", known) == 0
    assert stressed_vowel("ленинградская", known) == 2
    assert stressed_vowel("ленино", known) == 2
    assert stressed_vowel("садовая", known) is None


@pytest.mark.parametrize("line", ["моя", f"м{MARK}оя", f"мо{MARK}я{MARK}", f"мо{MARK}я твоя", "-", f"о{MARK}--"])
def test_a_line_that_says_nothing_is_named(line: str) -> None:
    with pytest.raises(ConfigError, match=r"stress\.txt:2"):
        read(["# words", line], "stress.txt")


def test_a_word_stands_once() -> None:
    with pytest.raises(ConfigError, match=r"stress\.txt:3.*twice"):
        read([f"мо{MARK}я", "", f"моя{MARK}"], "stress.txt")


@pytest.mark.parametrize(
    ("word", "marks", "stressed", "right"),
    [
        ("моя", "m 'o ja", 1, "m V 'ja"),
        ("село", "s; 'e l V", 1, "s; i l 'o"),
        ("сорок", "s V r 'o k", 0, "s 'o r V k"),
        ("шибец", "S 'y b ; i ts", 1, "S y b ; 'e ts"),
        ("жених", "Z 'e n ; i x", 1, "Z y n ; 'i x"),
        ("юлить", "'ju l ; i t;", 1, "ju l ; 'i t;"),
        ("дятел", "d; V t ; 'e l", 0, "d; 'A t ; i l"),
        ("да", "d 'A", 0, "d 'A"),
    ],
)
def test_moved(word: str, marks: str, stressed: int, right: str) -> None:
    said = marks.split()
    vowels = [place for place, mark in enumerate(said) if any(letter in mark for letter in "aAeEiIoOuUyV")]
    assert moved(said, vowels, word, stressed) == right.split()


def test_nothing_is_moved_where_sounds_and_letters_differ() -> None:
    assert moved(["m", "'o"], [1], "моя", 1) is None
    assert moved(["j", "'8", "l", "k", "V"], [1, 4], "ёлка", 1) is None
    assert moved(["d", "'A"], [1], "да", 3) is None
